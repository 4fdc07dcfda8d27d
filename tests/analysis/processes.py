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


def train_of_states(states: NDArray[np.int64], bin_ms: float = 5.0) -> SpikeTrain:
    """Spikes of a (units, bins) table of their numbers; a step is one bin."""
    steps, ids = np.nonzero(states.T)
    n = states.T[steps, ids].astype(np.int64)
    return SpikeTrain(
        np.repeat(steps, n),
        np.repeat(ids, n).astype(np.int32),
        bin_ms,
        states.shape[1],
        len(states),
    )


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


def avalanche_train(
    n_avalanches: int, m: float, seed: int, cap: int = 10_000, n_units: int = 100
) -> tuple[SpikeTrain, NDArray[np.int64], NDArray[np.int64]]:
    """Separate avalanches of a branching process, each from one spike, with an empty step between.

    Each spike has Poisson(m) offspring one step (4 ms) later; an avalanche of ``cap`` spikes ends.

    Returns:
        The train, and (avalanches,) sizes and durations of what is in it.
    """
    rng = np.random.default_rng(seed)
    now = np.ones(n_avalanches, np.int64)
    alive = np.arange(n_avalanches)
    sizes, durations = now.copy(), now.copy()
    generations = [(alive, now.copy())]
    while len(alive):
        now = rng.poisson(m * now)
        kept = (now > 0) & (sizes[alive] < cap)
        alive, now = alive[kept], now[kept]
        sizes[alive] += now
        durations[alive] += 1
        generations.append((alive, now))
    starts = 1 + np.cumsum(durations + 1) - durations - 1
    counts = np.zeros(starts[-1] + durations[-1] + 1, np.int64)
    for generation, (which, spikes) in enumerate(generations):
        counts[starts[which] + generation] = spikes
    return train_of(counts, n_units, 4.0, seed), sizes, durations
