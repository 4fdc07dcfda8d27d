"""What the device hears and is told is kept, and a full disk costs the recording only."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bl1.cl1.device import Device, Timing
from bl1.cl1.packets import Event, Feedback, FeedbackKind, Stimulation
from bl1.cl1.recorder import Recorder
from bl1.cl1.service import Tick
from bl1.cl1.tissue import Tissue
from bl1.recording import load

STIMULATION = Stimulation(0, (10.0,) * 8, (2.0,) * 8)
REWARD = Feedback(0, FeedbackKind.REWARD, (19, 20), 20, 1.5, 2, name="kill")
END = Event(5, "episode_end", {"kills": 2})


def test_a_recording_has_what_was_heard_given_and_told(tissue: Tissue, tmp_path: Path) -> None:
    tissue.advance(1000)  # before it began
    device = Device(tissue, Timing(10.0))
    recorder = Recorder(tmp_path / "run.h5", tissue, tell=lambda sentence: None)
    heard = []
    for number in range(20):
        packets = (STIMULATION, REWARD, END) if number == 10 else ()
        for packet in packets:
            if not isinstance(packet, Event):
                device.obey(packet)
        heard.append(device.live())
        recorder.tell(Tick(heard[-1], packets, None, None, 1.0))
    recorder.close()

    recording = load(tmp_path / "run.h5")
    assert recording.duration_s == 2.0
    assert len(recording) == sum(len(part.events.ids) for part in heard)
    channels = recording.layout.electrodes[recording.stimuli.ids]
    assert sorted(channels.tolist()) == [8, 9, 10, 17, 18, 19, 19, 20, 20, 25, 27, 28]
    assert recording.stimuli.steps[0] == 25_000
    assert np.all(recording.stimuli.amplitudes_ua < 0)  # cathodic first
    assert recording.metadata["ablation"] == "none"
    lines = [json.loads(line) for line in (tmp_path / "run.events.jsonl").open()]
    assert [line["sample"] for line in lines] == [25_000, 25_000]
    assert lines[0]["feedback"]["name"] == "kill"
    assert lines[1]["event"] == {"time_us": 5, "kind": "episode_end", "data": {"kills": 2}}


def wait_for(path: Path, seconds: float) -> None:
    until_s = time.monotonic() + 10
    while load(path).duration_s < seconds and time.monotonic() < until_s:
        time.sleep(0.01)


FULL = """
import resource, signal, sys
from pathlib import Path
from bl1.cl1.device import Device, Timing
from bl1.cl1.recorder import Recorder
from bl1.cl1.service import Tick
from bl1.cl1.tissue import Tissue
from bl1.network.culture import Culture

tissue = Tissue(Culture.from_config("cl1_culture", seed=1, n_neurons=1000))
recorder = Recorder(Path(sys.argv[1]), tissue, tell=print)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = Path(sys.argv[1]).stat().st_size + 20_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
device = Device(tissue, Timing(10.0))
for _ in range(600):
    recorder.tell(Tick(device.live(), (), None, None, 1.0))
recorder.close()
print("lived", tissue.step_count * tissue.dt_ms / 1000)
"""


def test_a_disk_that_fails_ends_the_recording_only(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    run = subprocess.run(
        [sys.executable, "-c", FULL, path], capture_output=True, text=True, timeout=120
    )
    said = run.stdout.splitlines()
    assert len(said) == 2, run.stdout + run.stderr
    assert said[0].startswith(f"recording to {path} ended:")
    assert said[1] == "lived 60.0"


def test_a_disk_that_gets_full_ends_a_recording_that_can_be_read(
    tissue: Tissue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "run.h5", []
    device, recorder = Device(tissue, Timing(10.0)), Recorder(path, tissue, tell=said.append)
    for number in range(40):
        if number == 20:
            wait_for(path, 2.0)
            monkeypatch.setattr("bl1.cl1.recorder.LEAST_FREE_BYTES", 1 << 60)
        recorder.tell(Tick(device.live(), (), None, None, 1.0))
    recorder.close()
    assert said == [f"recording to {path} ended: the disk is full; the culture lives on"]
    recording = load(path)
    assert recording.duration_s == 2.0
    assert recording.metadata["incomplete"] == "the recording broke off after 2 s"
