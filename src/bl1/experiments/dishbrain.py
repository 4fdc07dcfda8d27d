"""DishBrain: many cultures in several conditions, and whether they come to play better.

After Kagan et al. 2022 (doi:10.1016/j.neuron.2022.09.001). Every culture (a seed) plays once in
each condition, from the same start and with the same serves
(:mod:`bl1.experiments.dishbrain_dish`). A rally is the hits up to a miss. Of each culture's rallies
that ended in the first quarter of its session (5 of 20 minutes), and of those that ended later,
there are

    hits_per_rally  their mean length
    aces            the share of them without a hit
    long_rallies    the share of them of more than 3 hits

Tests, on cultures (:mod:`bl1.experiments.statistics`), of each of these three:

    within a condition   the change from the first quarter to the rest
    between conditions   that change in closed_loop less that of the same culture in a control

All of them are one family, whose p-values are corrected together (Holm).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from bl1 import __version__
from bl1.config import ClosedLoopConfig, Condition, Experiment, StimulationConfig
from bl1.experiments.dishbrain_dish import Dish, played
from bl1.experiments.results import Results, Row
from bl1.experiments.runs import Run, execute, run_of
from bl1.experiments.statistics import Difference, difference_of, holm, mean_of

FIRST_SHARE = 0.25  # of a session
LONG_RALLY = 3  # hits that a long rally exceeds
MEASURES = ("hits_per_rally", "aces", "long_rallies")
PERIODS = ("first", "rest")


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        experiment: the culture, its plasticity, its electrodes and the game.
        conditions: in each of which every culture plays.
        seeds: of the cultures.
        minutes: of each session, in the culture's time.
    """

    experiment: Experiment
    conditions: tuple[Condition, ...]
    seeds: tuple[int, ...]
    minutes: float

    @property
    def common(self) -> dict[str, Any]:
        """What all runs have in common, JSON-able."""
        known = self.experiment.changed(
            stimulation=self.experiment.stimulation or StimulationConfig(),
            closed_loop=self.experiment.closed_loop or ClosedLoopConfig(),
        )
        return {
            "experiment": known.model_dump(mode="json", exclude_none=True),
            "minutes": self.minutes,
        }

    @property
    def runs(self) -> list[Run]:
        """A run for each culture in each condition."""
        return [
            run_of(played, **self.common, condition=condition, seed=seed)
            for seed in self.seeds
            for condition in self.conditions
        ]


@dataclass(frozen=True)
class Played:
    """What a culture did in a condition: each measure by period; None without a rally."""

    condition: Condition
    seed: int
    n_rallies: dict[str, int]
    measures: dict[str, dict[str, float | None]]
    n_pulses: int
    event_rate_hz: float

    def change(self, measure: str) -> float | None:
        """From the first quarter to the rest."""
        first, rest = (self.measures[measure][period] for period in PERIODS)
        return None if first is None or rest is None else rest - first


@dataclass(frozen=True)
class Tested:
    """A test on the cultures' changes of a measure.

    Attributes:
        measure: its name.
        of: the condition.
        against: the control whose changes are taken off; None for the change itself.
        found: mean, interval, effect size, p.
        p_corrected: Holm's, over all tests of the comparison.
    """

    measure: str
    of: Condition
    against: Condition | None
    found: Difference
    p_corrected: float | None = None


@dataclass(frozen=True)
class Comparison:
    """All cultures in all conditions.

    Attributes:
        played: by culture, then condition.
        means: over the cultures, by condition, measure and period.
        tests: see the module.
        errors: of the runs that failed.
        n_runs: that were asked for.
    """

    played: tuple[Played, ...]
    means: dict[Condition, dict[str, dict[str, Difference]]]
    tests: tuple[Tested, ...]
    errors: tuple[str, ...]
    n_runs: int


def compare(
    plan: Plan,
    results: Results,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
    watch: Callable[[Dish], None] | None = None,
) -> Comparison:
    """Make the runs that have no result yet, and compare the conditions.

    Args:
        plan: what is run.
        results: where results are, and are put.
        workers: processes on this machine.
        progress: called with the number of sessions that have ended, and of all.
        watch: called with each dish before it plays; for a single worker, this process.

    Raises:
        KeyboardInterrupt: on Ctrl-C; what has ended is kept.
    """
    runs = plan.runs
    if watch:
        runs = [replace(run, function=partial(run.function, watch=watch)) for run in runs]
    execute(runs, results, workers=workers, progress=progress)
    rows = results.rows(runs)
    played = tuple(_played(row, plan.minutes) for row in rows if row.error is None)
    means = {
        condition: {
            measure: {period: mean_of(_values(played, condition, measure, period))
                      for period in PERIODS}
            for measure in MEASURES
        }
        for condition in plan.conditions
    }  # fmt: skip
    errors = tuple(row.error for row in rows if row.error is not None)
    return Comparison(played, means, tests_of(played, plan.conditions), errors, len(runs))


