"""The fused, compiled step of a culture: deliver, advance, fire.

Order within a step: spikes whose delay has passed enter the conductances; each cell feels the
mean of its conductances over the step, its drive and the background noise, and advances; cells
that crossed their peak are reset, and their spike, scaled by short-term plasticity, is queued.

Cells are divided into ranges, one a thread. A range is delivered to and advanced by one thread
at a time, and every sum over synapses runs in the order (step sent, presynaptic cell), so the
bits do not depend on how many ranges there are. Spikes take ``min_delay`` steps or more to arrive:
where that is two or more, a range runs two steps before it must see what the others fired.

With STDP, an arrival also weakens its synapse by what the target's trace holds, and a cell that
fires strengthens the synapses that reach it, found through the index of incoming synapses. Nothing
else of a weight is touched.
"""

import math

import numpy as np
from numba import uint32, uintp

from bl1.core import adex, izhikevich, noise
from bl1.core.cells import ADEX, IZHIKEVICH
from bl1.core.constants import Constants
from bl1.core.jit import compiled, compiled_step, inlined
from bl1.core.layout import (
    BLOCK,
    CONDUCTANCE,
    CROSSED,
    CURRENT,
    LANES,
    NEXT_EXC,
    NOW_EXC,
    OLD_U,
    OLD_V,
    PARAMETERS,
    Float,
    Int,
    Memory,
    U,
    UInt,
    V,
)
from bl1.core.learning import eligibility_scale, fade_traces, learn_from_spikes, weaken
from bl1.core.passes import advance_adex, advance_izhikevich, advance_lif, advance_uncoupled
from bl1.core.prefetch import prefetch
from bl1.plasticity import stp

for equation in (izhikevich.izhikevich_reset, adex.adex_reset, stp.stp_at_spike):
    inlined(equation)

AHEAD, FAR_AHEAD = 8, 24  # spikes
P0, P1, P2, P3, P4, P5, P6, P7 = ((PARAMETERS + p) * LANES for p in range(8))
_0, _1 = np.float32(0.0), np.float32(1.0)


@inlined
def segment_of(cell: int, delay: int, r: int, n_delays: int, n_ranges: int) -> int:
    """Where ``segments`` holds the first synapse of a cell, a delay and a range of targets."""
    index: int = (uintp(cell) * n_delays + uintp(delay)) * n_ranges + uintp(r)
    return index


