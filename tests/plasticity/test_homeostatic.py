"""Homeostatic scaling: its closed form, and what it does to a culture."""

import numpy as np
import pytest
from circuits import engine

from bl1.bench.network import bench_experiment
from bl1.config import HomeostaticConfig, StdpConfig
from bl1.network.culture import Culture
from bl1.plasticity.homeostatic import averaged_rate, scale_after

EDGES = [(0, 1, 0.02, 2), (0, 2, 0.04, 2), (3, 1, 0.03, 2)]
RULE = HomeostaticConfig(
    target_rate_hz=2.0, tau_s=10.0, tau_rate_s=5.0, interval_s=0.5, max_scale=2.0
)


def test_a_rate_is_averaged_as_an_exponential_would():
    rate = np.float32(0.0)
    for _ in range(100):
        rate = averaged_rate(rate, np.float32(4.0), 0.5, 5.0)
    assert rate == pytest.approx(8.0 * (1 - np.exp(-50.0 / 5.0)), rel=1e-4)


def test_a_silent_cell_strengthens_its_excitatory_input_exponentially_up_to_a_bound():
    cells = engine(["RS", "RS", "RS", "FS"], EDGES, homeostatic=RULE)
    cells.run(8000)  # 4 s
    # r = 2 exp(−t/5 s) after each half second; s grows by 1 + 0.05 (1 − r/2).
    grown = np.prod([1 + 0.05 * (1 - np.exp(-0.1 * k)) for k in range(1, 9)])
    assert cells.synapses.weights[:2] == pytest.approx([0.02 * grown, 0.04 * grown], rel=1e-5)
    assert cells.synapses.weights[2] == np.float32(0.03)  # from an inhibitory cell
    cells.run(120_000)
    assert cells.synapses.weights[:2] == pytest.approx([0.04, 0.08], rel=1e-5)


def test_nothing_changes_at_the_target_rate():
    assert scale_after(np.float32(1.3), np.float32(2.0), 2.0, 0.05, 5.0) == np.float32(1.3)


def test_a_runaway_rate_cannot_turn_a_weight_negative():
    assert 0 < scale_after(np.float32(1.0), np.float32(1e6), 0.1, 1.0, 1e9) < 1e-6


def test_scaling_keeps_the_bounds_of_stdp():
    cells = engine(["RS", "RS", "RS", "FS"], EDGES, homeostatic=RULE, stdp=StdpConfig(w_max=0.05))
    cells.run(160_000)
    assert cells.synapses.weights[:2] == pytest.approx([0.04, 0.05], rel=1e-5)


def test_a_culture_comes_closer_to_its_target_rate():
    rule = HomeostaticConfig(target_rate_hz=6.0, tau_s=4.0, tau_rate_s=2.0, interval_s=0.25)
    config = bench_experiment(600)
    rates = {}
    for name, section in (("as plated", None), ("scaled", rule)):
        running = Culture.from_config(
            config.model_copy(update={"homeostatic": section}), seed=2
        ).engine()
        running.run(40_000)
        rates[name] = len(running.run(10_000).ids) / 600 / 5.0
    assert abs(rates["scaled"] - 6.0) < 0.3 * abs(rates["as plated"] - 6.0), rates


def test_scaling_keeps_one_factor_a_cell_also_where_all_delays_are_alike():
    running = engine(["RS"] * 4, EDGES, homeostatic=RULE)
    assert running.synapses.n_delays == 1
    running.run(10)
    for name in ("scaling_factor", "scaling_rate_hz", "scaling_counts"):
        assert running.checkpoint()[name].shape == (4,)
