"""Everything at once: each measure is a number with its sample, or a reason; planted ones agree."""

import json
import math

import numpy as np
import pytest
from analysis.processes import poisson_train
from visualization.pictures import bursting, recording, train

from bl1.analysis.bursting import bursts
from bl1.analysis.statistics import nine_statistics
from bl1.analysis.summary import Summary, as_rows, every_measure, most_active

RNG = np.random.default_rng(0)
HARD = {
    "one spike": train([0.1], [0], 0.5, 1),
    "two spikes in one step": train([0.1, 0.1], [0, 1], 1.0, 2),
    "all in one of forty seconds": train(RNG.uniform(1, 2, 300), RNG.integers(0, 10, 300), 40, 10),
    "one clock": train(np.arange(0, 40, 0.025), np.zeros(1600), 40, 1),
    "ten clocks": train(np.arange(0, 40, 0.025).repeat(10), np.tile(np.arange(10), 1600), 40, 10),
    "several spikes in a step": train(
        RNG.uniform(0, 40, 300).repeat(3), RNG.integers(0, 10, 300).repeat(3), 40, 10
    ),
    "as many units as MaxOne has": train(
        RNG.uniform(0, 40, 300), RNG.integers(0, 26_400, 300), 40, 26_400
    ),
}


def assert_says_all(summary: Summary) -> None:
    """Each measure has a finite value or a reason, and says how and on what it was measured."""
    for section in summary.sections:
        names = [m.name for m in section.measures]
        assert names and len(set(names)) == len(names)
        for m in section.measures:
            assert (m.value is None) != (m.reason is None), m
            assert m.method and m.of and m.n >= 0 and isinstance(m.n, int), m
            numbers = [m.value or 0.0, *(m.interval_95 or ())]
            assert all(math.isfinite(number) for number in numbers), m
            assert not m.interval_95 or m.interval_95[0] <= m.interval_95[1]
    json.dumps(as_rows(summary.sections), allow_nan=False)


def named(summary: Summary) -> dict:
    """All measures by their names."""
    return {m.name: m for section in summary.sections for m in section.measures}


@pytest.fixture(scope="module")
def of_bursts() -> Summary:
    return every_measure(bursting(), seed=0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", HARD)
def test_no_train_is_too_hard(name):
    summary = every_measure(HARD[name])
    assert_says_all(summary)
    assert summary.criticality.verdict != "consistent with criticality"


def test_planted_activity_and_bursts_are_found(of_bursts):
    assert_says_all(of_bursts)
    spikes, found = bursting(), named(of_bursts)
    assert found["rate per electrode"].value == pytest.approx(len(spikes) / 59 / 56)
    rates_hz = np.bincount(spikes.ids, minlength=59) / 56
    assert found["median rate"].value == pytest.approx(np.median(rates_hz))
    assert found["active electrodes"].value == np.count_nonzero(rates_hz)
    assert found["inter-spike interval"].n == len(spikes) - 59
    assert found["bursts per minute"].value == pytest.approx(60 / 7)
    assert found["inter-burst interval"].value == pytest.approx(7.0, abs=0.02)
    assert found["recruitment"].value == pytest.approx(30 / 59)
    assert found["bursts per minute, population_rate"].value == pytest.approx(60 / 7)
    assert of_bursts.bursts.starts_s.tolist() == bursts(spikes).starts_s.tolist()


def test_the_nine_statistics_are_among_them_with_the_same_values(of_bursts):
    for m in nine_statistics(bursting(), seed=0):
        assert named(of_bursts)[m.name] == m


def test_the_interval_of_spikes_is_over_single_units():
    spikes = train([*np.arange(0, 40, 0.05), *np.arange(0, 40, 2.0)], [0] * 800 + [1] * 20, 40, 2)
    m = named(every_measure(spikes))["inter-spike interval"]
    assert (m.value, m.unit, m.n, m.interval_95) == (pytest.approx(50.0), "ms", 818, None)


@pytest.mark.slow
def test_of_cells_it_speaks_of_units():
    heard = bursting()
    cells = every_measure(train(heard.times_s, heard.ids, 56.0))
    electrodes = every_measure(heard)
    assert "electrode" not in json.dumps(as_rows(cells.sections))
    assert named(cells)["rate per unit"].value == named(electrodes)["rate per electrode"].value
    assert "rate per unit" not in named(electrodes)


@pytest.mark.slow
def test_independent_units_are_not_critical_and_little_connected():
    summary = every_measure(poisson_train([2.0] * 12, 60.0, seed=0))
    assert_says_all(summary)
    verdict = next(section.verdict for section in summary.sections if section.verdict)
    assert verdict.startswith(("not consistent with criticality", "not enough data"))
    found = named(summary)
    assert found["pairs with significant transfer entropy"].value < 0.05
    assert abs(found["mean pairwise correlation"].value) < 0.02
    assert found["Fano factor of the population"].value == pytest.approx(1.0, abs=0.1)


def test_the_experiments_own_idea_of_a_burst_is_used():
    found = named(every_measure(bursting(), population_rate={"min_duration_ms": 5000.0}))
    assert found["bursts per minute, population_rate"].value == 0.0
    assert found["bursts per minute, isi_n"].value > 0


def test_a_short_recording_has_no_rates_and_says_how_long_it_must_be():
    found = named(every_measure(recording([0.1, 0.2], [1, 2], 5.0)))
    for name in ("rate per electrode", "median rate", "bursts per minute", "burstiness index"):
        assert found[name].reason == "not enough data: 5 s, needs 30 s"
    assert "not enough data" in found["clustering"].reason


def test_what_is_measured_next_is_told():
    told = []
    every_measure(HARD["one spike"], progress=told.append)
    assert told == ["activity", "bursts", "criticality", "connectivity", "information"]


def test_the_most_active_units_keep_their_spikes():
    spikes = train(np.arange(300) * 0.01, [3] * 100 + [1] * 60 + [7] * 50 + [2] * 49 + [5] * 41, 9)
    chosen = most_active(spikes)
    assert chosen.n_units == 3  # those of 50 spikes or more: 1, 3 and 7
    assert np.bincount(chosen.ids).tolist() == [60, 100, 50]
    assert chosen.times_s[chosen.ids == 2] == pytest.approx(spikes.times_s[spikes.ids == 7])
    assert np.bincount(most_active(spikes, most=2).ids).tolist() == [60, 100]
    assert most_active(train([], [], 1.0)).n_units == 0
