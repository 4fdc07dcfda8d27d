"""Ablations keep what they say that they keep, and nothing else."""

import numpy as np
import pytest

from bl1.cl1.ablations import Ablated
from bl1.cl1.device import Device, Timing
from bl1.cl1.packets import Stimulation
from bl1.cl1.tissue import Tissue
from bl1.mea.floor import Events
from bl1.network.culture import Culture

HZ = 25_000
N_SECONDS = 120


def heard(rng: np.random.Generator, second: int) -> Events:
    """A second in which electrode 0 fires about 5 times, electrode 1 about 50, others never."""
    ids = np.repeat(np.array([0, 1], np.int32), rng.poisson([5, 50]))
    samples = np.sort(rng.integers(second * HZ, (second + 1) * HZ, len(ids)))
    return Events(samples, ids, np.full(len(ids), 30, np.float32))


def counts(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Events of each electrode in each second: heard, and reported."""
    rng = np.random.default_rng(0)
    ablated = Ablated(kind, 4, HZ, seed=1)  # type: ignore[arg-type]
    before, after = [], []
    for second in range(N_SECONDS):
        events = heard(rng, second)
        reported = ablated.reported(events, second * HZ, (second + 1) * HZ)
        assert np.all(np.diff(reported.samples) >= 0)
        before.append(np.bincount(events.ids, minlength=4))
        after.append(np.bincount(reported.ids, minlength=4))
    return np.array(before), np.array(after)


def test_zero_reports_nothing() -> None:
    assert counts("zero")[1].sum() == 0


def test_poisson_has_the_rates_and_nothing_of_their_fluctuations() -> None:
    before, after = counts("poisson")
    assert after.mean(axis=0) == pytest.approx(before.mean(axis=0), rel=0.1)
    assert abs(np.corrcoef(before[20:, 1], after[20:, 1])[0, 1]) < 0.25


def test_shuffle_keeps_how_much_there_was_and_loses_where() -> None:
    before, after = counts("shuffle")
    assert np.all(after.sum(axis=1) == before.sum(axis=1))
    assert after.mean(axis=0) == pytest.approx(np.full(4, before.sum() / N_SECONDS / 4), rel=0.1)


def test_cut_leaves_what_a_pulse_drives_directly(culture: Culture) -> None:
    whole, cut = (Device(Tissue(culture, kind), Timing(100.0)) for kind in ("none", "cut"))
    spikes = []
    for device in (whole, cut):
        device.obey(Stimulation(0, (10.0,) * 8, (2.5,) * 8))
        spikes.append(sum(len(device.live().spikes.ids) for _ in range(5)))
    assert 0 < spikes[1] < spikes[0] / 2


def test_the_same_seed_reports_the_same(culture: Culture) -> None:
    first, second = (Tissue(culture, "poisson").advance(4000).events for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert np.array_equal(first.ids, second.ids)
