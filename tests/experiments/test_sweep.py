"""Sweeps: the values that were asked for and no others, in any number of processes."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from experiments.measures import (
    DISH,
    interrupted_at_3,
    killed_at_1,
    planted,
    process,
    rate,
    refused_at_3,
)

import bl1
from bl1.errors import Bl1Error
from bl1.experiments.runs import KILLED
from bl1.experiments.sweep import (
    NineStatistics,
    grid,
    keys_of,
    sampled,
    sweep,
    value_at,
    with_values,
)


def test_values_are_put_in_and_nothing_else_changes():
    values = {"background.mean": 3.0, "culture.n_neurons": 80, "culture.cell_types.LTS": 0.01}
    found = with_values(DISH, values)
    for key in keys_of(DISH):
        assert value_at(found, key) == values.get(key, value_at(DISH, key)), key
    assert with_values(DISH, {"background.mean": np.float32(3.0)}).background.mean == 3.0
    assert with_values(DISH, {}) == DISH


def test_values_that_only_fit_together_are_checked_together():
    both = {"synapses.tau_nmda_rise_ms": 150.0, "synapses.tau_nmda_decay_ms": 300.0}
    assert with_values(DISH, both).synapses.tau_nmda_rise_ms == 150.0
    with pytest.raises(Bl1Error, match="tau_nmda_decay_ms is 100"):
        with_values(DISH, {"synapses.tau_nmda_rise_ms": 150.0})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"backgroud.mean": 1.0}, "has no value 'backgroud.mean'; did you mean 'background.mean'?"),
        ({"background": 1.0}, "has no value 'background'; did you mean 'background."),
        ({"background.mean.x": 1.0}, "has no value 'background.mean.x'"),
        ({"stdp.a_plus": 1.0}, "has no value 'stdp.a_plus'"),
        ({"background.mean": 1e9}, "background.mean is 1000000000.0, expected a number >= -1000"),
        ({"background.mean": float("nan")}, "background.mean is NaN, expected a number"),
        ({"culture.n_neurons": 80.5}, "culture.n_neurons is 80.5, expected a whole number"),
        ({"culture.cell_types.LTS": -1.0}, "culture.cell_types.LTS is -1.0, expected a number"),
    ],
)
def test_what_an_experiment_cannot_be_is_refused_before_anything_runs(values, sentence):
    def never(experiment, seed):
        raise AssertionError

    with pytest.raises(Bl1Error) as refused:
        sweep(DISH, [{}, values], measure=never)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_a_grid_has_every_combination():
    assert grid({"a": [1, 2], "b": [3.0, 4.0, 5.0]})[:4] == [
        {"a": 1, "b": 3.0}, {"a": 1, "b": 4.0}, {"a": 1, "b": 5.0}, {"a": 2, "b": 3.0}
    ]  # fmt: skip
    assert len(grid({"a": [1, 2], "b": range(3), "c": range(5)})) == 30


def test_a_sample_fills_its_bounds_evenly_and_depends_on_its_seed_alone():
    bounds = {"background.mean": (2.0, 6.0), "culture.n_neurons": (50, 99)}
    points = sampled(DISH, bounds, 64, seed=3)
    means = np.array([point["background.mean"] for point in points])
    assert np.histogram(means, 16, (2.0, 6.0))[0].tolist() == [4] * 16
    assert all(isinstance(point["culture.n_neurons"], int) for point in points)
    assert points == sampled(DISH, bounds, 64, seed=3) != sampled(DISH, bounds, 64, seed=4)
    assert sampled(DISH, bounds, 21, seed=3) == sampled(DISH, bounds, 32, seed=3)[:21]
    assert len(sampled(DISH, bounds, 1)) == 1
    for wrong, n, sentence in (
        ({"background.mean": (6.0, 2.0)}, 4, "are 6.0 and 2.0, expected the lower first"),
        ({"background.mean": (2.0, 1e9)}, 4, "background.mean is 1000000000.0"),
        ({"background.men": (2.0, 3.0)}, 4, "did you mean 'background.mean'"),
        ({}, 4, "there are no bounds"),
        (bounds, 0, "n is 0, expected at least one point"),
    ):
        with pytest.raises(Bl1Error, match=sentence):
            sampled(DISH, wrong, n)


def test_rows_are_those_of_the_cultures():
    points = grid({"background.mean": [4.0, 6.0]})
    alone = sweep(DISH, points, seeds=(0, 5), measure=rate)
    assert alone.complete and alone.n_cultures == 4
    for row, (mean, seed) in zip(alone.rows, [(4.0, 0), (4.0, 5), (6.0, 0), (6.0, 5)], strict=True):
        config = DISH.changed(background=DISH.background.changed(mean=mean))
        assert (row.values, row.seed) == ({"background.mean": mean}, seed)
        assert row.measure.value == bl1.Culture.from_config(config, seed=seed).run(1).rate_hz()
        assert row.version == bl1.__version__
    assert len({row.config_hash for row in alone.rows}) == 2


@pytest.mark.slow
def test_rows_are_the_same_in_other_processes():
    points = grid({"background.mean": [4.0, 6.0]})
    alone = sweep(DISH, points, seeds=(0, 5), measure=rate)
    assert sweep(DISH, points, seeds=(0, 5), measure=rate, processes=2).rows == alone.rows
    rows = sweep(DISH, [{}] * 4, measure=process, processes=2).rows
    assert os.getpid() not in {int(row.measure.value) for row in rows}


def test_the_nine_statistics_are_measured_through_the_electrodes():
    found = sweep(DISH, [{"background.mean": 4.0}], measure=NineStatistics(31.0), seeds=(2,))
    names = [row.measure.name for row in found.rows]
    assert len(names) == 9 and names[0] == "rate per electrode"
    assert found.rows[0].measure.value > 0.1
    young = sweep(DISH, [{}], measure=NineStatistics(31.0, div=5.0), seeds=(2,))
    assert young.rows[0].measure.value != found.rows[0].measure.value


def test_a_table_is_kept_with_all_that_made_it(tmp_path):
    found = sweep(DISH, grid({"background.mean": [4.0, 6.0]}), seeds=(0, 1), measure=planted)
    found.save(tmp_path / "sweep.csv")
    with (tmp_path / "sweep.csv").open() as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(found.rows) == 12
    first = table[0]
    assert (first["background.mean"], first["seed"], first["statistic"]) == ("4.0", "0", "power")
    assert float(first["value"]) == found.rows[0].measure.value
    assert (first["config_hash"], first["version"]) == (
        found.rows[0].config_hash, bl1.__version__
    )  # fmt: skip
    assert (table[1]["value"], table[1]["reason"]) == ("", "not enough data: planted")
    found.save(tmp_path / "sweep.json")
    report = json.loads((tmp_path / "sweep.json").read_text())
    assert (report["n_cultures"], report["n_measured"]) == (4, 4)
    assert report["rows"][0]["value"] == found.rows[0].measure.value
    with pytest.raises(Bl1Error, match=r"saved as \.csv or \.json, not as '\.txt'"):
        found.save(tmp_path / "sweep.txt")
    with pytest.raises(Bl1Error, match="cannot write the sweep"):
        found.save(tmp_path / "no" / "sweep.csv")


def test_ctrl_c_keeps_what_is_done():
    found = sweep(DISH, [{}], seeds=range(6), measure=interrupted_at_3)
    assert not found.complete and (found.n_cultures, found.n_measured) == (6, 3)
    assert [row.measure.value for row in found.rows] == [0.0, 1.0, 2.0]


SCRIPT = """
from experiments.measures import DISH, slow
from bl1.experiments.sweep import sweep
say = lambda done, of: print("done", done, flush=True)
found = sweep(DISH, [{}], seeds=range(200), measure=slow, processes=2, progress=say)
print("kept", found.n_measured, len(found.rows), found.complete, flush=True)
"""


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_and_keeps_what_is_done():
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, start_new_session=True,
    )  # fmt: skip
    while running.stdout.readline().strip() != "done 2":
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    said, errors = running.communicate(timeout=30)
    kept, rows, complete = said.split("kept ")[1].split()
    assert running.returncode == 0, errors
    assert 2 <= int(kept) < 10 and int(rows) == 3 * int(kept) and complete == "False"
    assert errors == ""


def test_a_sweep_without_processes_is_refused():
    with pytest.raises(Bl1Error, match="processes is 0"):
        sweep(DISH, [{}], processes=0)


@pytest.mark.slow
def test_a_process_that_is_killed_again_and_again_is_told():
    found = sweep(DISH, [{}], seeds=(0, 1), measure=killed_at_1, processes=2)
    assert [row.seed for row in found.rows] == [0]
    assert [(failure.seed, failure.error) for failure in found.failures] == [(1, KILLED)]


def test_a_culture_that_cannot_be_measured_loses_no_other(tmp_path):
    found = sweep(DISH, [{}], seeds=range(5), measure=refused_at_3)
    assert [row.seed for row in found.rows] == [0, 1, 2, 4]
    assert [(each.seed, each.error) for each in found.failures] == [(3, "no culture of seed 3")]
    assert not found.complete and (found.n_cultures, found.n_measured) == (5, 4)
    found.save(tmp_path / "sweep.json")
    assert json.loads((tmp_path / "sweep.json").read_text())["failures"] == [
        {"values": {}, "seed": 3, "error": "no culture of seed 3"}
    ]
