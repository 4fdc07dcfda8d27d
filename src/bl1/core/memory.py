"""How the memory of a running culture is laid out, rewired, and divided among threads."""

import numpy as np
from numpy.typing import NDArray

from bl1.core import layout
from bl1.core.cells import IZHIKEVICH, MODELS, Cells
from bl1.core.kernels import split_rows
from bl1.core.layout import Float, Int, Memory, UInt
from bl1.core.learning import FAINT
from bl1.core.passes import AT_REST
from bl1.core.pending import put_pending, take_pending
from bl1.core.wiring import Synapses, find_incoming

# Cells that fill up a block must seldom cross their peak (kernels.fire mutes them).
PADDING_DRIVE = -100.0
LONG_AGO = np.uint32(1 << 31)


def slots_for(cells: Cells) -> tuple[Int, int]:
    """The slot of each cell, and how many slots there are: populations begin on whole blocks."""
    slots, first = [], 0
    for population in cells.populations:
        slots.append(np.arange(first, first + len(population), dtype=np.int32))
        first += layout.blocks_for(len(population)) * layout.LANES
    return np.concatenate([np.empty(0, np.int32), *slots]), first


def lay_out(
    cells: Cells,
    slot_of: Int,
    n_slots: int,
    min_delay: int,
    n_delays: int,
    *,
    learners: NDArray[np.bool_] | None,
) -> Memory:
    """Memory of a culture at rest, still without synapses.

    ``learners`` are the cells whose inputs learn, for which there is room for traces.
    """
    learning = learners is not None
    blocks = n_slots // layout.LANES
    queued = min_delay + n_delays - 1 + layout.LOOKAHEAD
    remembered = min_delay + n_delays if learning else 0
    memory = Memory(
        cells=np.zeros(blocks * layout.BLOCK, np.float32),
        models=np.full(blocks, IZHIKEVICH, np.int32),
        ids=np.full(n_slots, -1, np.int32),
        last_spike=np.full(n_slots, LONG_AGO, np.uint32),
        resources=np.ones(n_slots, np.float32),
        utilisation=np.zeros(n_slots, np.float32),
        segments=np.zeros(1, np.uint32),
        targets=np.empty(0, np.uint32),
        weights=np.empty(0, np.float32),
        queue_slots=np.empty((queued, n_slots), np.int32),
        queue_efficacy=np.empty((queued, n_slots), np.float32),
        queue_counts=np.zeros((queued, 1), np.int32),
        ranges=np.array([0, n_slots], np.int32),
        scratch=np.zeros((1, layout.N_SCRATCH_ROWS * layout.LANES), np.float32),
        clock=np.zeros(1, np.int64),
        trace_pre=np.full((remembered, n_slots if learning else 0), FAINT, np.float32),
        trace_post=np.full(n_slots if learning else 0, FAINT, np.float32),
        learns=np.zeros(n_slots if learning else 0, np.bool_),
        incoming_starts=np.empty(0, np.uint32),
        incoming_synapses=np.empty(0, np.uint32),
        incoming_sources=np.empty(0, np.uint32),
        incoming_delays=np.empty(0, np.uint16),
        eligibility=np.empty(0, np.float32),
        eligible_since=np.zeros(1, np.int64),
    )
    memory.ids[slot_of] = np.arange(len(cells))
    if learners is not None:
        memory.learns[slot_of] = learners
    rows = layout.rows(memory.cells)
    rows[:, layout.AMPA : layout.NEXT_INH + 1] = AT_REST
    rows[:, layout.DRIVE] = PADDING_DRIVE
    first = 0
    for population in cells.populations:
        last = first + layout.blocks_for(len(population))
        memory.models[first:last] = MODELS[population.model].number
        for row, values in (
            (layout.V, population.rest_v_mv),
            (layout.U, population.rest_u),
            *enumerate(population.parameters, layout.PARAMETERS),
        ):
            room = (last - first) * layout.LANES - len(values)
            rows[first:last, row] = np.pad(values, (0, room), "edge").reshape(-1, layout.LANES)
        first = last
    return memory


