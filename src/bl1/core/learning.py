"""Spike-timing dependent plasticity in the compiled step: traces, and the synapses that they meet.

Only synapses of cells that fire are touched: at an arrival those of its row, at a target's spike
those that its index of incoming synapses names. The equations are in :mod:`bl1.plasticity.stdp`.

Eligibility is kept as e·exp((t − t₀)/τ_e), in which it does not decay: an event adds to it, and
nothing is done to the others. t₀ moves on before the numbers grow large (see
:mod:`bl1.core.slow`).
"""

import math

import numpy as np
from numba import uintp

from bl1.core.constants import Constants
from bl1.core.jit import compiled_step, inlined
from bl1.core.layout import Memory
from bl1.plasticity import reward, stdp

for equation in (stdp.trace_at_spike, stdp.growth, stdp.decline, stdp.bounded, reward.after_reward):
    inlined(equation)

# Traces fall to this, not to 0: see AT_REST in bl1.core.passes.
FAINT = np.float32(1e-25)


@inlined
def eligibility_scale(m: Memory, k: Constants, step: int) -> float:
    """exp((t − t₀)/τ_e): what an eligibility of 1 is kept as."""
    return np.float32(math.exp((step - m.eligible_since[0]) * k.eligibility))


@compiled_step
def fade_traces(m: Memory, k: Constants, r: int, step: int) -> None:
    """Take the traces of range ``r`` from the step before to this one."""
    before, now = m.trace_pre[(step - 1) % len(m.trace_pre)], m.trace_pre[step % len(m.trace_pre)]
    post = m.trace_post
    keep_plus, keep_minus = k.keep_plus, k.keep_minus
    for slot in range(uintp(m.ranges[r]), uintp(m.ranges[r + 1])):
        now[slot] = max(before[slot] * keep_plus, FAINT)
        post[slot] = max(post[slot] * keep_minus, FAINT)


@inlined
def weaken(
    m: Memory, begin: int, end: int, k: Constants, a_minus: float, w_min: float, w_max: float,
    soft: float, scale: float,
) -> None:  # fmt: skip
    """What arrives through synapses ``begin`` to ``end`` meets the traces of their targets."""
    weights, targets, trace_post, eligibility = m.weights, m.targets, m.trace_post, m.eligibility
    if k.rewarded:
        for synapse in range(begin, end):
            w, y = weights[synapse], trace_post[uintp(targets[synapse])]
            eligibility[synapse] -= scale * stdp.decline(w, y, a_minus, w_min, w_max, soft)
    else:
        for synapse in range(begin, end):
            w, y = weights[synapse], trace_post[uintp(targets[synapse])]
            w -= stdp.decline(w, y, a_minus, w_min, w_max, soft)
            weights[synapse] = stdp.bounded(w, w_min, w_max)


@compiled_step
def learn_from_spikes(m: Memory, k: Constants, r: int, step: int) -> None:
    """The cells of range ``r`` that fired at this step meet what has arrived, and leave traces."""
    weights, trace_pre, eligibility = m.weights, m.trace_pre, m.eligibility
    starts, synapses = m.incoming_starts, m.incoming_synapses
    sources, delays = m.incoming_sources, m.incoming_delays
    a_plus, w_min, w_max, soft = k.a_plus, k.w_min, k.w_max, k.soft
    rewarded, scale = k.rewarded, eligibility_scale(m, k, step)
    n_steps = len(trace_pre)
    now = step % n_steps
    queue = step % len(m.queue_counts)
    first = m.ranges[r]
    for s in range(first, first + m.queue_counts[queue, r]):
        slot = m.queue_slots[queue, s]
        for i in range(uintp(starts[slot]), uintp(starts[slot + 1])):
            synapse = uintp(synapses[i])
            sent = now - delays[i]
            x = trace_pre[sent + n_steps if sent < 0 else sent, uintp(sources[i])]
            w = weights[synapse]
            change = stdp.growth(w, x, a_plus, w_min, w_max, soft)
            if rewarded:
                eligibility[synapse] += scale * change
            else:
                weights[synapse] = stdp.bounded(w + change, w_min, w_max)
        if m.learns[slot]:  # an arrival that meets no trace changes nothing
            m.trace_post[slot] = stdp.trace_at_spike(m.trace_post[slot], k.nearest)
        trace_pre[now, slot] = stdp.trace_at_spike(trace_pre[now, slot], k.nearest)


@compiled_step
def apply_reward(m: Memory, constants: Constants, n_exc_synapses: int, gain: float) -> None:
    """Change every excitatory weight by ``gain`` times its eligibility now."""
    k = constants[0]
    faded = np.float32(1.0) / eligibility_scale(m, k, m.clock[0])
    for synapse in range(uintp(n_exc_synapses)):
        e = m.eligibility[synapse] * faded
        m.weights[synapse] = reward.after_reward(m.weights[synapse], e, gain, k.w_min, k.w_max)
