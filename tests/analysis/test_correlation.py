"""Correlograms, tiling and synchrony against brute force, closed forms and planted pairs."""

from functools import partial

import numpy as np
import pytest
from analysis.processes import poisson_train

from bl1.analysis.correlation import (
    correlation_matrix,
    cross_correlogram,
    significance,
    spike_time_tiling,
    synchrony,
)
from bl1.analysis.surrogates import shuffled
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error


@pytest.fixture(scope="module")
def train() -> SpikeTrain:
    """Ten units; unit 1 copies a third of unit 0's spikes 10 ms later; unit 9 is silent."""
    base = poisson_train([5.0, 2.0, 8.0, 1.0, 4.0, 4.0, 4.0, 20.0, 0.3, 0.0], 120, seed=1)
    rng = np.random.default_rng(2)
    copied = base.steps[(base.ids == 0) & (rng.random(len(base)) < 0.33)] + 20
    copied = copied[copied < base.n_steps]
    steps = np.concatenate([base.steps, copied])
    ids = np.concatenate([base.ids, np.ones(len(copied), np.int32)]).astype(np.int32)
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], 0.5, base.n_steps, 10)


def raster(train: SpikeTrain, bin_ms: float) -> np.ndarray:
    per_bin = round(bin_ms / train.dt_ms)
    counts = np.zeros((train.n_units, train.n_steps // per_bin))
    np.add.at(counts, (train.ids, train.steps // per_bin), 1)
    return counts


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0), (2, 7), (4, 4), (8, 3)])
def test_correlograms_are_those_of_brute_force(train: SpikeTrain, first: int, second: int) -> None:
    found = cross_correlogram(train, first, second, bin_ms=2.0, max_lag_ms=30.0)
    x, y = raster(train, 2.0)[[first, second]]
    n = len(x)
    for lag_ms, count, coefficient in zip(*found, strict=True):
        lag = round(lag_ms / 2.0)
        expected = x[max(-lag, 0) : n - max(lag, 0)] @ y[max(lag, 0) : n - max(-lag, 0)]
        assert count == expected
        covariance = expected / n - x.mean() * y.mean()
        assert coefficient == pytest.approx(covariance / (x.std() * y.std()))
    if (first, second) == (0, 1):
        assert found.lags_ms[found.counts.argmax()] == 10.0
    if first == second:
        assert found.coefficients[15] == pytest.approx(1.0)


def test_the_matrix_is_that_of_numpy(train: SpikeTrain) -> None:
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(
            correlation_matrix(train, bin_ms=20.0), np.corrcoef(raster(train, 20.0)), atol=1e-12
        )


def tiling_by_hand(a: np.ndarray, b: np.ndarray, window: int, n_steps: int) -> float:
    """On a grid ten times as fine as a step, with the definition's words."""
    t = (np.arange(n_steps * 10) + 0.5) / 10
    near_a = np.abs(t[:, np.newaxis] - a).min(axis=1) <= window
    near_b = np.abs(t[:, np.newaxis] - b).min(axis=1) <= window
    p_a = np.mean(np.abs(a[:, np.newaxis] - b).min(axis=1) <= window)
    p_b = np.mean(np.abs(b[:, np.newaxis] - a).min(axis=1) <= window)
    t_a, t_b = near_a.mean(), near_b.mean()
    return ((p_a - t_b) / (1 - p_a * t_b) + (p_b - t_a) / (1 - p_b * t_a)) / 2


@pytest.mark.parametrize("window_ms", [2.0, 10.0, 50.0])
def test_tiling_is_its_definition(window_ms: float) -> None:
    short = poisson_train([10.0, 30.0, 3.0], 2.0, seed=3)
    found = spike_time_tiling(short, window_ms=window_ms)
    for i in range(3):
        assert found[i, i] == pytest.approx(1.0)
        for j in range(i):
            a, b = short.steps[short.ids == i], short.steps[short.ids == j]
            by_hand = tiling_by_hand(a, b, round(window_ms / 0.5), short.n_steps)
            assert found[i, j] == found[j, i] == pytest.approx(by_hand, abs=1e-9)


def test_tiling_does_not_grow_with_rates_and_knows_its_limits(train: SpikeTrain) -> None:
    fast, slow = (spike_time_tiling(poisson_train([r] * 8, 200, 4)) for r in (20.0, 1.0))
    pairs = np.triu_indices(8, 1)
    assert abs(fast[pairs].mean()) < 0.02 and abs(slow[pairs].mean()) < 0.02
    found = spike_time_tiling(train, window_ms=12.0)
    assert np.isnan(found[9]).all() and np.isnan(found[:, 9]).all()
    assert found[0, 1] > 0.25
    everywhere = spike_time_tiling(train, window_ms=1e6)
    assert everywhere[0, 1] == 1.0


@pytest.mark.parametrize("measure", [spike_time_tiling, partial(correlation_matrix, bin_ms=25.0)])
def test_planted_pairs_alone_are_significant(train: SpikeTrain, measure: object) -> None:
    found = significance(train, measure, window_ms=400.0, seed=5)
    assert found.significant[0, 1] and found.significant[1, 0]
    assert found.significant.sum() <= 4
    assert np.isnan(found.p[9]).all() and np.isnan(np.diag(found.p)).all()
    np.testing.assert_array_equal(found.p, found.p.T)
    assert found.values[0, 1] > found.chance[0, 1] + 0.05
    assert found.weights[0, 1] == found.values[0, 1] and found.weights[2, 3] == 0
    again = significance(train, measure, window_ms=400.0, seed=5)
    np.testing.assert_array_equal(found.p, again.p)


def test_chance_is_called_chance() -> None:
    p, discoveries = [], 0
    for seed in range(8):
        independent = poisson_train([0.5, 1, 2, 4, 8] * 3, 100, seed)
        found = significance(independent, spike_time_tiling, seed=seed, window_ms=400.0)
        p.append(found.p[np.triu_indices(15, 1)])
        discoveries += found.significant.sum() / 2
    assert discoveries <= 1
    assert np.mean(np.concatenate(p) < 0.05) == pytest.approx(0.05, abs=0.02)


def test_synchrony_of_independent_and_of_identical_units() -> None:
    independent = synchrony(poisson_train([5.0] * 100, 200, 6), bin_ms=10.0)
    assert independent.fano_factor == pytest.approx(1.0, abs=0.05)
    assert independent.unit_fano_factor == pytest.approx(1.0, abs=0.02)
    assert independent.mean_correlation == pytest.approx(0.0, abs=1e-3)
    assert independent.chi == pytest.approx(0.1, abs=0.01)
    one = poisson_train([5.0], 200, 7)
    steps, ids = np.repeat(one.steps, 20), np.tile(np.arange(20, dtype=np.int32), len(one))
    same = synchrony(SpikeTrain(steps, ids, 0.5, one.n_steps, 25), bin_ms=10.0)
    assert same.n_units == 20
    assert same.chi == pytest.approx(1.0) and same.mean_correlation == pytest.approx(1.0)
    assert same.fano_factor == pytest.approx(20 * same.unit_fano_factor)


def test_synchrony_is_that_of_brute_force(train: SpikeTrain) -> None:
    found, counts = synchrony(train, bin_ms=50.0), raster(train, 50.0)[:9]
    assert found.fano_factor == pytest.approx(counts.sum(axis=0).var() / counts.sum(axis=0).mean())
    chi = np.sqrt(counts.mean(axis=0).var() / counts.var(axis=1).mean())
    assert found.chi == pytest.approx(chi)
    mean = np.corrcoef(counts)[np.triu_indices(9, 1)].mean()
    assert found.mean_correlation == pytest.approx(mean)
    assert found.chi > synchrony(shuffled(train, 0), bin_ms=50.0).chi


def test_too_few_units_give_a_reason() -> None:
    found = synchrony(poisson_train([5.0, 0.0], 10, 0))
    assert found.chi is None and found.reason.startswith("not enough data: 1 units")


def test_bad_input_is_told_in_one_sentence(train: SpikeTrain) -> None:
    with pytest.raises(Bl1Error, match="unit 10 does not exist"):
        cross_correlogram(train, 0, 10)
    with pytest.raises(Bl1Error, match="max_lag_ms is 1000000"):
        cross_correlogram(train, 0, 1, max_lag_ms=1_000_000)
    with pytest.raises(Bl1Error, match="window_ms is 0"):
        spike_time_tiling(train, window_ms=0)
    with pytest.raises(Bl1Error, match="n_surrogates is 1"):
        significance(train, spike_time_tiling, seed=0, n_surrogates=1)
    with pytest.raises(Bl1Error, match="false_discovery is 0"):
        significance(train, spike_time_tiling, seed=0, false_discovery=0)
