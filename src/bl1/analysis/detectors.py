"""Four detectors of network bursts, as their papers define them.

Two look at each unit first and then at how many burst together (:func:`wagenaar`,
:func:`max_interval`); two look at all spikes as one stream (:func:`isi_n`,
:func:`population_rate`). None calls Poisson activity a burst, whatever its rate or the number of
units; where a paper leaves that open, the docstring says what was added.
"""

import inspect
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

FEWEST_UNITS = 5  # that burst together, of the 59 of an array
SHARE_OF_UNITS = FEWEST_UNITS / 59  # the same for larger arrays
FEWEST_SPIKES = 10  # below, nothing is called a burst


class Stretches(NamedTuple):
    """Bursts as a detector gives them, ordered by time."""

    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    n_recruited: NDArray[np.int64]
    leaders: NDArray[np.int32]


class UnitBursts(NamedTuple):
    """Bursts of single units, in no order."""

    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    units: NDArray[np.int32]


NONE = Stretches(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int32))


def parameters_of(detector: Callable[..., Any]) -> list[str]:
    """Names of the parameters that a detector takes beside the spikes."""
    return list(inspect.signature(detector).parameters)[1:]


def wagenaar(spikes: SpikeTrain, fewest_units: int | None = None) -> Stretches:
    """Overlapping burstlets of single units: Wagenaar, Pine & Potter 2006.

    A unit of rate f has a burstlet where 4 or more spikes follow each other within
    min(100 ms, 1/(4f)); it is extended to both sides as long as intervals stay within
    min(200 ms, 1/(3f)). Burstlets that overlap, of ``fewest_units`` or more units, are a network
    burst. doi:10.1186/1471-2202-7-11

    Args:
        fewest_units: None for 5, as in the paper, or 8.5 % of the units where that is more.
    """
    return _together(spikes, wagenaar_burstlets(spikes), fewest_units)


def wagenaar_burstlets(spikes: SpikeTrain) -> UnitBursts:
    """Burstlets of each unit; see :func:`wagenaar`."""
    parts = []
    for unit, times_s in _by_unit(spikes):
        rate_hz = len(times_s) / spikes.duration_s
        intervals_s = np.diff(times_s)
        first, last = _runs(intervals_s < min(0.1, 0.25 / rate_hz))
        core = last - first + 1 >= 4
        wide_first, wide_last = _runs(intervals_s < min(0.2, 1.0 / (3.0 * rate_hz)))
        around = np.unique(np.searchsorted(wide_first, first[core], "right") - 1)
        parts.append((unit, times_s[wide_first[around]], times_s[wide_last[around]]))
    return _joined(parts)


def max_interval(
    spikes: SpikeTrain,
    max_begin_s: float = 0.17,
    max_end_s: float = 0.30,
    min_between_s: float = 0.20,
    min_duration_s: float = 0.01,
    min_spikes: int = 3,
    fewest_units: int | None = None,
) -> Stretches:
    """The MaxInterval method for each unit, and units that burst together.

    A burst of a unit begins with an interval below ``max_begin_s`` and goes on until one above
    ``max_end_s``; bursts less than ``min_between_s`` apart are one; what is shorter than
    ``min_duration_s`` or has fewer than ``min_spikes`` is none. The defaults are those of Cotterill
    et al. 2016, doi:10.1152/jn.00093.2016. Where bursts of ``fewest_units`` units overlap, the
    network bursts.

    Args:
        max_begin_s, max_end_s, min_between_s, min_duration_s: times (s).
        min_spikes: of a unit's burst.
        fewest_units: None for 5, or 8.5 % of the units where that is more.
    """
    for name, value in (("max_begin_s", max_begin_s), ("max_end_s", max_end_s)):
        if not 0 < value < math.inf:
            raise Bl1Error(f"{name} is {value}, expected a time in s, a number > 0")
    parts = []
    for unit, times_s in _by_unit(spikes):
        intervals_s = np.diff(times_s)
        first, last = _runs(intervals_s <= max_end_s)
        opening = np.append(np.flatnonzero(intervals_s < max_begin_s), len(intervals_s))
        starts = opening[np.searchsorted(opening, first)]
        opened = starts < last
        starts, ends = starts[opened], last[opened]
        apart = times_s[starts[1:]] - times_s[ends[:-1]] >= min_between_s
        begins = starts[np.append(np.ones(len(starts[:1]), bool), apart)]
        stops = ends[np.append(apart, np.ones(len(starts[:1]), bool))]
        kept = (stops - begins + 1 >= min_spikes) & (
            times_s[stops] - times_s[begins] >= min_duration_s
        )
        parts.append((unit, times_s[begins[kept]], times_s[stops[kept]]))
    return _together(spikes, _joined(parts), fewest_units)


