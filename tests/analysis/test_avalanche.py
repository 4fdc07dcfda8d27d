"""Avalanches: cut as planted, critical exponents of a branching process, relations between them."""

import numpy as np
import pytest
from analysis.processes import avalanche_train, poisson_train, train_of

from bl1.analysis.avalanche import (
    Avalanches,
    avalanches,
    criticality_deviation,
    mean_interval_ms,
    mean_shapes,
    predicted_exponent,
    shape_collapse,
    size_of_duration,
)
from bl1.analysis.power_laws import power_law
from bl1.core.spikes import SpikeTrain


def train_of_steps(steps: list[int], n_steps: int) -> SpikeTrain:
    return SpikeTrain(np.array(steps, np.int64), np.zeros(len(steps), np.int32), 1.0, n_steps, 1)


def test_planted_avalanches_are_cut_out() -> None:
    train, sizes, durations = avalanche_train(2000, 0.95, seed=1)
    found = avalanches(train, bin_ms=4.0)
    np.testing.assert_array_equal(found.sizes, sizes)
    np.testing.assert_array_equal(found.durations, durations)
    assert len(found) == 2000 and found.counts.sum() == len(train)


@pytest.mark.parametrize(
    ("steps", "n_steps", "sizes", "durations"),
    [
        ([1, 1, 2, 5], 7, [3, 1], [2, 1]),
        ([0, 1, 3, 4, 4, 6], 7, [3], [2]),  # the first and the last are not whole
        ([0, 1, 2], 3, [], []),
        ([], 5, [], []),
        ([0, 4], 5, [], []),
        ([1], 3, [1], [1]),
    ],
)
def test_edges_of_the_train(
    steps: list[int], n_steps: int, sizes: list[int], durations: list[int]
) -> None:
    found = avalanches(train_of_steps(steps, n_steps), bin_ms=1.0)
    assert (found.sizes.tolist(), found.durations.tolist()) == (sizes, durations)
    for start, size, duration in zip(found.starts, sizes, durations, strict=True):
        assert found.counts[start : start + duration].sum() == size


def test_the_bin_is_the_mean_interval_in_whole_steps() -> None:
    train = poisson_train([2.0] * 50, 100, seed=2)
    assert mean_interval_ms(train) == pytest.approx(10.0, rel=0.03)
    assert mean_interval_ms(train) % train.dt_ms == 0
    assert avalanches(train).bin_ms == mean_interval_ms(train)
    assert mean_interval_ms(train_of_steps([3], 9)) == 1.0


def test_a_critical_branching_process_has_its_exponents() -> None:
    train, *_ = avalanche_train(10_000, 1.0, seed=3, cap=10_000)
    found = avalanches(train, bin_ms=4.0)
    size = power_law(found.sizes, against=("exponential", "lognormal"))
    duration = power_law(found.durations, xmin=10, xmax=100, against=("exponential", "lognormal"))
    assert size.exponent == pytest.approx(1.5, abs=0.03)
    # P(T) = 2/T² only for T → ∞; at 10 to 100 bins its slope is still 1.8.
    assert duration.exponent == pytest.approx(2.0, abs=0.25)
    assert size.plausible and size.beaten_by == [] and duration.beaten_by == []
    fitted = size_of_duration(found, shortest=10, longest=100)
    low, high = fitted.interval_95
    assert fitted.exponent == pytest.approx(2.0, abs=0.25) and low < fitted.exponent < high
    assert criticality_deviation(size, duration, fitted) < 0.3
    collapse = shape_collapse(found, longest=100)
    assert collapse.exponent == pytest.approx(2.0, abs=0.25) and collapse.error < 0.05


def test_size_grows_with_duration_as_planted() -> None:
    durations = np.repeat(np.arange(1, 30), 50)
    sizes = np.round(100 * durations**1.7).astype(int)
    found = Avalanches(sizes, durations, np.zeros(len(sizes), int), np.zeros(1, int), 1.0)
    fitted = size_of_duration(found)
    assert fitted.exponent == pytest.approx(1.7, abs=0.001)
    assert (fitted.n_avalanches, fitted.n_durations) == (len(sizes), 29)
    assert size_of_duration(found, shortest=10, longest=20).n_durations == 11
    few = size_of_duration(found, longest=3)
    assert few.exponent is None and "3 durations" in few.reason


def test_shapes_that_are_one_collapse_onto_it() -> None:
    courses, exponent = [], 1.8
    for duration in range(4, 40):
        t = (np.arange(duration) + 0.5) / duration
        course = np.round(500 * duration ** (exponent - 1) * t * (1 - t)).astype(int)
        courses += [np.append(course, 0)] * 10
    counts = np.concatenate([[0], *courses])
    found = avalanches(train_of(counts, 1, 1.0, seed=0), bin_ms=1.0)
    collapse = shape_collapse(found)
    assert collapse.exponent == pytest.approx(exponent, abs=0.02) and collapse.error < 2e-3
    durations, shapes, n = mean_shapes(found)
    assert durations.tolist() == list(range(4, 40)) and set(n) == {10}
    assert shapes.shape == (36, 100) and shapes[-1].argmax() in (49, 50)
    few = shape_collapse(found, longest=6)
    assert few.exponent is None and "3 durations" in few.reason


def test_without_exponents_nothing_is_compared() -> None:
    nothing = power_law([])
    law = power_law(np.random.default_rng(0).zipf(2.0, 5000), against=())
    found = avalanches(poisson_train([1.0] * 10, 100, 0))
    assert predicted_exponent(nothing, law) is None
    assert criticality_deviation(law, nothing, size_of_duration(found)) is None
