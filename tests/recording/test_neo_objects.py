"""Objects of neo: there and back, in the units that its users expect."""

from dataclasses import replace

import neo
import numpy as np
import pytest
import quantities as pq
from recording.recordings import assert_same_recording, assert_same_train

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.recording import NO_STIMULI, Recording
from bl1.recording.neo_objects import from_neo, to_neo


def test_a_recording_comes_back(recording: Recording) -> None:
    block = to_neo(recording)
    (segment,) = block.segments
    assert_same_recording(from_neo(segment), recording)
    bare = replace(recording, traces=None, amplitudes_uv=None, stimuli=NO_STIMULI)
    found = from_neo(to_neo(bare).segments[0])
    assert isinstance(found, Recording) and found.amplitudes_uv is None and found.traces is None
    assert_same_train(found, bare)


def test_trains_are_in_seconds_and_signals_in_microvolts(recording: Recording) -> None:
    (segment,) = to_neo(recording).segments
    assert len(segment.spiketrains) == recording.n_units
    train = segment.spiketrains[7]
    assert train.units == pq.s and float(train.t_stop) == recording.duration_s
    assert train.sampling_rate == 25 * pq.kHz
    assert train.annotations["electrode"] == recording.layout.electrodes[7]
    np.testing.assert_array_equal(train.magnitude, recording.times_s[recording.ids == 7])
    (signal,) = segment.analogsignals
    assert signal.units == pq.uV and signal.shape == (recording.n_steps, recording.n_units)
    assert recording.traces is not None
    np.testing.assert_array_equal(signal.magnitude[:9], recording.traces.uv(0, 9))


def test_cells_come_back(cells: SpikeTrain) -> None:
    (segment,) = to_neo(cells).segments
    assert_same_train(from_neo(segment), cells)
    kinds = [train.annotations["cell_type"] for train in segment.spiketrains]
    assert kinds == ["excitatory"] * 40 + ["inhibitory"] * 10


def test_trains_from_elsewhere_are_read_in_their_units() -> None:
    segment = neo.Segment(name="theirs")
    with pytest.raises(Bl1Error, match="segment 'theirs' of neo has no spike trains"):
        from_neo(segment)
    for times_ms in ([12.0, 30.5], [12.0], []):
        train = neo.SpikeTrain(
            times_ms * pq.ms, t_start=10 * pq.ms, t_stop=1.01 * pq.s, sampling_rate=10 * pq.kHz
        )
        segment.spiketrains.append(train)
    found = from_neo(segment)
    assert found.steps.tolist() == [20, 20, 205] and found.ids.tolist() == [0, 1, 0]
    assert (found.dt_ms, found.n_steps, found.n_units) == (0.1, 10_000, 3)
    other = neo.SpikeTrain([] * pq.s, t_stop=1 * pq.s, sampling_rate=1 * pq.kHz)
    segment.spiketrains.append(other)
    with pytest.raises(Bl1Error, match="sampled at 1000, 10000 Hz, expected one rate"):
        from_neo(segment)
