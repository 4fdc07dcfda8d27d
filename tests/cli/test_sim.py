"""`bl1 sim`: what it prints, what it saves, what it refuses, and how it stops."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import bl1
from bl1.config import Experiment

SMALL = ("wagenaar_calibrated", "--neurons", 300)


def test_json_is_one_object_with_all_there_is_to_know(bl1_command) -> None:
    result = bl1_command("sim", *SMALL, "--seconds", 0.5, "--seed", 3, "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["version"] == bl1.__version__
    assert (report["n_neurons"], report["seconds"], report["seed"]) == (300, 0.5, 3)
    experiment = Experiment.model_validate_json(json.dumps(report["config"]))
    assert (experiment.culture.n_neurons, experiment.duration_s) == (300, 0.5)
    assert report["n_synapses"] > 300
    assert re.fullmatch("[0-9a-f]{64}", report["spike_hash"])
    assert report["rate_hz"]["mean"] == pytest.approx(report["n_spikes"] / 300 / 0.5, abs=1e-3)
    weighted = 0.8 * report["rate_hz"]["exc"] + 0.2 * report["rate_hz"]["inh"]
    assert report["rate_hz"]["mean"] == pytest.approx(weighted, abs=1e-3)
    assert report["realtime_factor"] > 0


def test_spikes_depend_on_the_seed_and_not_on_threads(bl1_command) -> None:
    def spike_hash(*options: object) -> str:
        result = bl1_command("sim", *SMALL, "--seconds", 1, "--json", *options)
        return json.loads(result.stdout)["spike_hash"]

    assert spike_hash() == spike_hash("--threads", 2)
    assert spike_hash() != spike_hash("--seed", 1)


def test_the_table_and_the_sections_that_are_not_used(bl1_command) -> None:
    result = bl1_command("sim", *SMALL, "--seconds", 0.1)
    assert result.returncode == 0
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert lines["neurons"] == "300"
    assert "× real time on 1 thread" in lines["speed"]
    assert "Hz (excitatory" in lines["rate"]
    assert "sections that bl1 sim leaves aside: mea, bursts" in result.stderr


PLASTIC = """
name: plastic
culture: {n_neurons: 300, density_per_mm2: 1895.0, g_inh: 0.1}
background: {mean: 5.0, std: 5.0}
stp:
  excitatory: {U: 0.5, tau_rec_ms: 800.0, tau_fac_ms: 0.0}
  inhibitory: {U: 0.04, tau_rec_ms: 100.0, tau_fac_ms: 1000.0}
