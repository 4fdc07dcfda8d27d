"""`bl1 analyze`: tables, JSON and the page; one sentence for what cannot be analysed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from analysis.processes import poisson_train
from living import needs_living, path_of
from visualization.pictures import bursting, recording

from bl1.core.spikes import SpikeTrain


def strict(text: str) -> dict:
    """JSON as the standard has it: without NaN and infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def without(module: str, *args: object) -> "subprocess.CompletedProcess[str]":
    """`bl1 ARGS...` where a library is missing."""
    code = f"import sys; sys.modules['{module}'] = None; from bl1.cli.main import main; main()"
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_tables_json_and_page_say_the_same(bl1_command: Callable, tmp_path: Path) -> None:
    file, page = tmp_path / "dish.h5", tmp_path / "dish.html"
    spikes = bursting()
    spikes.metadata.update(seed=3, config={"name": "dish", "bursts": {"threshold_sd": 2.0}})
    spikes.save(file)
    tables = bl1_command("analyze", file, "--report", page)
    assert tables.returncode == 0, tables.stderr
    assert tables.stderr == f"wrote {page}\n"
    done = bl1_command("analyze", file, "--json")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    found = strict(done.stdout)
    assert (found["file"], found["seed"], found["n_units"]) == (str(file), 0, 59)
    assert (found["duration_s"], found["n_spikes"]) == (56.0, len(spikes))
    assert found["metadata"] == spikes.metadata
    shown = page.read_text()
    measures = [m for section in found["sections"] for m in section["measures"]]
    assert len(measures) > 40
    for m in measures:
        assert set(m) == {
            "name", "value", "unit", "interval_95", "n", "of", "method", "reason"
        }  # fmt: skip
        assert (m["value"] is None) != (m["reason"] is None)
        assert m["method"] and isinstance(m["n"], int)
        assert m["name"] in tables.stdout and m["name"] in shown
    assert [section["title"] for section in found["sections"]] == re.findall(
        r"^\n?([A-Z][\w() ]+)$", tables.stdout, re.MULTILINE
    )
    assert shown.count("data:image/png;base64,") >= 8
    assert "http" not in re.sub(r"base64,[^\"]*", "", shown)


def test_the_seed_is_that_of_the_intervals(bl1_command: Callable, tmp_path: Path) -> None:
    recording(np.arange(0.05, 31, 0.1), np.arange(310) % 7, 31.0).save(tmp_path / "a.h5")
    runs = [
        strict(bl1_command("analyze", tmp_path / "a.h5", "--json", "--seed", seed).stdout)
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[2]["seed"] == 2 and runs[2]["sections"] != runs[0]["sections"]


def test_five_seconds_are_not_enough(bl1_command: Callable, tmp_path: Path) -> None:
    recording(np.arange(0.05, 5, 0.01), np.arange(495) % 59, 5.0).save(tmp_path / "short.h5")
    done = bl1_command("analyze", tmp_path / "short.h5", "--report", tmp_path / "short.html")
    assert done.returncode == 0, done.stderr
    assert "not enough data: 5 s, needs 30 s" in done.stdout
    assert (tmp_path / "short.html").read_text().count("not enough data") > 20


@pytest.mark.slow
def test_poisson_units_are_never_consistent_with_criticality(
    bl1_command: Callable, tmp_path: Path
) -> None:
    poisson_train([3.0] * 10, 60.0, seed=0).save(tmp_path / "poisson.npz")
    done = bl1_command("analyze", tmp_path / "poisson.npz")
    assert re.search(r"^  not (consistent with criticality|enough data)", done.stdout, re.MULTILINE)
    assert not re.search(r"^  consistent with criticality", done.stdout, re.MULTILINE)
    assert "rate per unit (Hz)" in done.stdout and "electrode" not in done.stdout


def test_what_files_say_of_themselves_never_breaks_json(
    bl1_command: Callable, tmp_path: Path
) -> None:
    said = {"config": "a name", "temperature": float("nan"), "range": [0.0, float("inf")]}
    train = SpikeTrain(np.array([3]), np.array([0], np.int32), 0.5, 100, 1, metadata=said)
    train.save(tmp_path / "said.npz")
    found = strict(bl1_command("analyze", tmp_path / "said.npz", "--json").stdout)
    assert found["metadata"] == {"config": "a name", "temperature": None, "range": [0.0, None]}


def test_what_cannot_be_analysed_is_one_sentence(bl1_command: Callable, tmp_path: Path) -> None:
    good = tmp_path / "good.h5"
    bursting().save(good)
    (tmp_path / "cut.h5").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    recording([], [], 5.0).save(tmp_path / "empty.h5")
    (tmp_path / "order.txt").write_text("0.2 1\n0.1 1\n")
    (tmp_path / "negative.txt").write_text("-0.2 1\n")
    for options, complaint in (
        ((tmp_path / "none.h5",), "none.h5"),
        ((tmp_path,), str(tmp_path)),
        ((tmp_path / "cut.h5",), "cut.h5"),
        ((tmp_path / "empty.h5",), "empty.h5: holds no spikes, expected a recording with some"),
        ((tmp_path / "order.txt",), "line 2"),
        ((tmp_path / "negative.txt",), "line 1"),
        ((good, "--report", tmp_path / "page.txt"), "page.txt does not end in .html"),
        ((good, "--report", tmp_path / "no" / "page.html"), "cannot write --report"),
        ((good, "--report", tmp_path / "page.html", "--seed", -1), "--seed is -1, expected"),
    ):
        done = bl1_command("analyze", *options)
        assert done.returncode == 2 and done.stdout == "", options
        assert done.stderr.startswith("error: ") and complaint in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize("module", ["mrestimator", "powerlaw", "igraph"])
def test_without_the_extra_one_sentence_names_the_command(module: str, tmp_path: Path) -> None:
    spikes = bursting()
    spikes.save(tmp_path / "dish.h5")
    done = without(module, "analyze", tmp_path / "dish.h5")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"error: this needs {module}: pip install 'bl1[analysis]'\n"


def test_pictures_are_loaded_for_a_page_alone(tmp_path: Path) -> None:
    recording([0.1, 0.2], [1, 2], 1.0).save(tmp_path / "dish.h5")
    done = without("bl1.visualization", "analyze", tmp_path / "dish.h5", "--json")
    assert done.returncode == 0, done.stderr
    page = tmp_path / "page.html"
    done = without("matplotlib", "analyze", tmp_path / "dish.h5", "--report", page)
    assert done.stderr == "error: pictures need matplotlib: pip install 'bl1[plot]'\n"
    assert done.returncode == 2 and not page.exists()


@needs_living
@pytest.mark.slow
def test_a_living_culture(bl1_command: Callable) -> None:
    found = strict(bl1_command("analyze", path_of("6-2-17"), "--json").stdout)
    measures = {m["name"]: m for section in found["sections"] for m in section["measures"]}
    assert measures["bursts per minute"]["value"] == pytest.approx(2.2, rel=0.05)
    assert measures["branching ratio m"]["value"] == pytest.approx(0.983, abs=0.002)
    verdicts = [section["verdict"] for section in found["sections"] if section["verdict"]]
    assert verdicts[0].startswith("not consistent with criticality")
