"""The file of runs: what is kept outlives the program, and a bad file is a sentence."""

import math
import sqlite3
from pathlib import Path

import pytest

from bl1 import __version__
from bl1.errors import Bl1Error
from bl1.tui.runs import RunStore, as_rows


def add(store: RunStore, name: str, **measures: float | None) -> int:
    return store.add(
        "simulation", name, seed=3, config={"dt_ms": 0.5}, complete=True, wall_s=1.5,
        measures=measures,
    )  # fmt: skip


def test_runs_outlive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "data" / "runs.sqlite"
    store = RunStore(path)
    first, second = add(store, "default", rate_hz=2.0), add(store, "wagenaar", rate_hz=None)
    store.close()
    store = RunStore(path)
    runs = store.runs()
    assert [(run.id, run.name) for run in runs] == [(second, "wagenaar"), (first, "default")]
    kept = runs[1]
    assert (kept.kind, kept.seed, kept.config) == ("simulation", 3, {"dt_ms": 0.5})
    assert (kept.complete, kept.wall_s, kept.measures) == (True, 1.5, {"rate_hz": 2.0})
    assert kept.version == __version__ and kept.ended.endswith("+00:00") and kept.picture is None


def test_what_is_found_later_is_added_and_goes_with_the_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.sqlite")
    run_id = add(store, "default", rate_hz=2.0)
    picture = tmp_path / "run.png"
    picture.write_bytes(b"PNG")
    store.describe(run_id, {"recruitment": 0.4})
    store.illustrate(run_id, picture)
    (run,) = store.runs()
    assert run.measures == {"rate_hz": 2.0, "recruitment": 0.4} and run.picture == picture
    store.delete(run_id)
    assert store.runs() == [] and not picture.exists()


def test_measures_without_a_value_are_kept_as_none() -> None:
    store = RunStore(None)
    run_id = add(store, "default", rate_hz=None, seconds=1.0, pace=math.inf)
    store.describe(run_id, {"seconds": None, "recruitment": math.nan, "burst duration": 0.4})
    (run,) = store.runs()
    assert run.measures == {
        "rate_hz": None, "seconds": None, "pace": None, "recruitment": None, "burst duration": 0.4,
    }  # fmt: skip


def test_rows_have_a_column_for_every_measure() -> None:
    store = RunStore(None)
    add(store, "a", rate_hz=2.0)
    add(store, "b", recruitment=0.5)
    rows = as_rows(store.runs())
    assert [row["name"] for row in rows] == ["b", "a"]
    assert [row["rate_hz"] for row in rows] == [None, 2.0]
    assert rows[0]["config"] == '{"dt_ms": 0.5}' and rows[0]["seed"] == 3


def test_a_file_that_is_none_of_runs_is_a_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database" * 1000)
    with pytest.raises(Bl1Error, match=r"damaged.sqlite is damaged, or no file of the cockpit's"):
        RunStore(damaged)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as file:
        file.execute("CREATE TABLE runs (something TEXT)")
    with pytest.raises(Bl1Error, match=r"other.sqlite is damaged, or no .* move it away"):
        RunStore(other)


def test_a_row_that_is_torn_is_a_sentence(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.sqlite")
    add(store, "default")
    for torn in ("config = 'torn'", "config = '{}', measures = 'torn'"):
        store._file.execute(f"UPDATE runs SET {torn}")
        with pytest.raises(Bl1Error, match=r"runs.sqlite is damaged, or no .* move it away"):
            store.runs()
    with pytest.raises(Bl1Error, match=r"runs.sqlite is damaged, or no .* move it away"):
        store.describe(1, {"rate_hz": 1.0})


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Bl1Error, match=r"cannot make the folder .*: a file is in its place"):
        RunStore(tmp_path / "file" / "runs.sqlite")
