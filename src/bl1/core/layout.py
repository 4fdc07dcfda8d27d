"""How a culture lies in memory while it runs.

Cells are kept in blocks of 64: within a block each variable is a row of 64 float32, and the rows
of a block lie one behind the other. One pass therefore reads and writes a single stream, and
because all rows have constant offsets from one base the compiler can prove that they do not
overlap, which is what lets it vectorise the whole step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LANES = 64
LOOKAHEAD = 2  # steps that a block may take at a time: arrivals are kept for two

# Rows of a block: state of its cells, conductance that arrives from excitatory and inhibitory
# cells in this step and in the next, drive, parameters.
V, U, AMPA, NMDA_RISE, NMDA_DECAY, GABA_A, GABA_B_RISE, GABA_B_DECAY = range(8)
N_STATE_ROWS = 8
NOW_EXC, NOW_INH, NEXT_EXC, NEXT_INH = range(8, 12)
DRIVE = 12
PARAMETERS = 13  # the first of them; their order is that of bl1.core.cells.MODELS
N_ROWS = 21
BLOCK = N_ROWS * LANES

# Rows of the scratch block in which a pass leaves what a spike needs.
OLD_V, OLD_U, CURRENT, CONDUCTANCE, CROSSED = range(5)
N_SCRATCH_ROWS = 5

Float = NDArray[np.float32]
Int = NDArray[np.int32]
UInt = NDArray[np.uint32]


class Memory(NamedTuple):
    """All arrays of a running culture.

    A *slot* is a place for a cell. Each population fills whole blocks, so behind its last cell
    some slots may be empty. Everything here goes by slots; B blocks, n slots, R ranges, D delays.
    """

    cells: Float  # (B · BLOCK): the rows above
    models: Int  # (B): the model that advances a block
    ids: Int  # (n): the cell in a slot, or -1
    last_spike: UInt  # (n): step of the last spike, modulo 2³²
    resources: Float  # (n): STP R after the last spike
    utilisation: Float  # (n): STP u after the last spike
    segments: UInt  # (n · D · R + 1): first synapse of each (slot, delay, range of targets)
    targets: UInt  # (synapses)
    weights: Float  # (synapses): peak conductance, 1/ms
    queue_slots: Int  # (steps, n): who fired in a step, each range's from its first slot on
    queue_efficacy: Float  # (steps, n): STP efficacy of each of those spikes
    queue_counts: Int  # (steps, R): spikes of each range in a step
    ranges: Int  # (R + 1): slots at which the ranges begin, multiples of 64
    scratch: Float  # (R, rows · 64): what the current pass leaves for its spikes
    clock: NDArray[np.int64]  # (1): steps taken
    # Spike-timing dependent plasticity, empty without it:
    trace_pre: Float  # (longest delay + 1, n): x at the last steps
    trace_post: Float  # (n): y now
    learns: NDArray[np.bool_]  # (n) whether a cell's excitatory inputs do; empty without STDP
    incoming_starts: UInt  # (n + 1)
    incoming_synapses: UInt  # (excitatory synapses that learn), by target, then source
    incoming_sources: UInt
    incoming_delays: NDArray[np.uint16]
    eligibility: Float  # (synapses): e · exp((t − t₀)/τ_e); empty without reward
    eligible_since: NDArray[np.int64]  # (1): the step of t₀


def blocks_for(n_neurons: int) -> int:
    """Blocks of 64 that hold ``n_neurons`` cells."""
    return -(-n_neurons // LANES)


def rows(cells: Float) -> Float:
    """View of the cells as (blocks, rows, 64)."""
    return cells.reshape(-1, N_ROWS, LANES)
