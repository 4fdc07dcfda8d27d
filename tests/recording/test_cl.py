"""CL1 files: our own round trip, and the CL API's own reader and recorder where it is installed.

The CL API needs Python 3.12 and its licence forbids commercial use, so it has an environment of its
own: the variable BL1_CL_PYTHON names its python.
"""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from recording.recordings import assert_same_recording, recorded

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import cl1, mea60
from bl1.recording import Recording, Stimuli, load, lost, save

CL_PYTHON = os.environ.get("BL1_CL_PYTHON")
needs_cl = pytest.mark.skipif(
    not CL_PYTHON, reason="BL1_CL_PYTHON names no python with the CL API (cl-sdk)"
)


def without_what_is_lost(recording: Recording) -> Recording:
    """The recording as the file keeps it; heights of spikes are read from their samples."""
    currents = np.full(len(recording.stimuli.steps), np.nan, np.float32)
    return replace(recording, stimuli=Stimuli(*recording.stimuli[:2], currents))


@pytest.mark.parametrize("electrodes", [cl1().electrodes, [9, 60, 1]])
def test_a_recording_survives(tmp_path: Path, electrodes: Any) -> None:
    recording = recorded(cl1().selected(electrodes), n_spikes=200)
    save(recording, tmp_path / "run.cl.h5")
    found = load(tmp_path / "run.cl.h5")
    assert isinstance(found, Recording) and found.amplitudes_uv is not None
    heights = replace(without_what_is_lost(recording), amplitudes_uv=found.amplitudes_uv)
    assert_same_recording(found, heights)
    assert lost(recording, tmp_path / "run.cl.h5") == ["amplitudes", "stimulus currents"]


def test_samples_of_a_spike_are_those_of_the_traces(recording: Recording, tmp_path: Path) -> None:
    edges = np.array([3, 100, recording.n_steps - 4])
    traces = recording.traces
    assert traces is not None
    short = replace(recording, steps=edges, ids=np.array([5, 6, 7], np.int32), amplitudes_uv=None)
    save(short, tmp_path / "run.cl.h5")
    with h5py.File(tmp_path / "run.cl.h5") as file:
        samples = file["spikes"]["samples"]
    volts = np.pad(traces.uv(0, recording.n_steps), ((25, 75), (0, 0)))
    for k, (step, unit) in enumerate(zip(edges, (5, 6, 7), strict=True)):
        np.testing.assert_array_equal(samples[k], volts[step : step + 75, unit])


def test_without_traces_there_are_no_samples(recording: Recording, tmp_path: Path) -> None:
    save(replace(recording, traces=None), tmp_path / "run.cl.h5")
    found = load(tmp_path / "run.cl.h5")
    assert isinstance(found, Recording)
    assert found.hash() == recording.hash()
    assert found.amplitudes_uv is None and found.traces is None
    with h5py.File(tmp_path / "run.cl.h5") as file:
        assert not file["spikes"]["samples"].any() and "samples" not in file
        assert file.attrs["bl1_snippets"] == b"unknown, written as 0"


def test_only_a_cl1_is_written(cells: SpikeTrain, tmp_path: Path) -> None:
    for spikes, name in ((cells, "cells"), (recorded(mea60()), "mea60")):
        with pytest.raises(Bl1Error, match=f"of layout cl1, and these spikes are of {name}"):
            save(spikes, tmp_path / "run.cl.h5")
    assert not list(tmp_path.iterdir())


