"""What `bl1 pong` prints: one JSON object, or tables and a small chart."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import bl1

if TYPE_CHECKING:
    from bl1.loop.trial import ControlResult, TrialResult

CHART_HEIGHT = 5
BAR_WIDTH = 4
EIGHTHS = " ▁▂▃▄▅▆▇█"
CONTROL_TITLES = {
    "static": "static paddle",
    "random": "random paddle",
    "identity": "learner without neurons (identity)",
    "shuffled": "learner on a shuffled response",
    "learning_off": "the same culture, learning off",
    "open_loop": "relieved whatever it does (open loop)",
    "never_relieved": "never relieved",
    "reversed": "relieved for moving away (reversed)",
    "no_plasticity": "the same culture, plasticity off",
    "waiting": "waits where the ball was last seen",
}


@dataclass(frozen=True)
class Report:
    """The results of a run: one trial for each seed, controls for each seed that was finished."""

    config: dict[str, Any]
    trials: "list[TrialResult]"
    controls: "list[dict[str, ControlResult]]"

    @property
    def mean(self) -> dict[str, Any]:
        """Each figure's mean over seeds."""
        from bl1.loop.trial import mean_of

        return mean_of(self.trials)

    @property
    def control_means(self) -> dict[str, dict[str, Any]]:
        """The controls' figures, means over seeds; a control that no seed reached is missing."""
        from bl1.loop.trial import mean_of

        names = dict.fromkeys(name for controls in self.controls for name in controls)
        return {
            name: mean_of([controls[name] for controls in self.controls if name in controls])
            for name in names
        }

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints; a greedy hit rate only where something learns."""
        return {
            "version": bl1.__version__,
            "config": self.config,
            "seeds": [asdict(trial) for trial in self.trials],
            "mean": self.mean,
            "controls": {
                name: {key: value for key, value in rates.items() if value is not None}
                for name, rates in self.control_means.items()
            },
        }

    def as_text(self) -> str:
        """The same for people."""
        parts = [self._title(), self._trial_table(), chart(self.mean["hit_rate_by_tenth"])]
        if self.control_means:
            parts.append(self._control_table())
        return "\n\n".join(parts)

    def _title(self) -> str:
        config = self.config
        cells = f" of {config['n_neurons']:,} neurons" if config["n_neurons"] else ""
        curtain = ", behind a curtain" if config["curtain"] else ""
        if config["agent"] == "avoidance":
            return f"stimulation avoidance{cells}, {config['steps']:,} game steps of 10 ms"
        return (
            f"{config['agent']} on {config['substrate']}{cells}, {config['paddle']} paddle, "
            f"serve {config['serve']}{curtain}, {config['steps']:,} game steps"
        )

    def _trial_table(self) -> str:
        lines = [
            f"{'seed':>6} {'hits':>7} {'misses':>7} {'hit rate':>9} {'last 5th':>9} "
            f"{'last 1,000':>11} {'frozen':>7} {'mean rally':>11} {'steps/s':>8}"
        ]
        rows = [asdict(trial) for trial in self.trials]
        if len(rows) > 1:
            rows.append({"seed": "mean", **self.mean})
        for row in rows:
            last_1000 = row["last_1000_hit_rate"] if row["hits"] + row["misses"] > 1000 else None
            lines.append(
                f"{row['seed']:>6} {row['hits']:>7,.0f} {row['misses']:>7,.0f} "
                f"{_percent(row['hit_rate']):>9} {_percent(row['last_fifth_hit_rate']):>9} "
                f"{_percent(last_1000):>11} "
                f"{_percent(row['greedy_hit_rate']):>7} {row['mean_rally']:>11.1f} "
                f"{row['game_steps_per_s']:>8,.0f}"
            )
        return "\n".join(lines)

    def _control_table(self) -> str:
        steps = self.config["control_steps"]
        first = f" (first {steps:,} steps)" if steps < self.config["steps"] else ""
        lines = [
            f"{'on the same serves' + first:<40} {'hit rate':>9} {'last 5th':>9} {'frozen':>7}"
        ]
        for name, rates in self.control_means.items():
            title, greedy = CONTROL_TITLES[name], rates["greedy_hit_rate"]
            frozen = "" if greedy is None else _percent(greedy)
            last_fifth = _percent(rates["last_fifth_hit_rate"])
            line = f"{title:<40} {_percent(rates['hit_rate']):>9} {last_fifth:>9} {frozen:>7}"
            lines.append(line.rstrip())
        return "\n".join(lines)


def chart(hit_rate_by_tenth: list[float | None]) -> str:
    """Ten bars, from 0 to 100 %."""
    eighths = [round((rate or 0.0) * CHART_HEIGHT * 8) for rate in hit_rate_by_tenth]
    lines = ["hit rate by tenth of the run"]
    for row in reversed(range(CHART_HEIGHT)):
        blocks = [EIGHTHS[min(max(height - 8 * row, 0), 8)] * BAR_WIDTH for height in eighths]
        scale = {CHART_HEIGHT - 1: "100 %", 0: "0 %"}.get(row, "")
        lines.append(f"{scale:>6} {' '.join(blocks)}".rstrip())
    labels = ["–" if rate is None else f"{100 * rate:.0f}" for rate in hit_rate_by_tenth]
    lines.append(" " * 7 + " ".join(f"{label:^{BAR_WIDTH}}" for label in labels).rstrip())
    return "\n".join(lines)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"
