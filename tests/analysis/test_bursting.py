"""Bursts that were planted are found, Poisson activity has none, living bursts are as published."""

import numpy as np
import pytest
from living import BURSTING, needs_living, path_of

from bl1.analysis.bursting import DETECTORS, bursts
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

DURATION_S = 120.0


def train(times_s, units, n_units, duration_s=DURATION_S):
    steps = (np.asarray(times_s) / 5e-4).astype(np.int64)
    ids = np.asarray(units, np.int32)
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], 0.5, round(duration_s / 5e-4), n_units)


def planted(n_units, n_bursts, background_hz=0.5, seed=0, burst_s=0.2, in_burst_hz=40.0):
    """Poisson activity with bursts of all units in it; returns the train and their starts."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(background_hz * DURATION_S * n_units)
    times_s, units = [rng.uniform(0, DURATION_S, n)], [rng.integers(0, n_units, n)]
    starts_s = np.linspace(0, DURATION_S, n_bursts + 2)[1:-1] + rng.uniform(-1, 1, n_bursts)
    for start_s in starts_s:
        who = np.repeat(np.arange(n_units), rng.poisson(in_burst_hz * burst_s, n_units))
        times_s.append(start_s + rng.uniform(0, burst_s, len(who)))
        units.append(who)
    return train(np.concatenate(times_s), np.concatenate(units), n_units), starts_s


@pytest.mark.parametrize("method", DETECTORS)
@pytest.mark.parametrize("n_units", [60, 200, 1000])
@pytest.mark.parametrize("background_hz", [0.2, 1.0, 5.0])
def test_each_planted_burst_is_found_once(method, n_units, background_hz):
    spikes, starts_s = planted(n_units, 10, background_hz)
    found = bursts(spikes, method)
    assert len(found) == 10
    assert np.all(found.starts_s < starts_s + 0.1)
    assert np.all(found.ends_s > starts_s + 0.1)
    if method in ("isi_n", "population_rate"):  # those that need no unit to burst by itself
        assert np.median(found.durations_s) == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("method", DETECTORS)
@pytest.mark.parametrize("n_units", [60, 200, 1000])
@pytest.mark.parametrize("rate_hz", [0.1, 1.0, 3.0])
def test_poisson_activity_has_no_bursts(method, n_units, rate_hz):
    for seed in range(3):
        assert len(bursts(planted(n_units, 0, rate_hz, seed)[0], method)) == 0


@pytest.mark.parametrize("method", DETECTORS)
def test_silence_and_a_few_spikes_have_no_bursts(method):
    assert len(bursts(train([], [], 60), method)) == 0
    assert len(bursts(train([1.0, 1.001, 1.002], [0, 1, 2], 60), method)) == 0
    assert bursts(train([], [], 60), method).share_of_spikes == 0


def test_a_burst_is_described_by_its_spikes():
    # Units 3 to 8 each fire five times 10 ms apart, unit 3 first; unit 20 fires once meanwhile.
    times_s = [10.0 + 0.001 * unit + 0.01 * k for unit in range(3, 9) for k in range(5)]
    units = [unit for unit in range(3, 9) for _ in range(5)]
    spikes = train([1.0, *times_s, 10.02, 50.0], [20, *units, 20, 30], 59)
    found = bursts(spikes)
    assert (found.starts_s, found.ends_s) == (
        pytest.approx([10.003], abs=5e-4),
        pytest.approx([10.048], abs=1e-3),
    )
    assert found.n_spikes.tolist() == [31]
    assert found.n_recruited.tolist() == [6]
    assert found.leaders.tolist() == [3]
    assert found.recruitment == pytest.approx(6 / 8)
    assert found.share_of_spikes == pytest.approx(31 / 33)
    assert found.per_minute == pytest.approx(0.5)


def test_who_leads_most_bursts_is_told_from_who_leads_by_chance():
    rng = np.random.default_rng(0)
    times_s, units = [], []
    for k in range(40):
        start_s = 2.0 + 2.9 * k
        for unit in range(30):
            first_s = start_s + (0.0 if unit == 7 and k % 4 else 0.005 + 0.02 * rng.random())
            times_s += [first_s + 0.01 * i for i in range(6)]
            units += [unit] * 6
    found = bursts(train(times_s, units, 59))
    assert len(found) == 40
    assert found.leading_units().tolist() == [7]
    assert found.led(59)[7] >= 30


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda spikes: bursts(spikes, "magic"), "there is no burst detector 'magic'"),
        (lambda spikes: bursts(spikes, "isi_n", windows=3), "takes n, threshold_s"),
        (lambda spikes: bursts(spikes, "isi_n", n=1), "n is 1, expected at least 2"),
        (lambda spikes: bursts(spikes, "max_interval", max_end_s=-1), "max_end_s is -1"),
        (lambda spikes: bursts(spikes, "population_rate", smoothing_ms=0), "smoothing_ms is 0"),
    ],
)
def test_what_a_detector_cannot_use_is_refused(call, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        call(planted(60, 2)[0])


@needs_living
@pytest.mark.parametrize("name", BURSTING)
def test_bursts_of_living_cultures_are_as_published(name):
    from bl1.recording.text import read

    found = bursts(read(path_of(name)))
    intervals_s = found.inter_burst_intervals_s
    measured = (
        found.per_minute,
        np.median(found.durations_s),
        np.median(intervals_s),
        intervals_s.std() / intervals_s.mean(),
        np.median(found.recruitment),
        found.share_of_spikes,
    )
    assert measured == pytest.approx(BURSTING[name], rel=0.05)
