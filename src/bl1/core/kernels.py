"""The fused, compiled step of a culture: deliver, advance, fire.

Order within a step: spikes whose delay has passed enter the conductances; each cell feels the
mean of its conductances over the step, its drive and the background noise, and advances; cells
that crossed their peak are reset, and their spike, scaled by short-term plasticity, is queued.

Cells are divided into ranges, one a thread. A range is delivered to and advanced by one thread
at a time, and every sum over synapses runs in the order (step sent, presynaptic cell), so the
bits do not depend on how many ranges there are. Spikes take ``min_delay`` steps or more to arrive:
where that is two or more, a range runs two steps before it must see what the others fired.
"""

import math

import numpy as np
from numba import uint32, uintp

from bl1.core import izhikevich, noise, synapses
from bl1.core.constants import Constants
from bl1.core.jit import compiled, inlined
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
    PARAM_A,
    PARAM_B,
    PARAM_C,
    PARAM_D,
    Float,
    Int,
    Memory,
    U,
    UInt,
    V,
)
from bl1.core.prefetch import prefetch
from bl1.plasticity import stp

for equation in (
    izhikevich.izhikevich_flow,
    izhikevich.izhikevich_reset,
    synapses.nmda_block,
    noise.mix,
    noise.count_ones,
    noise.key_of,
    noise.step_key,
    noise.standard_normal,
    stp.stp_at_spike,
):
    inlined(equation)

E_GABA_A = np.float32(synapses.E_GABA_A_MV)
E_GABA_B = np.float32(synapses.E_GABA_B_MV)
# Conductances at rest are this small, not zero: they never become denormal numbers, which would
# make a silent culture run at half speed.
AT_REST = np.float32(1e-25)
AHEAD, FAR_AHEAD = 8, 24  # spikes
_0, _1 = np.float32(0.0), np.float32(1.0)


@inlined
def segment_of(cell: int, delay: int, r: int, n_delays: int, n_ranges: int) -> int:
    """Where ``segments`` holds the first synapse of a cell, a delay and a range of targets."""
    index: int = (uintp(cell) * n_delays + uintp(delay)) * n_ranges + uintp(r)
    return index


