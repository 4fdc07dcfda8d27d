"""Branching ratio: the truth of a known process however little of it is seen; living cultures."""

import subprocess
import sys

import numpy as np
import pytest
from analysis.processes import branching_counts, poisson_train, subsampled, train_of
from living import needs_living, path_of

import bl1
from bl1.analysis.branching import branching_of_counts, branching_ratio, naive_branching_ratio
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

M, MEAN, N_UNITS, BIN_MS = 0.99, 100, 10_000, 4.0


@pytest.fixture(scope="module")
def activity() -> np.ndarray:
    return branching_counts(M, MEAN, 300_000, seed=1)[0]


def naive_of(n_seen: int) -> float:
    """Slope at lag 1 in closed form: the variance of the whole is MEAN/(1 − m²)."""
    share, variance = n_seen / N_UNITS, MEAN / (1 - M**2)
    return M * share * variance / (share * variance + (1 - share) * MEAN)


@pytest.mark.parametrize("n_seen", [N_UNITS, 100, 10])
def test_the_truth_is_found_by_regression_over_many_steps_only(
    activity: np.ndarray, n_seen: int
) -> None:
    found = branching_of_counts(subsampled(activity, n_seen / N_UNITS, seed=2), BIN_MS)
    assert found.branching_ratio == pytest.approx(M, abs=0.005)
    assert found.tau_ms == pytest.approx(-BIN_MS / np.log(found.branching_ratio))
    low, high = found.interval_95
    assert low < found.branching_ratio < high and high - low < 0.01
    assert found.naive == pytest.approx(naive_of(n_seen), abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_one_unit_of_ten_thousand_is_enough_if_it_is_seen_for_long(seed: int) -> None:
    activity = branching_counts(M, MEAN, 1_000_000, seed)[0]
    for n_seen in (100, 10, 1):
        found = branching_of_counts(subsampled(activity, n_seen / N_UNITS, seed), BIN_MS)
        assert found.branching_ratio == pytest.approx(M, abs=0.005)
        assert found.naive == pytest.approx(naive_of(n_seen), abs=0.01)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    lanes = branching_counts(0.95, 50, 40_000, seed=3, n_lanes=20)
    held = 0
    for lane in lanes:
        found = branching_of_counts(subsampled(lane, 0.02, seed=4), BIN_MS, max_lag_ms=400)
        low, high = found.interval_95
        held += low < 0.95 < high
    assert held >= 17


@pytest.mark.parametrize("m", [0.5, 0.8, 0.95])
def test_ratios_far_from_one_are_found_too(m: float) -> None:
    counts = subsampled(branching_counts(m, MEAN, 200_000, seed=5)[0], 0.2, seed=6)
    assert branching_of_counts(counts, BIN_MS).branching_ratio == pytest.approx(m, abs=0.02)


def test_spikes_and_their_counts_agree(activity: np.ndarray) -> None:
    counts = subsampled(activity[:100_000], 0.01, seed=7)
    train = train_of(counts, 100, BIN_MS, seed=8)
    assert branching_ratio(train, bin_ms=BIN_MS) == branching_of_counts(counts, BIN_MS)
    now, later = counts[:-1], counts[1:]
    assert naive_branching_ratio(train) == pytest.approx(np.polyfit(now, later, 1)[0])


def test_the_method_says_what_the_interval_is_of_or_why_there_is_none(
    activity: np.ndarray,
) -> None:
    short, long = (branching_of_counts(activity[:n], BIN_MS) for n in (5_000, 25_000))
    assert short.branching_ratio and short.interval_95 is None
    assert short.method.endswith("no interval: it needs 50 s")
    assert long.interval_95 and long.method.endswith("bootstrap over 20 segments")


def test_independent_spikes_have_no_branching_ratio() -> None:
    for seed in range(5):
        found = branching_ratio(poisson_train([2.0] * 50, 300, seed))
        assert found.branching_ratio is None and "no memory" in found.reason
        assert abs(found.naive) < 0.02


def test_a_silent_or_short_train_is_not_enough() -> None:
    nothing = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, 200_000, 3)
    assert "0 spikes" in branching_ratio(nothing).reason
    short = branching_ratio(poisson_train([100.0] * 50, 5, 0))
    assert short.branching_ratio is None and short.reason == "not enough data: 5 s, needs 10 s"
    assert branching_of_counts(np.ones(10_000), 4.0).reason == "activity never changes"


def test_a_decay_slower_than_the_longest_lag_is_no_number() -> None:
    counts = 50 + 40 * np.sin(np.arange(100_000) / 50_000 * np.pi)
    found = branching_of_counts(np.round(counts), 4.0)
    assert found.branching_ratio is None and "decay" in found.reason


@pytest.mark.parametrize(
    ("counts", "options", "what"),
    [
        ([[1, 2], [3, 4]], {}, "shape"),
        ([1.0, np.nan], {}, "finite"),
        ([1.0, -1.0], {}, "finite"),
        ([1.0, 2.0], {"max_lag_ms": 4.0}, "max_lag_ms"),
    ],
)
def test_bad_input_is_told_in_one_sentence(counts: list, options: dict, what: str) -> None:
    with pytest.raises(Bl1Error, match=what):
        branching_of_counts(counts, 4.0, **options)
    with pytest.raises(Bl1Error, match=r"bin_ms is 0\.1"):
        branching_ratio(poisson_train([1.0], 20, 0), bin_ms=0.1)


def test_the_library_stays_quiet_and_changes_nothing_of_others() -> None:
    code = (
        "import numpy as np, matplotlib, tqdm\n"
        "before = dict(matplotlib.rcParams); init = vars(tqdm.tqdm)['__init__']\n"
        "np.random.seed(1); first = np.random.rand(); np.random.seed(1)\n"
        "from bl1.analysis.branching import branching_of_counts\n"
        "slow = np.random.default_rng(0).poisson(5, 60_000)\n"
        "walk = np.convolve(slow, 0.9 ** np.arange(50)).round()\n"
        "assert branching_of_counts(walk, 4.0, seed=3).interval_95\n"
        "assert np.random.rand() == first and vars(tqdm.tqdm)['__init__'] is init\n"
        "assert dict(matplotlib.rcParams) == before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_living
@pytest.mark.parametrize(
    ("name", "m"),
    [
        ("6-2-10", 0.983),
        ("6-2-17", 0.983),
        ("6-2-28", 0.985),
        ("6-1-31", 0.982),
        ("Sparse_-_7-3-35", 0.979),
    ],
)
def test_living_cultures(name: str, m: float) -> None:
    found = branching_ratio(bl1.load(path_of(name)))
    assert found.branching_ratio == pytest.approx(m, abs=0.0006)
    low, high = found.interval_95
    assert low < m < high
