"""`bl1 pong`: what it prints, what it writes, what it refuses, and how it stops."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bl1
from bl1.cli.pong_report import chart
from bl1.loop import trial as trials
from bl1.loop.brain import load_brain

QUICK = ("--substrate", "identity", "--steps", 1500)
FIGURES = {
    "hits",
    "misses",
    "hit_rate",
    "hit_rate_by_tenth",
    "last_1000_hit_rate",
    "last_fifth_hit_rate",
    "greedy_hit_rate",
    "mean_rally",
    "game_steps_per_s",
}


@pytest.fixture(autouse=True)
def few_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen agents are given fewer balls than usual, which takes most of a short run's time."""
    monkeypatch.setattr(trials, "EVALUATION_BALLS", 50)
    monkeypatch.setattr(trials, "EMBODIED_EVALUATION_BALLS", 10)


def report_of(result: "subprocess.CompletedProcess[str]") -> dict:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_json_is_one_object_of_a_fixed_form(bl1_command) -> None:
    report = report_of(bl1_command("pong", *QUICK, "--seed", 3, "--seeds", 2, "--json"))
    assert set(report) == {"version", "config", "seeds", "mean", "controls"}
    assert report["version"] == bl1.__version__
    assert [trial["seed"] for trial in report["seeds"]] == [3, 4]
    for trial in report["seeds"]:
        assert set(trial) == {"seed", *FIGURES}
        assert len(trial["hit_rate_by_tenth"]) == 10
        assert trial["hit_rate"] == trial["hits"] / (trial["hits"] + trial["misses"])
    assert set(report["mean"]) == FIGURES
    mean = (report["seeds"][0]["hit_rate"] + report["seeds"][1]["hit_rate"]) / 2
    assert report["mean"]["hit_rate"] == pytest.approx(mean)
    assert {name: set(rates) for name, rates in report["controls"].items()} == {
        "static": {"hit_rate", "last_fifth_hit_rate"},
        "random": {"hit_rate", "last_fifth_hit_rate"},
        "identity": {"hit_rate", "last_fifth_hit_rate", "greedy_hit_rate"},
        "shuffled": {"hit_rate", "last_fifth_hit_rate", "greedy_hit_rate"},
    }
    config = report["config"]
    assert (config["agent"], config["substrate"], config["steps"]) == ("pursuit", "identity", 1500)
    # The main run is the identity control here: the same agent on the same serves.
    assert report["controls"]["identity"]["hit_rate"] == report["mean"]["hit_rate"]


@pytest.mark.parametrize(
    ("options", "config"),
    [
        ((), ("pursuit", "bank", 512, "teleport", "centre")),
        (("--pursuit", "--smooth"), ("pursuit", "bank", 512, "inertial", "centre")),
        (("--reservoir", "--neurons", 200), ("pursuit", "culture", 200, "teleport", "centre")),
        (("--reflex", "--substrate", "culture"), ("reflex", "culture", 400, "teleport", "centre")),
        (
            ("--substrate", "shuffled", "--serve", "uniform"),
            ("pursuit", "shuffled", 512, "teleport", "uniform"),
        ),
        (("--rstdp", "--neurons", 16), ("rstdp", "bank", 84, "steady", "uniform")),
        (
            ("--substrate", "memory", "--curtain", "--neurons", 64),
            ("pursuit", "memory", 64, "teleport", "centre"),
        ),
    ],
)
def test_options_say_who_plays_on_what(bl1_command, options, config) -> None:
    report = report_of(bl1_command("pong", *options, "--steps", 400, "--json"))
    keys = ("agent", "substrate", "n_neurons", "paddle", "serve")
    assert tuple(report["config"][key] for key in keys) == config
    assert report["seeds"][0]["hits"] + report["seeds"][0]["misses"] >= 8


@pytest.mark.parametrize(
    ("agent", "steps", "controls"),
    [
        ("--rstdp", 200, ["static", "random", "learning_off"]),
        ("--avoidance", 600, ["open_loop", "never_relieved", "reversed", "no_plasticity"]),
    ],
)
def test_synapses_that_learn_have_controls_of_their_own(
    bl1_command, agent, steps, controls
) -> None:
    report = report_of(bl1_command("pong", agent, "--steps", steps, "--json"))
    assert list(report["controls"]) == controls
    assert set(report["mean"]) == FIGURES
    assert report["config"]["control_steps"] == steps