@compiled
def deliver(m: Memory, k: Constants, r: int, step: int, n_steps: int) -> None:
    """Add what arrives at range ``r`` in ``n_steps`` ≤ 2 steps; only rows of cells that fired
    are read."""
    n_ranges = len(m.ranges) - 1
    n_delays, n_split = uintp(k.n_delays), uintp(n_ranges)
    slots = len(m.queue_counts)
    cells, segments, targets, weights = m.cells, m.segments, m.targets, m.weights
    for sent in range(step - k.min_delay - k.n_delays + 1, step + n_steps - k.min_delay):
        slot = sent % slots
        shortest = max(step - sent - k.min_delay, 0)
        longest = min(step + n_steps - 1 - sent - k.min_delay, k.n_delays - 1)
        for source_range in range(n_ranges):
            first = m.ranges[source_range]
            last = first + m.queue_counts[slot, source_range]
            for s in range(first, last):
                source = m.queue_ids[slot, s]
                efficacy = m.queue_efficacy[slot, s]
                # Rows lie anywhere in memory: ask for the index of one some spikes ahead, and for
                # the synapses of a nearer one.
                if s + FAR_AHEAD < last:
                    far = m.queue_ids[slot, s + FAR_AHEAD]
                    prefetch(segments, segment_of(far, shortest, r, n_delays, n_split))
                if s + AHEAD < last:
                    near = m.queue_ids[slot, s + AHEAD]
                    begin = uintp(segments[segment_of(near, shortest, r, n_delays, n_split)])
                    prefetch(targets, begin)
                    prefetch(weights, begin)
                kind = uintp(0 if source < k.n_exc else LANES)
                for d in range(shortest, longest + 1):
                    later = sent + k.min_delay + d - step
                    row = uintp((NEXT_EXC if later else NOW_EXC) * LANES) + kind
                    segment = segment_of(source, d, r, n_delays, n_split)
                    for synapse in range(uintp(segments[segment]), uintp(segments[segment + 1])):
                        target = uintp(targets[synapse])
                        # Cell t lies in block t // 64, lane t % 64.
                        at = target + (target // uintp(LANES)) * uintp(BLOCK - LANES) + row
                        cells[at] += weights[synapse] * efficacy


@inlined
def advance_cell(
    cells: Float, scratch: Float, i: int, left: int, current: float, conductance: float, dt: float
) -> int:
    """Advance the membrane of the cell at ``i``; 1 if it crossed its peak.

    What it was before, and the current, are left in the scratch block for :func:`fire`.
    """
    v, u = cells[i + uintp(V * LANES)], cells[i + uintp(U * LANES)]
    a, b = cells[i + uintp(PARAM_A * LANES)], cells[i + uintp(PARAM_B * LANES)]
    v_next, u_next, crossed = izhikevich.izhikevich_flow(v, u, current, conductance, a, b, dt)
    cells[i + uintp(V * LANES)] = v_next
    cells[i + uintp(U * LANES)] = u_next
    scratch[left + uintp(OLD_V * LANES)] = v
    scratch[left + uintp(OLD_U * LANES)] = u
    scratch[left + uintp(CURRENT * LANES)] = current
    scratch[left + uintp(CROSSED * LANES)] = _1 if crossed else _0
    count: int = uint32(crossed)
    return count


@inlined
def advance_block(m: Memory, k: Constants, block: int, r: int, key: int) -> int:
    """Advance the 64 cells of a block by one step; return how many crossed their peak.

    What :func:`fire` needs of the step is left in the scratch block of range ``r``.
    """
    cells, scratch = m.cells, m.scratch.reshape(m.scratch.size)
    base = uintp(block) * uintp(BLOCK)
    cell = uint32(uint32(block) * uint32(LANES))
    left = uintp(r) * uintp(m.scratch.shape[1])
    dt, mg_mm, mean, std = k.dt, k.mg_mm, k.mean, k.std
    to_ampa, to_nmda, to_gaba_a, to_gaba_b = k.to_ampa, k.to_nmda, k.to_gaba_a, k.to_gaba_b
    mean_ampa, mean_gaba_a = k.mean_ampa, k.mean_gaba_a
    mean_nmda_rise, mean_nmda_decay = k.mean_nmda_rise, k.mean_nmda_decay
    mean_gaba_b_rise, mean_gaba_b_decay = k.mean_gaba_b_rise, k.mean_gaba_b_decay
    keep_ampa, keep_gaba_a = k.keep_ampa, k.keep_gaba_a
    keep_nmda_rise, keep_nmda_decay = k.keep_nmda_rise, k.keep_nmda_decay
    keep_gaba_b_rise, keep_gaba_b_decay = k.keep_gaba_b_rise, k.keep_gaba_b_decay
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
        conductance = g_exc + g_a + g_b
        background = mean + std * noise.standard_normal(key, cell)
        cell = uint32(cell + uint32(1))
        drive = cells[i + uintp(DRIVE * LANES)] + background
        current = drive + E_GABA_A * g_a + E_GABA_B * g_b

        scratch[left + uintp(CONDUCTANCE * LANES) + lane] = conductance
        crossed = advance_cell(cells, scratch, i, left + lane, current, conductance, dt)
        crossings = uint32(crossings + crossed)
    return crossings


@inlined
def advance_uncoupled_block(m: Memory, k: Constants, block: int, r: int, key: int) -> int:
    """:func:`advance_block` for cells without synapses."""
    cells, scratch = m.cells, m.scratch.reshape(m.scratch.size)
    base = uintp(block) * uintp(BLOCK)
    cell = uint32(uint32(block) * uint32(LANES))
    left = uintp(r) * uintp(m.scratch.shape[1])
    dt, mean, std = k.dt, k.mean, k.std
    crossings = uint32(0)
    for lane in range(uintp(LANES)):
        i = base + lane
        background = mean + std * noise.standard_normal(key, cell)
        cell = uint32(cell + uint32(1))
        current = cells[i + uintp(DRIVE * LANES)] + background
        crossed = advance_cell(cells, scratch, i, left + lane, current, _0, dt)
        crossings = uint32(crossings + crossed)
    return crossings


@compiled
def fire(m: Memory, k: Constants, block: int, r: int, step: int) -> None:
    """Reset the cells of a block that crossed their peak and queue their spikes.

    A cell that crosses again while it is absolutely refractory goes back to its reset potential
    without a spike.
    """
    slot = step % len(m.queue_counts)
    cells = m.cells[block * BLOCK : (block + 1) * BLOCK]
    left = m.scratch[r]
    for lane in range(LANES):
        if left[CROSSED * LANES + lane] == _0:
            continue
        cell = block * LANES + lane
        if cell >= k.n_neurons:  # it only fills up the last block
            cells[V * LANES + lane] = cells[PARAM_C * LANES + lane]
            cells[U * LANES + lane] = _0
            continue
        silent_steps = uint32(uint32(step) - m.last_spike[cell])
        if silent_steps < k.refractory:
            cells[V * LANES + lane] = cells[PARAM_C * LANES + lane]
            cells[U * LANES + lane] = left[OLD_U * LANES + lane]
            continue
        cells[V * LANES + lane], cells[U * LANES + lane] = izhikevich.izhikevich_reset(
            left[OLD_V * LANES + lane],
            left[OLD_U * LANES + lane],
            cells[V * LANES + lane],
            left[CURRENT * LANES + lane],
            left[CONDUCTANCE * LANES + lane],
            cells[PARAM_A * LANES + lane],
            cells[PARAM_B * LANES + lane],
            cells[PARAM_C * LANES + lane],
            cells[PARAM_D * LANES + lane],
            k.dt,
        )
        efficacy = _1
        if k.stp:
            excitatory = cell < k.n_exc
            rec, fac = (k.rec_exc, k.fac_exc) if excitatory else (k.rec_inh, k.fac_inh)
            m.resources[cell], m.utilisation[cell], efficacy = stp.stp_at_spike(
                m.resources[cell],
                m.utilisation[cell],
                k.u_exc if excitatory else k.u_inh,
                math.exp(-np.float32(silent_steps) * rec),
                math.exp(-np.float32(silent_steps) * fac),
            )
        m.last_spike[cell] = uint32(step)
        at = m.ranges[r] + m.queue_counts[slot, r]
        m.queue_ids[slot, at] = cell
        m.queue_efficacy[slot, at] = efficacy
        m.queue_counts[slot, r] += 1


@compiled
def advance_range(m: Memory, k: Constants, r: int, step: int, n_steps: int) -> None:
    """Take range ``r`` through ``n_steps`` ≤ 2 steps, no more than spikes take to arrive.

    A block takes all its steps while it is in the cache.
    """
    slots = len(m.queue_counts)
    for now in range(step, step + n_steps):
        m.queue_counts[now % slots, r] = 0
    if k.coupled:
        deliver(m, k, r, step, n_steps)
    for block in range(m.ranges[r] // LANES, m.ranges[r + 1] // LANES):
        for now in range(step, step + n_steps):
            key = noise.step_key(k.seed, now)
            if k.coupled:
                crossed = advance_block(m, k, block, r, key)
            else:
                crossed = advance_uncoupled_block(m, k, block, r, key)
            if crossed > 0:
                fire(m, k, block, r, now)


@compiled
def split_rows(starts: UInt, targets: UInt, bounds: Int) -> UInt:
    """Cut each row of synapses, whose targets ascend, where a range of cells begins."""
    n_ranges = len(bounds) - 1
    cuts = np.empty((len(starts) - 1) * n_ranges + 1, np.uint32)
    for row in range(len(starts) - 1):
        synapse = starts[row]
        for r in range(n_ranges):
            cuts[row * n_ranges + r] = synapse
            while synapse < starts[row + 1] and targets[synapse] < bounds[r + 1]:
                synapse += uint32(1)
    cuts[-1] = starts[-1]
    return cuts
