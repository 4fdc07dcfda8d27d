"""Coupling: which electrodes hear a cell, and how loudly.

The height of a spike falls with the distance d between cell and electrode as

    V(d) = A · 2^(−d / h)

A is the height beside the soma: tens to hundreds of µV, log-normally spread over the cells, since
cells differ in size and in their seal to the substrate; h is 30 to 50 µm. Both are settings of the
experiment file (:class:`bl1.config.MeaConfig`). Obien et al. 2015 (doi:10.3389/fnins.2014.00423)
review such recordings.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout

UNLIKELY_SD = 3.0  # noise lifts one spike in 700 over a threshold that is so many RMS higher


@dataclass(frozen=True)
class Coupling:
    """Pairs of a cell and an electrode that hears it, ordered by cell, then by electrode.

    Attributes:
        layout: the electrodes that are read, placed on the dish.
        starts: (n + 1,) cell ``i`` has the pairs from ``starts[i]`` to before ``starts[i + 1]``.
        electrodes: (pairs,) place of the electrode in the layout.
        heights_uv: (pairs,) height of the cell's spikes there (µV).
        distances_um: (pairs,) between the cell and the electrode (µm).
    """

    layout: Layout
    starts: NDArray[np.int64]
    electrodes: NDArray[np.int32]
    heights_uv: NDArray[np.float32]
    distances_um: NDArray[np.float32]

    def heard_by(self) -> NDArray[np.int64]:
        """(electrodes,) how many cells each electrode hears."""
        return np.bincount(self.electrodes, minlength=len(self.layout))


def couple(
    positions_um: NDArray[np.floating],
    layout: Layout,
    mea: MeaConfig,
    seed: int,
    faintest_uv: float | None = None,
) -> Coupling:
    """Find the pairs within the detection radius whose spikes matter.

    Args:
        positions_um: (n, 2) places of the cells (µm).
        layout: electrodes in the same coordinates; see :meth:`Layout.centred_on`.
        mea: radius, heights, noise and threshold.
        seed: of the heights beside the cells.
        faintest_uv: height below which a spike is left out; None for three noise RMS below the
            threshold, which noise lifts it over once in 700 times.

    Raises:
        Bl1Error: positions of a wrong shape, or no electrode has a cell within reach.
    """
    from scipy.spatial import cKDTree

    cells = np.asarray(positions_um, np.float64)
    if cells.ndim != 2 or cells.shape[1] != 2 or not np.all(np.isfinite(cells)):
        raise Bl1Error(f"positions have shape {cells.shape}, expected finite x and y: (cells, 2)")
    pairs = cKDTree(cells).sparse_distance_matrix(
        cKDTree(layout.places_um), mea.detection_radius_um, output_type="ndarray"
    )
    beside_uv = mea.spike_uv * np.exp(
        mea.spike_spread * np.random.default_rng([seed, 0xE1EC]).standard_normal(len(cells))
    )
    heights_uv = beside_uv[pairs["i"]] * np.exp2(-pairs["v"] / mea.halving_um)
    if faintest_uv is None:
        faintest_uv = (mea.threshold_sd - UNLIKELY_SD) * mea.noise_uv
    heard = heights_uv > faintest_uv
    if not np.any(heard):
        raise Bl1Error(
            f"none of the {len(layout)} electrodes of {layout.name} hears any of the {len(cells)} "
            f"cells within {mea.detection_radius_um:g} µm, expected the array under the culture"
        )
    pairs, heights_uv = pairs[heard], heights_uv[heard]
    order = np.lexsort((pairs["j"], pairs["i"]))
    return Coupling(
        layout,
        np.searchsorted(pairs["i"][order], np.arange(len(cells) + 1)),
        pairs["j"][order].astype(np.int32),
        heights_uv[order].astype(np.float32),
        pairs["v"][order].astype(np.float32),
    )


def layout_for(mea: MeaConfig, side_um: float) -> Layout:
    """The electrodes of an experiment file that are read, centred under a square dish."""
    from bl1.mea.layout import LAYOUTS, spread_out

    whole = LAYOUTS[mea.layout]()
    if mea.channels > whole.read_at_once:
        raise Bl1Error(
            f"mea.channels is {mea.channels}, but {mea.layout} reads at most "
            f"{whole.read_at_once} at once"
        )
    return spread_out(whole, mea.channels).centred_on(side_um / 2, side_um / 2)
