"""Short-term plasticity (Tsodyks & Markram), advanced only when a cell fires.

Resources R recover with τ_rec, utilisation u decays with τ_fac and jumps at a spike::

    u ← u⁻ + U (1 − u⁻),   release = u R⁻,   R ← R⁻ (1 − u)
    between spikes:  R → 1 with τ_rec,   u → 0 with τ_fac

so that the first release of a rested synapse is U (not 2U − U²). Between spikes the solution is
exact, whatever the step. Tsodyks, Pawelzik & Markram 1998, doi:10.1162/089976698300017502.

The efficacy that scales a weight is release/U: a weight is what a rested synapse gives, and
switching short-term plasticity on does not change the first response of any synapse.
"""

from typing import Any

import numpy as np

_1 = np.float32(1.0)


def stp_at_spike(
    resources: Any, utilisation: Any, U: Any, recovered: Any, kept: Any
) -> tuple[Any, Any, Any]:
    """Advance a synapse across one interval and the spike that ends it.

    Args:
        resources, utilisation: R and u just after the spike before.
        U: utilisation increment, 0 < U ≤ 1.
        recovered: exp(−Δt/τ_rec), the share of the deficit that is left.
        kept: exp(−Δt/τ_fac), the share of u that is left (0 without facilitation).

    Returns:
        R and u just after this spike, and the efficacy release/U.
    """
    available = _1 - (_1 - resources) * recovered
    utilisation = utilisation * kept
    utilisation = utilisation + U * (_1 - utilisation)
    release = utilisation * available
    return available - release, utilisation, release / U
