"""Sensitivity: how much the statistics of a culture change with the values of its experiment file.

Locally, the elasticity of a statistic y by a parameter θ is what one per cent of θ makes of y, in
per cent::

    E = ∂ ln y / ∂ ln θ  ≈  [ln y(θ(1 + h)) − ln y(θ(1 − h))] / [ln(1 + h) − ln(1 − h)]

Both sides use the same seeds, so that what the dishes have in common cancels, and the spread over
the seeds tells how well E is known. Over a whole range of parameters the rank correlation
(Spearman's ρ) of a parameter and a statistic over a sample says which way one goes with the other,
whatever the shape of the curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bl1.config import Experiment
from bl1.errors import Bl1Error
from bl1.experiments.sweep import Measuring, Sweep, sweep, value_at

FEWEST_SEEDS = 2
FEWEST_POINTS = 8


@dataclass(frozen=True)
class Elasticity:
    """How a statistic follows a parameter nearby.

    Attributes:
        key, statistic: of the parameter (dotted) and of what was measured.
        elasticity: mean over the seeds; None if there are not enough data.
        standard_error: of that mean, from the spread over the seeds.
        n: seeds with a value above 0 on both sides.
        method: step of the difference.
        reason: why there is no number; None if there is one.
    """

    key: str
    statistic: str
    elasticity: float | None
    standard_error: float | None
    n: int
    method: str
    reason: str | None = None


@dataclass(frozen=True)
class RankCorrelation:
    """How a statistic follows a parameter over a sample.

    Attributes:
        key, statistic: of the parameter (dotted) and of what was measured.
        rho: Spearman's ρ; None if there are not enough data.
        p: probability of a |ρ| as large or larger without any relation.
        n: points at which the statistic has a value, the mean over the seeds.
        method: what was correlated.
        reason: why there is no number; None if there is one.
    """

    key: str
    statistic: str
    rho: float | None
    p: float | None
    n: int
    method: str = "Spearman, means over the seeds"
    reason: str | None = None


def elasticities(
    experiment: Experiment,
    keys: Sequence[str],
    *,
    step: float = 0.05,
    seeds: Sequence[int] = tuple(range(5)),
    measure: Measuring | None = None,
    processes: int = 1,
) -> list[Elasticity]:
    """Elasticity of every statistic by each of some parameters, one changed at a time.

    Args:
        experiment: around which values are changed.
        keys: dotted.
        step: h, a share of the value.
        seeds: of the dishes.
        measure, processes: as in :func:`bl1.experiments.sweep.sweep`.

    Raises:
        Bl1Error: a key does not exist, or its value is 0 or no number, or cannot be changed by h; a
            culture cannot be measured.
        KeyboardInterrupt: on Ctrl-C: half of a difference says nothing.
    """
    if not 0 < step < 1:
        raise Bl1Error(f"step is {step}, expected a share of the values above 0 and below 1")
    points = []
    for key in keys:
        value = value_at(experiment, key)
        if not isinstance(value, float) or value == 0:
            raise Bl1Error(f"{key} is {value}, expected a number other than 0 that is not whole")
        points += [{key: value * (1 - step)}, {key: value * (1 + step)}]
    swept = sweep(experiment, points, seeds=seeds, measure=measure, processes=processes)
    if swept.failures:
        raise Bl1Error(swept.failures[0].error)
    if not swept.complete:
        raise KeyboardInterrupt
    apart = np.log((1 + step) / (1 - step))
    method = f"central difference, ±{100 * step:g} %, same seeds on both sides"
    found = []
    for (low, high), key in zip(zip(points[::2], points[1::2], strict=True), keys, strict=True):
        for statistic in _statistics(swept):
            below, above = (_by_seed(swept, point, statistic) for point in (low, high))
            ratios = [above[seed] / below[seed] for seed in seeds if _positive(below, above, seed)]
            if len(ratios) < FEWEST_SEEDS:
                reason = (
                    f"not enough data: {len(ratios)} of {len(seeds)} seeds have values above 0, "
                    f"needs {FEWEST_SEEDS}"
                )
                found.append(Elasticity(key, statistic, None, None, len(ratios), method, reason))
                continue
            each = np.log(ratios) / apart
            error = float(each.std(ddof=1) / np.sqrt(len(each)))
            found.append(Elasticity(key, statistic, float(each.mean()), error, len(each), method))
    return found


def rank_correlations(swept: Sweep) -> list[RankCorrelation]:
    """Rank correlation of every statistic with each parameter over the points of a sweep.

    Points should be a sample in which parameters are independent of each other, such as
    :func:`bl1.experiments.sweep.sampled` makes.
    """
    from scipy.stats import spearmanr

    found = []
    points = list({tuple(row.values.items()): row.values for row in swept.rows}.values())
    for key in points[0] if points else ():
        for statistic in _statistics(swept):
            pairs = []
            for point in points:
                values = list(_by_seed(swept, point, statistic).values())
                if values:
                    pairs.append((point[key], np.mean(values)))
            n = len(pairs)
            x, y = zip(*pairs, strict=True) if pairs else ((), ())
            if n < FEWEST_POINTS:
                reason = f"not enough data: {n} points, needs {FEWEST_POINTS}"
            elif len(set(x)) == 1 or len(set(y)) == 1:
                reason = f"{key if len(set(x)) == 1 else statistic} never changes"
            else:
                rho, p = spearmanr(x, y)
                found.append(RankCorrelation(key, statistic, float(rho), float(p), n))
                continue
            found.append(RankCorrelation(key, statistic, None, None, n, reason=reason))
    return found


def _statistics(swept: Sweep) -> list[str]:
    return list(dict.fromkeys(row.measure.name for row in swept.rows))


def _by_seed(swept: Sweep, point: dict[str, float], statistic: str) -> dict[int, float]:
    """The values of a statistic at a point, of the seeds that have one."""
    return {
        row.seed: row.measure.value
        for row in swept.rows
        if row.measure.name == statistic and row.values == point and row.measure.value is not None
    }


def _positive(below: dict[int, float], above: dict[int, float], seed: int) -> bool:
    return below.get(seed, 0.0) > 0 and above.get(seed, 0.0) > 0
