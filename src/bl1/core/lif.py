"""Leaky integrate-and-fire neurons, as the benchmarks of simulators use them.

Model (Brette et al. 2007, doi:10.1007/s10827-007-0038-6), v in mV, t in ms, divided by C::

    v' = g_L (E_L − v) + I + Σ g (E − v),   g_L = 1/τ_m
    v ≥ V_T:  v ← V_r, and held there for the refractory time

Within a step the input is constant and v follows its exponential; a spike is at the end of the
step in which v crosses the threshold, as in those benchmarks.
"""

from typing import Any

import numpy as np

from bl1.core.adex import exponential_decay
from bl1.core.elementwise import where

_0, _HALF = np.float32(0.0), np.float32(0.5)


def lif_flow(
    v: Any,
    held_ms: Any,
    current: Any,
    conductance: Any,
    g_l: Any,
    e_l: Any,
    v_t: Any,
    dt: Any,
) -> tuple[Any, Any, Any]:
    """Advance the membrane by one step of dt (ms), unless it is held.

    ``current`` is I + ΣgE (mV/ms), ``conductance`` Σg (1/ms), ``held_ms`` what is left of the
    refractory time.

    Returns:
        v (mV), what is then left of the refractory time (ms), and whether v crossed V_T.
    """
    total = g_l + conductance
    v_inf = (g_l * e_l + current) / total
    free = held_ms <= _0
    v_next = where(free, v_inf + (v - v_inf) * exponential_decay(dt * total), v)
    left_ms = held_ms - dt
    return v_next, where(left_ms > _HALF * dt, left_ms, _0), free & (v_next >= v_t)
