"""`bl1 experiment`: what it prints and writes, and that it goes on where it was stopped."""

import json
import sqlite3
from contextlib import closing

import bl1

SHORT = ("experiment", "dishbrain", "--cultures", 2, "--minutes", 0.15, "--conditions")


def test_dishbrain_goes_on_to_the_same_table(bl1_command, tmp_path):
    once, twice = tmp_path / "once", tmp_path / "twice"
    done = bl1_command(*SHORT, "closed_loop,rest", "--out", once, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["version"] == bl1.__version__ and report["n_runs"] == 4
    assert [(row["seed"], row["condition"]) for row in report["cultures"]] == [
        (0, "closed_loop"), (0, "rest"), (1, "closed_loop"), (1, "rest")
    ]  # fmt: skip
    pulses = {row["condition"]: row["n_pulses"] for row in report["cultures"]}
    assert pulses["closed_loop"] > 20 and pulses["rest"] == 0
    assert len(report["tests"]) == 9  # 3 measures: 2 conditions, 1 against the other

    twice.mkdir()
    with (
        closing(sqlite3.connect(once / "results.sqlite")) as file,
        closing(sqlite3.connect(twice / "results.sqlite")) as copy,
    ):
        file.backup(copy)  # and lose half of it
        copy.execute("DELETE FROM runs WHERE seed = 1")
        copy.commit()
    refused = bl1_command(*SHORT, "closed_loop,rest", "--out", twice)
    assert refused.returncode == 2 and "--resume" in refused.stderr
    gone_on = bl1_command(*SHORT, "closed_loop,rest", "--out", twice, "--resume")
    assert gone_on.returncode == 0, gone_on.stderr
    assert "closed_loop" in gone_on.stdout and "p (Holm)" in gone_on.stdout
    for name in ("table.csv", "table.json"):
        assert (twice / name).read_bytes() == (once / name).read_bytes()
    assert (twice / "figure.png").stat().st_size > 10_000


def test_what_cannot_be_is_refused_in_a_sentence(bl1_command, tmp_path):
    for options, sentence in (
        (("--conditions", "closed"), "--conditions names 'closed', expected some of closed_loop"),
        (("--plasticity", "magic"), "there is no plasticity 'magic'"),
    ):
        done = bl1_command("experiment", "dishbrain", *options, "--out", tmp_path)
        assert done.returncode == 2 and sentence in done.stderr and not list(tmp_path.iterdir())
