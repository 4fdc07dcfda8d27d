"""Normalisation: totals stay, ratios stay."""

import numpy as np

from bl1.plasticity.normalisation import normalise


def test_totals_are_restored_and_ratios_kept():
    weights = np.array([1.0, 3.0, 2.0, 0.0], np.float32)
    normalise(weights, np.array([0, 0, 1, 2]), np.array([8.0, 1.0, 5.0]))
    assert weights.tolist() == [2.0, 6.0, 1.0, 0.0]  # a cell without weight is left as it is
