"""`bl1 cl1` as a bench meets it: in a process of its own, on real ports."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from bl1.cl1.bench import Bench
from bl1.cl1.packets import Feedback, FeedbackKind
from bl1.cl1.ports import PortNumbers
from bl1.recording import load

BL1 = [sys.executable, "-m", "bl1"]
SMALL = ["--neurons", "1000", "--tick-hz", "100", "--collect-window-ms", "20"]
STIMULATION = (10.0,) * 8, (2.0,) * 8


@contextmanager
def served(numbers: PortNumbers, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A device in a process, once it serves."""
    process = subprocess.Popen(
        [*BL1, "cl1", "serve", *SMALL, "--first-port", str(numbers.stimulation), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("serving"):
            break
    else:
        raise AssertionError("".join(said))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def bench(numbers: PortNumbers) -> Iterator[Bench]:
    bench = Bench(numbers=numbers)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGINT, "stopped by Ctrl-C"), (signal.SIGTERM, "stopped")]
)
def test_a_signal_ends_it_with_statistics_and_a_whole_recording(
    numbers: PortNumbers,
    bench: Bench,
    tmp_path: Path,
    number: signal.Signals,
    said: str,
) -> None:
    path = tmp_path / "run.h5"
    with served(numbers, "--record", str(path)) as process:
        for _ in range(10):
            assert bench.ask(*STIMULATION)[0]
        bench.feed_back(Feedback(0, FeedbackKind.EVENT, (35,), 20, 1.5, 2, name="kill"))
        bench.tell("episode_end", {"kills": 1})
        time.sleep(0.2)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "10 of 10 stimulations" in out and "latency" in out
    assert err.rstrip().endswith(said)
    recording = load(path)
    assert len(recording.stimuli.steps) >= 80
    assert "incomplete" not in recording.metadata
    told = [json.loads(line) for line in path.with_suffix(".events.jsonl").open()]
    assert {"feedback", "event"} <= {key for line in told for key in line}


def test_the_end_of_training_ends_the_process(
    numbers: PortNumbers,
    bench: Bench,
) -> None:
    with served(numbers) as process:
        assert bench.ask(*STIMULATION)[0]
        bench.tell("training_complete")
        assert process.wait(timeout=10) == 0


def test_the_probe_tells_of_a_device(numbers: PortNumbers) -> None:
    with served(numbers):
        command = [*BL1, "cl1", "probe", *SMALL[2:], "--seconds", "2"]
        run = subprocess.run(
            [*command, "--first-port", str(numbers.stimulation)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode == 0, run.stderr
    assert " 0 lost, 0 not asked for" in run.stdout
    for word in ("p99", "spontaneous", "evoked", "lag 0", "shuffled", "turn left"):
        assert word in run.stdout


def test_a_recording_whose_events_cannot_be_kept_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "run.events.jsonl").mkdir()
    command = [*BL1, "cl1", "serve", "--record", str(tmp_path / "run.h5")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "run.events.jsonl is a folder, expected a file" in run.stderr
    assert not (tmp_path / "run.h5").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["serve", "--ablation", "salt"], "--ablation is 'salt', expected one of none, zero"),
        (["serve", "--tick-hz", "0"], "tick_hz is 0, expected 1 to 1000"),
        (["serve", "--config", "no_such"], "no experiment file or shipped experiment 'no_such'"),
        (["serve", "--record", "run.nwb"], "--record run.nwb does not end in .h5"),
        (["serve", "--first-port", "70000"], "--first-port is 70000"),
        (["serve", "--bind", "203.0.113.1"], "cannot listen on 203.0.113.1"),
        (["probe", "--seconds", "-1"], "--seconds is -1"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(options: list[str], said: str) -> None:
    run = subprocess.run([*BL1, "cl1", *options], capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert said in run.stderr and "Traceback" not in run.stderr


@pytest.mark.skipif(find_spec("cl") is not None, reason="cl-sdk is there")
@pytest.mark.parametrize("command", ["env", "run"])
def test_without_the_cl_api_it_says_how_to_get_it(command: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.touch()
    arguments = [str(script)] if command == "run" else []
    run = subprocess.run(
        [*BL1, "cl1", command, *arguments], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 2
    assert "expected cl-sdk: pip install 'bl1[cl]'" in run.stderr
