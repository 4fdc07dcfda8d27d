"""Transfer entropy: a naive twin, closed forms, planted directions and delays, and false alarms."""

import time
from collections import Counter
from math import log2

import numpy as np
import pytest
from analysis.processes import poisson_train, train_of_states
from living import needs_living, path_of

import bl1
from bl1.analysis.transfer import transfer_entropy
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

BIN_MS = 5.0


def naive(x: np.ndarray, y: np.ndarray, k: int, order: int, delay: int, first: int) -> float:
    """Equation of the module, one term at a time."""
    joint, target, past_source, past = Counter(), Counter(), Counter(), Counter()
    n = len(y) - first
    for t in range(first, len(y)):
        own = tuple(y[t - i] for i in range(1, k + 1))
        other = tuple(x[t - delay - i] for i in range(order))
        joint[y[t], own, other] += 1
        target[y[t], own] += 1
        past_source[own, other] += 1
        past[own] += 1
    return sum(
        count / n * log2(count * past[own] / (past_source[own, other] * target[now, own]))
        for (now, own, other), count in joint.items()
    )


@pytest.mark.parametrize(("k", "order", "n_delays"), [(1, 1, 1), (1, 1, 3), (2, 1, 2), (1, 3, 2)])
def test_it_is_its_definition(k: int, order: int, n_delays: int) -> None:
    rng = np.random.default_rng(1)
    raster = (rng.random((4, 400)) < [[0.05], [0.2], [0.5], [0.9]]).astype(int)
    raster[1, 2:] |= raster[0, :-2]
    found = transfer_entropy(
        train_of_states(raster),
        bin_ms=BIN_MS,
        max_delay_ms=n_delays * BIN_MS,
        target_history=k,
        source_history=order,
        n_surrogates=10,
        seed=0,
    )
    first = max(k, n_delays + order - 1)
    for source in range(4):
        for target in range(4):
            if source == target:
                assert np.isnan(found.raw_bits[source, target])
                continue
            bits = [
                naive(raster[source], raster[target], k, order, delay, first)
                for delay in range(1, n_delays + 1)
            ]
            assert found.raw_bits[source, target] == pytest.approx(max(bits), abs=1e-12)
            assert found.delay_ms[source, target] == (np.argmax(bits) + 1) * BIN_MS


def entropy(p: float) -> float:
    return -p * log2(p) - (1 - p) * log2(1 - p)


@pytest.mark.parametrize("q", [0.05, 0.3])
def test_a_coupled_markov_pair_has_the_entropy_of_its_closed_form(q: float) -> None:
    fires = np.array([[0.02, 0.4], [0.1, 0.7]])  # [own past, source three bins ago]
    rng = np.random.default_rng(2)
    n = 400_000
    x, draws = (rng.random(n) < q).astype(int), rng.random(n)
    y = np.zeros(n, int)
    for t in range(3, n):
        y[t] = draws[t] < fires[y[t - 1], x[t - 3]]
    given_own = fires @ [1 - q, q]
    active = given_own[0] / (1 + given_own[0] - given_own[1])  # stationary
    truth = sum(
        weight * (entropy(given_own[own]) - (1 - q) * entropy(fires[own, 0]) - q * entropy(p1))
        for own, weight, p1 in ((0, 1 - active, fires[0, 1]), (1, active, fires[1, 1]))
    )
    found = transfer_entropy(train_of_states(np.array([x, y])), seed=0)
    assert found.bits[0, 1] == pytest.approx(truth, rel=0.03)
    assert found.delay_ms[0, 1] == 15.0
    assert found.significant[0, 1] and not found.significant[1, 0]
    assert abs(found.bits[1, 0]) < 1e-4


def test_planted_connections_are_found_with_their_delays() -> None:
    rng = np.random.default_rng(3)
    raster = rng.random((20, 60_000)) < 0.02
    planted = {(0, 1): 1, (2, 3): 4, (4, 5): 2, (4, 6): 5, (7, 8): 3}
    for (source, target), delay in planted.items():
        heard = np.roll(raster[source], delay) & (rng.random(60_000) < 0.3)
        raster[target] |= heard
    found = transfer_entropy(train_of_states(raster), seed=1)
    assert all(found.significant[pair] for pair in planted)
    assert found.significant.sum() <= len(planted) + 1
    for pair, delay in planted.items():
        assert found.delay_ms[pair] == delay * BIN_MS
    np.testing.assert_array_equal(found.weights > 0, found.significant)


