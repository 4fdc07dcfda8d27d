"""Point processes whose answer is known, for tests."""

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import SpikeTrain


def branching_counts(
    m: float, mean_activity: float, n_bins: int, seed: int, n_lanes: int = 1
) -> NDArray[np.int64]:
    """(lanes, bins) activity of driven branching processes: A(t+1) ~ Poisson(m·A(t) + h).

    Each spike has Poisson(m) offspring; the drive h = (1 − m)·mean is Poisson too. Lanes are
    independent; one NumPy call moves all of them.
    """
    rng = np.random.default_rng(seed)
    warm_up = int(10 / (1 - m))
    counts = np.empty((n_bins + warm_up, n_lanes), np.int64)
    now = np.full(n_lanes, round(mean_activity))
    drive = (1 - m) * mean_activity
    for t in range(len(counts)):
        now = rng.poisson(m * now + drive)
        counts[t] = now
    return counts[warm_up:].T


def subsampled(counts: NDArray[np.int64], share: float, seed: int) -> NDArray[np.int64]:
    """Activity of a share of the units: each spike is seen with this probability."""
    return np.random.default_rng(seed).binomial(counts, share)


def train_of(counts: NDArray[np.int64], n_units: int, bin_ms: float, seed: int) -> SpikeTrain:
    """Spikes of these counts, each by a unit drawn at random; a step is one bin."""
    rng = np.random.default_rng(seed)
    steps = np.repeat(np.arange(len(counts)), counts)
    ids = rng.integers(n_units, size=len(steps)).astype(np.int32)
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], bin_ms, len(counts), n_units)


def poisson_train(
    rates_hz: NDArray[np.float64] | list[float], seconds: float, seed: int, dt_ms: float = 0.5
) -> SpikeTrain:
    """Independent Poisson units of these rates."""
    rng = np.random.default_rng(seed)
    rates = np.asarray(rates_hz, float)
    n_steps = round(seconds * 1000 / dt_ms)
    per_unit = rng.poisson(rates * seconds)
    ids = np.repeat(np.arange(len(rates), dtype=np.int32), per_unit)
    steps = rng.integers(n_steps, size=len(ids))
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], dt_ms, n_steps, len(rates))
