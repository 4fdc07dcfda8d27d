"""Who reaches whom: synapses by presynaptic cell, and the way back from their targets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.core.jit import compiled
from bl1.core.layout import UInt
from bl1.errors import Bl1Error


@compiled
def first_wrong_start(starts: UInt) -> int:
    """The first row that begins before the one before it ended, or not at 0; -1 if none does."""
    if starts[0] != 0:
        return 0
    for row in range(1, len(starts)):
        if starts[row] < starts[row - 1]:
            return row
    return -1


@compiled
def first_unordered_row(starts: UInt, targets: UInt) -> int:
    """The first row whose targets do not ascend, -1 if all do."""
    for row in range(len(starts) - 1):
        for synapse in range(starts[row] + 1, starts[row + 1]):
            if targets[synapse] < targets[synapse - 1]:
                return row
    return -1


@dataclass(frozen=True)
class Synapses:
    """Synapses grouped by presynaptic cell, then delay, then target.

    Row ``i · n_delays + j`` holds the synapses of cell i with delay ``min_delay + j`` steps.
    """

    starts: NDArray[np.uint32]  # (n · n_delays + 1)
    targets: NDArray[np.uint32]
    weights: NDArray[np.float32]  # peak conductance, 1/ms
    min_delay: int
    n_delays: int

    def check(self, n_neurons: int) -> None:
        """Raise Bl1Error where these cannot be synapses between so many cells."""
        rows = n_neurons * self.n_delays
        if len(self.starts) != rows + 1:
            raise Bl1Error(
                f"the synapses have {len(self.starts) - 1} rows, expected one for each of the "
                f"{n_neurons} cells and {self.n_delays} delays: {rows}"
            )
        row = first_wrong_start(self.starts)
        if row >= 0:
            raise Bl1Error(f"the rows of synapses do not follow each other at row {row}")
        if not len(self.targets) == len(self.weights) == self.starts[-1]:
            raise Bl1Error(
                f"the synapses have {len(self.targets)} targets and {len(self.weights)} weights, "
                f"expected {self.starts[-1]} of each"
            )
        if len(self.targets) and self.targets.max() >= n_neurons:
            raise Bl1Error(
                f"a synapse has cell {self.targets.max()} as its target, expected a cell below "
                f"{n_neurons}"
            )
        row = first_unordered_row(self.starts, self.targets)
        if row >= 0:
            raise Bl1Error(
                f"the targets of cell {row // self.n_delays} with delay "
                f"{row % self.n_delays + self.min_delay} do not ascend"
            )
        usable = np.isfinite(self.weights) & (self.weights >= 0)
        if not usable.all():
            synapse = int(np.argmin(usable))
            raise Bl1Error(
                f"the weight of synapse {synapse} is {self.weights[synapse]}, expected a finite "
                "number >= 0 (1/ms)"
            )

    def check_delays(self, others: "Synapses") -> None:
        """Raise Bl1Error where other synapses have another range of delays than these."""
        found, mine = ((x.min_delay, x.min_delay + x.n_delays - 1) for x in (others, self))
        if found != mine:
            raise Bl1Error(
                f"the synapses have delays of {found[0]} to {found[1]} steps, expected {mine[0]} "
                f"to {mine[1]}"
            )

    def n_of_first(self, n_cells: int) -> int:
        """Synapses that the first ``n_cells`` cells make; they come first."""
        return int(self.starts[n_cells * self.n_delays])

    def rows(self) -> NDArray[np.int64]:
        """The row of each synapse."""
        lengths = np.diff(self.starts.astype(np.int64))
        return np.repeat(np.arange(len(lengths)), lengths)

    def sources(self) -> NDArray[np.int64]:
        """The presynaptic cell of each synapse."""
        return self.rows() // self.n_delays

    def delays(self) -> NDArray[np.int64]:
        """The delay of each synapse, in steps."""
        return self.rows() % self.n_delays + self.min_delay


@compiled
def find_incoming(
    starts: UInt,
    targets: UInt,
    n_rows: int,
    n_delays: int,
    min_delay: int,
    learns: NDArray[np.bool_],
) -> tuple[UInt, UInt, UInt, NDArray[np.uint16]]:
    """The synapses of the first ``n_rows`` rows, found from those targets that learn (by counting).

    Returns:
        The first entry of each target; and for each entry the synapse, its source and its delay in
        steps. A target's entries ascend by source; one that does not learn has none.
    """
    n_cells = len(learns)
    first = np.zeros(n_cells + 1, np.uint32)
    for synapse in range(starts[n_rows]):
        if learns[targets[synapse]]:
            first[targets[synapse] + 1] += np.uint32(1)
    for cell in range(n_cells):
        first[cell + 1] += first[cell]
    free = first.copy()
    n = first[n_cells]
    synapses, sources = np.empty(n, np.uint32), np.empty(n, np.uint32)
    delays = np.empty(n, np.uint16)
    for row in range(n_rows):
        for synapse in range(starts[row], starts[row + 1]):
            if not learns[targets[synapse]]:
                continue
            at = free[targets[synapse]]
            free[targets[synapse]] += np.uint32(1)
            synapses[at] = synapse
            sources[at] = row // n_delays
            delays[at] = row % n_delays + min_delay
    return first, synapses, sources, delays