def test_independent_units_give_no_false_alarms() -> None:
    small, bias, discoveries = [], [], 0
    for seed in range(10):
        found = transfer_entropy(poisson_train([0.5, 1, 2, 5, 10] * 4, 200, seed), seed=seed)
        small.append(found.p[~np.isnan(found.p)])
        discoveries += found.significant.sum()
        bias.append(np.nanmean(found.bits) / np.nanmean(found.raw_bits))
    p = np.concatenate(small)
    assert discoveries <= 1 and abs(np.mean(bias)) < 0.03
    for level in (0.05, 0.01):
        assert np.mean(p < level) == pytest.approx(level, rel=0.35)


def test_units_that_burst_each_for_itself_give_none_either() -> None:
    p, discoveries = [], 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        raster = rng.random((12, 100_000)) < 0.002
        for row in raster:
            for begin in rng.integers(99_900, size=rng.integers(10, 40)):
                row[begin : begin + 100] |= rng.random(100) < 0.2
        found = transfer_entropy(train_of_states(raster.astype(int)), seed=seed)
        p.append(found.p[~np.isnan(found.p)])
        discoveries += found.significant.sum()
    assert discoveries <= 2
    assert np.mean(np.concatenate(p) < 0.05) == pytest.approx(0.05, abs=0.025)


def test_what_is_common_and_slow_is_told_from_what_is_fast() -> None:
    rng = np.random.default_rng(4)
    common = np.repeat(rng.random(600) < 0.2, 100)  # bursts of half a second
    raster = rng.random((8, 60_000)) < np.where(common, 0.15, 0.005)
    raster[1] |= np.roll(raster[0], 2) & (rng.random(60_000) < 0.4)
    train = train_of_states(raster)
    shifted = transfer_entropy(train, seed=0)
    jittered = transfer_entropy(train, seed=0, jitter_ms=100.0)
    assert shifted.significant.sum() == 8 * 7
    assert jittered.significant[0, 1] and jittered.significant.sum() <= 4


def test_the_seed_decides_and_silence_means_nothing() -> None:
    train = poisson_train([0.0, 5.0, 5.0], 60, 0)
    one, same, other = (transfer_entropy(train, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.p, same.p)
    assert not np.array_equal(one.p, other.p, equal_nan=True)
    assert one.raw_bits[0, 1] == 0 and np.isnan(one.delay_ms[0, 1]) and one.p[0, 1] > 0.5
    assert not one.significant.any()
    nobody = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, 10_000, 3)
    assert not transfer_entropy(nobody, seed=0).significant.any()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"bin_ms": 0.1}, "bin_ms is 0.1"),
        ({"max_delay_ms": 1.0}, "max_delay_ms is 1.0"),
        ({"max_delay_ms": float("inf")}, "max_delay_ms is inf"),
        ({"jitter_ms": float("nan")}, "jitter_ms is nan"),
        ({"target_history": 0}, "histories are 0 and 1"),
        ({"source_history": 6}, "histories are 1 and 6"),
        ({"n_surrogates": 2}, "n_surrogates is 2"),
        ({"jitter_ms": 5.0}, "jitter_ms is 5.0"),
        ({"false_discovery": 1.0}, "false_discovery is 1.0"),
        ({"max_delay_ms": 400.0}, "cover 200 bins"),
    ],
)
def test_bad_input_is_told_in_one_sentence(options: dict, what: str) -> None:
    with pytest.raises(Bl1Error, match=what):
        transfer_entropy(poisson_train([1.0, 1.0], 1.0, 0), seed=0, **options)


@needs_living
def test_half_an_hour_of_sixty_electrodes_takes_seconds() -> None:
    train = bl1.load(path_of("6-2-28"))
    transfer_entropy(poisson_train([1.0], 2.0, 0), seed=0)  # compiles
    begin = time.process_time()
    found = transfer_entropy(train, seed=0, jitter_ms=50.0)
    assert time.process_time() - begin < 20
    assert 0.2 < found.significant.sum() / (59 * 58) < 0.8