stdp: {w_max: 0.1, pairing: nearest, bounds: multiplicative}
reward: {tau_eligibility_ms: 500.0}
homeostatic: {target_rate_hz: 4.0, tau_s: 10.0, interval_s: 0.5}
structural: {target_rate_hz: 4.0, tau_s: 20.0, interval_s: 0.5}
"""


def test_every_rule_of_plasticity_is_switched_on_by_its_section(bl1_command, tmp_path) -> None:
    config = tmp_path / "plastic.yaml"
    config.write_text(PLASTIC)
    done = bl1_command("sim", config, "--seconds", 3, "--json")
    assert done.returncode == 0, done.stderr
    assert "bl1 sim gives no reward" in done.stderr
    report = json.loads(done.stdout)
    assert report["plasticity"] == ["stp", "stdp", "reward", "homeostatic", "structural"]
    synapses = report["exc_synapses"]
    assert synapses["before"]["n"] != synapses["after"]["n"]
    assert synapses["before"]["mean_weight"] != synapses["after"]["mean_weight"]
    table = bl1_command("sim", config, "--seconds", 1).stdout
    assert re.search(r"excitatory synapses [\d,]+ → [\d,]+, mean weight 0\.05\d+ → 0\.0", table)


def test_a_culture_has_the_age_that_is_asked_for(bl1_command) -> None:
    def run(*options: object) -> dict:
        return json.loads(bl1_command("sim", *SMALL, "--seconds", 1, "--json", *options).stdout)

    mature, young = run(), run("--div", 7)
    assert (mature["div"], young["div"]) == (None, 7)
    assert young["n_synapses"] < 0.5 * mature["n_synapses"]
    refused = bl1_command("sim", *SMALL, "--div", -3)
    assert refused.returncode == 2
    assert refused.stderr == "error: --div is -3, expected an age in days in vitro, a number >= 0\n"


def test_saved_spikes_are_those_of_the_run(bl1_command, tmp_path: Path) -> None:
    target = tmp_path / "spikes.npz"
    result = bl1_command("sim", *SMALL, "--seconds", 0.5, "--json", "--save", target)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    train = bl1.SpikeTrain.load(target)
    assert train.hash() == report["spike_hash"]
    assert train.ids.size == report["n_spikes"]
    assert np.all(np.diff(train.steps) >= 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--neurons", -5), "--neurons is -5, expected a whole number from 1 to 10000000"),
        (("--neurons", 10**10), "--neurons is 10000000000, expected a whole number from 1 to"),
        (("--seconds", 0), "--seconds is 0, expected a number > 0 and <= 10000000"),
        (("--seconds", 1e300), "--seconds is 1e+300, expected a number > 0 and <= 10000000"),
        (("--seconds", "nan"), "--seconds is nan, expected a number > 0"),
        (("--seconds", "inf"), "--seconds is inf, expected a number > 0"),
        (("--threads", 0), "--threads is 0, expected a whole number from 1 to 64"),
        (("--threads", 65), "--threads is 65, expected a whole number from 1 to 64"),
        (("--seed", -1), "--seed is -1, expected a whole number from 0 to 4294967295"),
        (("--neurons", "many"), "Invalid value for '--neurons'"),
        (("--save", "/nowhere/spikes.npz"), "cannot write --save /nowhere/spikes.npz: No such"),
        (("--save", "spikes.pdf"), "--save spikes.pdf does not end in .npz or .h5 or"),
    ],
)
def test_a_bad_option_is_one_sentence(bl1_command, options: tuple, sentence: str) -> None:
    result = bl1_command("sim", "default", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr


def test_a_bad_file_is_one_sentence(bl1_command, tmp_path: Path) -> None:
    file = tmp_path / "dish.yaml"
    file.write_text("name: dish\nculture:\n  n_neurons: -5\n  density_per_mm2: 400\n")
    result = bl1_command("sim", file)
    assert (result.returncode, result.stdout) == (2, "")
    expected = "culture.n_neurons is -5, expected a whole number >= 1 and <= 10000000"
    assert result.stderr == f"error: {file}, line 3: {expected}\n"


def test_a_refused_output_leaves_what_was_there(bl1_command, tmp_path: Path) -> None:
    kept = tmp_path / "spikes.npz"
    kept.write_text("a year of work")
    bl1_command("sim", *SMALL, "--seconds", -1, "--save", kept)
    assert kept.read_text() == "a year of work"
    bl1_command("sim", *SMALL, "--seconds", -1, "--save", tmp_path / "new.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["spikes.npz"]


@pytest.mark.skipif(
    not Path("/proc/self/oom_score_adj").exists(), reason="a file in an unwritable folder"
)
def test_a_writable_file_that_cannot_be_replaced_is_refused(bl1_command, tmp_path: Path) -> None:
    link = tmp_path / "spikes.npz"
    link.symlink_to("/proc/self/oom_score_adj")
    result = bl1_command("sim", *SMALL, "--seconds", 0.1, "--save", link)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: cannot write --save {link}: ")


def test_ctrl_c_keeps_what_there_is(tmp_path: Path) -> None:
    target = tmp_path / "spikes.npz"
    command = [sys.executable, "-m", "bl1", "sim", *map(str, SMALL), "--seconds", "100000"]
    # On a terminal the progress bar tells when the run has begun.
    ours, terminal = pty.openpty()
    process = subprocess.Popen(
        [*command, "--save", str(target)],
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    errors = ""
    with open(ours, encoding="utf-8", errors="replace", newline="") as screen:
        while "simulating" not in errors:
            errors += screen.read(1)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # how Linux tells that the other end was closed
            while character := screen.read(1):
                errors += character
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    train = bl1.SpikeTrain.load(target)
    assert 0 < train.duration_s < 100_000
    assert f"stopped by Ctrl-C at {train.duration_s:g} s of 100000 s" in errors
    assert f"SHA-256 {train.hash()[:16]}" in output


def test_a_dish_too_small_for_its_axons_is_said(bl1_command):
    result = bl1_command("sim", "default", "--neurons", 100, "--seconds", 0.1)
    assert result.returncode == 0
    assert "the dish is only 95 µm wide, less than 4 lambda_um (200)" in result.stderr
