"""Fitting: values of an experiment file for which a culture's statistics lie within ranges.

The ranges are those of living cultures (:class:`bl1.experiments.validation.Reference`), or any.
A statistic y with the range from a to b lies at

    z = (f(y) − f̄) / Δ,   f̄ = (f(a) + f(b))/2,   Δ = (f(b) − f(a))/2,   f = ln if a > 0, else 1

so that |z| ≤ 1 inside. It costs

    max(|z| − 1, 0) + 0.1 min(z², 1)

that is, how far it lies outside, in halves of the range, and a little for being near a bound; |z|
counts up to 10, and a statistic for which there are not enough data counts as 10. The loss is the
mean over the statistics and the seeds: at most 0.1 where every one lies inside.

Trials are proposed by the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio & Kégl 2011,
Advances in Neural Information Processing Systems 24) of Optuna.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bl1.analysis.measure import Measure
from bl1.config import Experiment
from bl1.core.checkpoint import fingerprint_of
from bl1.errors import Bl1Error
from bl1.experiments.sweep import (
    Measuring,
    NineStatistics,
    Values,
    check_bounds,
    is_whole,
    sweep,
    with_values,
)
from bl1.extras import needed

FARTHEST = 10.0  # halves of a range
INSIDE_SHARE = 0.1
STUDY = "bl1"
Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Trial:
    """One set of values that was tried.

    Attributes:
        values: of the keys that are fitted.
        loss: see the module.
        measures: of each seed, in the order of the seeds.
    """

    values: Values
    loss: float
    measures: tuple[tuple[Measure, ...], ...]


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    Attributes:
        best: the experiment of the trial with the least loss; None before the first is done.
        loss: of it.
        trials: all of them, in the order of trying.
        n_trials: trials that were asked for; fewer were made only after Ctrl-C.
        seed: of what was proposed.
        method: optimiser and loss.
    """

    best: Experiment | None
    loss: float | None
    trials: tuple[Trial, ...]
    n_trials: int
    seed: int
    method: str = "tree-structured Parzen estimator (Optuna), mean distance from the ranges"


def loss_of(measures: Sequence[Measure], targets: Ranges) -> float:
    """Mean cost of the statistics that have a target, as the module has it.

    Raises:
        Bl1Error: a target names a statistic that was not measured, or its range is no range.
    """
    values = {measure.name: measure.value for measure in measures}
    costs = []
    for name, (low, high) in targets.items():
        if name not in values:
            raise Bl1Error(f"'{name}' was not measured, expected one of {', '.join(values)}")
        if not -math.inf < low < high < math.inf:
            raise Bl1Error(f"the range of {name} is {low} to {high}, expected the lower first")
        z = min(_place(values[name], low, high), FARTHEST)
        costs.append(max(z - 1.0, 0.0) + INSIDE_SHARE * min(z * z, 1.0))
    return sum(costs) / len(costs)


def fit(
    experiment: Experiment,
    bounds: Mapping[str, tuple[float, float]],
    targets: Ranges,
    *,
    trials: int,
    seed: int = 0,
    seeds: Sequence[int] = (0,),
    measure: Measuring | None = None,
    processes: int = 1,
    journal: str | Path | None = None,
    progress: Callable[[Trial], None] = lambda trial: None,
) -> Fit:
    """Seek values within bounds for which the statistics lie within their ranges.

    Each trial is a function of the seed and of the trials before it, so that a fit that was killed
    and goes on from its journal makes the same trials as one that was not.

    Args:
        experiment: what is not fitted, and is the same in all trials.
        bounds: lowest and highest value of each dotted key.
        targets: range of each statistic that counts, by its name: ``reference.ranges``.
        trials: in all, with those that the journal has.
        seed: of what is proposed.
        seeds: of the dishes of each trial.
        measure, processes: as in :func:`bl1.experiments.sweep.sweep`.
        journal: a file to which trials are written as they end. One that is there is gone on with;
            None to keep nothing.
        progress: called with each new trial.

    Raises:
        Bl1Error: a key, bound or range cannot be, a culture cannot be measured, the journal is of
            another fit or damaged, or Optuna is not installed.
    """
    measure = measure or NineStatistics()
    if trials < 1 or not targets or not seeds:
        raise Bl1Error("a fit needs at least one trial, one target and one seed")
    check_bounds(experiment, bounds)
    optuna = needed("optuna", "analysis")
    question = fingerprint_of(
        experiment.model_dump_json(),
        json.dumps([dict(bounds), dict(targets), seed, list(seeds)]),
        repr(getattr(measure, "__qualname__", measure)),
    )
    study = _study(optuna, journal, question)
    space = {
        key: (
            optuna.distributions.IntDistribution(round(low), round(high))
            if is_whole(experiment, key)
            else optuna.distributions.FloatDistribution(low, high)
        )
        for key, (low, high) in bounds.items()
    }
    done = [_trial(each) for each in study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))]
    while len(done) < trials:
        study.sampler = optuna.samplers.TPESampler(
            seed=int(np.random.SeedSequence([seed, len(done)]).generate_state(1)[0]),
            constant_liar=False,
        )
        asked = study.ask(space)
        values = asked.params
        swept = sweep(experiment, [values], seeds=seeds, measure=measure, processes=processes)
        if not swept.complete:
            study.tell(asked, state=optuna.trial.TrialState.FAIL)
            if swept.failures:
                raise Bl1Error(swept.failures[0].error)
            break
        measures = tuple(
            tuple(row.measure for row in swept.rows if row.seed == dish) for dish in seeds
        )
        loss = sum(loss_of(each, targets) for each in measures) / len(seeds)
        asked.set_user_attr("measures", [[asdict(each) for each in dish] for dish in measures])
        study.tell(asked, loss)
        done.append(Trial(values, loss, measures))
        progress(done[-1])
    best = min(done, key=lambda trial: trial.loss, default=None)
    return Fit(
        best=None if best is None else with_values(experiment, best.values),
        loss=None if best is None else best.loss,
        trials=tuple(done),
        n_trials=trials,
        seed=seed,
    )


def _place(value: float | None, low: float, high: float) -> float:
    """|z| of a statistic; the farthest where it is not known, or below all logarithms."""
    if value is None or (low > 0 and value <= 0):
        return FARTHEST
    if low > 0:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return abs(value - (low + high) / 2) / ((high - low) / 2)


def _study(optuna: Any, journal: str | Path | None, question: str) -> Any:
    """A study of this question, new or gone on with."""
    storage = None
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        if journal is not None:
            backend = optuna.storages.journal.JournalFileBackend(str(journal))
            storage = optuna.storages.JournalStorage(backend)
        study = optuna.create_study(storage=storage, study_name=STUDY, load_if_exists=True)
    except OSError as error:
        raise Bl1Error(f"{journal}: cannot be written ({error.strerror or error})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Bl1Error(f"{journal}: not the journal of a fit, or a damaged one") from error
    finally:
        optuna.logging.set_verbosity(before)
    if study.user_attrs.get("question", question) != question:
        raise Bl1Error(
            f"{journal}: is of another fit, expected the same experiment, bounds, targets, measure "
            "and seeds"
        )
    study.set_user_attr("question", question)
    for left in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(left.number, state=optuna.trial.TrialState.FAIL)  # a kill ended it
    return study


def _trial(found: Any) -> Trial:
    """A trial from the journal."""
    measures = tuple(
        tuple(
            Measure(**(each | {"interval_95": each["interval_95"] and tuple(each["interval_95"])}))
            for each in dish
        )
        for dish in found.user_attrs["measures"]
    )
    return Trial(found.params, found.value, measures)
