"""Surrogates: spike trains that keep a part of what a train has and lose the rest.

A measure that finds in a surrogate what it found in the train did not measure what was lost. All
return a plain :class:`SpikeTrain` of the same length, units and step.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error


def shuffled(spikes: SpikeTrain, seed: int) -> SpikeTrain:
    """Each unit's spikes at independent, uniform times: Poisson units of the same rates.

    Keeps how often each unit fires; loses every relation in time, within units and between them.
    """
    steps = np.random.default_rng(seed).integers(max(spikes.n_steps, 1), size=len(spikes))
    return _surrogate(spikes, steps, spikes.ids, {"kind": "shuffled", "seed": seed})


def jittered(spikes: SpikeTrain, window_ms: float, seed: int) -> SpikeTrain:
    """Each spike anew and uniformly within its own window of a fixed grid.

    Keeps the count of each unit in each window, hence rates and bursts slower than the window;
    loses timing within it. Interval jitter of Amarasingham et al. 2012
    (doi:10.1152/jn.00633.2011).

    Args:
        spikes: of a culture or a recording.
        window_ms: width of the windows (ms), at least two steps.
        seed: of the draw.

    Raises:
        Bl1Error: the window holds fewer than two steps.
    """
    window = round(window_ms / spikes.dt_ms) if np.isfinite(window_ms) else 0
    if window < 2:
        raise Bl1Error(
            f"window_ms is {window_ms}, expected at least two steps ({2 * spikes.dt_ms:g} ms)"
        )
    starts = spikes.steps // window * window
    ends = np.minimum(starts + window, spikes.n_steps)
    steps = np.random.default_rng(seed).integers(starts, ends)
    return _surrogate(
        spikes, steps, spikes.ids, {"kind": "jittered", "window_ms": window_ms, "seed": seed}
    )


def interval_shuffled(spikes: SpikeTrain, seed: int) -> SpikeTrain:
    """Each unit's inter-spike intervals in another order; its first and last spike stay.

    Keeps the rate and the distribution of intervals of each unit; loses their order, and relations
    between units.
    """
    by_unit = np.lexsort((spikes.steps, spikes.ids))
    steps, ids = spikes.steps[by_unit], spikes.ids[by_unit]
    follows = np.diff(ids, prepend=-1) == 0  # a spike that has one of its unit before it
    intervals, owners = np.diff(steps, prepend=0)[follows], ids[follows]
    order = np.lexsort((np.random.default_rng(seed).random(len(owners)), owners))
    moves = np.zeros(len(steps), np.int64)
    moves[follows] = intervals[order]
    elapsed = np.cumsum(moves)
    firsts = np.flatnonzero(~follows)
    since_first = elapsed - np.repeat(elapsed[firsts], np.diff(firsts, append=len(steps)))
    starts = np.repeat(steps[firsts], np.diff(firsts, append=len(steps)))
    return _surrogate(
        spikes, starts + since_first, ids, {"kind": "interval_shuffled", "seed": seed}
    )


def pooled_probability(
    values: NDArray[np.float64],
    chance: NDArray[np.float32],
    tail: Callable[[Any, Any, Any], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Probability by chance of the value of each of many pairs, from few surrogates of each.

    Tails of a distribution with the moments of a pair's surrogates put pairs on one scale, but its
    far tail is only nearly right. So the tail of each value is ranked among the tails of all
    surrogates of all pairs, each of these taken against the other surrogates of its pair: p can
    then be as small as 1/(surrogates × pairs), which control of false discoveries needs.

    Args:
        values: (pairs,) what was measured.
        chance: (surrogates, pairs) the same of surrogates, three or more.
        tail: of (value, mean, variance), the probability of so much or more.

    Returns:
        (pairs,) probabilities, above 0.
    """
    n = len(chance)
    mean = chance.mean(axis=0, dtype=np.float64)
    variance = chance.var(axis=0, dtype=np.float64, ddof=1)
    tails = np.empty_like(chance)
    for each, one in zip(tails, chance, strict=True):
        rest = mean + (mean - one) / (n - 1)
        rest_variance = (variance * (n - 1) - (one - mean) * (one - rest)) / (n - 2)
        each[:] = tail(one, rest, np.maximum(rest_variance, 0.0))
    pool = np.sort(tails, axis=None)
    rank = np.searchsorted(pool, tail(values, mean, variance).astype(np.float32), side="right")
    return np.asarray((1.0 + rank) / (1.0 + len(pool)), np.float64)


def gamma_tail(value: Any, mean: Any, variance: Any) -> NDArray[np.float64]:
    """Probability of so much or more under a gamma distribution of this mean and variance.

    Information of independent trains follows it: in nats and times twice the sample it is χ².
    """
    from scipy.special import gammaincc

    spread = variance > 1e-12 * mean**2
    scale = np.where(spread, variance, 1.0) / np.where(spread, mean, 1.0)
    shape = np.where(spread, mean / scale, 1.0)
    return _or_step(spread, gammaincc(shape, np.maximum(value, 0.0) / scale), value, mean)


def normal_tail(value: Any, mean: Any, variance: Any) -> NDArray[np.float64]:
    """Probability of so much or more under a normal distribution of this mean and variance."""
    from scipy.special import ndtr

    spread = variance > 0
    found = ndtr((mean - value) / np.sqrt(np.where(spread, variance, 1.0)))
    return _or_step(spread, found, value, mean)


def _or_step(spread: Any, tail: Any, value: Any, mean: Any) -> NDArray[np.float64]:
    """The tail, or that of a distribution that is its mean alone where nothing is spread."""
    return np.asarray(np.where(spread, tail, value <= mean), np.float64)


def _surrogate(
    spikes: SpikeTrain, steps: NDArray[np.int64], ids: NDArray[np.int32], how: dict[str, Any]
) -> SpikeTrain:
    order = np.lexsort((ids, steps))
    facts = {f.name: getattr(spikes, f.name) for f in fields(SpikeTrain)}
    return SpikeTrain(
        **{
            **facts,
            "steps": steps[order],
            "ids": ids[order],
            "metadata": {**spikes.metadata, "surrogate": how},
        }
    )
