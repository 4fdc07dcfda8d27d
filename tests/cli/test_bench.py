"""`bl1 bench`: what it measures is measured, and what it reports is what was measured."""

import json
import math
import sys

import pytest

from bl1.bench import rows
from bl1.bench.network import ENGINE_SECONDS, bench_experiment
from bl1.cli.bench import ROWS, _measured, _table
from bl1.errors import Bl1Error
from bl1.network.culture import Culture


@pytest.mark.parametrize("variant", ["engine", "stdp", "hybrid"])
def test_an_engine_row_is_in_the_regime_it_claims(variant):
    row = rows.engine_row(400, threads=1, variant=variant)
    assert 2.0 < row["rate_hz"] < 5.0
    assert 90 * 400 < row["synapses"] < 110 * 400
    assert math.isclose(row["neuron_updates_per_s"], row["realtime_factor"] * 400 * 2000)
    events_per_update = row["synaptic_events_per_s"] / row["neuron_updates_per_s"]
    assert math.isclose(events_per_update, row["rate_hz"] / 2000 * 100, rel_tol=0.15)
    assert row["peak_mb"] > 50


def test_all_four_receptors_are_at_work_in_the_measured_network():
    experiment = bench_experiment(400)
    assert 0 < experiment.synapses.nmda_ratio < 1
    assert 0 < experiment.synapses.gaba_b_ratio < 1
    assert experiment.stp is not None
    assert experiment.background.std > 0


def test_variants_are_what_they_are_called():
    assert bench_experiment(400, "stdp").stdp is not None
    types = Culture.from_config(bench_experiment(400, "hybrid")).cell_types
    assert sum(name.startswith("adex") for name in types) == 200
    assert bench_experiment(400).stdp is None


def test_a_row_in_jax_tells_compiling_apart(monkeypatch):
    monkeypatch.setitem(ENGINE_SECONDS, 200, 1.0)
    row = rows.jax_row(200)
    assert 2.0 < row["rate_hz"] < 5.0
    assert row["compile_s"] > 0.05 and row["realtime_factor"] > 1


def test_a_pong_row_counts_game_steps():
    assert rows.pong_row("bank")["game_steps_per_s"] > 100


def test_an_exported_network_is_the_one_that_is_measured(tmp_path):
    import numpy as np

    rows.export_network(400, tmp_path / "network.npz")
    with np.load(tmp_path / "network.npz") as network:
        assert len(network["source"]) == len(network["target"]) == len(network["weight"])
        assert network["cells"].shape == (4, 400)
        assert network["delay_ms"].min() >= 1.0
        assert network["source"].max() < 400


def test_one_row_as_json(bl1_command):
    done = bl1_command("bench", "--only", "engine-400", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    engine = report["engine"]["400"]
    assert set(engine["threads"]) == {"1", "2"}
    assert engine["threads"]["1"]["realtime_factor"] > 1
    assert {"synapses", "rate_hz", "peak_mb", "build_s"} <= set(engine)
    assert "400" in _table(report)


def test_an_unknown_row_is_refused(bl1_command):
    done = bl1_command("bench", "--only", "engine-7")
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"error: --only is 'engine-7', expected one of {', '.join(ROWS)}"
    )


def test_a_missing_brian2_is_said_before_anything_is_measured(bl1_command, tmp_path):
    done = bl1_command("bench", "--against", "brian2", "--brian2-python", tmp_path / "python")
    assert done.returncode == 2
    assert "there is no Brian2 at" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_measures_nothing_is_one_sentence():
    for code, said in (("pass", "nothing"), ("print('hello')", "'hello'")):
        with pytest.raises(Bl1Error, match=f"printed {said}, expected a measurement"):
            _measured(sys.executable, "-c", code)
    assert _measured(sys.executable, "-c", "print('# warning'); print('{}')") == {}
