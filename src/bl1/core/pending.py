"""Spikes under way: sent, and not yet arrived everywhere.

While a culture runs they wait in a ring of queues, one a step, divided by the ranges of the cells
that sent them. Here they are taken out as plain events, and put back under any division.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.core.layout import Float, Int, Memory
from bl1.errors import Bl1Error


class Pending(NamedTuple):
    """Spikes under way, ordered by step, then by slot."""

    steps: NDArray[np.int64]
    slots: Int
    efficacy: Float


def take_pending(m: Memory) -> Pending:
    """All spikes of the last steps that the ring holds, a copy."""
    now, slots = int(m.clock[0]), len(m.queue_counts)
    parts = [
        (step, slot, slice(first, first + count))
        for step in range(max(0, now - slots), now)
        for slot in [step % slots]
        for first, count in zip(m.ranges[:-1], m.queue_counts[slot], strict=True)
        if count
    ]
    if not parts:
        return Pending(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    return Pending(
        np.concatenate([np.full(span.stop - span.start, step) for step, _, span in parts]),
        np.concatenate([m.queue_slots[slot, span] for _, slot, span in parts]),
        np.concatenate([m.queue_efficacy[slot, span] for _, slot, span in parts]),
    )


def check_pending(m: Memory, pending: Pending, clock: int) -> None:
    """Raise Bl1Error where these cannot be spikes that are under way at a step."""
    if not len(pending.steps) == len(pending.slots) == len(pending.efficacy):
        raise Bl1Error("the checkpoint is damaged: its pending spikes are not of one length")
    oldest = clock - len(m.queue_counts)
    slots_exist = (pending.slots >= 0) & (pending.slots < len(m.ids))
    if not np.all(slots_exist & (pending.steps >= oldest) & (pending.steps < clock)):
        raise Bl1Error("the checkpoint is damaged: a pending spike is of no cell, or not under way")
    if not np.all(np.diff(pending.steps * len(m.ids) + pending.slots) > 0):
        raise Bl1Error("the checkpoint is damaged: its pending spikes are not in order")


def put_pending(m: Memory, pending: Pending) -> None:
    """Fill the ring with these spikes and no others."""
    m.queue_counts[:] = 0
    owners = np.searchsorted(m.ranges, pending.slots, side="right") - 1
    for step, owner in set(zip(pending.steps.tolist(), owners.tolist(), strict=True)):
        slot = step % len(m.queue_counts)
        chosen = (pending.steps == step) & (owners == owner)
        count = int(chosen.sum())
        span = slice(m.ranges[owner], m.ranges[owner] + count)
        m.queue_slots[slot, span] = pending.slots[chosen]
        m.queue_efficacy[slot, span] = pending.efficacy[chosen]
        m.queue_counts[slot, owner] = count
