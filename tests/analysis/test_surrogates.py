"""Surrogates keep what they promise and lose the rest."""

from collections.abc import Callable

import numpy as np
import pytest
from analysis.processes import branching_counts, train_of

from bl1.analysis.surrogates import (
    gamma_tail,
    interval_shuffled,
    jittered,
    normal_tail,
    pooled_probability,
    shuffled,
)
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

BIN_MS = 4.0
KINDS = [shuffled, lambda s, seed: jittered(s, 100.0, seed), interval_shuffled]


@pytest.fixture(scope="module")
def train() -> SpikeTrain:
    counts = branching_counts(0.98, 5, 20_000, seed=0)[0]
    return train_of(counts, 30, BIN_MS, seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_facts_and_rates_are_kept_and_the_seed_decides(
    train: SpikeTrain, kind: Callable[..., SpikeTrain]
) -> None:
    one, again, other = kind(train, 1), kind(train, 1), kind(train, 2)
    assert one.hash() == again.hash() != other.hash() != train.hash()
    assert one.is_possible()
    assert (one.dt_ms, one.n_steps, one.n_units) == (train.dt_ms, train.n_steps, train.n_units)
    np.testing.assert_array_equal(np.bincount(one.ids), np.bincount(train.ids))
    assert one.metadata["surrogate"]["seed"] == 1 and "surrogate" not in train.metadata


def test_shuffled_spikes_are_poisson(train: SpikeTrain) -> None:
    per_bin = np.bincount(shuffled(train, 3).steps, minlength=train.n_steps)
    assert per_bin.var() / per_bin.mean() == pytest.approx(1.0, abs=0.05)
    original = np.bincount(train.steps, minlength=train.n_steps)
    assert original.var() / original.mean() > 5


def test_jittered_spikes_stay_in_their_windows(train: SpikeTrain) -> None:
    def counts(spikes: SpikeTrain) -> np.ndarray:
        cells = spikes.steps // 25 * spikes.n_units + spikes.ids
        return np.bincount(cells, minlength=train.n_steps // 25 * 30)

    moved = jittered(train, 100.0, 3)
    np.testing.assert_array_equal(counts(moved), counts(train))
    places = np.bincount(moved.steps % 25, minlength=25)
    assert places.std() / places.mean() < 0.05
    with pytest.raises(Bl1Error, match=r"window_ms is 4\.0, expected at least two steps"):
        jittered(train, 4.0, 0)


def test_shuffled_intervals_are_the_same_intervals(train: SpikeTrain) -> None:
    moved = interval_shuffled(train, 3)
    for unit in range(train.n_units):
        before, after = train.steps[train.ids == unit], moved.steps[moved.ids == unit]
        np.testing.assert_array_equal(np.sort(np.diff(before)), np.sort(np.diff(after)))
        assert (before[0], before[-1]) == (after[0], after[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_silence_and_single_spikes_survive(kind: Callable[..., SpikeTrain]) -> None:
    nothing = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, 1000, 3)
    assert len(kind(nothing, 0)) == 0
    one = SpikeTrain(np.array([7]), np.array([2], np.int32), 0.5, 1000, 3)
    assert kind(one, 0).ids.tolist() == [2]


@pytest.mark.parametrize("tail", [normal_tail, gamma_tail])
def test_pooled_probability_is_uniform_where_nothing_is(tail: Callable[..., np.ndarray]) -> None:
    rng = np.random.default_rng(4)
    scales = rng.uniform(0.1, 10.0, 5000)
    draws = rng.gamma(2.0, scales, (51, 5000))  # skewed, and of many sizes
    p = pooled_probability(draws[0], draws[1:].astype(np.float32), tail)
    for level in (0.5, 0.1, 0.01, 0.001):
        assert np.mean(p <= level) == pytest.approx(level, abs=4 * np.sqrt(level / 5000))
    few = rng.gamma(2.0, 1.0, (20, 50)).astype(np.float32)
    assert pooled_probability(np.full(50, 40.0), few, tail).max() == 1 / (1 + 20 * 50)
    assert pooled_probability(np.zeros(50), np.zeros((20, 50), np.float32), tail).min() == 1.0
