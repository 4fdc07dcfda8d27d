"""Sodium channels: with fewer of them a cell spikes at a higher threshold.

With a share s of its channels left the threshold is higher by Δ = −k ln s, where k = 6 mV is the
slope of their activation curve (Platkiewicz & Brette 2010, doi:10.1371/journal.pcbi.1000850). In
AdEx and LIF cells the threshold is a parameter, V_T, which rises by Δ; how it rises in Izhikevich
cells, which have none, is in :func:`bl1.core.izhikevich.sodium_shunt`.
"""

import math

ACTIVATION_SLOPE_MV = 6.0


def threshold_shift_mv(blocked: float) -> float:
    """How much the threshold rises (mV) when a share of the channels, below 1, is blocked."""
    return -ACTIVATION_SLOPE_MV * math.log1p(-blocked)