@compiled_step
def deliver(m: Memory, k: Constants, traces: Float | None, r: int, step: int, n_steps: int) -> None:
    """Add what arrives at range ``r`` in ``n_steps`` ≤ 2 steps; only rows of cells that fired
    are read."""
    n_ranges = len(m.ranges) - 1
    n_delays, n_split = uintp(k.n_delays), uintp(n_ranges)
    slots = len(m.queue_counts)
    cells, segments, targets, weights = m.cells, m.segments, m.targets, m.weights
    a_minus, w_min, w_max, soft = k.a_minus, k.w_min, k.w_max, k.soft
    scale = eligibility_scale(m, k, step)
    for sent in range(step - k.min_delay - k.n_delays + 1, step + n_steps - k.min_delay):
        slot = sent % slots
        shortest = max(step - sent - k.min_delay, 0)
        longest = min(step + n_steps - 1 - sent - k.min_delay, k.n_delays - 1)
        for source_range in range(n_ranges):
            first = m.ranges[source_range]
            last = first + m.queue_counts[slot, source_range]
            for s in range(first, last):
                source = m.queue_slots[slot, s]
                efficacy = m.queue_efficacy[slot, s]
                # Rows lie anywhere in memory: ask for the index of one some spikes ahead, and for
                # the synapses of a nearer one.
                if s + FAR_AHEAD < last:
                    far = m.queue_slots[slot, s + FAR_AHEAD]
                    prefetch(segments, segment_of(far, shortest, r, n_delays, n_split))
                if s + AHEAD < last:
                    near = m.queue_slots[slot, s + AHEAD]
                    begin = uintp(segments[segment_of(near, shortest, r, n_delays, n_split)])
                    prefetch(targets, begin)
                    prefetch(weights, begin)
                excitatory = source < k.n_exc
                kind = uintp(0 if excitatory else LANES)
                for d in range(shortest, longest + 1):
                    later = sent + k.min_delay + d - step
                    row = uintp((NEXT_EXC if later else NOW_EXC) * LANES) + kind
                    segment = segment_of(source, d, r, n_delays, n_split)
                    for synapse in range(uintp(segments[segment]), uintp(segments[segment + 1])):
                        target = uintp(targets[synapse])
                        # Cell t lies in block t // 64, lane t % 64.
                        at = target + (target // uintp(LANES)) * uintp(BLOCK - LANES) + row
                        cells[at] += weights[synapse] * efficacy
                    if traces is not None and excitatory:
                        begin, end = uintp(segments[segment]), uintp(segments[segment + 1])
                        weaken(m, begin, end, k, a_minus, w_min, w_max, soft, scale)


@compiled_step
def fire(m: Memory, k: Constants, models: Int | None, block: int, r: int, step: int) -> None:
    """Reset the cells of a block that crossed their peak and queue their spikes.

    A cell that crosses again while it is absolutely refractory goes back to its reset potential
    without a spike.
    """
    now = step % len(m.queue_counts)
    cells = m.cells[block * BLOCK : (block + 1) * BLOCK]
    left = m.scratch[r]
    v_reset = P2
    if models is not None and models[block] != IZHIKEVICH:
        v_reset = P6 if models[block] == ADEX else P3
    for lane in range(LANES):
        if left[CROSSED * LANES + lane] == _0:
            continue
        slot = block * LANES + lane
        if m.ids[slot] < 0:  # it only fills up the block
            cells[V * LANES + lane] = cells[v_reset + lane]
            cells[U * LANES + lane] = _0
            continue
        silent_steps = uint32(uint32(step) - m.last_spike[slot])
        if silent_steps < k.refractory:
            cells[V * LANES + lane] = cells[v_reset + lane]
            cells[U * LANES + lane] = left[OLD_U * LANES + lane]
            continue
        v_beyond = cells[V * LANES + lane]
        v, u = left[OLD_V * LANES + lane], left[OLD_U * LANES + lane]
        current, conductance = left[CURRENT * LANES + lane], left[CONDUCTANCE * LANES + lane]
        p0, p1, p2 = cells[P0 + lane], cells[P1 + lane], cells[P2 + lane]
        p3 = cells[P3 + lane]
        if models is not None and models[block] == ADEX:
            p4, p5, p6, p7 = (
                cells[P4 + lane], cells[P5 + lane], cells[P6 + lane], cells[P7 + lane]
            )  # fmt: skip
            v_t = p2 + k.threshold_shift
            v, u = adex.adex_reset(
                v, u, current, conductance, p0, p1, v_t, p3, p4, p5, p6, p7, k.dt
            )
        elif models is not None and models[block] != IZHIKEVICH:
            v, u = p3, cells[P4 + lane]  # reset, and held for the refractory time
        else:
            v, u = izhikevich.izhikevich_reset(
                v, u, v_beyond, current, conductance, p0, p1, p2, p3, k.dt
            )
        cells[V * LANES + lane] = v
        cells[U * LANES + lane] = u
        efficacy = _1
        if k.stp:
            excitatory = slot < k.n_exc
            rec, fac = (k.rec_exc, k.fac_exc) if excitatory else (k.rec_inh, k.fac_inh)
            m.resources[slot], m.utilisation[slot], efficacy = stp.stp_at_spike(
                m.resources[slot],
                m.utilisation[slot],
                k.u_exc if excitatory else k.u_inh,
                math.exp(-np.float32(silent_steps) * rec),
                math.exp(-np.float32(silent_steps) * fac),
            )
        m.last_spike[slot] = uint32(step)
        at = m.ranges[r] + m.queue_counts[now, r]
        m.queue_slots[now, at] = slot
        m.queue_efficacy[now, at] = efficacy
        m.queue_counts[now, r] += 1


@inlined
def advance_block(m: Memory, k: Constants, models: Int | None, block: int, r: int, key: int) -> int:
    """Take a block through one step by the pass of its model; how many cells crossed their peak."""
    crossed: int
    if models is not None and models[block] == ADEX:
        crossed = advance_adex(m, k, block, r, key)
    elif models is not None and models[block] != IZHIKEVICH:
        crossed = advance_lif(m, k, block, r, key)
    elif k.coupled:
        crossed = advance_izhikevich(m, k, block, r, key)
    else:
        crossed = advance_uncoupled(m, k, block, r, key)
    return crossed


@compiled_step
def advance_range(
    m: Memory,
    k: Constants,
    models: Int | None,
    traces: Float | None,
    r: int,
    step: int,
    n_steps: int,
) -> None:
    """Take range ``r`` through ``n_steps`` ≤ 2 steps, no more than spikes take to arrive.

    A block takes all its steps while it is in the cache. With STDP it is one step at a time.

    ``models`` is that of the memory, None where all cells are Izhikevich's; ``traces`` is
    ``trace_post``, None without STDP. What is None is not compiled.
    """
    slots = len(m.queue_counts)
    for now in range(step, step + n_steps):
        m.queue_counts[now % slots, r] = 0
    if traces is not None:
        fade_traces(m, k, r, step)
    if k.coupled:
        deliver(m, k, traces, r, step, n_steps)
    for block in range(m.ranges[r] // LANES, m.ranges[r + 1] // LANES):
        for now in range(step, step + n_steps):
            key = noise.step_key(k.seed, now)
            if advance_block(m, k, models, block, r, key) > 0:
                fire(m, k, models, block, r, now)
    if traces is not None:
        learn_from_spikes(m, k, r, step)


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
