"""Reward-modulated STDP: timing marks a synapse as eligible, and a reward that follows acts on it.

With a third factor, what pair STDP would change in a weight (see :mod:`bl1.plasticity.stdp`) is
added to the synapse's eligibility e instead; a reward R at some later moment moves the weight::

    e' = −e/τ_e        w ← w + η (R − R̄) e        R̄ ← R̄ + ρ (R − R̄)

R̄ is the running mean of the rewards: without it every reward that is not zero on average drifts
all weights one way (Frémaux, Sprekeler & Gerstner 2010, doi:10.1523/JNEUROSCI.6249-09.2010).
Eligibility after Izhikevich 2007, doi:10.1093/cercor/bhl152.
"""

from typing import Any

from bl1.plasticity.stdp import bounded


def after_reward(w: Any, eligibility: Any, gain: Any, w_min: Any, w_max: Any) -> Any:
    """The weight after a reward; ``gain`` is η (R − R̄)."""
    return bounded(w + gain * eligibility, w_min, w_max)
