"""A run of many steps, by one thread or several that stay inside compiled code.

The leader opens an epoch (two steps, or one where a spike may arrive after one), works on range
0, and then on every range that its helper has not yet claimed; only a range that a helper is in
the middle of is waited for. If such waits are long, the helper loses its core to another program:
after the third the leader retires its helpers and goes on alone until the run returns to Python.
So more threads than free cores cost little, and what thread did what never shows in the result.
"""

from numba import int64

from bl1.core.atomics import atomic_claim, atomic_load, atomic_store, yield_core
from bl1.core.constants import Constants
from bl1.core.jit import compiled_step
from bl1.core.kernels import advance_range
from bl1.core.layout import Float, Int, Memory

# The meeting place is an int64 array; entries lie a cache line apart.
EPOCH, EPOCH_STEP, EPOCH_LENGTH, RETIRED, CLAIMED, DONE = (8 * i for i in range(6))
STRIDE = 16  # between the CLAIMED/DONE pairs of two ranges
# Spins (about 1 ns each) before a wait counts as long: some times what an epoch of this many cells
# takes. To yield earlier would hand the leader's own core to whatever else wants to run.
SPINS_AT_LEAST, SPINS_PER_CELL = 20_000, 20
LONG_WAITS_BEFORE_RETIRING = 3
LAST_EPOCH = -1


@compiled_step
def help_run(
    m: Memory,
    constants: Constants,
    models: Int | None,
    traces: Float | None,
    meeting: Int,
    r: int,
) -> None:
    """A helper: take range ``r`` through every epoch that the leader opens."""
    k = constants[0]
    patience = SPINS_AT_LEAST + SPINS_PER_CELL * (m.ranges[r + 1] - m.ranges[r])
    seen = int64(0)
    spins = 0
    while atomic_load(meeting, RETIRED) == 0:
        epoch = atomic_load(meeting, EPOCH)
        if epoch == LAST_EPOCH:
            return
        if epoch == seen:
            spins += 1
            if spins > patience:
                yield_core()
            continue
        seen = epoch
        spins = 0
        if atomic_claim(meeting, CLAIMED + STRIDE * r, epoch - 1, epoch):
            advance_range(m, k, models, traces, r, meeting[EPOCH_STEP], meeting[EPOCH_LENGTH])
            atomic_store(meeting, DONE + STRIDE * r, epoch)


@compiled_step
def lead_run(
    m: Memory,
    constants: Constants,
    models: Int | None,
    traces: Float | None,
    meeting: Int,
    n_steps: int,
    out_steps: Int,
    out_ids: Int,
) -> tuple[int, int]:
    """Advance all ranges by up to ``n_steps``; write spikes as (step, cell) events in order.

    Returns the steps taken and the events written. Stops early while there is still room for
    one more epoch in which every cell fires at every step.
    """
    k = constants[0]
    n_ranges = len(m.ranges) - 1
    slots = len(m.queue_counts)
    room = m.ranges[n_ranges] * k.epoch
    patience = SPINS_AT_LEAST + SPINS_PER_CELL * m.ranges[1]
    long_waits = 0
    written = 0
    taken = 0
    epoch = int64(0)
    while taken < n_steps and written + room <= len(out_ids):
        length = min(k.epoch, n_steps - taken)
        start = m.clock[0]
        epoch += 1
        meeting[EPOCH_STEP] = start
        meeting[EPOCH_LENGTH] = length
        atomic_store(meeting, EPOCH, epoch)
        advance_range(m, k, models, traces, 0, start, length)
        for r in range(1, n_ranges):
            if atomic_claim(meeting, CLAIMED + STRIDE * r, epoch - 1, epoch):
                advance_range(m, k, models, traces, r, start, length)
                atomic_store(meeting, DONE + STRIDE * r, epoch)
        for r in range(1, n_ranges):
            spins = 0
            while atomic_load(meeting, DONE + STRIDE * r) != epoch:
                spins += 1
                if spins == patience:
                    long_waits += 1
                    if long_waits == LONG_WAITS_BEFORE_RETIRING:
                        atomic_store(meeting, RETIRED, 1)
                if spins >= patience:
                    yield_core()
        for step in range(start, start + length):
            slot = step % slots
            for r in range(n_ranges):
                first = m.ranges[r]
                for s in range(first, first + m.queue_counts[slot, r]):
                    out_steps[written] = step
                    out_ids[written] = m.ids[m.queue_slots[slot, s]]
                    written += 1
        m.clock[0] = start + length
        taken += length
    atomic_store(meeting, EPOCH, LAST_EPOCH)
    return taken, written
