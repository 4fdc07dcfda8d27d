"""`bl1 record`: what is in the file, and what is left of it after Ctrl-C and after a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import bl1
from bl1.config import Experiment
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.recording import Recording, load

SMALL = ("wagenaar_calibrated", "--neurons", 1000)


@pytest.fixture
def recorded(bl1_command, tmp_path):
    """`bl1 record` of a small culture, and the recording that it wrote."""

    def run(name: str, *options: object) -> tuple[str, Recording]:
        path = tmp_path / name
        done = bl1_command("record", *SMALL, "--out", path, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout, load(path)

    return run


def test_a_file_holds_what_was_heard_and_what_made_it(recorded):
    said, found = recorded("dish.h5", "--seconds", 3, "--seed", 7)
    assert isinstance(found, Recording)
    assert (found.layout.name, found.n_units, found.n_steps) == ("cl1", 59, 75_000)
    assert found.metadata["seed"] == 7 and found.metadata["version"] == bl1.__version__
    assert found.metadata["div"] is None and "incomplete" not in found.metadata
    config = Experiment.model_validate(found.metadata["config"], strict=False)
    assert config == bl1.load_experiment("wagenaar_calibrated").plated(1000)
    assert len(found) > 20 and found.amplitudes_uv.min() > 0 and found.traces is None
    assert "recorded   3 s of cl1, 59 electrodes, events" in said
    culture = bl1.Culture.from_config("wagenaar_calibrated", seed=7, n_neurons=1000)
    assert record(culture, 3.0).hash() == found.hash()


def test_what_is_heard_depends_on_the_seed_and_not_on_threads(recorded):
    _, found = recorded("a.h5", "--seconds", 2)
    _, again = recorded("b.h5", "--seconds", 2, "--threads", 2)
    _, other = recorded("c.h5", "--seconds", 2, "--seed", 1)
    assert found.hash() == again.hash() != other.hash()
    assert np.array_equal(found.amplitudes_uv, again.amplitudes_uv)


def test_traces_are_kept(recorded):
    said, found = recorded("dish.h5", "--seconds", 1.5, "--traces")
    assert found.traces.samples.shape == (37_500, 59) and found.n_steps == 37_500
    assert 2.0 < found.traces.uv(0, 25_000).std() < 100.0
    assert "events and traces" in said


def test_another_array(recorded):
    said, found = recorded("dish.h5", "--seconds", 1, "--mea", "maxone")
    assert (found.layout.name, found.sampling_hz, found.n_steps) == ("maxone", 20_000, 20_000)
    assert 1000 <= found.n_units <= 1024 and found.metadata["mea"]["layout"] == "maxone"
    assert f"of maxone, {found.n_units} electrodes" in said


def test_a_culture_of_an_age(recorded):
    _, found = recorded("young.h5", "--seconds", 1, "--div", 20)
    assert found.metadata["div"] == 20.0
    culture = bl1.Culture.grow("wagenaar_calibrated", 20.0, seed=0, n_neurons=1000)
    assert record(culture, 1.0).hash() == found.hash()


class Running:
    """`bl1 record` of a run that lasts longer than any test, and its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        command = [sys.executable, "-m", "bl1", "record", *map(str, SMALL), "--seconds", "100000"]
        self.process = subprocess.Popen(
            [*command, "--out", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def seconds(self) -> float:
        """What the file holds by now; another process reads it while it is written."""
        try:
            return load(self.path).duration_s
        except Bl1Error:
            return 0.0

    def wait_for(self, seconds: float) -> float:
        until = time.monotonic() + 100
        while (now := self.seconds()) < seconds:
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.02)
        return now


def test_a_kill_loses_no_more_than_the_last_second(tmp_path, bl1_command):
    running = Running(tmp_path / "dish.h5")
    seen_s = running.wait_for(5.0)
    running.process.kill()
    assert running.process.wait() == -signal.SIGKILL
    found = load(running.path)
    assert found.duration_s >= seen_s
    assert "broke off" in found.metadata["incomplete"]
    assert found.metadata["seed"] == 0
    expected = record(
        bl1.Culture.from_config("wagenaar_calibrated", n_neurons=1000), found.duration_s
    )
    assert found.n_steps == expected.n_steps and found.hash() == expected.hash()
    told = bl1_command("info", running.path)
    assert told.returncode == 0 and "it broke off at" in told.stdout


@pytest.mark.slow
def test_a_stopped_process_lags_its_file_by_less_than_a_second(tmp_path):
    """The file is written every half second of simulated time: stop the process anywhere, and
    what it has simulated since is no more than that."""
    running = Running(tmp_path / "dish.h5")
    steps = set()
    for seconds in (2.0, 20.0, 60.0):
        running.wait_for(seconds)
        os.kill(running.process.pid, signal.SIGSTOP)
        steps.add(load(running.path).n_steps)
        os.kill(running.process.pid, signal.SIGCONT)
    running.process.kill()
    running.process.wait()
    assert all(n % 12_500 == 0 for n in steps) and len(steps) == 3


def test_ctrl_c_keeps_a_whole_file(tmp_path):
    running = Running(tmp_path / "dish.h5")
    running.wait_for(2.0)
    running.process.send_signal(signal.SIGINT)
    said, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 130, errors
    found = load(running.path)
    assert found.duration_s >= 2.0
    assert found.metadata["incomplete"] == f"the recording broke off after {found.duration_s:g} s"
    assert found.metadata["seconds"] == 100_000
    assert f"recorded   {found.duration_s:g} s" in said
    assert f"stopped by Ctrl-C at {found.duration_s:g} s of 100000 s" in errors
    assert "Traceback" not in errors
    expected = record(
        bl1.Culture.from_config("wagenaar_calibrated", n_neurons=1000), found.duration_s
    )
    assert found.hash() == expected.hash()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--seconds", -1), "--seconds is -1, expected a number > 0 and <= 10000000"),
        (("--seconds", "nan"), "--seconds is nan, expected a number > 0"),
        (("--mea", "foo"), "--mea is 'foo', expected one of cl1, maxone"),
        (("--out", "x.txt"), "--out x.txt does not end in .h5"),
        (("--out", "no/x.h5"), "cannot write --out no/x.h5: No such file or directory"),
        (("--neurons", 0), "--neurons is 0, expected a whole number from 1 to"),
        (("--neurons", 1), "none of the 59 electrodes of cl1 hears any of the 1 cells"),
        (("--threads", 0), "--threads is 0, expected a whole number from 1 to 64"),
        (("--seed", -1), "--seed is -1, expected a whole number from 0 to"),
        (("--div", -3), "--div is -3, expected an age in days in vitro"),
    ],
)
def test_a_bad_option_is_one_sentence(bl1_command, tmp_path, monkeypatch, options, sentence):
    monkeypatch.chdir(tmp_path)
    done = bl1_command("record", "wagenaar_calibrated", "--out", "dish.h5", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("error: ")
    assert sentence in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_experiment_is_one_sentence(bl1_command, tmp_path):
    done = bl1_command("record", "wagenaar_calibratd", "--out", tmp_path / "dish.h5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: there is no experiment file or shipped experiment 'wagenaar_calibratd'; "
        "did you mean 'wagenaar_calibrated'?\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_seconds_that_are_no_whole_parts_and_names_that_mean_another_format(bl1_command, tmp_path):
    out = tmp_path / "odd.h5"
    odd = bl1_command("record", "wagenaar_calibrated", "--neurons", 300, "--seconds", 1.2345,
                      "--out", out)  # fmt: skip
    assert odd.returncode == 0, odd.stderr
    assert "incomplete" not in load(out).metadata
    again = bl1_command("record", "wagenaar_calibrated", "--neurons", 300, "--seconds", 1,
                        "--out", out)  # fmt: skip
    assert f"{out} is there and will be replaced" in again.stderr
    refused = bl1_command("record", "wagenaar_calibrated", "--out", tmp_path / "x.cl.h5")
    assert refused.returncode == 2
    assert "is the CL1's format: record to .h5 and bl1 convert" in refused.stderr
