"""Scripts of the CL API run unmodified on a culture; needs cl-sdk, and so Python 3.12."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from bl1.recording import load

pytest.importorskip("cl", reason="needs cl-sdk, which takes Python 3.12 or later")

SCRIPT = """
import sys
import cl
from cl import BurstDesign, ChannelSet, StimDesign

design = StimDesign(160, -2.0, 160, 2.0)
with cl.open() as neurons:
    recording = neurons.record(file_suffix="x", file_location=sys.argv[1])
    stream = neurons.create_data_stream(name="mine")
    plan = neurons.create_stim_plan()
    plan.stim(ChannelSet(27, 28), design, BurstDesign(3, 50))
    n_spikes = 0
    for tick in neurons.loop(ticks_per_second=100, stop_after_seconds=3):
        n_spikes += len(tick.analysis.spikes)
        if tick.iteration % 50 == 10:
            neurons.stim(ChannelSet(8, 9, 10, 17, 18, 25), design)
            stream.append(tick.analysis.start_timestamp, {"i": int(tick.iteration)})
        if tick.iteration == 180:
            plan.run()
    frames = neurons.read(1000)
    recording.stop()
    print("read", frames.shape, frames.dtype, n_spikes)
"""


def recorded(folder: Path, *options: str) -> Path:
    """The recording that the script makes on a culture of 10,000."""
    folder.mkdir()
    script = folder / "script.py"
    script.write_text(SCRIPT)
    run = subprocess.run(
        [sys.executable, "-m", "bl1", "cl1", "run", *options, str(script), str(folder)],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stderr
    assert "read (1000, 64) int16" in run.stdout
    (path,) = folder.glob("*.h5")
    return path


def test_a_signal_is_for_the_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    run = subprocess.Popen(
        [sys.executable, "-m", "bl1", "cl1", "run", "--neurons", "1000", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout and run.stdout.readline() == f"{run.pid}\n"
    run.terminate()
    assert run.wait(10) == -signal.SIGTERM


def evoked_share(path: Path) -> float:
    """The share of the events that lie within 30 ms after a pulse, by that of the time."""
    recording = load(path)
    pulses = np.unique(recording.stimuli.steps)
    since = recording.steps[:, None] - pulses
    within = np.any((since >= 0) & (since < 750), axis=1)
    return float(within.mean() / (len(pulses) * 750 / recording.n_steps))


def test_the_culture_ends_with_a_script_that_is_terminated(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import cl\nwith cl.open() as neurons:\n    print('open', flush=True)\n"
        "    for tick in neurons.loop(ticks_per_second=50):\n        pass\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "bl1", "cl1", "run", "--neurons", "500", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stdout and "open\n" in run.stdout
        begun = psutil.Process(run.pid).children(recursive=True)
    finally:
        run.terminate()
        run.wait(timeout=10)
    _, left = psutil.wait_procs(begun, timeout=5)
    commands = []
    for each in left:
        with suppress(psutil.NoSuchProcess):
            commands.append(" ".join(each.cmdline()))
            each.kill()
    assert begun and all("visual" in each or "resource_tracker" in each for each in commands)


def test_a_page_shows_the_culture_that_a_script_stimulates(tmp_path: Path) -> None:
    pytest.importorskip("starlette", reason="needs the extra monitor")
    from monitor.lived import next_stretch
    from websockets.sync.client import connect

    script = tmp_path / "script.py"
    script.write_text(
        "import cl\n"
        "with cl.open() as neurons:\n"
        "    for tick in neurons.loop(ticks_per_second=10, stop_after_seconds=8):\n"
        "        neurons.stim(cl.ChannelSet(27), cl.StimDesign(160, -2.0, 160, 2.0))\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = subprocess.Popen(
        [sys.executable, "-m", "bl1", "cl1", "run", "--neurons", "500", "--monitor", str(port),
         str(script)],
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert run.stderr and any("watch it at" in line for line in run.stderr)
        pulses: list[int] = []
        with connect(f"ws://127.0.0.1:{port}/live", max_size=None) as viewer:
            until_s = time.monotonic() + 10
            while len(pulses) < 5 and time.monotonic() < until_s:
                pulses += next_stretch(viewer).pulses[1].tolist()
        assert run.wait(timeout=30) == 0
    finally:
        run.kill()
    assert pulses and set(pulses) == {27}
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_in_real_time_a_recording_opens_and_spikes_follow_pulses(tmp_path: Path) -> None:
    path = recorded(tmp_path / "run")
    assert load(path).duration_s > 2.9
    assert evoked_share(path) > 2


def test_in_accelerated_time_the_same_seed_gives_the_same_recording(tmp_path: Path) -> None:
    first, second, other = (
        load(recorded(tmp_path / name, "--accelerated", "--seed", seed))
        for name, seed in (("first", "3"), ("second", "3"), ("other", "4"))
    )
    assert first.hash() == second.hash() != other.hash()
    assert first.traces is not None and second.traces is not None
    assert np.array_equal(first.traces.samples[:], second.traces.samples[:])
    assert evoked_share(next(tmp_path.glob("first/*.h5"))) > 2
