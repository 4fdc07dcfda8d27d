"""What `bl1 doom` prints: one JSON object, or tables."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any

import bl1
from bl1.cli import console

COMPARED = {"frozen": "frozen", "random": "random actions", "fixed": "fixed rule"}
COLUMNS = ("return", "kills", "shots", "accuracy", "ammunition", "medikits", "episode_steps")


@dataclass(frozen=True)
class Report:
    """The results of a run.

    config: what was asked for. trials: one of each seed, with what it is compared with by name.
    """

    config: dict[str, Any]
    trials: list[dict[str, Any]]

    @property
    def mean(self) -> dict[str, Any]:
        """Each figure's mean over seeds, of those that have it."""
        found: dict[str, Any] = _mean(self.trials)
        del found["seed"]
        return found

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints; what is compared with is under `controls`."""
        mean = self.mean
        return {
            "version": bl1.__version__,
            "config": self.config,
            "seeds": self.trials,
            "mean": {
                name: value for name, value in mean.items() if name not in ("random", "fixed")
            },
            "controls": {name: mean[name] for name in ("random", "fixed")},
        }

    def show(self) -> None:
        """The same for people."""
        config, mean = self.config, self.mean
        cells = f" of {config['n_neurons']:,} neurons" if config["n_neurons"] else ""
        print(
            f"{config['agent']} on {config['substrate']}{cells}, Doom {config['game']}, "
            f"{config['episodes']:,} episodes\n"
        )
        names = [name for name in COLUMNS if name in mean]
        head = [name.replace("episode_steps", "steps") for name in names]
        rows = [(f"seed {trial['seed']}", trial) for trial in self.trials]
        if len(rows) > 1:
            rows.append(("mean", mean))
        compared = [(title, mean[name]) for name, title in COMPARED.items() if mean[name]]
        table = console.table("means of an episode", *head, "frames/s")
        for title, row in rows + compared:
            cells_of_row = [console.number(row[name]) for name in names]
            frames_per_s = row.get("game_frames_per_s")
            table.add_row(title, *cells_of_row, f"{frames_per_s:,.0f}" if frames_per_s else "")
        console.show(table)
        curve = console.table("\nreturn by tenth of the run", *map(str, range(1, 11)))
        for title, row in [*rows, *compared[1:]]:
            curve.add_row(title, *map(console.number, row["return_by_tenth"]))
        console.show(curve)


def _mean(values: list[Any]) -> Any:
    """The mean of numbers, of lists place by place, of mappings key by key; None where none is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    if isinstance(known[0], dict):
        return {name: _mean([value[name] for value in known]) for name in known[0]}
    if isinstance(known[0], list):
        return [_mean(list(column)) for column in zip(*known, strict=True)]
    return fmean(known)
