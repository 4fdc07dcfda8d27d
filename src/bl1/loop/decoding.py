"""What is read of the culture's response: the share of each band in its spikes."""

import numpy as np
from numpy.typing import NDArray

from bl1.loop.encoding import N_BANDS

_ONES = np.ones(N_BANDS)


class BandDecoder:
    """Spikes per cell of each band, scaled to a sum of 1 over the 16 bands of a sensed value.

    Where none of the sixteen fired, they are all zero.

    The scaling keeps the place of the response and drops its strength, so that a readout does not
    depend on how excitable a culture happens to be.

    Args:
        band_of_cell: the band to which each cell belongs, ints from 0, shape (n_neurons,).
        n_values: how many values are sensed, each with 16 bands of its own.
    """

    def __init__(self, band_of_cell: NDArray[np.int64], n_values: int = 1) -> None:
        self._n_bands = n_values * N_BANDS
        cells_per_band = np.bincount(band_of_cell, minlength=self._n_bands)
        self._band_of_cell = band_of_cell
        self._spike_weight = 1.0 / np.maximum(cells_per_band, 1)

    def __call__(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Features, float64 (16 · n_values,), of the spikes whose cells' ids are given."""
        bands = self._band_of_cell.take(ids)
        features = np.bincount(bands, minlength=self._n_bands) * self._spike_weight
        for of_value in features.reshape(-1, N_BANDS):
            total = float(of_value.dot(_ONES))  # the sum, in a third of its time
            if total > 0.0:
                of_value /= total
        return features
