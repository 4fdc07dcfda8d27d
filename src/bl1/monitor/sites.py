"""Sites: what the page's map shows, electrodes or, where there are none, squares of the dish."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.mea.layout import Layout
from bl1.network.culture import Culture

SQUARES = 8  # of the dish, in a row and in a column


@dataclass(frozen=True)
class Sites:
    """Places at which activity is shown.

    Attributes:
        title: what they are.
        places: (n, 2) x to the right and y downwards, in units of the distance of neighbours.
        numbers: of each, in tables.
        names: what each is called.
        silent: indices of those that are never heard.
        groups: indices of those whose rates are shown together, by name.
        others: indices of those that are together in rasters, without a rate.
        of_cell: (cells,) the site of each cell; None for electrodes, of which events tell.
    """

    title: str
    places: NDArray[np.float64]
    numbers: list[int]
    names: list[str]
    silent: tuple[int, ...] = ()
    groups: dict[str, list[int]] = field(default_factory=dict)
    others: dict[str, list[int]] = field(default_factory=dict)
    of_cell: NDArray[np.int64] | None = None

    def told(self, cells: NDArray[np.int64]) -> dict[str, Any]:
        """As the page is told; ``cells`` are those that it shows."""
        return {
            "title": self.title,
            "places": self.places.round(3).tolist(),
            "numbers": self.numbers,
            "names": self.names,
            "silent": list(self.silent),
            "groups": self.groups,
            "others": self.others,
            "of_row": None if self.of_cell is None else self.of_cell[cells].tolist(),
        }


def in_pitches(places_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) places from their corner, in units of the distance of neighbours (its median)."""
    apart_um = np.hypot(*(places_um[:, None] - places_um[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart_um, np.inf)
    nearest_um = float(np.median(apart_um.min(axis=1))) if len(places_um) > 1 else 1.0
    return np.asarray((places_um - places_um.min(axis=0)) / nearest_um)


def electrodes_of(layout: Layout, groups: dict[str, list[int]]) -> Sites:
    """The electrodes that an array reads.

    Args:
        layout: of the array.
        groups: numbers of electrodes whose rates are shown together, as the hardware has them.
    """
    return Sites(
        title="Electrodes",
        places=in_pitches(layout.places_um),
        numbers=layout.electrodes.tolist(),
        names=[f"electrode {number}" for number in layout.electrodes],
        groups={name: layout.index_of(own).tolist() for name, own in groups.items()},
    )


def squares_of(culture: Culture) -> Sites:
    """Squares of the dish, each with the cells that lie in it."""
    column, upwards = (culture.positions_um / culture.side_um * SQUARES).astype(np.int64).T
    site = (
        SQUARES * np.minimum(column, SQUARES - 1) + SQUARES - 1 - np.minimum(upwards, SQUARES - 1)
    )
    return _of_cells(f"Dish in {SQUARES} × {SQUARES} squares", "square", site)


def parts_of(n_neurons: int) -> Sites:
    """As many cells each, by their number, where they lie nowhere."""
    site = np.arange(n_neurons) * SQUARES**2 // n_neurons
    return _of_cells(f"Cells in {SQUARES**2} parts, by their number", "part", site)


def _of_cells(title: str, name: str, site: NDArray[np.int64]) -> Sites:
    numbers = list(range(SQUARES**2))
    names = [f"{name} {number}" for number in numbers]
    places = np.column_stack(np.divmod(numbers, SQUARES)).astype(np.float64)  # down the columns
    return Sites(title, places, numbers, names, of_cell=site)
