"""`bl1 validate`: against recordings of our own cultures, written as text."""

import json
from pathlib import Path

import pytest

import bl1
from bl1.config import load_experiment, save_experiment
from bl1.experiments.record import record
from bl1.network.culture import Culture
from bl1.recording import save

NEURONS, SECONDS = 600, 40.0


@pytest.fixture(scope="module")
def dish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment file, and beside it recordings of its cultures of seeds 0 and 1, of a young
    one and of a longer one."""
    folder = tmp_path_factory.mktemp("dish")
    config = load_experiment("wagenaar_calibrated").plated(NEURONS)
    save_experiment(config, folder / "dish.yaml")
    for name in ("own", "young"):
        (folder / name).mkdir()
    for seed in (0, 1):
        own = record(Culture.from_config(config, seed=seed), SECONDS)
        save(own, folder / "own" / f"seed{seed}.txt.gz")
        young = record(Culture.grow(config, 7.0, seed=seed), SECONDS)
        save(young, folder / "young" / f"seed{seed}.csv")
    return folder


def report_of(done) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_culture_lies_inside_the_recordings_of_itself(bl1_command, dish):
    given = ("validate", dish / "dish.yaml", "--against", dish / "own", "--seconds", SECONDS)
    report = report_of(bl1_command(*given, "--seeds", 2, "--json"))
    assert [entry["seed"] for entry in report["seeds"]] == [0, 1]
    for entry in report["seeds"]:
        verdicts = {each["statistic"]: each["verdict"] for each in entry["statistics"]}
        assert len(verdicts) == 9
        assert set(verdicts.values()) <= {"inside", "not enough data"}, verdicts
        assert verdicts["rate per electrode"] == verdicts["burstiness index"] == "inside"
    assert report["version"] == bl1.__version__ and report["seconds"] == SECONDS
    assert report["config"]["culture"]["n_neurons"] == NEURONS
    assert set(report["recordings"]) == {"seed0", "seed1"}


def test_the_shape_of_the_report(bl1_command, dish):
    given = ("validate", dish / "dish.yaml", "--against", dish / "own", "--against", dish / "young")
    report = report_of(bl1_command(*given, "--seconds", 31, "--json"))
    (entry,) = report["seeds"]
    assert list(entry) == ["seed", "statistics"]
    for each in entry["statistics"]:
        assert {"statistic", "value", "range", "verdict"} <= set(each)
        assert each["verdict"] in ("inside", "outside", "not enough data")
        assert (each["value"] is None) == (each["reason"] is not None)
        assert each["range"] is None or each["range"][0] <= each["range"][1]
    names = [name for name in report["recordings"] if name.endswith((".csv", ".gz"))]
    assert len(names) == 4  # two of one name each, told apart by their paths


def test_others_lie_outside_and_the_table_says_by_how_much(bl1_command, dish):
    given = ("validate", dish / "dish.yaml", "--against", dish / "young", "--seconds", SECONDS)
    done = bl1_command(*given)
    assert done.returncode == 0, done.stderr
    table = done.stdout.split("Culture 0")[1]
    (rate,) = (line for line in table.splitlines() if line.startswith("rate per electrode"))
    assert "outside by +" in rate
    assert "%" in rate and "59 electrodes" in rate
    assert "all nine inside: 0 of 1 culture;" in done.stdout
    report = report_of(bl1_command(*given, "--div", 7, "--json"))
    assert report["div"] == 7
    (entry,) = report["seeds"]
    assert entry["statistics"][0]["verdict"] == "inside"


def test_of_twenty_seconds_there_are_not_enough_data(bl1_command, dish):
    given = ("validate", dish / "dish.yaml", "--against", dish / "own", "--seconds", 20)
    (entry,) = report_of(bl1_command(*given, "--json"))["seeds"]
    verdicts = [each["verdict"] for each in entry["statistics"]]
    assert verdicts[:8] == ["not enough data"] * 8
    assert entry["statistics"][0]["reason"] == "not enough data: 20 s, needs 30 s"


def test_what_cannot_be_compared_is_one_sentence(bl1_command, dish, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "broken.txt").write_text("0.1 1\nnonsense\n")
    (tmp_path / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    for against, options, sentence in (
        ("none", (), f"there is no recording or folder of recordings '{tmp_path}/none'"),
        ("empty", (), f"there are no recordings in {tmp_path}/empty"),
        ("bad", (), f"{tmp_path}/bad/broken.txt, line 2: found 'nonsense'"),
        ("cut.h5", (), f"{tmp_path}/cut.h5"),
        ("bad", ("--seconds", 0), "--seconds is 0, expected a number > 0"),
        ("bad", ("--seeds", 0), "--seeds is 0, expected a whole number from 1 to"),
    ):
        given = ("validate", dish / "dish.yaml", "--against", tmp_path / against, *options)
        done = bl1_command(*given)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1 and sentence in done.stderr, done.stderr
    done = bl1_command("validate", dish / "dish.yaml")
    assert done.returncode == 2 and "Missing option '--against'" in done.stderr
