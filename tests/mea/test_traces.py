"""Voltages: what a spike, the synapses, a pulse and noise look like, and that spikes are found."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from bl1.config import MeaConfig
from bl1.core.spikes import Spikes
from bl1.mea.coupling import Coupling, couple
from bl1.mea.detection import Detector
from bl1.mea.events import EventRecorder
from bl1.mea.floor import joined
from bl1.mea.layout import Layout, cl1
from bl1.mea.traces import TraceRecorder

LOUD = MeaConfig(spike_uv=100.0, halving_um=40.0)
PLAIN = LOUD.changed(spike_spread=0.0, false_positive_hz=0.0)
QUIET = PLAIN.changed(noise_uv=0.5)
FAR = np.array([[0.0, 0.0]]), np.array([False])


def line(*x_um):
    places = np.array([(x, 0.0) for x in x_um])
    return Layout("line", np.arange(len(x_um), dtype=np.int32), places, 25_000.0, len(x_um))


def spikes_at(steps, ids):
    return Spikes(np.asarray(steps, np.int64), np.asarray(ids, np.int32))


def recorder(cells_um, layout, mea, narrow=None, seed=0):
    cells_um = np.asarray(cells_um, float)
    narrow = np.zeros(len(cells_um), bool) if narrow is None else np.array(narrow)
    return TraceRecorder(couple(cells_um, layout, mea, seed), narrow, mea, 0.5, 2, seed)


def whole(reader, spikes, n_steps, potential_uv=None):
    """All frames of a run, in µV."""
    n_electrodes = len(reader._coupling.layout)
    if potential_uv is None:
        potential_uv = np.zeros((n_steps // 2, n_electrodes), np.float32)
    frames = np.concatenate((reader.read(spikes, n_steps, potential_uv), reader.finish()))
    return frames * reader._coupling.layout.uv_per_bit


def test_a_spike_is_a_trough_of_its_height_and_its_kind_has_its_width():
    layout = line(0.0, 1000.0)
    reader = recorder([(20.0, 0.0), (980.0, 0.0)], layout, QUIET, narrow=[False, True])
    traces_uv = whole(reader, spikes_at([100, 100], [0, 1]), 400)
    assert traces_uv.shape == (5000, 2)
    widths_ms = []
    for electrode in (0, 1):
        trace = traces_uv[:, electrode]
        trough = int(np.argmin(trace))
        assert 1249 <= trough <= 1264  # within the step, and the filter's delay
        # 20 µm away: 100 µV · 2^(−1/2); the amplifier alone leaves a little more than that.
        assert 70.7 <= -trace[trough] <= 110
        widths_ms.append((np.argmax(trace[trough : trough + 40])) / 25)
    assert widths_ms[0] == pytest.approx(0.6, abs=0.15)
    assert widths_ms[1] == pytest.approx(0.3, abs=0.1)


def test_the_height_after_detection_is_the_height_that_events_report():
    mea = PLAIN.changed(noise_uv=2.0)
    reader = recorder([(20.0, 0.0)], line(0.0), mea)
    spikes = spikes_at(np.arange(400, 3000, 50), np.zeros(52))
    silence = np.zeros((2000, 1), np.float32)
    frames = np.concatenate((reader.read(spikes, 4000, silence), reader.finish()))
    detector = Detector(line(0.0), mea)
    found = joined([detector.read(frames), detector.finish()])
    heights_uv = found.amplitudes_uv[found.amplitudes_uv > 40]
    assert len(heights_uv) == 52
    assert len(found.ids) <= 54  # the filter's rebound, lifted over the threshold by noise
    assert heights_uv.mean() == pytest.approx(70.7, rel=0.02)
    assert heights_uv.std() == pytest.approx(2.0, rel=0.4)


def test_noise_has_its_rms_in_the_band_of_spikes():
    reader = recorder(*FAR[:1], line(0.0, 500.0), PLAIN)
    traces_uv = whole(reader, spikes_at([], []), 8000)
    detector = Detector(line(0.0, 500.0), PLAIN)
    detector.read((traces_uv / 0.195).astype(np.int16))
    assert detector.noise_uv == pytest.approx([5, 5], rel=0.03)


def test_the_field_potential_passes_and_steady_voltage_does_not():
    t_ms = np.arange(1, 2001)
    wave_uv = 50.0 * np.sin(2 * np.pi * 10 * t_ms / 1000)
    potential_uv = np.stack((wave_uv, np.full(2000, 50.0)), axis=1).astype(np.float32)
    reader = recorder(*FAR[:1], line(0.0, 500.0), QUIET)
    traces_uv = whole(reader, spikes_at([], []), 4000, potential_uv)
    last = traces_uv[25_000:]
    expected = 50.0 * np.sin(2 * np.pi * 10 * np.arange(25_000, 50_000) / 25_000)
    assert np.corrcoef(last[:, 0], expected)[0, 1] > 0.99
    assert np.ptp(last[:, 0]) / 2 == pytest.approx(50, rel=0.05)
    assert np.abs(last[:, 1]).max() < 5.0


def test_an_artefact_falls_off_in_time_and_with_distance_and_the_converter_saturates():
    reader = recorder(*FAR[:1], line(0.0, 200.0), QUIET)
    reader.stimulated(1000, np.array([0], np.int32), -1.0)
    traces_uv = whole(reader, spikes_at([], []), 4000)
    at = 1000 * 25 // 2
    own, other = traces_uv[at - 5 : at + 200].T
    assert own.min() < -3000
    assert 0.03 < other.min() / own.min() < 0.12
    assert np.abs(own[5 + 125 :]).max() < 200  # 5 ms later
    reader = recorder(*FAR[:1], line(0.0, 200.0), QUIET)
    reader.stimulated(1000, np.array([0], np.int32), 3.0)
    assert whole(reader, spikes_at([], []), 4000).max() == pytest.approx(32767 * 0.195)


def random_run(n_steps=3000, n_cells=60, n=400):
    rng = np.random.default_rng(1)
    steps, ids = np.sort(rng.integers(0, n_steps, n)), rng.integers(0, n_cells, n)
    order = np.lexsort((ids, steps))
    cells_um = rng.uniform(0, 1400, (n_cells, 2))
    potential_uv = rng.normal(0, 20, (n_steps // 2, 59)).astype(np.float32)
    return cells_um, spikes_at(steps[order], ids[order]), potential_uv


def test_traces_do_not_depend_on_how_a_run_was_cut():
    cells_um, spikes, potential_uv = random_run()
    mea = LOUD.changed(false_positive_hz=2.0)

    def run(*parts):
        reader = recorder(cells_um, cl1(), mea)
        detector = Detector(cl1(), mea)
        reader.stimulated(700, np.array([3], np.int32), 1.0)
        frames, found, step = [], [], 0
        for n in parts:
            a, b = np.searchsorted(spikes.steps, (step, step + n))
            part = Spikes(spikes.steps[a:b], spikes.ids[a:b])
            frames.append(reader.read(part, n, potential_uv[step // 2 : (step + n) // 2]))
            found.append(detector.read(frames[-1]))
            step += n
        frames.append(reader.finish())
        found += [detector.read(frames[-1]), detector.finish()]
        return np.concatenate(frames), joined(found)

    frames, found = run(3000)
    assert frames.shape == (37_500, 59)
    cut_frames, cut_found = run(2, 998, 4, 1000, 6, 990)
    assert np.array_equal(frames, cut_frames)
    assert len(found.ids) > 100
    assert all(np.array_equal(a, b) for a, b in zip(found, cut_found, strict=True))


def matched(events, others, within=12):
    """Share of events that have another of the same electrode within half a millisecond."""
    times = {e: np.sort(others.samples[others.ids == e]) for e in range(59)}
    hits = 0
    for sample, electrode in zip(events.samples, events.ids, strict=True):
        near = times[electrode]
        k = np.searchsorted(near, sample)
        hits += any(abs(near[i] - sample) <= within for i in (k - 1, k) if 0 <= i < len(near))
    return hits / len(events.ids)


def test_detection_on_traces_finds_the_events():
    rng = np.random.default_rng(2)
    mea, n_steps = LOUD.changed(false_positive_hz=0.5), 8000
    cells_um = rng.uniform(0, 1400, (300, 2))
    steps = np.sort(rng.integers(10, n_steps - 10, 900))
    spikes = spikes_at(steps, rng.integers(0, 300, 900))
    coupling = couple(cells_um, cl1(), mea, 0)
    events = EventRecorder(coupling, mea, 0.5, 0).read(spikes, n_steps)
    reader = TraceRecorder(coupling, np.zeros(300, bool), mea, 0.5, 2, 0)
    silence = np.zeros((n_steps // 2, 59), np.float32)
    frames = np.concatenate((reader.read(spikes, n_steps, silence), reader.finish()))
    detector = Detector(cl1(), mea)
    found = joined([detector.read(frames), detector.finish()])
    # Near the threshold noise decides, another one in each; two RMS above it both must agree, but
    # for cells that fire together, whose spikes add up in a trace.
    high = events.taken(events.amplitudes_uv > 35.0)
    assert len(high.ids) > 300
    assert matched(high, found) > 0.98
    assert matched(found.taken(found.amplitudes_uv > 40.0), events) > 0.93
    assert len(found.ids) == pytest.approx(len(events.ids), rel=0.1)


def test_events_are_found_as_often_as_a_detector_finds_them_in_traces():
    """Cells of 17.5 to 35 µV, each alone on its electrode, at a threshold of 25 µV."""
    heights_uv = np.array([17.5, 20.0, 22.5, 25.0, 27.5, 30.0, 35.0], np.float32)
    n = len(heights_uv)
    layout, mea = line(*(1000.0 * np.arange(n))), PLAIN
    alone = Coupling(
        layout, np.arange(n + 1), np.arange(n, dtype=np.int32), heights_uv, np.zeros(n, np.float32)
    )
    steps = np.repeat(np.arange(2200, 60_000, 60), n)
    spikes = spikes_at(steps, np.tile(np.arange(n), len(steps) // n))
    reader = TraceRecorder(alone, np.zeros(n, bool), mea, 0.5, 2, 0)
    silence = np.zeros((30_100, n), np.float32)
    detector = Detector(layout, mea)
    frames = np.concatenate((reader.read(spikes, 60_200, silence), reader.finish()))
    found = joined([detector.read(frames), detector.finish()])
    events = EventRecorder(alone, mea, 0.5, 0).read(spikes, 60_200)
    shares = [np.bincount(x.ids, minlength=n) / (len(steps) / n) for x in (found, events)]
    assert shares[0] == pytest.approx(shares[1], abs=0.08)
    assert shares[1][0] < 0.15 and shares[1][-1] > 0.98


def test_a_coarse_converter_does_not_make_a_detector_deaf():
    layout = Layout("coarse", np.arange(1, dtype=np.int32), np.zeros((1, 2)), 20_000.0, 1, 6.3)
    mea = PLAIN.changed(noise_uv=2.4)
    reader = TraceRecorder(couple(np.zeros((1, 2)), layout, mea, 0), FAR[1], mea, 0.5, 2, 0)
    frames = reader.read(spikes_at([], []), 4000, np.zeros((2000, 1), np.float32))
    detector = Detector(layout, mea)
    detector.read(frames)
    # Rounding to 6.3 µV adds 1.8 µV to the noise.
    assert detector.noise_uv[0] == pytest.approx(np.hypot(2.4, 6.3 / np.sqrt(12)), rel=0.25)


def test_a_living_band_is_what_the_amplifier_passes():
    reader = recorder(*FAR[:1], line(0.0), PLAIN.changed(noise_uv=15.0))
    traces_uv = whole(reader, spikes_at([], []), 8000)[:, 0]
    above = butter(6, 10_000, "highpass", fs=25_000, output="sos")
    assert sosfiltfilt(above, traces_uv).std() < 0.3 * traces_uv.std()
