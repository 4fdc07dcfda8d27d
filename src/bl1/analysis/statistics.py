"""The nine statistics by which cultures are compared, measured alike on living and simulated ones.

They are those that Wagenaar, Pine & Potter 2006 (doi:10.1186/1471-2202-7-11) tell cultures and
ages apart by, and the branching ratio of Wilting & Priesemann 2018.
"""

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.branching import branching_ratio
from bl1.analysis.bursting import Bursts, bursts
from bl1.analysis.living import LIVING
from bl1.analysis.measure import Measure, measured
from bl1.core.spikes import SpikeTrain

FEWEST_SECONDS = 30  # for a rate, and for the fullest 15 % of seconds to be some seconds
FEWEST_BURSTS = 5
FEWEST_INTERVALS = 8  # for their spread
FULLEST = 0.15


def nine_statistics(spikes: SpikeTrain, seed: int = 0) -> list[Measure]:
    """Rate per unit, six statistics of network bursts (Wagenaar's), burstiness index, and m.

    Args:
        spikes: of electrodes, to be compared with other arrays of about as many.
        seed: of the bootstraps.
    """
    return [
        rate_per_unit(spikes, seed),
        *burst_statistics(spikes, bursts(spikes), seed),
        burstiness_index(spikes, seed),
        branching(spikes, seed),
    ]


def rate_per_unit(spikes: SpikeTrain, seed: int = 0) -> Measure:
    """Mean firing rate of the units, silent ones included (Hz)."""
    name, method = "rate per electrode", "mean over all electrodes"
    if spikes.duration_s < FEWEST_SECONDS:
        return _too_short(name, "Hz", spikes, "electrodes", method)
    counts = np.bincount(spikes.ids, minlength=spikes.n_units)
    return measured(
        name, counts / spikes.duration_s, np.mean,
        unit="Hz", of="electrodes", method=method, fewest=1, seed=seed,
    )  # fmt: skip


def burst_statistics(spikes: SpikeTrain, found: Bursts, seed: int = 0) -> list[Measure]:
    """Bursts per minute, duration, IBI and its CV, recruitment, and share of spikes in bursts.

    Bursts per minute have the interval of a Poisson number, also where there are none.
    """
    method = f"{found.method} bursts"
    if spikes.duration_s < FEWEST_SECONDS:
        per_minute = _too_short("bursts per minute", "1/min", spikes, "bursts", method)
    else:
        per_minute = Measure(
            "bursts per minute", found.per_minute, "1/min",
            _poisson_interval(len(found), spikes.duration_s / 60.0), len(found), "bursts", method,
        )  # fmt: skip
    intervals_s = found.inter_burst_intervals_s
    return [
        per_minute,
        measured(
            "burst duration", found.durations_s, np.median, unit="s", of="bursts",
            method=f"median of {method}", fewest=FEWEST_BURSTS, seed=seed,
        ),
        measured(
            "inter-burst interval", intervals_s, np.median, unit="s", of="intervals",
            method=f"median, start to start, of {method}", fewest=FEWEST_BURSTS - 1, seed=seed,
        ),
        measured(
            "CV of inter-burst intervals", intervals_s, _variation, unit="", of="intervals",
            method=f"standard deviation over mean, {method}", fewest=FEWEST_INTERVALS, seed=seed,
        ),
        measured(
            "recruitment", found.recruitment, np.median, unit="", of="bursts",
            method=f"median share of the active electrodes, {method}", fewest=FEWEST_BURSTS,
            seed=seed,
        ),
        _share_in_bursts(spikes, found, method, seed),
    ]  # fmt: skip


