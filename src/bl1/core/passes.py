"""The fused pass over a block of cells: conductances, current, noise, membrane.

There is one pass for each model of cell, made from the same text: a block holds cells of one model,
so that nothing in the loop depends on which it is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import uint32, uintp

from bl1.core import adex, izhikevich, lif, noise, synapses
from bl1.core.constants import Constants
from bl1.core.jit import inlined
from bl1.core.layout import (
    AMPA,
    BLOCK,
    CONDUCTANCE,
    CROSSED,
    CURRENT,
    DRIVE,
    GABA_A,
    GABA_B_DECAY,
    GABA_B_RISE,
    LANES,
    NEXT_EXC,
    NEXT_INH,
    NMDA_DECAY,
    NMDA_RISE,
    NOW_EXC,
    NOW_INH,
    OLD_U,
    OLD_V,
    PARAMETERS,
    Float,
    Memory,
    U,
    V,
)

for equation in (
    izhikevich.izhikevich_flow,
    adex.adex_flow,
    adex.exponential,
    adex.exponential_decay,
    adex.half_leak,
    adex.blow_up,
    lif.lif_flow,
    synapses.nmda_block,
    noise.mix,
    noise.count_ones,
    noise.key_of,
    noise.step_key,
    noise.standard_normal,
):
    inlined(equation)

# Conductances at rest are this small, not zero: they never become denormal numbers, which would
# make a silent culture run at half speed.
AT_REST = np.float32(1e-25)
_0, _1 = np.float32(0.0), np.float32(1.0)
P0, P1, P2, P3, P4, P5 = (uintp((PARAMETERS + p) * LANES) for p in range(6))


@inlined
def izhikevich_step(
    cells: Float,
    i: int,
    v: float,
    u: float,
    current: float,
    conductance: float,
    shift: float,
    dt: float,
) -> tuple[float, float, bool]:
    """:func:`izhikevich.izhikevich_flow` of the cell at ``i``, which has no threshold to shift."""
    a, b = cells[i + P0], cells[i + P1]
    return izhikevich.izhikevich_flow(v, u, current, conductance, a, b, dt)


@inlined
def adex_step(
    cells: Float,
    i: int,
    v: float,
    w: float,
    current: float,
    conductance: float,
    shift: float,
    dt: float,
) -> tuple[float, float, bool]:
    """:func:`adex.adex_flow` of the cell at ``i``."""
    g_l, e_l, v_t = cells[i + P0], cells[i + P1], cells[i + P2] + shift
    delta_t, a, rate_w = cells[i + P3], cells[i + P4], cells[i + P5]
    return adex.adex_flow(v, w, current, conductance, g_l, e_l, v_t, delta_t, a, rate_w, dt)


@inlined
def lif_step(
    cells: Float,
    i: int,
    v: float,
    held_ms: float,
    current: float,
    conductance: float,
    shift: float,
    dt: float,
) -> tuple[float, float, bool]:
    """:func:`lif.lif_flow` of the cell at ``i``."""
    g_l, e_l, v_t = cells[i + P0], cells[i + P1], cells[i + P2] + shift
    return lif.lif_flow(v, held_ms, current, conductance, g_l, e_l, v_t, dt)


def coupled_pass(step: Callable[..., Any], *, shunted: bool = False) -> Any:
    """The pass over cells that synapses reach; ``shunted`` where it is a shunt by which blocked
    sodium channels raise the threshold (see :mod:`bl1.core.sodium`)."""

    @inlined
    def advance_block(m: Memory, k: Constants, block: int, r: int, key: int) -> int:
        """Advance the 64 cells of a block by one step; return how many crossed their peak.

        What :func:`bl1.core.kernels.fire` needs of the step is left in the scratch of range r.
        """
        cells, scratch = m.cells, m.scratch.reshape(m.scratch.size)
        base = uintp(block) * uintp(BLOCK)
        cell = uint32(m.ids[block * LANES])
        left = uintp(r) * uintp(m.scratch.shape[1])
        dt, mg_mm, mean, std = k.dt, k.mg_mm, k.mean, k.std
        e_exc, e_gaba_a, e_gaba_b = k.e_exc, k.e_gaba_a, k.e_gaba_b
        to_ampa, to_nmda, to_gaba_a, to_gaba_b = k.to_ampa, k.to_nmda, k.to_gaba_a, k.to_gaba_b
        mean_ampa, mean_gaba_a = k.mean_ampa, k.mean_gaba_a
        mean_nmda_rise, mean_nmda_decay = k.mean_nmda_rise, k.mean_nmda_decay
        mean_gaba_b_rise, mean_gaba_b_decay = k.mean_gaba_b_rise, k.mean_gaba_b_decay
        keep_ampa, keep_gaba_a = k.keep_ampa, k.keep_gaba_a
        keep_nmda_rise, keep_nmda_decay = k.keep_nmda_rise, k.keep_nmda_decay
        keep_gaba_b_rise, keep_gaba_b_decay = k.keep_gaba_b_rise, k.keep_gaba_b_decay
        shunt, shunt_current, shift = _0, _0, k.threshold_shift
        if shunted:
            shunt, shunt_current = k.shunt, k.shunt_current
        crossings = uint32(0)
        for lane in range(uintp(LANES)):
            i = base + lane
            from_exc = cells[i + uintp(NOW_EXC * LANES)]
            from_inh = cells[i + uintp(NOW_INH * LANES)]
            cells[i + uintp(NOW_EXC * LANES)] = cells[i + uintp(NEXT_EXC * LANES)]
            cells[i + uintp(NOW_INH * LANES)] = cells[i + uintp(NEXT_INH * LANES)]
            cells[i + uintp(NEXT_EXC * LANES)] = AT_REST
            cells[i + uintp(NEXT_INH * LANES)] = AT_REST

            ampa = cells[i + uintp(AMPA * LANES)] + to_ampa * from_exc
            nmda_rise = cells[i + uintp(NMDA_RISE * LANES)] + to_nmda * from_exc
            nmda_decay = cells[i + uintp(NMDA_DECAY * LANES)] + to_nmda * from_exc
            gaba_a = cells[i + uintp(GABA_A * LANES)] + to_gaba_a * from_inh
            gaba_b_rise = cells[i + uintp(GABA_B_RISE * LANES)] + to_gaba_b * from_inh
            gaba_b_decay = cells[i + uintp(GABA_B_DECAY * LANES)] + to_gaba_b * from_inh
            cells[i + uintp(AMPA * LANES)] = ampa * keep_ampa
            cells[i + uintp(NMDA_RISE * LANES)] = nmda_rise * keep_nmda_rise
            cells[i + uintp(NMDA_DECAY * LANES)] = nmda_decay * keep_nmda_decay
            cells[i + uintp(GABA_A * LANES)] = gaba_a * keep_gaba_a
            cells[i + uintp(GABA_B_RISE * LANES)] = gaba_b_rise * keep_gaba_b_rise
            cells[i + uintp(GABA_B_DECAY * LANES)] = gaba_b_decay * keep_gaba_b_decay

            nmda = mean_nmda_decay * nmda_decay - mean_nmda_rise * nmda_rise
            v = cells[i + uintp(V * LANES)]
            g_exc = mean_ampa * ampa + nmda * synapses.nmda_block(v, mg_mm)
            g_a = mean_gaba_a * gaba_a
            g_b = mean_gaba_b_decay * gaba_b_decay - mean_gaba_b_rise * gaba_b_rise
            conductance = g_exc + g_a + g_b + shunt
            background = mean + std * noise.standard_normal(key, cell)
            cell = uint32(cell + uint32(1))
            drive = cells[i + uintp(DRIVE * LANES)] + background
            current = drive + e_exc * g_exc + e_gaba_a * g_a + e_gaba_b * g_b + shunt_current

            u = cells[i + uintp(U * LANES)]
            v_next, u_next, crossed = step(cells, i, v, u, current, conductance, shift, dt)
            cells[i + uintp(V * LANES)] = v_next
            cells[i + uintp(U * LANES)] = u_next
            scratch[left + lane + uintp(OLD_V * LANES)] = v
            scratch[left + lane + uintp(OLD_U * LANES)] = u
            scratch[left + lane + uintp(CURRENT * LANES)] = current
            scratch[left + lane + uintp(CONDUCTANCE * LANES)] = conductance
            scratch[left + lane + uintp(CROSSED * LANES)] = _1 if crossed else _0
            crossings = uint32(crossings + uint32(crossed))
        return crossings

    return advance_block


advance_izhikevich = coupled_pass(izhikevich_step, shunted=True)
advance_adex = coupled_pass(adex_step)
advance_lif = coupled_pass(lif_step)


@inlined
def advance_uncoupled(m: Memory, k: Constants, block: int, r: int, key: int) -> int:
    """The pass over Izhikevich cells without synapses: a lighter :func:`advance_izhikevich`."""
    cells, scratch = m.cells, m.scratch.reshape(m.scratch.size)
    base = uintp(block) * uintp(BLOCK)
    cell = uint32(m.ids[block * LANES])
    left = uintp(r) * uintp(m.scratch.shape[1])
    dt, mean, std = k.dt, k.mean, k.std
    shunt, shunt_current = k.shunt, k.shunt_current
    crossings = uint32(0)
    for lane in range(uintp(LANES)):
        i = base + lane
        background = mean + std * noise.standard_normal(key, cell)
        cell = uint32(cell + uint32(1))
        current = cells[i + uintp(DRIVE * LANES)] + background + shunt_current
        v, u = cells[i + uintp(V * LANES)], cells[i + uintp(U * LANES)]
        v_next, u_next, crossed = izhikevich_step(cells, i, v, u, current, shunt, _0, dt)
        cells[i + uintp(V * LANES)] = v_next
        cells[i + uintp(U * LANES)] = u_next
        scratch[left + lane + uintp(OLD_V * LANES)] = v
        scratch[left + lane + uintp(OLD_U * LANES)] = u
        scratch[left + lane + uintp(CURRENT * LANES)] = current
        scratch[left + lane + uintp(CONDUCTANCE * LANES)] = shunt
        scratch[left + lane + uintp(CROSSED * LANES)] = _1 if crossed else _0
        crossings = uint32(crossings + uint32(crossed))
    return crossings
