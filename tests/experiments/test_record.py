"""Recording a culture: in memory and in a file alike, whatever the stretches."""

import numpy as np
import pytest

import bl1
from bl1.config import MeaConfig, load_experiment
from bl1.errors import Bl1Error
from bl1.experiments import record as module
from bl1.experiments.record import record, record_to
from bl1.mea.detection import Detector
from bl1.mea.events import sample_of
from bl1.mea.floor import joined
from bl1.mea.rig import Rig
from bl1.mea.stimulation import Train, biphasic
from bl1.network.culture import Culture
from bl1.recording import Recording, load

CONFIG = load_experiment("wagenaar_calibrated").plated(600)


@pytest.fixture(scope="module")
def culture() -> Culture:
    return Culture.from_config(CONFIG, seed=3)


def assert_same(found: Recording, expected: Recording) -> None:
    assert found.hash() == expected.hash()
    assert (found.n_steps, found.dt_ms) == (expected.n_steps, expected.dt_ms)
    assert np.array_equal(found.amplitudes_uv, expected.amplitudes_uv)
    assert np.array_equal(found.layout.electrodes, expected.layout.electrodes)
    assert np.array_equal(found.layout.positions_um, expected.layout.positions_um)


@pytest.mark.parametrize("traces", [False, True])
def test_a_file_holds_what_memory_does(culture, tmp_path, traces):
    expected = record(culture, 2.2, traces=traces)
    told = []
    path = tmp_path / "dish.h5"
    rig = Rig(culture, traces=traces)
    assert record_to(path, rig, 2.2, progress=told.append) == pytest.approx(2.2)
    found = load(path)
    assert_same(found, expected)
    assert len(expected) > 5 and told[-1] == pytest.approx(2.2)
    facts = dict(found.metadata), dict(expected.metadata)
    assert all(each.pop("created") for each in facts)
    assert facts[0] == facts[1]
    if traces:
        assert found.traces.uv_per_bit == expected.traces.uv_per_bit
        assert np.array_equal(found.traces.samples[:], expected.traces.samples)
    else:
        assert found.traces is None is expected.traces


def test_metadata_tell_what_made_the_recording(culture):
    found = record(culture, 0.5, MeaConfig(channels=20, false_positive_hz=5.0))
    assert found.metadata["seed"] == 3 and found.metadata["div"] is None
    assert found.metadata["version"] == bl1.__version__
    assert found.metadata["config"] == CONFIG.model_dump(mode="json")
    assert found.metadata["mea"]["channels"] == 20 == found.n_units
    old = record(Culture.grow(CONFIG, 18.0, seed=3), 0.5)
    assert old.metadata["div"] == 18.0


@pytest.mark.parametrize("traces", [False, True])
@pytest.mark.parametrize("seconds", [0.001, 0.4999, 1.2345])
def test_a_recording_is_as_long_as_was_asked(culture, seconds, traces):
    found = record(culture, seconds, traces=traces)
    assert found.n_steps == pytest.approx(25_000 * seconds, abs=25)
    assert found.dt_ms == 0.04
    if traces:
        assert len(found.traces.samples) == found.n_steps


@pytest.mark.parametrize("dt_ms", [0.1, 0.3, 0.4])
def test_cultures_of_any_step_are_recorded_with_traces(dt_ms):
    dish = Culture.from_config(CONFIG.changed(dt_ms=dt_ms), seed=3)
    found = record(dish, 0.7, traces=True)
    assert len(found.traces.samples) == found.n_steps == pytest.approx(17_500, abs=25)


def test_seconds_are_a_number_above_zero(culture):
    for seconds in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(Bl1Error, match=r"seconds is .*, expected a number > 0"):
            record(culture, seconds)


@pytest.mark.parametrize("traces", [False, True])
def test_what_is_heard_depends_neither_on_stretches_nor_on_threads(culture, monkeypatch, traces):
    expected = record(culture, 2.0, traces=traces)
    monkeypatch.setattr(module, "STRETCH_S", 0.037)
    assert_same(record(culture, 2.0, traces=traces, threads=2), expected)


def test_the_samples_of_a_stretch_lie_within_it(culture):
    """Also of stretches of one step, 12.5 samples."""
    rig = Rig(culture, CONFIG.array().changed(false_positive_hz=50.0))
    heard = [rig.advance(1) for _ in range(2001)]
    first = 0
    for part in heard:
        assert np.all((part.events.samples >= first) & (part.events.samples < part.n_samples))
        first = part.n_samples
    whole = Rig(culture, rig.mea).advance(2001)
    for one, other in zip(joined([part.events for part in heard]), whole.events, strict=True):
        assert np.array_equal(one, other)
    assert len(whole.events.samples) > 1000
    steps, ids = np.repeat(np.arange(2000), 50), np.tile(np.arange(50, dtype=np.int32), 2000)
    samples = sample_of(steps, ids, 12.5, np.uint32(1))
    assert np.all(samples >= np.ceil(12.5 * steps)) and np.all(
        samples < np.ceil(12.5 * (steps + 1))
    )


def test_spikes_of_traces_are_those_that_are_found_in_them(culture):
    found = record(culture, 3.0, traces=True)
    detector = Detector(found.layout, CONFIG.array())
    events = joined([detector.read(found.traces.samples), detector.finish()])
    assert np.array_equal(events.samples, found.steps) and np.array_equal(events.ids, found.ids)
    assert np.array_equal(events.amplitudes_uv, found.amplitudes_uv)
    assert len(found) > 20


def test_stimuli_are_kept_with_the_sample_at_which_they_began(culture, tmp_path):
    rig = Rig(culture)
    electrode = int(rig.layout.electrodes[7])
    rig.stimulate(Train((electrode,), biphasic(-1.5, 200.0), n_pulses=3, rate_hz=4.0, delay_s=0.6))
    record_to(tmp_path / "dish.h5", rig, 2.0)
    found = load(tmp_path / "dish.h5").stimuli
    assert found.steps.tolist() == [15_000, 21_250, 27_500]
    assert found.ids.tolist() == [7, 7, 7]
    assert found.amplitudes_ua.tolist() == [-1.5, -1.5, -1.5]


def test_a_recording_can_be_stopped_and_is_whole_as_far_as_it_goes(culture, tmp_path):
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    assert record_to(tmp_path / "dish.h5", Rig(culture), 100.0, stop=stop) == 1.5
    assert_same(load(tmp_path / "dish.h5"), record(culture, 1.5))
    assert record_to(tmp_path / "none.h5", Rig(culture, traces=True), 9.0, stop=lambda: True) == 0.0
    assert len(load(tmp_path / "none.h5")) == 0


def test_a_culture_that_no_electrode_hears_cannot_be_recorded():
    with pytest.raises(Bl1Error, match="none of the 59 electrodes of cl1 hears any"):
        record(Culture.from_config(CONFIG.plated(1)), 1.0)
