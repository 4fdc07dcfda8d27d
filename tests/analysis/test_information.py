"""Entropy, mutual information and storage: closed forms, brute force, and nothing where is none."""

import math

import numpy as np
import pytest
from analysis.processes import poisson_train, train_of_states

from bl1.analysis.information import (
    active_information_storage,
    entropies,
    entropy_of_counts,
    mutual_information,
)
from bl1.errors import Bl1Error


def h(*probabilities: float) -> float:
    return -sum(p * math.log2(p) for p in probabilities if p)


def test_entropy_is_corrected_by_miller_and_madow() -> None:
    assert entropy_of_counts([500, 500]) == pytest.approx(1 + 1 / (2000 * math.log(2)))
    assert entropy_of_counts([7, 0]) == 0.0
    rng = np.random.default_rng(0)
    truth = np.array([0.4, 0.3, 0.1, 0.1, 0.05, 0.05])
    samples = rng.multinomial(60, truth, size=4000)
    corrected = np.mean([entropy_of_counts(sample) for sample in samples])
    plug_in = np.mean([h(*(sample / 60)) for sample in samples])
    assert corrected == pytest.approx(h(*truth), abs=0.01)
    assert h(*truth) - plug_in > 0.04


def test_entropies_of_units_and_groups() -> None:
    rng = np.random.default_rng(1)
    raster = (rng.random((4, 200_000)) < [[0.5], [0.1], [0.02], [0.0]]).astype(int)
    train = train_of_states(raster)
    np.testing.assert_allclose(entropies(train), [1.0, h(0.1, 0.9), h(0.02, 0.98), 0.0], atol=0.005)
    both = entropies(train, groups=[[0, 1]], levels=3)
    assert both[0] == pytest.approx(h(0.45, 0.5, 0.05), abs=0.005)


def brute_force(x: np.ndarray, y: np.ndarray) -> float:
    n = len(x)
    total = 0.0
    for a in np.unique(x):
        for b in np.unique(y):
            joint = np.count_nonzero((x == a) & (y == b)) / n
            if joint:
                total += joint * math.log2(joint / (np.mean(x == a) * np.mean(y == b)))
    return total


@pytest.mark.parametrize("levels", [2, 3, 4])
def test_mutual_information_is_its_definition(levels: int) -> None:
    rng = np.random.default_rng(2)
    counts = rng.poisson([[0.1], [0.5], [1.5]], (3, 3000))
    counts[2] += counts[1]
    found = mutual_information(train_of_states(counts), levels=levels, n_surrogates=10, seed=0)
    states = np.minimum(counts, levels - 1)
    for i in range(3):
        assert np.isnan(found.raw_bits[i, i])
        for j in range(i):
            expected = brute_force(states[i], states[j])
            assert found.raw_bits[i, j] == pytest.approx(expected, abs=1e-12)
            assert found.raw_bits[j, i] == pytest.approx(expected, abs=1e-12)


def test_copies_and_noisy_copies_have_the_information_of_their_closed_form() -> None:
    rng = np.random.default_rng(3)
    n, q, kept = 200_000, 0.1, 0.7
    x = rng.random(n) < q
    noisy = x & (rng.random(n) < kept)
    alone = rng.random(n) < q
    found = mutual_information(train_of_states(np.array([x, x, noisy, alone], int)), seed=0)
    assert found.bits[0, 1] == pytest.approx(h(q, 1 - q), rel=0.02)
    truth = h(q * kept, 1 - q * kept) - q * h(kept, 1 - kept)
    assert found.bits[0, 2] == pytest.approx(truth, rel=0.03)
    assert abs(found.bits[0, 3]) < 2e-5 and not found.significant[3].any()
    assert found.significant[0, 1] and found.significant[2, 0]
    np.testing.assert_array_equal(found.p, found.p.T)


def test_of_two_parents_neither_tells_of_their_exclusive_or_but_both_do() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.random((2, 100_000)) < 0.5
    train = train_of_states(np.array([a, b, a ^ b], int))
    pairs = mutual_information(train, seed=0)
    assert np.nanmax(np.abs(pairs.bits)) < 2e-4
    # One spike of the two parents says that the child fires: their number tells all.
    together = mutual_information(train, groups=[[0, 1], [2]], levels=3, seed=0)
    assert together.bits[0, 1] == pytest.approx(1.0, abs=0.01)


def test_independent_trains_share_nothing() -> None:
    p, bias, discoveries = [], [], 0
    for seed in range(10):
        found = mutual_information(poisson_train([0.5, 1, 2, 5, 10] * 4, 200, seed), seed=seed)
        upper = np.triu_indices(20, 1)
        p.append(found.p[upper])
        bias.append(found.bits[upper].mean() / found.raw_bits[upper].mean())
        discoveries += found.significant.sum() / 2
    assert discoveries <= 1 and abs(np.mean(bias)) < 0.05
    assert np.mean(np.concatenate(p) < 0.05) == pytest.approx(0.05, abs=0.015)


def test_storage_is_that_of_a_markov_chain() -> None:
    rng = np.random.default_rng(5)
    n, fires = 300_000, np.array([0.05, 0.6])
    draws, x = rng.random(n), np.zeros(n, int)
    for t in range(1, n):
        x[t] = draws[t] < fires[x[t - 1]]
    active = fires[0] / (1 + fires[0] - fires[1])
    truth = h(active, 1 - active) - sum(
        weight * h(p, 1 - p) for weight, p in zip((1 - active, active), fires, strict=True)
    )
    noise = (rng.random(n) < active).astype(int)
    found = active_information_storage(train_of_states(np.array([x, noise])), history=4, seed=0)
    assert found.bits[0] == pytest.approx(truth, rel=0.03) and found.p[0] < 0.01
    assert abs(found.bits[1]) < 1e-4 and found.p[1] > 0.01
    assert found.raw_bits[1] > found.bits[1]


def test_storage_is_its_definition() -> None:
    x = (np.random.default_rng(6).random(500) < 0.3).astype(int)
    x[3:] |= x[:-3]
    found = active_information_storage(train_of_states(x[np.newaxis]), history=3, seed=0)
    past = x[2:-1] + 2 * x[1:-2] + 4 * x[:-3]
    assert found.raw_bits[0] == pytest.approx(brute_force(x[3:], past), abs=1e-12)


def test_bad_input_is_told_in_one_sentence() -> None:
    train = poisson_train([1.0, 1.0], 10, 0)
    for call, what in (
        (lambda: entropy_of_counts([0, 0]), "needs counts"),
        (lambda: entropies(train, groups=[[0, 2]]), "unit 2 does not exist"),
        (lambda: entropies(train, groups=[[0], [0]]), "unit 0 is named twice"),
        (lambda: entropies(train, groups=[]), "no variable"),
        (lambda: entropies(train, levels=1), "levels is 1"),
        (lambda: mutual_information(train, n_surrogates=1, seed=0), "n_surrogates is 1"),
        (lambda: mutual_information(train, false_discovery=2, seed=0), "false_discovery is 2"),
        (lambda: active_information_storage(train, history=0, seed=0), "history is 0"),
        (lambda: active_information_storage(train, bin_ms=5000, seed=0), "cover 2 bins"),
    ):
        with pytest.raises(Bl1Error, match=what):
            call()