def test_the_table_for_people(bl1_command) -> None:
    result = bl1_command("pong", *QUICK, "--seeds", 2)
    assert result.returncode == 0, result.stderr
    assert "pursuit on identity, teleport paddle, serve centre, 1,500 game steps" in result.stdout
    for words in ("frozen", "mean rally", "mean", "hit rate by tenth", "static paddle", "shuffled"):
        assert words in result.stdout
    assert "█" in result.stdout


def test_the_chart_draws_rates_to_an_eighth_of_a_row() -> None:
    lines = chart([0.0, 0.1, 0.5, 1.0, None, *[0.2] * 5]).splitlines()
    assert lines[1] == " 100 %" + " " * 16 + "████"
    assert lines[5].startswith("   0 %      ▄▄▄▄ ████ ████      ████")
    assert lines[6].split() == ["0", "10", "50", "100", "–", *["20"] * 5]


def test_the_csv_has_a_row_for_every_ball(bl1_command, tmp_path: Path) -> None:
    path = tmp_path / "balls.csv"
    report = report_of(bl1_command("pong", *QUICK, "--seeds", 2, "--csv", path, "--json"))
    rows = rows_of(path)
    for trial in report["seeds"]:
        mine = [row for row in rows if int(row["seed"]) == trial["seed"]]
        assert [int(row["ball"]) for row in mine] == list(range(len(mine)))
        assert sum(int(row["hit"]) for row in mine) == trial["hits"]
        assert len(mine) == trial["hits"] + trial["misses"]
        steps = [int(row["step"]) for row in mine]
        assert steps == sorted(steps) and steps[-1] < 1500
        rally = 0
        for row in mine:
            rally = rally + 1 if row["hit"] == "1" else 0
            assert int(row["rally"]) == rally
    assert {row["version"] for row in rows} == {bl1.__version__}