def isi_n(spikes: SpikeTrain, n: int | None = None, threshold_s: float | None = None) -> Stretches:
    """Stretches of the pooled spikes in which n successive ones lie close: Bakkum et al. 2014.

    ISI_N is the time from a spike to the (n−1)-th after it, of all units together. It has two
    modes in a bursting culture; the threshold lies in the valley between them. All spikes of a
    window of n whose ISI_N is below it are in a burst. doi:10.3389/fncom.2013.00193

    The valley is sought in a smoothed histogram of log ISI_N, between the two highest peaks that
    it parts by a void of 0.7 (Pasquale et al. 2010, doi:10.1007/s10827-009-0175-1:
    1 − g(valley)/√(g₁·g₂)); where there is none, there are no bursts. A burst must surprise, as
    :func:`_surprising` has it.

    Args:
        n: spikes of a window; None for 10, as in the paper, or a sixth of the units where that is
            more: among thousands of units 10 spikes meet by chance.
        threshold_s: None for the valley.
    """
    n = max(10, spikes.n_units // 6) if n is None else n
    if n < 2:
        raise Bl1Error(f"n is {n}, expected at least 2 spikes")
    if len(spikes) < max(n, FEWEST_SPIKES):
        return NONE
    times_s = spikes.times_s
    span_s = times_s[n - 1 :] - times_s[: len(times_s) - n + 1]
    if threshold_s is None:
        threshold_s = _valley(np.maximum(span_s, spikes.dt_ms / 1000.0))
    if threshold_s is None:
        return NONE
    first, last = _runs(span_s < threshold_s)
    # Windows from `first` to before `last` are close; the last of them ends n - 1 spikes later.
    stretches = np.stack((first, last - 1 + n - 1), axis=1)
    stretches = _merged(stretches)
    kept = _surprising(spikes, times_s[stretches[:, 0]], times_s[stretches[:, 1]])
    return _of_pooled(spikes, stretches[kept])


def population_rate(
    spikes: SpikeTrain,
    threshold_sd: float = 1.5,
    min_duration_ms: float = 50.0,
    smoothing_ms: float = 25.0,
) -> Stretches:
    """Stretches in which the rate of all units together is high.

    Spikes in bins of 5 ms are smoothed by a Gaussian; a burst is where the rate stays above its
    mean by ``threshold_sd`` standard deviations for ``min_duration_ms``. The threshold is never
    below what Poisson activity of the same mean rate exceeds once in 10⁹ independent windows.

    Args:
        threshold_sd: in standard deviations of the smoothed rate.
        min_duration_ms: shortest burst (ms).
        smoothing_ms: standard deviation of the Gaussian (ms).
    """
    if not 0 < smoothing_ms < math.inf:
        raise Bl1Error(f"smoothing_ms is {smoothing_ms}, expected a time in ms, a number > 0")
    bin_s = 0.005
    n_bins = int(spikes.duration_s / bin_s)
    if len(spikes) < FEWEST_SPIKES or n_bins < 2:
        return NONE
    from scipy.ndimage import gaussian_filter1d
    from scipy.stats import poisson

    times_s = spikes.times_s
    counts = np.bincount(np.minimum((times_s / bin_s).astype(int), n_bins - 1), minlength=n_bins)
    sigma = smoothing_ms / 1000.0 / bin_s
    smooth = gaussian_filter1d(counts.astype(float), sigma, mode="constant")
    # The smoothed count varies like the mean of this many bins.
    window = 2.0 * math.sqrt(math.pi) * sigma
    chance = poisson.isf(1e-9, smooth.mean() * window) / window
    threshold = max(smooth.mean() + threshold_sd * smooth.std(), chance)
    first, last = _runs(smooth > threshold)
    kept = (last - first) * bin_s * 1000.0 >= min_duration_ms
    begin = np.searchsorted(times_s, first[kept] * bin_s, "left")
    end = np.searchsorted(times_s, last[kept] * bin_s, "left") - 1
    return _of_pooled(spikes, np.stack((begin, end), axis=1)[end > begin])


# -- parts


def _by_unit(spikes: SpikeTrain) -> list[tuple[int, NDArray[np.float64]]]:
    """Spike times of every unit that has at least three spikes."""
    order = np.argsort(spikes.ids, kind="stable")
    bounds = np.searchsorted(spikes.ids[order], np.arange(spikes.n_units + 1))
    times_s = spikes.times_s[order]
    return [(unit, times_s[a:b]) for unit, (a, b) in enumerate(pairwise(bounds)) if b - a >= 3]


def _runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where stretches of True begin, and where they have ended."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return edges[::2], edges[1::2]


def _joined(parts: list[tuple[int, NDArray[np.float64], NDArray[np.float64]]]) -> UnitBursts:
    if not parts:
        return UnitBursts(np.empty(0), np.empty(0), np.empty(0, np.int32))
    units = np.repeat([unit for unit, _, _ in parts], [len(starts) for _, starts, _ in parts])
    return UnitBursts(
        np.concatenate([starts for _, starts, _ in parts]),
        np.concatenate([ends for _, _, ends in parts]),
        units.astype(np.int32),
    )


def _together(spikes: SpikeTrain, single: UnitBursts, fewest_units: int | None) -> Stretches:
    """Stretches in which bursts of enough units overlap.

    With many units some burst at any time by chance, and everything would overlap. So the stretch
    ends where no more of them burst than the median over the recording explains (the 99.9 %
    quantile of a Poisson number of that mean; 0 for the arrays of the papers). And a stretch must
    surprise; see :func:`_surprising`.
    """
    if fewest_units is None:
        fewest_units = max(FEWEST_UNITS, math.ceil(SHARE_OF_UNITS * spikes.n_units))
    if len(single.units) < fewest_units:
        return NONE
    starts_s, ends_s = np.sort(single.starts_s), np.sort(single.ends_s)
    # At equal times one that starts comes before one that ends: they overlap.
    edges_s = np.concatenate((starts_s, ends_s))
    change = np.repeat([1, -1], len(starts_s))
    order = np.lexsort((-change, edges_s))
    edges_s, bursting = edges_s[order], np.cumsum(change[order])
    by_chance = _chance_level(edges_s, bursting, spikes.duration_s)
    first, last = _runs(bursting > by_chance)
    begin_s, end_s = edges_s[first], edges_s[last]
    by_start = np.argsort(single.starts_s, kind="stable")
    kept, recruited, leaders = [], [], []
    for k in np.flatnonzero(_surprising(spikes, begin_s, end_s)):
        upto = by_start[: np.searchsorted(starts_s, end_s[k], "right")]
        member = upto[single.ends_s[upto] >= begin_s[k]]
        units = np.unique(single.units[member])
        if len(units) >= fewest_units:
            kept.append(k)
            recruited.append(len(units))
            leaders.append(single.units[member[0]])
    return Stretches(
        begin_s[kept], end_s[kept], np.array(recruited, np.int64), np.array(leaders, np.int32)
    )


def _surprising(
    spikes: SpikeTrain, starts_s: NDArray[np.float64], ends_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which stretches hold more spikes than Poisson activity of the mean rate ever would.

    Their surprise −log P (Legéndy & Salcman 1985, doi:10.1152/jn.1985.53.4.926) must exceed 10
    after it paid for the number of stretches as long as this one that the recording has.
    """
    from scipy.stats import poisson

    times_s, rate_hz = spikes.times_s, len(spikes) / spikes.duration_s
    inside = np.searchsorted(times_s, ends_s, "right") - np.searchsorted(times_s, starts_s)
    lasting_s = np.maximum(ends_s - starts_s, spikes.dt_ms / 1000.0)
    surprise = -poisson.logsf(inside - 1, rate_hz * lasting_s)
    found: NDArray[np.bool_] = surprise > 10.0 + np.log(spikes.duration_s / lasting_s)
    return found


def _chance_level(
    edges_s: NDArray[np.float64], bursting: NDArray[np.int64], duration_s: float
) -> int:
    """How many units burst at the same time without any burst of the network."""
    from scipy.stats import poisson

    spans_s = np.diff(edges_s, append=edges_s[-1])
    idle_s = duration_s - (edges_s[-1] - edges_s[0])
    levels, first = np.unique(bursting, return_inverse=True)
    time_s = np.bincount(first, spans_s)
    time_s[0] += idle_s  # the lowest level is 0: all have ended at the end
    median = levels[np.searchsorted(np.cumsum(time_s), time_s.sum() / 2)]
    return int(poisson.isf(1e-3, median)) if median else 0


def _valley(span_s: NDArray[np.float64]) -> float | None:
    """The threshold between the two modes of log ISI_N, if there are two."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    log = np.log10(span_s)
    low, high = log.min(), log.max()
    if high - low < 0.1:
        return None
    width = 0.05  # decades
    edges = np.arange(low - 5 * width, high + 6 * width, width)
    density = gaussian_filter1d(np.histogram(log, edges)[0].astype(float), 2.0)
    peaks = find_peaks(density, height=5e-3 * density.max())[0]
    best: tuple[float, int] | None = None
    for i, left in enumerate(peaks):
        for right in peaks[i + 1 :]:
            lowest = left + int(np.argmin(density[left : right + 1]))
            void = 1.0 - density[lowest] / math.sqrt(density[left] * density[right])
            height = min(density[left], density[right])
            if void >= 0.7 and (best is None or height > best[0]):
                best = (height, lowest)
    if best is None:
        return None
    return float(10.0 ** ((edges[best[1]] + edges[best[1] + 1]) / 2))


def _merged(stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stretches (first and last spike), those that overlap made one."""
    if not len(stretches):
        return stretches
    new = np.concatenate(([True], stretches[1:, 0] > stretches[:-1, 1]))
    return np.stack((stretches[new, 0], stretches[np.append(new[1:], True), 1]), axis=1)


def _of_pooled(spikes: SpikeTrain, stretches: NDArray[np.int64]) -> Stretches:
    """Bursts of the pooled spikes; every unit that fires in one takes part in it."""
    times_s, ids = spikes.times_s, spikes.ids
    return Stretches(
        times_s[stretches[:, 0]],
        times_s[stretches[:, 1]],
        np.array([len(np.unique(ids[a : b + 1])) for a, b in stretches], np.int64),
        np.array([ids[a] for a, _ in stretches], np.int32),
    )
