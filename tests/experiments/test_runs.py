"""Runs: each is made once and kept, wherever it is made and whatever ends."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from experiments.calls import interrupted_at_3, logged, product, refused_at_3

import bl1
from bl1.errors import Bl1Error
from bl1.experiments.results import Results
from bl1.experiments.runs import execute, run_of

TESTS = Path(__file__).parents[1]
PRODUCTS = [run_of(product, x=x, seed=seed) for x in (2, 0.5) for seed in range(5)]


def kept(folder: Path) -> list[dict]:
    """The results of a folder, read as anybody may."""
    with closing(sqlite3.connect(folder / "results.sqlite")) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute("SELECT * FROM runs")]


def test_a_run_is_told_by_its_function_and_arguments_alone():
    assert run_of(product, x=1, seed=2) == run_of(product, seed=2, x=1)
    keys = {run.key for run in (*PRODUCTS, run_of(logged, seed=0), run_of(refused_at_3, seed=0))}
    assert len(keys) == 12


def test_each_result_is_kept_with_all_that_made_it(tmp_path):
    told = []
    with Results(tmp_path / "a" / "b", {"of": "products"}) as results:
        execute(PRODUCTS, results, progress=lambda *counts: told.append(counts))
        rows = results.rows(PRODUCTS[::-1])
        assert results.done() == {run.key for run in PRODUCTS}
    assert told == [(done, 10) for done in range(11)]
    assert [row.result["product"] for row in rows] == [2, 1.5, 1, 0.5, 0, 8, 6, 4, 2, 0]
    row = kept(tmp_path / "a" / "b")[6]
    assert (row["key"], row["seed"], row["error"]) == (PRODUCTS[6].key, 1, None)
    assert (row["arguments"], row["version"]) == ('{"x": 0.5, "seed": 1}', bl1.__version__)
    assert row["finished"].endswith("+00:00") and 0 <= row["seconds"] < 1


def test_what_is_there_is_not_made_again(tmp_path):
    log = str(tmp_path / "log")
    runs = [run_of(logged, seed=seed, log=log, seconds=0) for seed in range(6)]
    for n in (2, 4, 6, 6):
        with Results(tmp_path, {"of": "calls"}, resume=True) as results:
            execute([*runs[:n], runs[0]], results)
            assert [row.result["square"] for row in results.rows(runs)] == [0, 1, 4, 9, 16, 25][:n]
    assert [line.split()[0] for line in Path(log).read_text().splitlines()] == list("012345")
    assert len(kept(tmp_path)) == 6


def test_a_run_that_fails_is_told_and_made_again_when_gone_on_with(tmp_path):
    log = str(tmp_path / "log")
    runs = [run_of(refused_at_3, x=x, seed=s, log=log) for x in range(3) for s in (2, 3, 4)]
    with Results(tmp_path, {}) as results:
        execute(runs, results)
        errors = [row.error for row in results.rows(runs) if row.error]
        assert errors[0] == "no run of seed 3"
        assert errors[1].startswith("Traceback") and errors[1].endswith("RuntimeError: broken\n")
        assert errors[2].startswith("what it returned is not JSON")
        assert len(errors) == 3 and len(results.done()) == 6
    Path(log).touch()
    with Results(tmp_path, {}, resume=True) as results:
        execute(runs, results)
        assert [row.result["value"] for row in results.rows(runs)] == [2, 3, 4, 3, 4, 5, 4, 5, 6]
    assert len(kept(tmp_path)) == 9


def test_ctrl_c_keeps_what_has_ended(tmp_path):
    runs = [run_of(interrupted_at_3, seed=seed) for seed in range(6)]
    with Results(tmp_path, {}) as results:
        with pytest.raises(KeyboardInterrupt):
            execute(runs, results)
        assert [row.result["seed"] for row in results.rows(runs)] == [0, 1, 2]


def test_results_of_another_experiment_are_not_mixed_with(tmp_path):
    with Results(tmp_path, {"of": "cultures", "minutes": 20}):
        pass
    with pytest.raises(Bl1Error, match=r"has results already; go on with them \(--resume\)"):
        Results(tmp_path, {"of": "cultures", "minutes": 20})
    with pytest.raises(Bl1Error, match="of another experiment: its minutes is 20, expected 30"):
        Results(tmp_path, {"of": "cultures", "minutes": 30}, resume=True)
    with pytest.raises(Bl1Error, match="its minutes is 20, expected not there"):
        Results(tmp_path, {"of": "cultures"}, resume=True)
    with Results(tmp_path, {"minutes": 20, "of": "cultures"}, resume=True) as results:
        assert results.done() == set()
    dish = {"dish": {"cells": {"n": 60}, "div": None}}
    with Results(tmp_path / "dish", dish):
        pass
    with pytest.raises(Bl1Error, match=r"experiment: its dish\.cells\.n is 60, expected 61"):
        Results(tmp_path / "dish", {"dish": {"cells": {"n": 61}, "div": None}}, resume=True)


@pytest.mark.parametrize("size", [10, 4096, 9000])
def test_a_damaged_file_is_told_in_a_sentence(tmp_path, size):
    with Results(tmp_path, {}) as results:
        execute([run_of(product, x="y" * 300, seed=seed) for seed in range(40)], results)
    path = tmp_path / "results.sqlite"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(Bl1Error, match="is damaged, or no file of results") as told:
        Results(tmp_path, {}, resume=True)
    assert "\n" not in str(told.value)


def test_another_file_of_that_name_is_left_as_it_is(tmp_path):
    (tmp_path / "results.sqlite").write_text("my notes, which nobody shall overwrite")
    with pytest.raises(Bl1Error, match="is damaged, or no file of results"):
        Results(tmp_path, {}, resume=True)
    assert (tmp_path / "results.sqlite").read_text().startswith("my notes")
    with pytest.raises(Bl1Error, match="cannot make the folder"):
        Results(tmp_path / "results.sqlite" / "folder", {})


def test_a_scheduler_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("bl1.experiments.runs.CONNECT_TIMEOUT_S", 0.2)
    with Results(tmp_path, {}) as results:
        with pytest.raises(Bl1Error, match=r"no scheduler answers at tcp://127\.0\.0\.1:9, expec"):
            execute(PRODUCTS, results, dask="tcp://127.0.0.1:9")
        with pytest.raises(Bl1Error, match="workers is 0, expected at least 1"):
            execute(PRODUCTS, results, workers=0)


def test_results_are_the_same_in_two_processes(tmp_path):
    found = []
    for workers in (1, 2):
        with Results(tmp_path / str(workers), {}) as results:
            execute(PRODUCTS, results, workers=workers)
            found.append([(row.key, row.arguments, row.result) for row in results.rows(PRODUCTS)])
    assert found[0] == found[1] and len(found[0]) == 10


def started(folder: Path, n: int) -> subprocess.Popen:
    """A process that makes n runs of 0.2 s in two processes of its own."""
    command = [sys.executable, "-m", "experiments.calls", str(folder), str(n), "2"]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def begun(folder: Path) -> list[list[str]]:
    """Seed and process of each run that has begun."""
    log = folder.with_name(f"{folder.name}.log")
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def wait_for(n: int, folder: Path, running: subprocess.Popen) -> None:
    """Wait until n runs have begun."""
    while len(begun(folder)) < n:
        assert running.poll() is None
        time.sleep(0.02)


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_no_run(tmp_path):
    running = started(tmp_path / "out", 16)
    wait_for(5, tmp_path / "out", running)
    seed, process = begun(tmp_path / "out")[-1]
    os.kill(int(process), signal.SIGKILL)
    assert (running.wait(60), running.stderr.read()) == (0, "")
    rows = kept(tmp_path / "out")
    assert sorted(row["seed"] for row in rows) == list(range(16))
    assert all(row["error"] is None for row in rows)
    again = [line for line in begun(tmp_path / "out") if line[0] == seed]
    assert len(again) == 2 and again[0][1] != again[1][1]  # made again, in another process


@pytest.mark.slow
def test_a_driver_that_is_killed_loses_only_the_runs_under_way(tmp_path):
    running = started(tmp_path / "out", 16)
    wait_for(9, tmp_path / "out", running)
    running.kill()
    running.wait()
    before = {row["key"]: row["finished"] for row in kept(tmp_path / "out")}
    assert 4 <= len(before) < 16
    running = started(tmp_path / "out", 16)
    assert running.wait(60) == 0, running.stderr.read()
    rows = {row["key"]: row for row in kept(tmp_path / "out")}
    assert sorted(row["seed"] for row in rows.values()) == list(range(16))
    assert all(rows[key]["finished"] == finished for key, finished in before.items())
    assert len(begun(tmp_path / "out")) <= 16 + 2 + 2  # those under way, begun and ended untold