def test_a_saved_brain_goes_on(bl1_command, tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    untrained = report_of(bl1_command("pong", *QUICK, "--smooth", "--save", first, "--json"))
    trained = report_of(
        bl1_command("pong", "--load", first, "--steps", 1500, "--save", second, "--json")
    )
    assert trained["config"]["paddle"] == "inertial" and trained["config"]["load"] == str(first)
    assert trained["mean"]["hit_rate"] > untrained["mean"]["hit_rate"]
    brain = load_brain(second)
    assert [run.steps for run in brain.training] == [1500, 1500]
    assert brain.readout.steps == 3000


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--steps", 0), "--steps is 0, expected a whole number from 1 to 9007199254740992"),
        (("--steps", 10**30), "expected a whole number from 1 to 9007199254740992"),
        (("--seeds", -1), "--seeds is -1, expected a whole number from 1 to 4294967296"),
        (("--seeds", 5_000_000_000, "--seed", 3), "--seeds is 5000000000, expected a whole number"),
        (("--seeds", 3, "--seed", 2**32 - 2), "expected a whole number from 0 to 4294967293"),
        (("--seed", -1), "--seed is -1, expected a whole number from 0 to"),
        (("--neurons", -5), "--neurons is -5, expected a whole number from 1 to 10000000"),
        (("--neurons", 16 * 10**6), "--neurons is 16000000, expected a whole number from 1 to"),
        (("--neurons", 100), "n_neurons is 100, expected a multiple of 16"),
        (("--reservoir", "--neurons", 3), "n_neurons is 3, expected at least 16"),
        (("--pursuit", "--reflex"), "--pursuit and --reflex do not go together"),
        (("--reservoir", "--substrate", "bank"), "a reservoir is a culture"),
        (("--substrate", "identity", "--neurons", 16), "it has no neurons"),
        (("--substrate", "liver"), "Invalid value for '--substrate'"),
        (("--reflex", "--save", "b.yaml"), "a reflex learns nothing"),
        (("--rstdp", "--save", "b.yaml"), "this one is in synapses"),
        (("--rstdp", "--avoidance"), "a run has one agent"),
        (("--rstdp", "--substrate", "identity"), "R-STDP learns by the synapses of spiking cells"),
        (("--avoidance", "--curtain"), "a recipe of their own"),
        (("--feedback", "loud"), "Invalid value for '--feedback'"),
        (("--seeds", 2, "--save", "b.yaml"), "a file holds one brain"),
        (("--load", "b.yaml", "--seed", 1, "--smooth"), "--load and --smooth and --seed do not go"),
        (("--load", "/nowhere/b.yaml"), "cannot read /nowhere/b.yaml: No such file"),
        (("--csv", "/nowhere/b.csv"), "cannot write --csv /nowhere/b.csv: No such file"),
        (("--csv", "/"), "--csv / is a folder, expected a file"),
        (("--save", "/nowhere/b.yaml"), "cannot write --save /nowhere/b.yaml: No such file"),
        (("--save", "brain.txt"), "--save brain.txt does not end in .yaml or .yml"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_run(bl1_command, options, sentence) -> None:
    result = bl1_command("pong", "--steps", 10_000_000, *options, timeout_s=20)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ") and len(result.stderr.splitlines()) == 1
    assert sentence in result.stderr


def test_a_damaged_brain_is_one_sentence(bl1_command, tmp_path: Path) -> None:
    path = tmp_path / "brain.yaml"
    report_of(
        bl1_command("pong", "--substrate", "identity", "--steps", 200, "--save", path, "--json")
    )
    path.write_text(path.read_text()[:400])
    result = bl1_command("pong", "--load", path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {path}") and len(result.stderr.splitlines()) == 1


def test_a_refused_run_leaves_an_old_file_alone(bl1_command, tmp_path: Path) -> None:
    path = tmp_path / "balls.csv"
    path.write_text("precious\n")
    result = bl1_command("pong", "--csv", path, "--neurons", 100)
    assert result.returncode == 2 and path.read_text() == "precious\n"


def on_a_small_disk(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run `bl1` where no file can grow beyond 200 bytes."""
    code = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
os.execv(sys.executable, [sys.executable, "-m", "bl1", *sys.argv[1:]])
"""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_csv_that_cannot_be_written_on_does_not_end_the_run(tmp_path: Path) -> None:
    path = tmp_path / "balls.csv"
    result = on_a_small_disk("pong", *QUICK, "--seeds", 2, "--csv", path, "--json")
    assert result.returncode == 2
    assert [trial["seed"] for trial in json.loads(result.stdout)["seeds"]] == [0, 1]
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"error: cannot write on in --csv {path} after ")
    assert "File too large; the run goes on" in result.stderr


def test_a_brain_that_cannot_be_saved_does_not_hide_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "brain.yaml"
    path.write_text("the old one")
    result = on_a_small_disk("pong", *QUICK, "--save", path, "--json")
    assert result.returncode == 2
    assert result.stderr == f"error: cannot write {path}: File too large\n"
    assert set(json.loads(result.stdout)["controls"]) == {
        "static",
        "random",
        "identity",
        "shuffled",
    }
    assert path.read_text() == "the old one" and list(tmp_path.iterdir()) == [path]


def test_ctrl_c_stops_the_evaluation_too(tmp_path: Path) -> None:
    table = tmp_path / "balls.csv"
    command = [sys.executable, "-m", "bl1", "pong", "--steps", "190", "--csv", str(table), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    while not (table.exists() and len(table.read_text().splitlines()) > 2):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)  # the one chunk of training is over: it plays frozen now
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "after 190 of 190 steps" in err
    report = json.loads(out)
    assert report["seeds"][0]["greedy_hit_rate"] is None and report["controls"] == {}


@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_keeps_what_there_is(tmp_path: Path, as_json: bool) -> None:
    table, brain = tmp_path / "balls.csv", tmp_path / "brain.yaml"
    command = [sys.executable, "-m", "bl1", "pong", "--steps", "100000000"]
    command += ["--csv", str(table), "--save", str(brain), *(["--json"] if as_json else [])]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    deadline = time.monotonic() + 90
    while not (table.exists() and len(table.read_text().splitlines()) > 20):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopped by Ctrl-C in seed 0 after" in err and "Traceback" not in err
    rows = rows_of(table)
    assert f"{table} holds all {len(rows):,} balls" in err
    assert all(len(row) == 6 and None not in row.values() for row in rows)
    assert [int(row["ball"]) for row in rows] == list(range(len(rows)))
    run = load_brain(brain).training[0]
    assert (run.balls, run.hits) == (len(rows), sum(int(row["hit"]) for row in rows))
    if as_json:
        report = json.loads(out)
        assert report["seeds"][0]["hits"] == run.hits
        assert report["seeds"][0]["greedy_hit_rate"] is None and report["controls"] == {}
    else:
        assert "frozen" in out
