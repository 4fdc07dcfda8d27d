"""The file of runs: what is kept outlives the program, and a bad file is a sentence."""

import math
import sqlite3
from pathlib import Path

import pytest

from bl1 import __version__
from bl1.analysis.measure import Measure
from bl1.errors import Bl1Error
from bl1.tui.examination import Examination, Finding
from bl1.tui.export import as_rows, header
from bl1.tui.runs import RunStore


def add(store: RunStore, name: str, **measures: float | None) -> int:
    return store.add(
        "simulation", name, seed=3, config={"dt_ms": 0.5}, complete=True, wall_s=1.5,
        measures=measures,
    )  # fmt: skip


def examined(*values: tuple[str, float | None]) -> Examination:
    """Measures with intervals from half their value to twice."""
    findings = tuple(
        Finding(Measure(name, value, "", value and (value / 2, 2 * value), 9, "bursts", "by hand"))
        for name, value in values
    )
    return Examination("dish", 30.0, findings, "not enough data: 0 avalanches")


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
    found = examined(("recruitment", 0.4))
    store.describe(run_id, found)
    store.illustrate(run_id, picture)
    (run,) = store.runs()
    assert run.measures == {"rate_hz": 2.0, "recruitment": 0.4} and run.picture == picture
    assert run.examination == found
    store.delete(run_id)
    assert store.runs() == [] and not picture.exists()


def test_measures_without_a_value_are_kept_as_none() -> None:
    store = RunStore(None)
    run_id = add(store, "default", rate_hz=None, recruitment=1.0, pace=math.inf)
    found = ("recruitment", None), ("burstiness index", math.nan), ("burst duration", 0.4)
    store.describe(run_id, examined(*found))
    (run,) = store.runs()
    assert run.measures == {
        "rate_hz": None, "recruitment": None, "pace": None, "burstiness index": None,
        "burst duration": 0.4,
    }  # fmt: skip


def test_rows_name_units_round_to_six_digits_and_hold_intervals() -> None:
    store = RunStore(None)
    add(store, "a", rate_hz=2.123456789, seconds=30.0, hits=1234567)
    run_id = add(store, "b")
    store.describe(run_id, examined(("burst duration", 0.123456789), ("recruitment", None)))
    second, first = as_rows(store.runs())
    assert (first["name"], first["rate_hz"], first["hits"]) == ("a", 2.12346, 1234567)
    assert (first["culture_time_s"], first["burst_duration_s_low_95"]) == (30.0, None)
    assert (second["name"], second["rate_hz"], second["burst_duration_s"]) == ("b", None, 0.123457)
    assert second["burst_duration_s_low_95"] == 0.0617284
    assert second["burst_duration_s_high_95"] == 0.246914
    assert second["recruitment"] is None and "recruitment_low_95" not in second
    assert second["config"] == '{"dt_ms": 0.5}' and second["seed"] == 3
    assert list(first) == list(second)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("rate per electrode", "rate_per_electrode_hz"),
        ("bursts per minute", "bursts_per_minute"),
        ("inter-burst interval", "inter_burst_interval_s"),
        ("CV of inter-burst intervals", "cv_of_inter_burst_intervals"),
        ("avalanche size exponent τ", "avalanche_size_exponent"),
    ],
)
def test_columns_have_names_for_a_script(name: str, column: str) -> None:
    assert header(name) == column


def test_a_file_of_an_earlier_version_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    store = RunStore(path)
    add(store, "default", rate_hz=2.0)
    store._file.execute("ALTER TABLE runs DROP COLUMN examination")  # as it was made at first
    store.close()
    store = RunStore(path)
    (run,) = store.runs()
    assert run.measures == {"rate_hz": 2.0} and run.examination is None and run.complete
    found = examined(("recruitment", 0.4))
    store.describe(run.id, found)
    store._file.execute("UPDATE runs SET kind = 'training'")  # which was called complete
    assert not store.runs()[0].complete
    store.close()
    assert RunStore(path).runs()[0].examination == found


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
    with sqlite3.connect(other) as file:  # it is as it was
        assert len(file.execute("PRAGMA table_info(runs)").fetchall()) == 1


def test_a_row_that_is_torn_is_a_sentence(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.sqlite")
    add(store, "default")
    for torn in (
        "config = 'torn'",
        "config = '{}', examination = '{}'",
        "examination = NULL, measures = 'torn'",
    ):
        store._file.execute(f"UPDATE runs SET {torn}")
        with pytest.raises(Bl1Error, match=r"runs.sqlite is damaged, or no .* move it away"):
            store.runs()
    with pytest.raises(Bl1Error, match=r"runs.sqlite is damaged, or no .* move it away"):
        store.describe(1, examined())


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Bl1Error, match=r"cannot make the folder .*: a file is in its place"):
        RunStore(tmp_path / "file" / "runs.sqlite")
