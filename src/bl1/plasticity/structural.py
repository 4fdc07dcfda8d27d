"""Structural plasticity: synapses that are lost and synapses that form, by activity and distance.

Cells regulate their input toward a target rate r* by the number of their synapses (Butz & van
Ooyen 2013, doi:10.1371/journal.pcbi.1003259). In a time Δt

* an excitatory synapse whose weight lies below ``prune_below`` is lost with probability
  1 − exp(−Δt/τ): what has been depressed is of no use;
* any excitatory synapse of a target that fires too much is lost with probability
  1 − exp(−Δt/τ · min(r/r* − 1, 1)); for one that is weak besides, the two rates add up;
* a target that fires too little forms on average K Δt/τ (1 − r/r*) new excitatory synapses, K
  being the mean number of excitatory synapses that a cell had at the start. Their sources lie at
  distances d drawn from exp(−d/λ), as in the wiring, and they start at the weight g_exc.

No more form than ``max_synapses`` allows in all, inhibitory ones counted; without it, than twice as
many as there were at the start.
"""

from typing import Any

import numpy as np

from bl1.core.elementwise import namespace, where

_0, _1 = np.float32(0.0), np.float32(1.0)


def most_synapses(max_synapses: int | None, at_start: int) -> int:
    """How many synapses there may be."""
    return 2 * at_start if max_synapses is None else max_synapses


def excess(rate_hz: Any, target_hz: float) -> Any:
    """How much a cell fires above its target, as a share of it, 0 to 1."""
    above = rate_hz / np.float32(target_hz) - _1
    return where(above > _0, where(above < _1, above, _1), _0)


def need(rate_hz: Any, target_hz: float) -> Any:
    """How much a cell fires below its target, as a share of it, 0 to 1."""
    below = _1 - rate_hz / np.float32(target_hz)
    return where(below > _0, below, _0)


def loss_probability(share: Any) -> Any:
    """1 − exp(−share): the probability of an event of rate 1/τ within a ``share`` of τ."""
    return -namespace(share).expm1(-share)
