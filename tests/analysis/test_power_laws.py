"""Discrete power laws: known exponents and cutoffs, an independent library, and what is none."""

import math

import numpy as np
import powerlaw
import pytest
from scipy.special import zeta

from bl1.analysis.power_laws import cut_off_sum, power_law, truncated_power_law
from bl1.errors import Bl1Error


def zipf(exponent: float, n: int, seed: int, xmin: int = 1, xmax: int = 10**6) -> np.ndarray:
    """Draws from P(x) ~ x^−exponent between two bounds, by inversion."""
    x = np.arange(xmin, xmax + 1)
    cumulative = np.cumsum(x**-exponent)
    draws = np.random.default_rng(seed).random(n) * cumulative[-1]
    return x[np.searchsorted(cumulative, draws)]


@pytest.mark.parametrize("exponent", [1.5, 1.7, 2.0, 2.5])
def test_a_known_exponent_is_found(exponent: float) -> None:
    found = power_law(zipf(exponent, 20_000, seed=1), against=("exponential", "lognormal"))
    assert found.exponent == pytest.approx(exponent, abs=0.02)
    assert found.plausible and found.beaten_by == [] and found.xmin == 1
    assert found.versus["exponential"].log_ratio > 0 and found.versus["exponential"].p < 0.01


def test_the_interval_holds_the_truth() -> None:
    held = 0
    for seed in range(40):
        low, high = power_law(zipf(1.8, 2000, seed), xmin=1, xmax=math.inf, against=()).interval_95
        held += low < 1.8 < high
    assert held >= 35


@pytest.mark.parametrize(("xmin", "xmax"), [(1, None), (3, None), (2, 500), (1, 60)])
def test_it_agrees_with_powerlaw(xmin: int, xmax: int | None) -> None:
    values = zipf(1.9, 10_000, seed=2, xmax=10**5)
    ours = power_law(values, xmin=xmin, xmax=xmax or math.inf, against=())
    theirs = powerlaw.Fit(
        values, discrete=True, estimate_discrete=False, xmin=xmin, xmax=xmax, verbose=0
    )
    assert ours.exponent == pytest.approx(theirs.power_law.alpha, abs=1e-3)
    assert ours.n == np.count_nonzero((values >= xmin) & (values <= (xmax or math.inf)))
    assert ours.ks_distance == pytest.approx(theirs.power_law.D, abs=1.5e-3)


@pytest.mark.parametrize("exponent", [0.01, 1.0, 1.5, 2.9])
@pytest.mark.parametrize("rate", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("first", [1, 7, 120])
def test_the_sum_of_a_truncated_power_law_is_its_terms_sum(
    exponent: float, rate: float, first: int
) -> None:
    k = np.arange(first, first + 40_000)
    terms = k**-exponent * np.exp(-rate * k)
    assert cut_off_sum(exponent, rate, first) == pytest.approx(math.fsum(terms), rel=1e-11, abs=0)


def test_a_truncated_power_law_is_compared_as_powerlaw_does() -> None:
    values = zipf(1.9, 2000, seed=2, xmax=10**5)
    ours = power_law(values, xmin=1, xmax=math.inf, against=("truncated_power_law",))
    theirs = powerlaw.Fit(values, discrete=True, estimate_discrete=False, xmin=1, verbose=0)
    compared = theirs.distribution_compare("power_law", "truncated_power_law")
    assert ours.versus["truncated_power_law"] == pytest.approx(compared, rel=1e-6)


def test_the_probabilities_of_a_bounded_one_add_up_to_1() -> None:
    law = truncated_power_law()(
        data=np.arange(2, 61), xmin=2, xmax=60, discrete=True, parameters=[1.5, 0.01]
    )
    assert law.pdf().sum() == pytest.approx(1.0, rel=1e-12)


def test_the_distance_is_that_of_kolmogorov() -> None:
    values = zipf(2.0, 500, seed=3, xmax=10**4)
    found = power_law(values, xmin=2, xmax=math.inf, against=())
    x = np.arange(2, values.max() + 1)
    law = 1 - zeta(found.exponent, x + 1) / zeta(found.exponent, 2)
    seen = np.searchsorted(np.sort(values[values >= 2]), x, side="right") / found.n
    assert found.ks_distance == pytest.approx(np.abs(law - seen).max(), rel=1e-3)


def test_the_range_is_found_and_a_cutoff_left_out() -> None:
    law = zipf(1.6, 20_000, seed=4, xmin=5, xmax=400)
    below = np.random.default_rng(4).integers(1, 5, 30_000)
    found = power_law(np.concatenate([law, below]), against=("lognormal",))
    assert found.exponent == pytest.approx(1.6, abs=0.03)
    assert 4 <= found.xmin <= 8 and 250 <= found.xmax <= 450
    assert found.decades > 1.4 and found.plausible


def test_a_bound_is_seen_that_concerns_few_values() -> None:
    bounded = zipf(1.5, 5000, seed=5, xmax=3000)
    assert power_law(bounded, against=()).xmax < 3100
    assert not power_law(bounded, xmin=1, xmax=math.inf, against=()).plausible


@pytest.mark.parametrize("p", [0.02, 0.1, 0.37])
def test_geometric_values_are_no_power_law(p: float) -> None:
    values = np.random.default_rng(6).geometric(p, 20_000)
    found = power_law(values, against=("exponential", "lognormal"))
    assert not found.plausible or "exponential" in found.beaten_by


def test_too_few_values_give_a_reason() -> None:
    for values in ([], [1, 2, 3], np.ones(5000, int)):
        found = power_law(values)
        assert found.exponent is None and found.reason.startswith("not enough data")
    flat = power_law(np.random.default_rng(7).integers(1, 2000, 5000), against=())
    assert flat.exponent is None or not flat.plausible


@pytest.mark.parametrize(
    ("values", "options", "what"),
    [
        ([0, 1, 2], {}, "whole numbers"),
        ([1.5, 2.0], {}, "whole numbers"),
        ([1.0, np.nan], {}, "whole numbers"),
        ([[1, 2]], {}, "whole numbers"),
        ([1, 2], {"xmin": 5, "xmax": 4}, "range is 5 to 4"),
        ([1, 2], {"against": ("gamma",)}, "'gamma'"),
    ],
)
def test_bad_input_is_told_in_one_sentence(values: list, options: dict, what: str) -> None:
    with pytest.raises(Bl1Error, match=what):
        power_law(values, **options)


def test_values_that_stand_far_above_the_others_are_no_part_of_a_power_law():
    """Small avalanches of chance and a few bursts: the distance alone would take them for one."""
    rng = np.random.default_rng(0)
    small = rng.geometric(0.6, 2000)
    fit = power_law(np.concatenate((small, [500, 520, 540, 480, 510])), against=())
    assert fit.decades < 1
