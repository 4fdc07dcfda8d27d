"""Spike-timing dependent plasticity of pairs of spikes, by two traces a synapse looks at.

Every cell leaves two traces, x for those it speaks to and y for those that speak to it::

    x' = −x/τ₊,  y' = −y/τ₋;   at its spike  x ← x + 1, y ← y + 1   (all to all)
                               or            x ← 1,     y ← 1       (nearest spike)

A presynaptic spike that *arrives* (after its delay) meets the y of the target, and weakens the
synapse; a spike of the target meets the x of what has arrived, and strengthens it::

    arrival:         w ← w − A₋ D y,    D = w − w_min
    target's spike:  w ← w + A₊ G x,    G = w_max − w

(multiplicative), or with D = G = w_max − w_min (additive); w never leaves its bounds. A₊ and A₋
are thus shares of the range of weights. Where both fall into one step, the arrival comes first; a
spike does not meet the trace that it leaves itself.

Sources: Song, Miller & Abbott 2000, doi:10.1038/78829 (additive, A₊ .005, A₋/A₊ 1.05); van
Rossum, Bi & Turrigiano 2000, doi:10.1523/JNEUROSCI.20-23-08812.2000 (multiplicative); Morrison,
Diesmann & Gerstner 2008, doi:10.1007/s00422-008-0233-1 (traces and pairing schemes).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.core.elementwise import where
from bl1.errors import Bl1Error

_1 = np.float32(1.0)


def trace_at_spike(trace: Any, nearest: Any) -> Any:
    """A trace after a spike of its cell; ``nearest`` is 1 for nearest-spike pairing, 0 else."""
    return trace * (_1 - nearest) + _1


def growth(w: Any, x: Any, a_plus: Any, w_min: Any, w_max: Any, soft: Any) -> Any:
    """What a target's spike adds to w (≥ 0); ``soft`` is 1 for multiplicative, 0 for additive."""
    return a_plus * x * (w_max - w_min - soft * (w - w_min))


def decline(w: Any, y: Any, a_minus: Any, w_min: Any, w_max: Any, soft: Any) -> Any:
    """What an arrival takes from w (≥ 0); ``soft`` is 1 for multiplicative, 0 for additive."""
    return a_minus * y * (w_max - w_min - soft * (w_max - w))


def bounded(w: Any, w_min: Any, w_max: Any) -> Any:
    """w, held between its bounds."""
    return where(w < w_min, w_min, where(w > w_max, w_max, w))


def check_within_bounds(weights: NDArray[np.float32], w_min: float, w_max: float) -> None:
    """Raise Bl1Error where weights begin outside their bounds: the first event would clip them."""
    if not len(weights):
        return
    least, largest = weights.min(), weights.max()
    if least < np.float32(w_min) or largest > np.float32(w_max):
        raise Bl1Error(
            f"the excitatory weights are {least:.4g} to {largest:.4g}, expected weights within "
            f"w_min and w_max of stdp, {w_min:g} to {w_max:g}"
        )


def learners_of(n_neurons: int, learners: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """The cells whose excitatory inputs learn, shape (n_neurons,); all where none are named."""
    if learners is None:
        return np.ones(n_neurons, np.bool_)
    learners = np.asarray(learners)
    if learners.shape != (n_neurons,) or learners.dtype != np.bool_:
        raise Bl1Error(
            f"learners has shape {learners.shape} of {learners.dtype}, expected a bool for each of "
            f"the {n_neurons} cells"
        )
    return learners
