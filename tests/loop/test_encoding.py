"""The bump: its formula, its table, and that nobody can write into the table."""

import numpy as np
import pytest

from bl1.loop.encoding import BumpEncoder, gaussian_bump


def test_the_bump_is_the_gaussian_of_the_band_distance() -> None:
    expected = [np.exp(-((i - 15 * 0.4) ** 2) / (2 * 1.5**2)) for i in range(16)]
    np.testing.assert_allclose(gaussian_bump(0.4), expected, rtol=1e-6)


def test_the_table_is_the_formula_to_a_thousandth() -> None:
    encode = BumpEncoder()
    for value in [0.0, 1.0, *np.random.default_rng(0).random(500)]:
        np.testing.assert_allclose(encode(value), gaussian_bump(value), atol=4e-4)


def test_a_bump_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        BumpEncoder()(0.5)[0] = 1.0
