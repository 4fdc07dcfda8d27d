"""What is read of the culture's response: the share of each band in its spikes."""

import numpy as np
from numpy.typing import NDArray

from bl1.loop.encoding import N_BANDS

_ONES = np.ones(N_BANDS)


class BandDecoder:
    """Spikes per cell of each band, scaled to a sum of 1; all zero where nothing fired.

    The scaling keeps the place of the response and drops its strength, so that a readout does not
    depend on how excitable a culture happens to be.

    Args:
        band_of_cell: the band to which each cell belongs, ints in 0..15, shape (n_neurons,).
    """

    def __init__(self, band_of_cell: NDArray[np.int64]) -> None:
        cells_per_band = np.bincount(band_of_cell, minlength=N_BANDS)
        self._band_of_cell = band_of_cell
        self._spike_weight = 1.0 / np.maximum(cells_per_band, 1)

    def __call__(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Features, float64 (16,), of the spikes whose cells' ids are given."""
        bands = self._band_of_cell.take(ids)
        features = np.bincount(bands, minlength=N_BANDS) * self._spike_weight
        if len(bands):
            features /= float(features.dot(_ONES))  # the sum, in a third of its time
        return features
