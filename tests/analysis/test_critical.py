"""The verdict: a critical process gets it; Poisson, subcritical and living trains do not."""

import time

import pytest
from analysis.processes import avalanche_train, branching_counts, poisson_train, train_of
from living import needs_living, path_of

import bl1
from bl1.analysis.critical import criticality

SLOW_SEEDS = [pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3)]


@pytest.mark.parametrize("seed", [0, *SLOW_SEEDS])
def test_a_critical_branching_process_is_consistent_with_criticality(seed: int) -> None:
    train, *_ = avalanche_train(5000, 1.0, seed, cap=3000)
    found = criticality(train, bin_ms=4.0, seed=0)
    assert found.verdict == "consistent with criticality"
    assert found.surrogate.against and found.data.n_spikes == found.surrogate.n_spikes
    assert found.data.size.exponent == pytest.approx(1.5, abs=0.05)
    assert found.data.branching.branching_ratio > 0.9


@pytest.mark.slow
def test_a_subcritical_process_is_not() -> None:
    train, *_ = avalanche_train(20_000, 0.9, seed=1)
    verdict = criticality(train, bin_ms=4.0, seed=0).verdict
    assert verdict.startswith("not consistent with criticality: ")
    assert "durations" in verdict and "branching ratio" in verdict


@pytest.mark.parametrize("seed", [0, *SLOW_SEEDS])
@pytest.mark.parametrize("bin_ms", [None, 4.0])
def test_poisson_units_never_are(seed: int, bin_ms: float | None) -> None:
    train = poisson_train([0.2 + 0.4 * seed] * 60, 600, seed)
    verdict = criticality(train, bin_ms=bin_ms, seed=seed).verdict
    assert verdict.startswith("not consistent with criticality: ")
    assert "no memory" in verdict


def test_a_well_driven_process_without_pauses_is_not() -> None:
    counts = branching_counts(0.98, 20, 50_000, seed=2)[0]
    assert "not consistent" in criticality(train_of(counts, 100, 4.0, 0), seed=0).verdict


def test_a_short_train_is_not_enough() -> None:
    verdict = criticality(poisson_train([1.0] * 20, 20, 0), seed=0).verdict
    assert verdict.startswith("not enough data: ") and "needs 1000" in verdict


@pytest.mark.slow
@needs_living
def test_living_cultures_are_not() -> None:
    begin = time.process_time()
    found = criticality(bl1.load(path_of("Sparse_-_7-3-35")), seed=0)
    assert time.process_time() - begin < 20  # 200,000 spikes
    assert "lognormal" in found.verdict and found.verdict.startswith("not consistent")
    assert found.data.size.exponent == pytest.approx(1.78, abs=0.05)
    assert found.data.branching.branching_ratio == pytest.approx(0.979, abs=0.001)