def test_damage_is_refused(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "run.cl.h5"
    save(recording, path)
    content = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(Bl1Error, match="cut off or damaged"):
            load(path)
    path.write_bytes(content)
    with h5py.File(path, "r+") as file:
        file.attrs["file_format"] = np.bytes_(b"cos\nsystem\n(S'exit 3'\ntR.")
    with pytest.raises(Bl1Error, match="the recording of a CL1 is cut off or damaged"):
        load(path)


VIEW = """
import json, sys
from cl import RecordingView
with RecordingView(sys.argv[1]) as view:
    print(json.dumps({
        "attributes": {name: view.attributes[name] for name in (
            "channel_count", "frames_per_second", "duration_frames", "uV_per_sample_unit")},
        "spikes": [[int(s["timestamp"]), int(s["channel"]), float(s["samples"][25])]
                   for s in view.spikes],
        "stims": [[int(s["timestamp"]), int(s["channel"])] for s in view.stims],
        "samples": None if view.samples is None else view.samples[:].astype(int).sum(0).tolist(),
        "streams": list(view.data_streams.keys()),
    }))
"""

RECORD = """
import cl
def main():
    with cl.open() as neurons:
        recording = neurons.record(
            file_location=".", file_suffix="sdk", stop_after_seconds=0.4)
        for _ in range(3):
            neurons.stim(cl.ChannelSet(9, 20), cl.StimDesign(160, -1.0, 160, 1.0))
            for tick in neurons.loop(ticks_per_second=100, stop_after_seconds=0.05):
                pass
        recording.wait_until_stopped()
if __name__ == "__main__":
    main()
"""


def in_cl(code: str, *arguments: object, folder: Path) -> str:
    """What a script prints that runs with the CL API."""
    (folder / "script.py").write_text(code)
    done = subprocess.run(
        [str(CL_PYTHON), "script.py", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "CL_SDK_ACCELERATED_TIME": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_cl
@pytest.mark.parametrize("with_traces", [True, False])
def test_the_cl_api_lists_our_spikes_and_stimuli(
    recording: Recording, tmp_path: Path, with_traces: bool
) -> None:
    written = recording if with_traces else replace(recording, traces=None)
    save(written, tmp_path / "run.cl.h5")
    seen = json.loads(in_cl(VIEW, "run.cl.h5", folder=tmp_path).splitlines()[-1])
    channels = recording.layout.electrodes
    assert seen["attributes"] == {
        "channel_count": 64,
        "frames_per_second": 25_000,
        "duration_frames": recording.n_steps,
        "uV_per_sample_unit": 0.195,
    }
    assert [spike[0] for spike in seen["spikes"]] == recording.steps.tolist()
    assert [spike[1] for spike in seen["spikes"]] == channels[recording.ids].tolist()
    steps, ids, _ = recording.stimuli
    assert seen["stims"] == np.stack((steps, channels[ids]), axis=1).tolist()
    assert seen["streams"] == []
    if with_traces:
        assert recording.traces is not None
        totals = np.zeros(64, int)
        totals[channels] = recording.traces.samples.sum(axis=0)
        assert seen["samples"] == totals.tolist()
        peak_uv = 0.195 * recording.traces.samples[recording.steps, recording.ids]
        assert [spike[2] for spike in seen["spikes"]] == pytest.approx(peak_uv, abs=1e-4)
    else:
        assert seen["samples"] is None


@needs_cl
def test_a_recording_of_the_cl_simulator_is_read(tmp_path: Path) -> None:
    in_cl(RECORD, folder=tmp_path)
    (path,) = tmp_path.glob("*.h5")
    seen = json.loads(in_cl(VIEW, path.name, folder=tmp_path).splitlines()[-1])
    found = load(path)
    assert isinstance(found, Recording) and found.traces is not None
    assert found.n_steps == 10_000 and found.sampling_hz == 25_000
    channels = found.layout.electrodes
    unread = set(range(64)) - set(channels.tolist())
    kept = sorted(spike[:2] for spike in seen["spikes"] if spike[1] not in unread)
    assert np.stack((found.steps, channels[found.ids]), axis=1).tolist() == kept
    missed = len(seen["spikes"]) - len(kept)
    assert found.metadata.get("spikes_on_unread_channels", 0) == missed
    assert np.stack((found.stimuli.steps, channels[found.stimuli.ids]), axis=1).tolist() == sorted(
        seen["stims"]
    )
    totals = np.array(seen["samples"])[channels].tolist()
    assert found.traces.samples[:].sum(axis=0, dtype=int).tolist() == totals
