"""`bl1 sweep`: what it prints, what it keeps, and that it goes on where it was stopped."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import bl1

SPEC = """\
name: small
pong:
  agent: static
  substrate: identity
  steps: 200
seeds: [0, 1]
grid:
  serve: [centre, uniform]
"""
REFUSED = """\
name: unheard
statistics:
  config: wagenaar_calibrated
  seconds: 1
seeds: [0, 1]
grid:
  mea.detection_radius_um: [0.001]
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SPEC)
    return path


def n_kept(folder: Path) -> int:
    path = folder / "results.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as file:
        if not file.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone():
            return 0
        return file.execute("SELECT count(*) FROM runs").fetchone()[0]


def test_it_prints_means_with_intervals_and_goes_on(bl1_command, spec, tmp_path):
    out = ("--out", tmp_path / "out")
    done = bl1_command("sweep", spec, *out, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["n_runs"], report["n_ended"], report["n_failed"]) == (4, 4, 0)
    assert report["version"] == bl1.__version__ and report["config"]["pong"]["steps"] == 200
    assert [point["values"] for point in report["points"]] == [
        {"serve": "centre"}, {"serve": "uniform"}
    ]  # fmt: skip
    rate = report["points"][0]["measures"]["greedy_hit_rate"]
    low, high = rate["interval_95"]
    assert low < rate["mean"] < high and 0.1 < rate["mean"] < 0.3 and rate["n"] == 2
    again = bl1_command("sweep", spec, *out)
    assert again.returncode == 2 and again.stderr.count("\n") == 1
    assert "has results already; go on with them (--resume)" in again.stderr
    spec.write_text(SPEC.replace("[0, 1]", "[0, 1, 2]"))
    more = bl1_command("sweep", spec, *out, "--resume")
    assert more.returncode == 0 and n_kept(tmp_path / "out") == 6
    assert "greedy_hit_rate" in more.stdout and "±" in more.stdout


def test_a_sweep_of_which_every_run_fails_says_why_and_fails(bl1_command, tmp_path):
    (tmp_path / "unheard.yaml").write_text(REFUSED)
    done = bl1_command("sweep", tmp_path / "unheard.yaml", "--out", tmp_path / "out")
    assert done.returncode == 2 and n_kept(tmp_path / "out") == 2
    assert "2 of 2 runs failed; the first: none of the 59 electrodes of cl1 hears" in done.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--workers", 0), "--workers is 0, expected a whole number from 1 to 1024"),
        (("--workers", 2, "--dask", "tcp://a:1"), "--workers and --dask do not go together"),
    ],
)
def test_what_cannot_be_is_refused(bl1_command, spec, tmp_path, options, sentence):
    done = bl1_command("sweep", spec, "--out", tmp_path / "out", *options)
    assert done.returncode == 2 and sentence in done.stderr and not (tmp_path / "out").exists()


def test_a_damaged_spec_is_told_with_its_line(bl1_command, spec, tmp_path):
    spec.write_text(SPEC.replace("serve", "swerve"))
    done = bl1_command("sweep", spec, "--out", tmp_path / "out")
    assert done.returncode == 2 and done.stderr.startswith(f"error: {spec}, line 8: grid.swerve is")
    assert not (tmp_path / "out").exists()


def test_ctrl_c_stops_and_resume_goes_on(bl1_command, spec, tmp_path):
    spec.write_text(SPEC.replace("[0, 1]", "[0, 1, 2]"))
    command = [sys.executable, "-m", "bl1", "sweep", str(spec), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while n_kept(tmp_path / "out") < 2:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=60)
    assert running.returncode == 130 and "±" in said
    kept = n_kept(tmp_path / "out")
    assert errors == f"stopped by Ctrl-C after {kept} of 6 runs; --resume goes on\n"
    assert kept < 6
    done = bl1_command("sweep", spec, "--out", tmp_path / "out", "--resume")
    assert done.returncode == 0 and n_kept(tmp_path / "out") == 6


@pytest.mark.slow
def test_pong_sweep_is_the_shipped_sweep(bl1_command, tmp_path):
    assert "pong_learning" in bl1_command("pong-sweep", "--help").stdout


@contextmanager
def scheduler_with_workers(folder: Path, n: int):
    """The address of a scheduler that was started by hand, with n workers that were too."""
    dask = str(Path(sys.executable).parent / "dask")
    address = folder / "scheduler.json"
    with (folder / "dask.log").open("w") as log:

        def start(*command: str) -> subprocess.Popen:
            return subprocess.Popen(
                [dask, *command, "--scheduler-file", str(address), "--no-dashboard"],
                stdout=log, stderr=log, cwd=folder,
            )  # fmt: skip

        parts = [start("scheduler", "--host", "127.0.0.1", "--port", "0")]
        try:
            while not address.exists() or not address.read_text():
                assert parts[0].poll() is None
                time.sleep(0.05)
            parts += [start("worker", "--nthreads", "1") for _ in range(n)]
            yield json.loads(address.read_text())["address"]
        finally:
            for part in reversed(parts):
                part.terminate()
            for part in reversed(parts):
                part.wait(30)


@pytest.mark.slow
def test_points_are_the_same_on_one_worker_on_two_and_through_a_scheduler(
    bl1_process, spec, tmp_path
):
    with scheduler_with_workers(tmp_path, 2) as address:
        found = []
        for name, options in (("one", ()), ("two", ("--workers", 2)), ("far", ("--dask", address))):
            done = bl1_process("sweep", spec, "--out", tmp_path / name, "--json", *options)
            assert (done.returncode, done.stderr) == (0, "")
            found.append(json.loads(done.stdout)["points"])
    assert found[0] == found[1] == found[2]
