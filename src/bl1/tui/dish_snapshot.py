"""A moment of a living culture: all that the Dashboard shows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bl1.core.spikes import SpikeTrain


@dataclass(frozen=True, eq=False)
class Plating:
    """What stays as it is while a culture lives; its snapshots share one.

    Places are in widths of the dish from its corner, x and y.

    side_mm: width of the dish (mm).
    places: of the cells, (n_cells, 2), the excitatory ones first.
    sites: places of the array's sites by their number, (64, 2); some may lie beyond the dish.
    unread: what a site is that cannot be used, by its number: ground or reference.
    n_heard: how many cells each site hears, (64,).
    """

    seed: int
    n_exc: int
    side_mm: float
    places: NDArray[np.float64]
    sites: NDArray[np.float64]
    unread: dict[int, str]
    n_heard: NDArray[np.int64]


@dataclass(frozen=True)
class Wave:
    """What the last pulse set off.

    age_ms: how long ago it was given, in the culture's time.
    is_followed: whether it is so recent that its wave may still spread.
    n_cells: that have fired while it was followed.
    """

    site: int
    age_ms: float
    is_followed: bool
    n_cells: int


@dataclass(frozen=True, eq=False)
class DishSnapshot:
    """A moment of a living culture, never changed once it is made.

    cells: how lit each cell is, (n_cells,), 1 as it fires.
    sites: how lit each site of the array is, (64,), 1 as it hears a spike.
    site_rates_hz: spikes that each site heard over the last seconds, (64,).
    spikes: of the cells, those of the last minute; steps count from when the culture was plated.
    wave: what the last pulse set off; None before the first.
    """

    plating: Plating
    cells: NDArray[np.float32]
    sites: NDArray[np.float32]
    site_rates_hz: NDArray[np.float64]
    spikes: "SpikeTrain"
    wave: Wave | None
