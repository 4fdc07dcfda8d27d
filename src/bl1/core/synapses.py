"""Synaptic conductances: AMPA, NMDA with its magnesium block, GABA_A and GABA_B.

AMPA and GABA_A jump at a spike and decay with one time constant; NMDA and GABA_B rise and decay
with two (dual exponential, scaled to a peak of 1). A weight g is therefore a *peak conductance*
(1/ms): an excitatory weight opens (1 − nmda_ratio) g of AMPA and nmda_ratio g of NMDA, an
inhibitory one (1 − gaba_b_ratio) g of GABA_A and gaba_b_ratio g of GABA_B.

Peak is not charge. With the time constants below a dual exponential of unit peak carries the
area (τ_decay − τ_rise)·scale: NMDA 108 ms against 2 ms of AMPA (54 ×, before the block), GABA_B
274 ms against 6 ms of GABA_A (46 ×). Small ratios go a long way.

Within a step every conductance acts by its mean over the step, g (1 − e^(−dt/τ)) τ/dt, so the
charge that a spike delivers does not depend on dt.
"""

import math
from typing import Any

import numpy as np

_1, _HALF = np.float32(1.0), np.float32(0.5)
_SIXTH, _24TH = np.float32(1.0 / 6.0), np.float32(1.0 / 24.0)
_BLOCK_EXPONENT = np.float32(-0.062 / 16.0)
_MG_AFFINITY = np.float32(1.0 / 3.57)


def nmda_block(v: Any, mg_mm: Any) -> Any:
    """Share of NMDA channels not blocked by magnesium at v (mV) and [Mg2+] in mM.

    B(v) = 1 / (1 + [Mg]/3.57 · exp(−0.062 v)); Jahr & Stevens 1990,
    doi:10.1523/JNEUROSCI.10-09-03178.1990, equation 4. The exponential is the 16th power of a
    short Taylor series, which compilers vectorise: B is exact to 3e-4 for −100 < v < 40 mV.
    """
    x = _BLOCK_EXPONENT * v
    e = _1 + x * (_1 + x * (_HALF + x * (_SIXTH + x * _24TH)))
    e = e * e
    e = e * e
    e = e * e
    e = e * e
    return _1 / (_1 + mg_mm * _MG_AFFINITY * e)


def dual_exponential_scale(tau_rise_ms: float, tau_decay_ms: float) -> float:
    """Factor that gives exp(−t/τ_decay) − exp(−t/τ_rise) a peak of 1.

    The peak lies at t = τ_r τ_d/(τ_d − τ_r) · ln(τ_d/τ_r).
    """
    peak_ms = (
        tau_rise_ms
        * tau_decay_ms
        / (tau_decay_ms - tau_rise_ms)
        * math.log(tau_decay_ms / tau_rise_ms)
    )
    return 1.0 / (math.exp(-peak_ms / tau_decay_ms) - math.exp(-peak_ms / tau_rise_ms))


def decay_per_step(tau_ms: float, dt_ms: float) -> float:
    """exp(−dt/τ): what is left of a conductance after one step."""
    return math.exp(-dt_ms / tau_ms)


def mean_over_step(tau_ms: float, dt_ms: float) -> float:
    """(1 − exp(−dt/τ)) τ/dt: the mean of a decaying conductance over a step, of its start."""
    return -math.expm1(-dt_ms / tau_ms) * tau_ms / dt_ms
