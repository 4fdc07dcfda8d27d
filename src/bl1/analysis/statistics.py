"""The nine statistics by which cultures are compared, measured alike on living and simulated ones.

They are those that Wagenaar, Pine & Potter 2006 (doi:10.1186/1471-2202-7-11) tell cultures and
ages apart by, and the branching ratio of Wilting & Priesemann 2018.
"""

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.branching import branching_ratio
from bl1.analysis.bursting import Bursts, bursts
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
    """Bursts per minute, duration, IBI and its CV, recruitment, and share of spikes in bursts."""
    method = f"{found.method} bursts"
    if spikes.duration_s < FEWEST_SECONDS:
        per_minute = _too_short("bursts per minute", "1/min", spikes, "bursts", method)
        share = _too_short("share of spikes in bursts", "", spikes, "spikes", method)
    else:
        per_minute = Measure(
            "bursts per minute", found.per_minute, "1/min",
            _poisson_interval(len(found), spikes.duration_s / 60.0), len(found), "bursts", method,
        )  # fmt: skip
        share = Measure(
            "share of spikes in bursts", found.share_of_spikes, "", None, len(spikes), "spikes",
            method,
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
        share,
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


def _too_short(name: str, unit: str, spikes: SpikeTrain, of: str, method: str) -> Measure:
    reason = f"not enough data: {spikes.duration_s:g} s, needs {FEWEST_SECONDS} s"
    return Measure(name, None, unit, None, 0, of, method, reason)


def _variation(sample: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    variation: NDArray[np.floating] = sample.std(axis=axis) / sample.mean(axis=axis)
    return variation


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
