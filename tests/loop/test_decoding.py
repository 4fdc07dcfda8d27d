"""Features: spikes per cell of each band, scaled to a sum of 1."""

import numpy as np

from bl1.loop.decoding import BandDecoder


def test_bands_are_weighed_by_their_number_of_cells() -> None:
    band_of_cell = np.array([0, 0, 0, 0, 5, 5])
    features = BandDecoder(band_of_cell)(np.array([0, 1, 4, 4], dtype=np.int32))
    expected = np.zeros(16)
    expected[0], expected[5] = 2 / 4, 2 / 2
    np.testing.assert_allclose(features, expected / 1.5)


def test_silence_is_all_zero() -> None:
    features = BandDecoder(np.arange(16))(np.array([], dtype=np.int32))
    assert features.shape == (16,) and not features.any()
