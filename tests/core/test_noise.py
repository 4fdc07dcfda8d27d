"""The background noise: moments, tails, independence, and its meaning at any step."""

import numpy as np
import pytest
from circuits import engine

from bl1.config import BackgroundConfig
from bl1.core.noise import mix, standard_normal, step_key


def draws(n_steps=400, n_cells=25_000, seed=7):
    cells = np.arange(n_cells, dtype=np.uint32)
    steps = np.arange(n_steps, dtype=np.int64)
    keys = step_key(np.uint32(seed), steps)
    return np.stack([standard_normal(key, cells) for key in keys])


def test_moments_and_tails():
    x = draws().astype(float)  # 10⁷ draws
    assert abs(x.mean()) < 1e-3
    assert x.var() == pytest.approx(1.0, abs=2e-3)
    assert abs((x**3).mean()) < 5e-3
    assert (x**4).mean() - 3.0 == pytest.approx(-0.06, abs=0.02)
    assert np.mean(np.abs(x) > 2.0) == pytest.approx(0.0455, rel=0.04)
    assert np.mean(np.abs(x) > 3.0) == pytest.approx(0.77 * 0.0027, rel=0.05)
    assert 4.5 < np.abs(x).max() < 5.9  # 32 coins end at 5.8


def test_distribution_is_near_a_gaussian_one():
    from scipy.stats import norm

    x = np.sort(draws(40).ravel())
    empirical = (np.arange(len(x)) + 0.5) / len(x)
    assert np.abs(empirical - norm.cdf(x)).max() < 0.005


def test_cells_steps_and_seeds_are_uncorrelated():
    x = draws(200, 5_000).astype(float)
    bound = 5.0 / np.sqrt(x.size)
    assert abs((x[:, 1:] * x[:, :-1]).mean()) < bound
    assert abs((x[1:] * x[:-1]).mean()) < bound
    assert abs((x * draws(200, 5_000, seed=8)).mean()) < bound
    assert abs(np.corrcoef(x[:, 0], x[:, 64])[0, 1]) < 0.3
    sums = x.sum(axis=1) / np.sqrt(x.shape[1])
    assert sums.var() == pytest.approx(1.0, abs=0.35)


def test_mix_is_a_bijection_that_avalanches():
    x = np.arange(1 << 16, dtype=np.uint32)
    assert len(np.unique(mix(x))) == len(x)
    flipped = mix(x) ^ mix(x ^ np.uint32(1 << 9))
    ones = np.unpackbits(flipped.view(np.uint8)).mean()
    assert ones == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("dt_ms", [0.25, 0.5, 1.0])
def test_the_spread_of_the_membrane_does_not_depend_on_dt(dt_ms):
    """Noise is white: its standard deviation per step goes with 1/√dt."""
    cells = engine(["RS"] * 640, background=BackgroundConfig(mean=0.0, std=1.0), dt_ms=dt_ms)
    cells.run(round(500 / dt_ms))
    spread = []
    for _ in range(20):
        cells.run(round(50 / dt_ms))
        spread.append(cells.v_mv.std())
    # Near rest, −70 mV, v' = −0.6 (v − v_rest) + noise: an Ornstein-Uhlenbeck process.
    assert np.mean(spread) == pytest.approx(np.sqrt(1.0 / (2 * 0.6)), rel=0.025)
