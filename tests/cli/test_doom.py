"""`bl1 doom`: what it prints, films and saves, what it refuses, and how it stops."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bl1
from bl1.loop.brain import read_brain
from bl1.loop.episodic import EpisodicBrain

QUICK = ("--substrate", "identity", "--episodes", 10)


def report_of(result: "subprocess.CompletedProcess[str]") -> dict:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_json_is_one_object_with_the_controls_beside_it(bl1_command) -> None:
    report = report_of(bl1_command("doom", "--arena", *QUICK, "--seed", 3, "--seeds", 2, "--json"))
    assert set(report) == {"version", "config", "seeds", "mean", "controls"}
    assert report["version"] == bl1.__version__
    assert [trial["seed"] for trial in report["seeds"]] == [3, 4]
    assert set(report["controls"]) == {"random", "fixed"}
    counts = {"kills", "shots", "misses", "bites", "ammunition"}
    figures = {"return", "return_by_tenth", "episode_steps", "accuracy", *counts}
    for found in (*report["controls"].values(), report["mean"]["frozen"]):
        assert set(found) == figures
    mean = report["mean"]
    assert set(mean) == figures | {"frozen", "episodes", "game_steps_per_s", "game_frames_per_s"}
    assert mean["kills"] == sum(trial["kills"] for trial in report["seeds"]) / 2
    first = report["seeds"][0]
    assert first["accuracy"] == pytest.approx(first["kills"] / first["shots"])
    assert np.mean(first["return_by_tenth"]) == pytest.approx(first["return"])
    config = report["config"]
    assert (config["game"], config["agent"], config["substrate"]) == (
        "arena",
        "actor-critic",
        "identity",
    )


def test_the_table_for_people(bl1_command) -> None:
    result = bl1_command("doom", *QUICK, "--seeds", 2)
    assert result.returncode == 0, result.stderr
    assert "actor-critic on identity, Doom arena, 10 episodes" in result.stdout
    for words in (
        "accuracy",
        "ammunition",
        "frames/s",
        "mean",
        "frozen",
        "random actions",
        "fixed",
    ):
        assert words in result.stdout


def test_a_film_of_the_last_episode(bl1_command, tmp_path: Path) -> None:
    film = tmp_path / "film.gif"
    result = bl1_command("doom", "--agent", "fixed", "--episodes", 1, "--video", film)
    assert result.returncode == 0, result.stderr
    assert f"filmed {film}" in result.stderr
    with Image.open(film) as frames:
        assert frames.size == (320, 240) and 20 < frames.n_frames <= 51
        colours = np.unique(np.asarray(frames.convert("RGB")).reshape(-1, 3), axis=0)
    assert len(colours) >= 4


def test_vizdoom_plays_and_its_brain_goes_on(bl1_command, tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    options = ("--substrate", "identity", "--episodes", 4, "--json")
    report = report_of(
        bl1_command("doom", "--vizdoom", "basic", *options, "--save", first, "--seed", 2)
    )
    assert report["config"]["game"] == "basic" and report["mean"]["game_frames_per_s"] > 100
    report_of(bl1_command("doom", "--load", first, "--episodes", 3, "--save", second, "--json"))
    brain = read_brain(second, EpisodicBrain)
    assert [run.episodes for run in brain.training] == [4, 3] and brain.seed == 2
    assert brain.readout.actions == ("move left", "move right", "attack")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--episodes", 0), "--episodes is 0, expected a whole number from 1 to"),
        (("--arena", "--vizdoom", "basic"), "--arena and --vizdoom do not go together"),
        (("--agent", "fixed", "--save", "b.yaml"), "--agent fixed and --save do not go together"),
        (("--load", "b.yaml", "--arena", "--seed", 1), "--load and --arena and --seed do not go"),
        (("--load", "/nowhere/b.yaml"), "cannot read /nowhere/b.yaml: No such file"),
        (("--substrate", "identity", "--neurons", 32), "it has no neurons"),
        (("--substrate", "bank", "--neurons", 48), "n_neurons is 48, expected a multiple of 32"),
        (("--video", "film.avi"), "--video film.avi does not end in .mp4 or .gif"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_run(bl1_command, options, sentence) -> None:
    result = bl1_command("doom", "--episodes", 1_000_000, *options, timeout_s=20)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ") and len(result.stderr.splitlines()) == 1
    assert sentence in result.stderr


def catches_sigterm(pid: int) -> bool:
    """Whether a process has said what SIGTERM does (from /proc; so on Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
@pytest.mark.parametrize(
    ("game", "sent", "name", "status"),
    [
        (("--arena",), signal.SIGTERM, "SIGTERM", 143),
        (("--vizdoom", "basic"), signal.SIGTERM, "SIGTERM", 143),
        (("--vizdoom", "basic"), signal.SIGINT, "Ctrl-C", 130),
    ],
)
def test_a_stopped_run_keeps_and_saves_what_it_has(
    game, sent, name: str, status: int, tmp_path: Path
) -> None:
    path = tmp_path / "brain.yaml"
    command = [sys.executable, "-m", "bl1", "doom", *game, "--substrate", "identity", "--json"]
    command += ["--episodes", "1000000", "--save", str(path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 90
    while not catches_sigterm(process.pid):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    time.sleep(2.0)  # some episodes
    os.killpg(process.pid, sent)  # as a terminal does: Doom's own process hears it too
    out, err = process.communicate(timeout=30)
    assert process.returncode == status, err
    assert f"stopped by {name} in seed 0 after" in err and "Traceback" not in err
    (run,) = read_brain(path, EpisodicBrain).training
    report = json.loads(out)
    assert report["seeds"][0]["episodes"] == run.episodes > 0
    assert report["controls"] == {"random": None, "fixed": None}
