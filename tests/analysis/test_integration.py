"""Complexity: its definition, its sign, closed forms of copies and parity, 0 for independence."""

import itertools
import math

import numpy as np
import pytest
from analysis.processes import poisson_train, train_of_states

from bl1.analysis.integration import complexity
from bl1.errors import Bl1Error


def joint_entropy(states: np.ndarray) -> float:
    _, counts = np.unique(states, axis=1, return_counts=True)
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())


@pytest.mark.parametrize("levels", [2, 3])
def test_it_is_its_definition_in_both_forms(levels: int) -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.7, (5, 2000)) + (rng.random(2000) < 0.3)
    states = np.minimum(counts, levels - 1)
    found = complexity(train_of_states(counts), levels=levels, n_surrogates=10, seed=0)
    whole = joint_entropy(states)
    integration = sum(joint_entropy(row[np.newaxis]) for row in states) - whole
    by_integration = by_information = 0.0
    for k in range(1, 6):
        subsets = [list(subset) for subset in itertools.combinations(range(5), k)]
        parts = [
            sum(joint_entropy(states[[i]]) for i in subset) - joint_entropy(states[subset])
            for subset in subsets
        ]
        by_integration += k / 5 * integration - np.mean(parts)
        if k < 5:  # half the information between every part and the rest
            rests = [[i for i in range(5) if i not in subset] for subset in subsets]
            by_information += 0.5 * np.mean(
                [
                    joint_entropy(states[subset]) + joint_entropy(states[rest]) - whole
                    for subset, rest in zip(subsets, rests, strict=True)
                ]
            )
    assert found.raw_integration_bits == pytest.approx(integration)
    assert found.raw_complexity_bits == pytest.approx(by_integration)
    assert found.raw_complexity_bits == pytest.approx(by_information)


def test_copies_and_parity_have_the_values_of_their_closed_form() -> None:
    rng = np.random.default_rng(2)
    x = rng.random(50_000) < 0.5
    copies = complexity(train_of_states(np.array([x] * 4, int)), seed=0)
    # I(X_k) = k − 1: the whole is 3 bits together, C = Σ_k [3k/4 − (k − 1)] = 3/2.
    assert copies.integration_bits == pytest.approx(3.0, abs=0.01)
    assert copies.complexity_bits == pytest.approx(1.5, abs=0.01)
    free = rng.random((3, 50_000)) < 0.5
    parity = np.array([*free, np.logical_xor.reduce(free)], int)
    odd = complexity(train_of_states(parity), seed=0)
    # Only the whole is integrated, by one bit: C = Σ_(k < 4) k/4 = 3/2.
    assert odd.integration_bits == pytest.approx(1.0, abs=0.01)
    assert odd.complexity_bits == pytest.approx(1.5, abs=0.01)
    assert odd.p_complexity < 1e-6 and odd.p_integration < 1e-6


def test_what_is_both_joined_and_apart_is_complex() -> None:
    rng = np.random.default_rng(3)
    common = rng.random(50_000) < 0.2
    noise = rng.random((8, 50_000))
    mixed = (noise < np.where(common, 0.5, 0.05)).astype(int)
    found = complexity(train_of_states(mixed), seed=0)
    low, _ = found.complexity_chance_95
    assert low > 0 and found.p_complexity < 1e-6
    assert 0 < found.complexity_bits < found.integration_bits * 4


def test_independent_units_have_none() -> None:
    held = 0
    for seed in range(10):
        found = complexity(poisson_train([2.0, 5.0, 10.0, 20.0, 1.0, 5.0], 100, seed), seed=seed)
        assert found.raw_complexity_bits > 0 and found.raw_integration_bits > 0
        assert abs(found.complexity_bits) < 3e-3
        low, high = found.complexity_chance_95
        held += low < 0 < high
    assert held >= 8


def test_groups_make_large_populations_small_enough() -> None:
    train = poisson_train([2.0] * 60, 60, 0)
    groups = [list(range(10 * i, 10 * i + 10)) for i in range(6)]
    assert complexity(train, groups=groups, seed=0).n_variables == 6
    with pytest.raises(Bl1Error, match="60 variables, expected 2 to 12"):
        complexity(train, seed=0)
    with pytest.raises(Bl1Error, match="1 variables"):
        complexity(train, groups=[[0]], seed=0)
    with pytest.raises(Bl1Error, match="n_surrogates is 0"):
        complexity(train, groups=groups, n_surrogates=0, seed=0)


def test_few_bins_are_not_enough() -> None:
    found = complexity(poisson_train([5.0] * 10, 10, 0), seed=0)
    assert found.complexity_bits is None and found.p_integration is None
    assert found.reason == "not enough data: 2000 bins for 1024 patterns, needs 4096"


def test_twelve_units_take_seconds() -> None:
    found = complexity(poisson_train([5.0] * 12, 120, 0), seed=0)
    assert found.n_bins == 24_000 and math.isfinite(found.complexity_bits)