def wired(
    memory: Memory, synapses: Synapses, slot_of: Int, n_exc: int, *, eligibility: Float | None
) -> Memory:
    """The (undivided) memory with these synapses; their weights are not copied.

    ``eligibility`` is that of each synapse, None without reward.
    """
    starts, targets = _by_slot(synapses, slot_of, len(memory.ids))
    memory = memory._replace(segments=starts, targets=targets, weights=synapses.weights)
    if eligibility is not None:
        memory = memory._replace(eligibility=eligibility)
    if not len(memory.trace_post):
        return memory
    n_rows = int(slot_of[n_exc - 1] + 1) * synapses.n_delays if n_exc else 0
    first, incoming, sources, delays = find_incoming(
        starts, targets, n_rows, synapses.n_delays, synapses.min_delay, memory.learns
    )
    return memory._replace(
        incoming_starts=first,
        incoming_synapses=incoming,
        incoming_sources=sources,
        incoming_delays=delays,
    )


def _by_slot(synapses: Synapses, slot_of: Int, n_slots: int) -> tuple[UInt, UInt]:
    """Starts and targets by slot; as they are where no slot is empty between two cells."""
    if not len(slot_of) or slot_of[-1] == len(slot_of) - 1:
        return synapses.starts, synapses.targets
    lengths = np.zeros((n_slots, synapses.n_delays), np.int64)
    lengths[slot_of] = np.diff(synapses.starts.astype(np.int64)).reshape(-1, synapses.n_delays)
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32)
    return starts, slot_of[synapses.targets].astype(np.uint32)


def divided(whole: Memory, n_ranges: int) -> Memory:
    """The same memory (shared, not copied) with its cells divided among threads."""
    blocks = len(whole.models)
    bounds = np.array([blocks * r // n_ranges for r in range(n_ranges + 1)], np.int32)
    bounds *= layout.LANES
    return whole._replace(
        segments=split_rows(whole.segments, whole.targets, bounds),
        queue_counts=np.zeros((len(whole.queue_counts), n_ranges), np.int32),
        ranges=bounds,
        scratch=np.zeros((n_ranges, whole.scratch.shape[1]), np.float32),
    )


class DividedMemory:
    """The memory of one culture under any number of threads; undivided is faster for one alone.

    ``now`` is the division in use; all share their state, and spikes under way move along.
    """

    def __init__(self, whole: Memory) -> None:
        self.now = whole
        self._by_ranges = {1: whole}

    def divide(self, n_ranges: int) -> None:
        """Divide the cells among so many threads."""
        if n_ranges not in self._by_ranges:
            self._by_ranges[n_ranges] = divided(self._by_ranges[1], n_ranges)
        if self.now is not self._by_ranges[n_ranges]:
            put_pending(self._by_ranges[n_ranges], take_pending(self.now))
            self.now = self._by_ranges[n_ranges]

    def rewire(
        self, synapses: Synapses, slot_of: Int, n_exc: int, eligibility: Float | None
    ) -> None:
        """Put other synapses between the same cells."""
        self.divide(1)
        self.now = wired(self.now, synapses, slot_of, n_exc, eligibility=eligibility)
        self._by_ranges = {1: self.now}

    def row(self, row: int, slot_of: Int) -> NDArray[np.float32]:
        """A variable of each cell, a copy."""
        values: NDArray[np.float32] = layout.rows(self.now.cells)[:, row].reshape(-1)[slot_of]
        return values

    def set_row(self, row: int, slot_of: Int, values: NDArray[np.float32]) -> None:
        """Set a variable of each cell."""
        block, lane = slot_of // layout.LANES, slot_of % layout.LANES
        layout.rows(self.now.cells)[block, row, lane] = values
