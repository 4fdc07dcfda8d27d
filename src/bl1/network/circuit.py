"""Circuits wired by hand: populations by name, and the projections between them.

A :class:`~bl1.network.culture.Culture` grows; a circuit is built, as an experimenter would who
patterns a culture. A culture can be one of its parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.core.cells import Cells, is_excitatory, model_of
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Circuit:
    """Cells and synapses of a circuit that was built; ``ids`` are the cells of each population."""

    cells: Cells
    synapses: Synapses
    ids: dict[str, Ints]


class CircuitBuilder:
    """Takes populations, then projections, and builds the circuit.

    Cells are numbered as an engine wants them: excitatory ones first, within that those of one
    model together, and then in the order in which they were added.
    """

    def __init__(self) -> None:
        self._types: list[str] = []
        self._members: dict[str, Ints] = {}
        self._edges: list[tuple[Ints, Ints, NDArray[np.float32], Ints]] = []

    def add(self, name: str, types: Sequence[str]) -> Ints:
        """Add a population of cells of these types.

        Returns:
            Their numbers for :meth:`connect`; an engine's numbers are in :attr:`Circuit.ids`.
        """
        if name in self._members:
            raise Bl1Error(f"there is a population '{name}' already, expected another name")
        members = np.arange(len(self._types), len(self._types) + len(types))
        self._types += types
        self._members[name] = members
        return members

    def add_culture(self, name: str, culture: Culture) -> Ints:
        """Add the cells of a culture, and the synapses between them."""
        members = self.add(name, culture.cell_types)
        if culture.synapses is not None:
            wired = culture.synapses
            sources, targets = members[wired.sources()], members[wired.targets]
            self._edges.append((sources, targets, wired.weights, wired.delays()))
        return members

    def connect(
        self, sources: ArrayLike, targets: ArrayLike, weights: ArrayLike, delay_steps: int = 1
    ) -> None:
        """Add a synapse from each source to each target.

        Raises:
            Bl1Error: a cell that was not added, or a delay below one step.

        Args:
            sources, targets: cells as :meth:`add` numbers them.
            weights: peak conductances (1/ms), shape (sources, targets) or one for all; no synapse
                where it is NaN.
            delay_steps: of all of them.
        """
        sources, targets = np.atleast_1d(sources), np.atleast_1d(targets)
        n, named = len(self._types), np.concatenate((sources, targets))
        unknown = named[(named < 0) | (named >= n)]
        if len(unknown):
            raise Bl1Error(
                f"cell {unknown[0]} is not among the {n} that were added, expected numbers that "
                "add() returned"
            )
        if delay_steps < 1:
            raise Bl1Error(f"delay_steps is {delay_steps}, expected a whole number >= 1")
        matrix = np.broadcast_to(np.asarray(weights, np.float32), (len(sources), len(targets)))
        source, target = np.nonzero(~np.isnan(matrix))
        delays = np.full(len(source), delay_steps, np.int64)
        self._edges.append((sources[source], targets[target], matrix[source, target], delays))

    def build(self) -> Circuit:
        """The circuit."""
        order = np.array(sorted(range(len(self._types)), key=self._place), np.int64)
        number = np.empty(len(order), np.int64)
        number[order] = np.arange(len(order))
        cells = Cells.of_types([self._types[cell] for cell in order])
        if not sum(len(sources) for sources, *_ in self._edges):
            raise Bl1Error("the circuit has no synapses, expected some: see connect()")
        columns = zip(*self._edges, strict=True)
        sources, targets, weights, delays = (np.concatenate(column) for column in columns)
        sources, targets = number[sources], number[targets]
        min_delay = int(delays.min())
        n_delays = int(delays.max()) - min_delay + 1
        rows = sources * n_delays + delays - min_delay
        by_row = np.lexsort((targets, rows))
        return Circuit(
            cells,
            Synapses(
                starts=np.searchsorted(rows[by_row], np.arange(len(cells) * n_delays + 1)).astype(
                    np.uint32
                ),
                targets=targets[by_row].astype(np.uint32),
                weights=weights[by_row].astype(np.float32),
                min_delay=min_delay,
                n_delays=n_delays,
            ),
            {name: number[members] for name, members in self._members.items()},
        )

    def _place(self, cell: int) -> tuple[bool, str]:
        """Excitatory cells first, and the cells of one model together."""
        return not is_excitatory(self._types[cell]), model_of(self._types[cell])
