"""What electrodes report of spikes: who is heard, how loudly, how often by noise alone."""

import numpy as np
import pytest
from scipy.stats import norm

from bl1.config import MeaConfig
from bl1.core.spikes import Spikes
from bl1.errors import Bl1Error
from bl1.mea.coupling import couple, layout_for
from bl1.mea.events import EventRecorder
from bl1.mea.floor import joined
from bl1.mea.layout import Layout, cl1

LOUD = MeaConfig(spike_uv=100.0, halving_um=40.0)
SILENT = LOUD.changed(false_positive_hz=0.0, spike_spread=0.0, dead_time_ms=1.0)


def line(*x_um):
    """Electrodes on a line, 10 samples a step."""
    places = np.array([(x, 0.0) for x in x_um])
    return Layout("line", np.arange(len(x_um), dtype=np.int32), places, 20_000.0, len(x_um))


def recorder(cells_um, layout, mea, seed=0):
    return EventRecorder(couple(np.array(cells_um), layout, mea, seed), mea, 0.5, seed)


def spikes_at(steps, ids):
    return Spikes(np.asarray(steps, np.int64), np.asarray(ids, np.int32))


def random_spikes(n_steps, n_cells, n, seed=1):
    rng = np.random.default_rng(seed)
    steps, ids = np.sort(rng.integers(0, n_steps, n)), rng.integers(0, n_cells, n)
    order = np.lexsort((ids, steps))
    return spikes_at(steps[order], ids[order])


def test_pairs_are_those_within_the_radius_that_can_be_heard():
    rng = np.random.default_rng(0)
    cells_um, layout, mea = rng.uniform(0, 1400, (300, 2)), cl1(), LOUD
    coupling = couple(cells_um, layout, mea, 3)
    apart_um = np.linalg.norm(cells_um[:, None] - layout.positions_um[None], axis=2)
    cell = np.repeat(np.arange(300), np.diff(coupling.starts))
    assert coupling.distances_um == pytest.approx(apart_um[cell, coupling.electrodes], rel=1e-5)
    beside_uv = 100.0 * np.exp(0.5 * np.random.default_rng([3, 0xE1EC]).standard_normal(300))
    heights_uv = beside_uv[:, None] * 2.0 ** (-apart_um / 40.0)
    assert coupling.heights_uv == pytest.approx(heights_uv[cell, coupling.electrodes], rel=1e-5)
    heard = (apart_um <= 100.0) & (heights_uv > 10.0)
    assert len(cell) == heard.sum()
    assert coupling.heard_by().tolist() == heard.sum(axis=0).tolist()


def test_height_halves_with_distance_and_a_far_cell_is_not_heard():
    reader = recorder([(0.0, 0.0)], line(0.0, 40.0, 80.0, 101.0), SILENT)
    n_steps = 40_000
    events = reader.read(spikes_at(np.arange(0, n_steps, 10), np.zeros(n_steps // 10)), n_steps)
    heights_uv = [events.amplitudes_uv[events.ids == i] for i in range(4)]
    # Noise deepens a trough by .4 of its RMS, 5 µV, on average.
    assert [np.mean(h) for h in heights_uv[:2]] == pytest.approx([102, 52], abs=0.5)
    assert [np.std(h) for h in heights_uv[:2]] == pytest.approx([4.6, 4.6], rel=0.1)
    assert len(heights_uv[0]) == n_steps // 10
    # At 80 µm the height is at the threshold: noise lifts more than half of the spikes over it.
    assert len(heights_uv[2]) == pytest.approx(n_steps / 10 * norm.cdf(2 / 4.6), rel=0.05)
    assert len(heights_uv[3]) == 0


def test_share_of_detected_spikes_follows_the_noise():
    mea = SILENT.changed(noise_uv=10.0, threshold_sd=4.0)  # 40 µV
    reader = recorder([(0.0, 0.0)], line(40.0), mea)  # heard with 50 µV
    events = reader.read(spikes_at(np.arange(0, 100_000, 10), np.zeros(10_000)), 100_000)
    assert len(events.ids) / 10_000 == pytest.approx(norm.cdf((50 + 4 - 40) / 9.2), abs=0.01)


def test_noise_crosses_at_its_rate_on_every_electrode():
    layout = cl1()
    mea = MeaConfig(false_positive_hz=0.5, dead_time_ms=1e-3)
    reader = recorder([(0.0, 200.0)], layout, mea)
    events = reader.read(spikes_at([], []), 2_000_000)  # 1000 s
    counts = np.bincount(events.ids, minlength=59)
    assert counts.mean() == pytest.approx(500, rel=0.02)
    assert counts.var() == pytest.approx(500, rel=0.5)
    assert events.amplitudes_uv.min() >= 25.0
    assert reader.sample_count == 25_000_000


def test_crossings_within_the_dead_time_are_one():
    reader = recorder([(0.0, 0.0), (5.0, 0.0)], line(0.0), SILENT)
    # Two cells beside the electrode fire in the same step, then once more in the next.
    events = reader.read(spikes_at([10, 10, 11, 11, 14], [0, 1, 0, 1, 0]), 20)
    assert len(events.ids) in (2, 3)
    assert np.all(np.diff(events.samples) >= 20)  # 1 ms


def test_events_do_not_depend_on_how_a_run_was_cut():
    rng = np.random.default_rng(0)
    cells_um = rng.uniform(0, 1400, (500, 2))
    spikes = random_spikes(5000, 500, 20_000)
    whole = recorder(cells_um, cl1(), LOUD.changed(false_positive_hz=5.0)).read(spikes, 5000)
    reader = recorder(cells_um, cl1(), LOUD.changed(false_positive_hz=5.0))
    parts, step = [], 0
    for n in (1, 2, 997, 1500, 7, 2493):
        a, b = np.searchsorted(spikes.steps, (step, step + n))
        parts.append(reader.read(Spikes(spikes.steps[a:b], spikes.ids[a:b]), n))
        step += n
    cut = joined(parts)
    assert len(whole.ids) > 8_000
    for one, other in zip(whole, cut, strict=True):
        assert np.array_equal(one, other)


def test_events_are_ordered_and_within_their_steps():
    rng = np.random.default_rng(0)
    reader = recorder(rng.uniform(0, 1400, (500, 2)), cl1(), SILENT)
    spikes = random_spikes(1000, 500, 10_000)
    events = reader.read(spikes, 1000)
    assert np.all(np.diff(events.samples * 59 + events.ids) > 0)
    heard_at = np.unique(np.floor(events.samples / 12.5).astype(int))
    assert set(heard_at.tolist()) <= set(spikes.steps.tolist())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: couple(np.zeros((3, 3)), cl1(), SILENT, 0), r"positions have shape \(3, 3\)"),
        (lambda: couple(np.full((3, 2), -500.0), cl1(), SILENT, 0), "none of the 59 electrodes"),
        (lambda: layout_for(MeaConfig(channels=65), 3000.0), "channels is 65, but cl1 reads"),
    ],
)
def test_what_cannot_be_recorded_is_refused(make, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        make()


def test_the_array_lies_in_the_middle_of_the_dish():
    for name, channels in (("cl1", 64), ("maxone", 1024)):
        places = layout_for(MeaConfig(layout=name, channels=channels), 3000.0).positions_um
        middle = (places.min(axis=0) + places.max(axis=0)) / 2
        assert middle == pytest.approx([1500, 1500], abs=20)