def rallies(times_s: Sequence[float], hits: Sequence[bool]) -> list[tuple[float, int]]:
    """When each rally ended (s), and its hits; one that goes on at the end is left out."""
    found, length = [], 0
    for time_s, hit in zip(times_s, hits, strict=True):
        if hit:
            length += 1
        else:
            found.append((time_s, length))
            length = 0
    return found


def measures_of(lengths: Sequence[int]) -> dict[str, float | None]:
    """The measures of some rallies' lengths; None where there are none."""
    n = len(lengths)
    if not n:
        return dict.fromkeys(MEASURES)
    return {
        "hits_per_rally": sum(lengths) / n,
        "aces": sum(length == 0 for length in lengths) / n,
        "long_rallies": sum(length > LONG_RALLY for length in lengths) / n,
    }


def tests_of(played: Sequence[Played], conditions: Sequence[Condition]) -> tuple[Tested, ...]:
    """Every test of the module's text that these conditions allow, corrected together."""
    tests = []
    for measure in MEASURES:
        changes = {
            condition: {
                each.seed: change
                for each in played
                if each.condition == condition and (change := each.change(measure)) is not None
            }
            for condition in conditions
        }
        for condition, of in changes.items():
            tests.append(Tested(measure, condition, None, difference_of(list(of.values()))))
        if "closed_loop" not in changes:
            continue
        closed = changes.pop("closed_loop")
        for control, of in changes.items():
            both = [closed[seed] - of[seed] for seed in closed if seed in of]
            tests.append(Tested(measure, "closed_loop", control, difference_of(both)))
    corrected = holm([test.found.p for test in tests])
    return tuple(replace(test, p_corrected=p) for test, p in zip(tests, corrected, strict=True))


def table_of(played: Sequence[Played]) -> list[dict[str, Any]]:
    """A flat row for each culture in each condition."""
    return [
        {
            "condition": each.condition,
            "seed": each.seed,
            **{f"n_rallies_{period}": n for period, n in each.n_rallies.items()},
            **{
                f"{measure}_{period}": value
                for measure, by_period in each.measures.items()
                for period, value in by_period.items()
            },
            "n_pulses": each.n_pulses,
            "event_rate_hz": each.event_rate_hz,
        }
        for each in played
    ]


def as_json(plan: Plan, comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain values, with all that it takes to make it again."""
    return {
        "version": __version__,
        "config": plan.common,
        "conditions": list(plan.conditions),
        "seeds": list(plan.seeds),
        "n_runs": comparison.n_runs,
        "errors": list(comparison.errors),
        "means": {
            condition: {
                measure: {
                    period: {"mean": d.mean, "interval_95": d.interval_95, "n": d.n}
                    for period, d in by_period.items()
                }
                for measure, by_period in by_measure.items()
            }
            for condition, by_measure in comparison.means.items()
        },
        "tests": [
            {"measure": t.measure, "of": t.of, "against": t.against}
            | asdict(t.found)
            | {"p_corrected": t.p_corrected}
            for t in comparison.tests
        ],
        "cultures": table_of(comparison.played),
    }


def _played(row: Row, minutes: float) -> Played:
    assert row.result is not None
    first_s = FIRST_SHARE * 60 * minutes
    lengths: Mapping[str, list[int]] = {period: [] for period in PERIODS}
    for ended_s, length in rallies(row.result["times_s"], row.result["hits"]):
        lengths["first" if ended_s <= first_s else "rest"].append(length)
    by_period = {period: measures_of(lengths[period]) for period in PERIODS}
    return Played(
        row.arguments["condition"],
        row.arguments["seed"],
        {period: len(lengths[period]) for period in PERIODS},
        {name: {period: by_period[period][name] for period in PERIODS} for name in MEASURES},
        row.result["n_pulses"],
        row.result["event_rate_hz"],
    )


def _values(
    played: Sequence[Played], condition: Condition, measure: str, period: str
) -> list[float]:
    return [
        value
        for each in played
        if each.condition == condition and (value := each.measures[measure][period]) is not None
    ]
