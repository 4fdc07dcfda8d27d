"""A measure's interval holds what it promises, and too few values give a reason."""

import warnings

import numpy as np
import pytest
from scipy.stats import bootstrap

from bl1.analysis.measure import measured

WORDS = {"unit": "Hz", "of": "bursts", "method": "mean"}


@pytest.mark.slow
def test_the_interval_covers_the_true_mean_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(1000):
        m = measured("m", rng.normal(3.0, 2.0, 60), np.mean, fewest=5, seed=seed, **WORDS)
        covered += m.interval_95[0] <= 3.0 <= m.interval_95[1]
    assert covered / 1000 == pytest.approx(0.94, abs=0.02)  # percentiles of 60 give .94, not .95


@pytest.mark.parametrize("statistic", [np.mean, np.median])
def test_value_and_interval_are_those_of_scipy(statistic):
    sample = np.random.default_rng(1).gamma(2.0, 3.0, 80)
    m = measured("m", sample, statistic, fewest=5, **WORDS)
    wanted = bootstrap(
        (sample,), statistic, n_resamples=10_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert m.value == statistic(sample) and isinstance(m.value, float)
    width = wanted.high - wanted.low
    assert m.interval_95 == pytest.approx((wanted.low, wanted.high), abs=0.1 * width)
    assert (m.name, m.unit, m.of, m.method, m.n, m.reason) == (
        "m",
        "Hz",
        "bursts",
        "mean",
        80,
        None,
    )


def test_the_seed_decides_about_the_interval_alone():
    sample = np.random.default_rng(1).normal(size=50)
    first, again, other = (
        measured("m", sample, np.mean, fewest=5, seed=seed, **WORDS) for seed in (7, 7, 8)
    )
    assert first == again
    assert first.value == other.value and first.interval_95 != other.interval_95


@pytest.mark.parametrize("n", [0, 1, 4])
def test_too_few_values_give_a_reason_and_no_number(n):
    m = measured("m", np.ones(n), np.mean, fewest=5, **WORDS)
    assert (m.value, m.interval_95, m.n) == (None, None, n)
    assert m.reason == f"not enough data: {n} bursts, needs 5"


def test_a_statistic_that_some_resamples_do_not_have_gets_no_interval():
    def share_of_first(counts, axis):
        return np.take(counts, 0, axis=axis) / counts.sum(axis=axis)

    counts = np.zeros(30)
    counts[0] = 5.0  # a third of the resamples have no spike at all
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        m = measured("m", counts, share_of_first, fewest=5, **WORDS)
    assert m.value == 1.0 and m.interval_95 is None
