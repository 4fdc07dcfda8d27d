"""Where the cells lie on the dish, and in which order they are numbered."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Grid:
    """A square dish cut into equal square cells, for finding neighbours without visiting pairs.

    Args:
        side_um: side of the dish.
        pitch_um: side of a grid cell that is aimed at; the dish holds a whole number of them.
    """

    def __init__(self, side_um: float, pitch_um: float) -> None:
        self.side_um = side_um
        self.n = max(1, math.ceil(side_um / pitch_um))
        self.pitch_um = side_um / self.n

    def cell_of(self, positions_um: NDArray[np.float32]) -> NDArray[np.int64]:
        """Index (row · n + column) of the grid cell of each position."""
        column_row = np.minimum((positions_um / self.pitch_um).astype(np.int64), self.n - 1)
        return column_row[:, 1] * self.n + column_row[:, 0]


def place_cells(counts: Sequence[int], grid: Grid, rng: np.random.Generator) -> NDArray[np.float32]:
    """Scatter cells uniformly over the dish, as plating does.

    Cells of one kind (excitatory or not, and of one model) follow each other. Each kind is numbered
    along the grid, row by row, so that neighbours on the dish are neighbours in memory.

    Args:
        counts: cells of each kind.

    Returns:
        (all cells, 2) positions in µm.
    """
    kinds = []
    for count in counts:
        positions = rng.uniform(0.0, grid.side_um, (count, 2)).astype(np.float32)
        kinds.append(positions[np.argsort(grid.cell_of(positions), kind="stable")])
    return np.concatenate(kinds)
