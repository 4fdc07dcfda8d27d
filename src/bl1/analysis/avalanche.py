"""Neuronal avalanches: runs of bins with spikes between empty bins.

The size S of an avalanche is its number of spikes, its duration T its number of bins (Beggs & Plenz
2003, doi:10.1523/JNEUROSCI.23-35-11167.2003). At a critical point P(S) ~ S^−τ, P(T) ~ T^−α and
⟨S⟩(T) ~ T^γ with γ = (α − 1)/(τ − 1), and the mean time courses of all durations fall on one curve:
s(t, T) = T^(γ−1) F(t/T) (Sethna, Dahmen & Myers 2001, doi:10.1038/35065675; Friedman et al. 2012,
doi:10.1103/PhysRevLett.108.208102).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.binning import population_counts
from bl1.analysis.power_laws import PowerLaw
from bl1.core.spikes import SpikeTrain

FEWEST_OF_A_DURATION = 10  # avalanches of one duration, for their mean to count
FEWEST_DURATIONS = 5
SHORTEST_SHAPE = 4  # bins; shorter time courses have no shape
COLLAPSE_EXPONENTS = (0.5, 4.0)


@dataclass(frozen=True)
class Avalanches:
    """Avalanches of a train, in their order.

    Attributes:
        sizes: (avalanches,) spikes of each.
        durations: (avalanches,) bins of each.
        starts: (avalanches,) first bin of each.
        counts: (bins,) spikes of the population in each bin.
        bin_ms: width of a bin (ms).
    """

    sizes: NDArray[np.int64]
    durations: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    bin_ms: float

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True)
class SizeOfDuration:
    """⟨S⟩(T) ~ T^γ (γ is also written 1/σνz).

    Attributes:
        exponent: γ; None where too few durations are common enough, see ``reason``.
        interval_95: γ ± 1.96 standard errors of the regression.
        n_avalanches, n_durations: in the regression.
        method: of the fit.
        reason: why there is none; None if there is one.
    """

    exponent: float | None
    interval_95: tuple[float, float] | None
    n_avalanches: int
    n_durations: int
    method: str = "least squares of ln⟨S⟩ on ln T, each duration weighted by its avalanches"
    reason: str | None = None


@dataclass(frozen=True)
class ShapeCollapse:
    """How well the mean time courses of all durations fall on one curve.

    Attributes:
        exponent: γ at which they lie closest; None where too few durations are common enough.
        error: variance between the rescaled courses, averaged over t/T, as a share of the squared
            span of their mean (Marshall et al. 2016, doi:10.3389/fphys.2016.00250); 0 is perfect.
        n_avalanches, n_durations: in the collapse.
        method: of the collapse.
        reason: why there is none; None if there is one.
    """

    exponent: float | None
    error: float | None
    n_avalanches: int
    n_durations: int
    method: str = "least variance of s(t/T)·T^(1−γ) over durations"
    reason: str | None = None


def mean_interval_ms(spikes: SpikeTrain) -> float:
    """Mean time between successive spikes of the population (ms), in whole steps, at least one."""
    if len(spikes) < 2:
        return spikes.dt_ms
    mean_steps = (spikes.steps[-1] - spikes.steps[0]) / (len(spikes) - 1)
    return max(round(float(mean_steps)), 1) * spikes.dt_ms


def avalanches(spikes: SpikeTrain, *, bin_ms: float | None = None) -> Avalanches:
    """Cut a train into avalanches.

    Those that touch the train's first or last bin are left out: nobody saw all of them.

    Args:
        spikes: of a culture or a recording.
        bin_ms: width of a bin (ms); None: the mean interval of the population's spikes, rounded to
            whole steps, as Beggs & Plenz chose it.

    Raises:
        Bl1Error: a bin shorter than a step or longer than the train.
    """
    width = mean_interval_ms(spikes) if bin_ms is None else bin_ms
    counts = population_counts(spikes, width)
    edges = np.flatnonzero(np.diff(counts > 0))
    ends_of_silence = edges + 1
    if counts[0] > 0:
        ends_of_silence = ends_of_silence[1:]
    starts = ends_of_silence[: len(ends_of_silence) // 2 * 2 : 2]
    ends = ends_of_silence[1::2]
    total = np.concatenate(([0], np.cumsum(counts)))
    return Avalanches(total[ends] - total[starts], ends - starts, starts, counts, width)


def size_of_duration(
    found: Avalanches, *, shortest: int = 1, longest: float = math.inf
) -> SizeOfDuration:
    """Fit ⟨S⟩(T) ~ T^γ over durations from ``shortest`` to ``longest`` (bins)."""
    inside = (found.durations >= shortest) & (found.durations <= longest)
    durations, which, n = np.unique(
        found.durations[inside], return_inverse=True, return_counts=True
    )
    common = n >= FEWEST_OF_A_DURATION
    if common.sum() < FEWEST_DURATIONS:
        reason = (
            f"not enough data: {common.sum()} durations occur {FEWEST_OF_A_DURATION} times or "
            f"more, needs {FEWEST_DURATIONS}"
        )
        return SizeOfDuration(None, None, int(n[common].sum()), int(common.sum()), reason=reason)
    mean_size = np.bincount(which, weights=found.sizes[inside]) / n
    x, y, weights = np.log(durations[common]), np.log(mean_size[common]), n[common]
    x = x - np.average(x, weights=weights)
    y = y - np.average(y, weights=weights)
    variance = float(weights @ x**2)
    exponent = float(weights @ (x * y)) / variance
    residual = float(weights @ (y - exponent * x) ** 2) / (len(x) - 2)
    error = 1.96 * math.sqrt(residual / variance)
    interval = (exponent - error, exponent + error)
    return SizeOfDuration(exponent, interval, int(weights.sum()), len(x))


def predicted_exponent(size: PowerLaw, duration: PowerLaw) -> float | None:
    """γ = (α − 1)/(τ − 1) that the exponents of duration and size imply; None without them."""
    if size.exponent is None or duration.exponent is None:
        return None
    return (duration.exponent - 1) / (size.exponent - 1)


def criticality_deviation(
    size: PowerLaw, duration: PowerLaw, fitted: SizeOfDuration
) -> float | None:
    """Deviation from criticality coefficient |(α − 1)/(τ − 1) − γ|; None without exponents.

    Source: Ma et al. 2019, doi:10.1016/j.neuron.2019.08.031.
    """
    predicted = predicted_exponent(size, duration)
    if predicted is None or fitted.exponent is None:
        return None
    return abs(predicted - fitted.exponent)


def mean_shapes(
    found: Avalanches, *, longest: float = math.inf, points: int = 100
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean time course of the avalanches of each duration of four bins or more.

    Args:
        found: the avalanches.
        longest: longest duration (bins).
        points: at which the courses are read, from 0 to T.

    Returns:
        durations: (d,) bins, those that occur ten times or more.
        shapes: (d, points) mean spikes per bin, linear between the middles of bins.
        n: (d,) avalanches of each duration.
    """
    durations, n = np.unique(found.durations, return_counts=True)
    common = (n >= FEWEST_OF_A_DURATION) & (durations >= SHORTEST_SHAPE) & (durations <= longest)
    durations, n = durations[common], n[common]
    shapes = np.empty((len(durations), points))
    where = (np.arange(points) + 0.5) / points
    for shape, duration in zip(shapes, durations, strict=True):
        starts = found.starts[found.durations == duration]
        course = found.counts[starts[:, np.newaxis] + np.arange(duration)].mean(axis=0)
        shape[:] = np.interp(where, (np.arange(duration) + 0.5) / duration, course)
    return durations, shapes, n


def shape_collapse(found: Avalanches, *, longest: float = math.inf) -> ShapeCollapse:
    """Find the exponent γ at which s(t, T)/T^(γ−1) against t/T differs least between durations.

    Args:
        found: the avalanches.
        longest: longest duration (bins); that up to which durations follow their power law.
    """
    from scipy.optimize import minimize_scalar

    durations, shapes, n = mean_shapes(found, longest=longest)
    if len(durations) < FEWEST_DURATIONS:
        reason = (
            f"not enough data: {len(durations)} durations of {SHORTEST_SHAPE} bins or more occur "
            f"{FEWEST_OF_A_DURATION} times, needs {FEWEST_DURATIONS}"
        )
        return ShapeCollapse(None, None, int(n.sum()), len(durations), reason=reason)

    def error(exponent: float) -> float:
        scaled = shapes / durations[:, np.newaxis] ** (exponent - 1)
        mean = scaled.mean(axis=0)
        return float(scaled.var(axis=0).mean() / np.ptp(mean) ** 2)

    best = minimize_scalar(error, bounds=COLLAPSE_EXPONENTS, method="bounded")
    return ShapeCollapse(float(best.x), float(best.fun), int(n.sum()), len(durations))
