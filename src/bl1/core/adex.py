"""Adaptive exponential integrate-and-fire neurons, their published patterns and their step.

Model (Brette & Gerstner 2005, doi:10.1152/jn.00686.2005), v in mV, t in ms::

    C v' = −g_L (v − E_L) + g_L Δ_T exp((v − V_T)/Δ_T) − w + I + Σ g (E − v)
    τ_w w' = a (v − E_L) − w
    v → ∞:  v ← V_r,  w ← w + b

Everything is divided by C, so that w, I and b are in mV/ms, g_L, a and the synaptic g in 1/ms, and
one synapse, one current and one background serve cells of every model: a current of 500 pA into
200 pF is 2.5 mV/ms.

Scheme. Within a step of dt the input and the conductances are constant, and the membrane is
split (Strang) into two parts that are known in closed form: half a step of the leak and the
conductances, v → v_∞ + (v − v_∞) e^(−g dt/2); a whole step of the exponential, whose flow is
v → v − Δ_T ln(1 − z), z = g_L dt exp((v − V_T)/Δ_T); half a step of the first. The membrane
reaches infinity where z ≥ 1, after the share 1/z of the step: that is the spike, wherever a peak
would be cut, since from a cut at 0 mV the rest takes less than 1e-9 ms. The remainder of the step
starts from the reset. w takes half a step before and half a step after.

Error. Over 30 s of constant current, at the current of each published set and 20 % below and
above it, rates differ from a converged solution (midpoint rule, 1 µs) by at most 0.5 % at
dt = 0.5 ms; those of the chaotic set ``irregular``, which change with the step of the reference
too, by at most 1 % (tested).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bl1.core.elementwise import where

_0, _1, _2, _HALF = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(0.5)
_SIXTH, _24TH, _120TH = np.float32(1 / 6), np.float32(1 / 24), np.float32(1 / 120)
_SIXTEENTH = np.float32(1 / 16)
_X_MIN, _X_MAX = np.float32(-16.0), np.float32(12.0)
_945, _735, _64 = np.float32(945.0), np.float32(735.0), np.float32(64.0)
_1050, _225 = np.float32(1050.0), np.float32(225.0)
_ALMOST_1 = np.float32(0.9999)
_ONE_STEP = np.float32(1.0)


@dataclass(frozen=True)
class AdexSet:
    """A published parameter set, in its own units: pF, nS, mV, ms, pA."""

    c_pf: float
    g_l_ns: float
    e_l_mv: float
    v_t_mv: float
    delta_t_mv: float
    a_ns: float
    tau_w_ms: float
    b_pa: float
    v_r_mv: float
    current_pa: float  # the step of current under which the pattern was shown


#: Brette & Gerstner 2005 (a regular spiking pyramidal cell), and the firing patterns of Naud,
#: Marcille, Clopath & Gerstner 2008, doi:10.1007/s00422-008-0264-7, table 1.
ADEX_SETS = {
    "brette_gerstner": AdexSet(281, 30, -70.6, -50.4, 2, 4, 144, 80.5, -70.6, 800),
    "tonic": AdexSet(200, 10, -70, -50, 2, 2, 30, 0, -58, 500),
    "adapting": AdexSet(200, 12, -70, -50, 2, 2, 300, 60, -58, 500),
    "initial_burst": AdexSet(130, 18, -58, -50, 2, 4, 150, 120, -50, 400),
    "regular_burst": AdexSet(200, 10, -58, -50, 2, 2, 120, 100, -46, 210),
    "delayed_accelerating": AdexSet(200, 12, -70, -50, 2, -10, 300, 0, -58, 300),
    "delayed_burst": AdexSet(100, 10, -65, -50, 2, -10, 90, 30, -47, 110),
    "transient": AdexSet(100, 10, -65, -50, 2, 10, 90, 100, -47, 180),
    "irregular": AdexSet(100, 12, -60, -50, 2, -11, 130, 30, -48, 160),
}


def exponential(x: Any) -> Any:
    """exp(x) for −16 ≤ x ≤ 12, to 0.3 %, and to 1e-5 for |x| < 4: a 16th power of a short series,
    which compilers vectorise."""
    x = x * _SIXTEENTH
    e = _1 + x * (_1 + x * (_HALF + x * (_SIXTH + x * (_24TH + x * _120TH))))
    e = e * e
    e = e * e
    e = e * e
    return e * e


def exponential_decay(x: Any) -> Any:
    """exp(−x) for x ≥ 0: to 1e-5 for x < 0.3, and falling to 0 for any x."""
    return _1 / (_1 + x * (_1 + x * (_HALF + x * (_SIXTH + x * _24TH))))


def half_leak(v: Any, w: Any, current: Any, conductance: Any, g_l: Any, e_l: Any, dt: Any) -> Any:
    """Half a step of leak, conductances, input and adaptation: the linear part of the membrane."""
    total = g_l + conductance
    v_inf = (g_l * e_l + current - w) / total
    return v_inf + (v - v_inf) * exponential_decay(_HALF * dt * total)


def blow_up(v: Any, g_l: Any, v_t: Any, delta_t: Any, dt: Any) -> Any:
    """z = g_L dt exp((v − V_T)/Δ_T): at z ≥ 1 the exponential takes v to infinity within dt."""
    x = (v - v_t) / delta_t
    x = where(x > _X_MIN, x, _X_MIN)
    x = where(x < _X_MAX, x, _X_MAX)
    return g_l * dt * exponential(x)


def adex_flow(
    v: Any,
    w: Any,
    current: Any,
    conductance: Any,
    g_l: Any,
    e_l: Any,
    v_t: Any,
    delta_t: Any,
    a: Any,
    rate_w: Any,
    dt: Any,
) -> tuple[Any, Any, Any]:
    """Advance membrane and adaptation by one step of dt (ms), spikes not yet reset.

    ``current`` is I + ΣgE (mV/ms), ``conductance`` Σg (1/ms), both constant in the step;
    ``rate_w`` is 1/τ_w (1/ms). The logarithm is a Padé approximant of artanh, exact to 1e-4 up
    to z = 0.9; beyond, the cell spikes in this step or the next.

    Returns:
        v (mV), w (mV/ms), and whether v went to infinity; where it did, v and w mean nothing.
    """
    half_rate = _HALF * dt * rate_w
    w_half = w + half_rate * (a * (v - e_l) - w)
    v_half = half_leak(v, w_half, current, conductance, g_l, e_l, dt)
    z = blow_up(v_half, g_l, v_t, delta_t, dt)
    crossed = z >= _1
    z = where(z < _ALMOST_1, z, _ALMOST_1)
    s = z / (_2 - z)
    q = s * s
    log = _2 * s * (_945 + q * (_64 * q - _735)) / (_945 + q * (_225 * q - _1050))
    v_next = half_leak(v_half + delta_t * log, w_half, current, conductance, g_l, e_l, dt)
    return v_next, w_half + half_rate * (a * (v_next - e_l) - w_half), crossed


def adex_reset(
    v: Any,
    w: Any,
    current: Any,
    conductance: Any,
    g_l: Any,
    e_l: Any,
    v_t: Any,
    delta_t: Any,
    a: Any,
    rate_w: Any,
    v_r: Any,
    b: Any,
    dt: Any,
) -> tuple[Any, Any]:
    """Finish the step of a cell that spiked: to the spike, reset, and on to the end of the step.

    ``v`` and ``w`` are from before the step. Until the spike the membrane is on average at
    V_half + Δ_T, the mean of −Δ_T ln(1 − s) over 0 < s < 1; after it a second-order Taylor step
    is taken from the reset.
    """
    w_half = w + _HALF * dt * rate_w * (a * (v - e_l) - w)
    v_half = half_leak(v, w_half, current, conductance, g_l, e_l, dt)
    z = blow_up(v_half, g_l, v_t, delta_t, dt)
    left = dt * (_1 - _1 / where(z > _1, z, _1))
    w = w + rate_w * (dt - left) * (a * (v_half + delta_t - e_l) - w) + b
    rise = blow_up(v_r, g_l, v_t, delta_t, _ONE_STEP)
    slope = g_l * (e_l - v_r) + delta_t * rise - w + current - conductance * v_r
    curvature = rise - g_l - conductance
    v_next = v_r + left * slope * (_1 + _HALF * left * curvature)
    return v_next, w + rate_w * left * (a * (v_r - e_l) - w)