def burstiness_index(spikes: SpikeTrain, seed: int = 0) -> Measure:
    """(f₁₅ − 0.15)/0.85, f₁₅ the share of spikes in the fullest 15 % of 1-s bins.

    0 for activity that is evenly spread, 1 if all spikes fall into 15 % of the time (Wagenaar,
    Madhavan, Pine & Potter 2005, doi:10.1523/JNEUROSCI.4209-04.2005).
    """
    name, method = "burstiness index", "spikes in the fullest 15 % of 1-s bins"
    if spikes.duration_s < FEWEST_SECONDS:
        return _too_short(name, "", spikes, "seconds", method)
    n_bins = int(spikes.duration_s)
    counts = np.bincount(spikes.times_s.astype(np.int64), minlength=n_bins)[:n_bins]
    if not counts.any():
        return Measure(name, None, "", None, n_bins, "seconds", method, "there are no spikes")
    return measured(
        name, counts.astype(float), _burstiness, unit="", of="seconds", method=method,
        fewest=FEWEST_SECONDS, seed=seed,
    )  # fmt: skip


def branching(spikes: SpikeTrain, seed: int = 0) -> Measure:
    """Branching ratio m of the population in bins of 4 ms, by multistep regression."""
    found = branching_ratio(spikes, bin_ms=4.0, seed=seed)
    return Measure(
        "branching ratio m", found.branching_ratio, "", found.interval_95, found.n_bins,
        "bins of 4 ms", found.method, found.reason,
    )  # fmt: skip


def _share_in_bursts(spikes: SpikeTrain, found: Bursts, method: str, seed: int) -> Measure:
    """Spikes within bursts as a share of all; none without a burst, if one might yet have come.

    That is where the living culture that bursts least may have none in so long a time: in fewer
    than 2.5 % of recordings of 10 minutes, but in most of 30 s.
    """
    name, of = "share of spikes in bursts", "seconds"
    if spikes.duration_s < FEWEST_SECONDS:
        return _too_short(name, "", spikes, of, method)
    if not len(found):
        _, most_per_minute = _poisson_interval(0, 1.0)
        needed_s = 60.0 * most_per_minute / LIVING["bursts per minute"].low
        if spikes.duration_s < needed_s:
            reason = f"not enough data: no burst in {spikes.duration_s:g} s, needs {needed_s:.0f} s"
            return Measure(name, None, "", None, int(spikes.duration_s), of, method, reason)
    n_bins = int(np.ceil(spikes.duration_s))
    ends_s = np.append(found.ends_s, -1.0)  # the last for spikes before the first burst
    last_begun = np.searchsorted(found.starts_s, spikes.times_s, "right") - 1
    within = spikes.times_s <= ends_s[last_begun]
    seconds = spikes.times_s.astype(np.int64)
    counts = [np.bincount(each, minlength=n_bins) for each in (seconds[within], seconds)]
    return measured(
        name, np.stack(counts, axis=1).astype(float), _first_by_second, unit="", of=of,
        method=method, fewest=1, seed=seed,
    )  # fmt: skip


def _too_short(name: str, unit: str, spikes: SpikeTrain, of: str, method: str) -> Measure:
    reason = f"not enough data: {spikes.duration_s:g} s, needs {FEWEST_SECONDS} s"
    return Measure(name, None, unit, None, 0, of, method, reason)


def _variation(sample: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    variation: NDArray[np.floating] = sample.std(axis=axis) / sample.mean(axis=axis)
    return variation


def _first_by_second(sample: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    first, second = sample.sum(axis=axis)
    ratio: NDArray[np.floating] = first / np.maximum(second, 1.0)
    return ratio


def _burstiness(counts: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    fullest = np.flip(np.sort(counts, axis=axis), axis=axis)
    n = int(FULLEST * counts.shape[axis])
    share = np.take(fullest, np.arange(n), axis=axis).sum(axis=axis) / counts.sum(axis=axis)
    index: NDArray[np.floating] = (share - FULLEST) / (1.0 - FULLEST)
    return index


def _poisson_interval(count: int, minutes: float) -> tuple[float, float]:
    """95 % interval of a rate from a count (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low / minutes), float(chi2.ppf(0.975, 2 * count + 2) / 2 / minutes)
