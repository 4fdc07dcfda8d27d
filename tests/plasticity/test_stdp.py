"""Pair STDP of the running engine, against its closed form: pairs of spikes set by hand."""

import math

import numpy as np
import pytest
from circuits import engine

from bl1.bench.network import bench_experiment
from bl1.config import RewardConfig, StdpConfig
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

PRE, POST, DELAY, W = 0, 1, 4, 0.03
KICK = 400.0  # makes a cell at rest cross its peak in this step


def learning(stdp, reward=None, weight=W):
    return engine(["RS", "RS"], [(PRE, POST, weight, DELAY)], stdp=stdp, reward=reward)


def fire(circuit, times):
    """Let PRE and POST fire at the given steps; the synapse is far too weak to do it itself."""
    last = max(step for steps in times.values() for step in steps) + DELAY + 1
    for step in range(last):
        current = [KICK * (step in times.get(cell, ())) for cell in (PRE, POST)]
        fired = set(circuit.run(1, current).ids.tolist())
        assert fired == {cell for cell in (PRE, POST) if step in times.get(cell, ())}


def weight_after(times, **stdp):
    circuit = learning(StdpConfig(w_max=0.1, **stdp))
    fire(circuit, times)
    return float(circuit.synapses.weights[0])


@pytest.mark.parametrize("steps", [0, 2, 10, 60])
def test_a_target_that_fires_after_the_arrival_strengthens_the_synapse(steps):
    expected = W + 0.005 * 0.1 * math.exp(-steps * 0.5 / 20.0)
    found = weight_after({PRE: [10], POST: [10 + DELAY + steps]})
    assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("steps", [1, 2, 10, 60])
def test_an_arrival_after_the_target_fired_weakens_it(steps):
    expected = W - 0.00525 * 0.1 * math.exp(-steps * 0.5 / 50.0)
    found = weight_after({POST: [20], PRE: [20 + steps - DELAY]})
    assert found == pytest.approx(expected, abs=1e-8)


def test_multiplicative_changes_shrink_toward_the_bounds():
    grown = weight_after({PRE: [10], POST: [14]}, bounds="multiplicative", w_min=0.01)
    assert grown == pytest.approx(W + 0.005 * (0.1 - W), abs=1e-8)
    fallen = weight_after({POST: [10], PRE: [8]}, bounds="multiplicative", w_min=0.01)
    assert fallen == pytest.approx(W - 0.00525 * math.exp(-1.0 / 50.0) * (W - 0.01), abs=1e-8)


def test_all_to_all_counts_every_pair_and_nearest_only_the_last():
    times = {PRE: [10, 30], POST: [40]}
    far, near = (math.exp(-(40 - DELAY - sent) * 0.5 / 20.0) for sent in times[PRE])
    assert weight_after(times) == pytest.approx(W + 0.0005 * (far + near), abs=1e-8)
    nearest = weight_after(times, pairing="nearest")
    assert nearest == pytest.approx(W + 0.0005 * near, abs=1e-8)


def test_weights_stop_at_their_bounds_and_come_back():
    assert weight_after({PRE: [10], POST: [14]}, a_plus=1.0) == np.float32(0.1)
    # Down to 0, where a synapse must not be lost, and up again.
    times = {POST: [10, 60], PRE: [8, 50]}
    down_and_up = weight_after(times, a_minus=1.0, tau_minus_ms=1.0)
    met = math.exp(-3.0 / 20.0) + math.exp(-24.0 / 20.0)  # both arrivals, 6 and 48 steps ago
    assert down_and_up == pytest.approx(0.1 * 0.005 * met, rel=1e-3)


def test_synapses_of_inhibitory_cells_do_not_change():
    circuit = engine(["RS", "FS"], [(0, 1, W, 2), (1, 0, W, 2)], stdp=StdpConfig(w_max=0.1))
    for step in range(200):
        circuit.run(1, [KICK * (step % 20 == 0), KICK * (step % 20 == 10)])
    assert circuit.synapses.weights[0] != np.float32(W)
    assert circuit.synapses.weights[1] == np.float32(W)


def test_reward_acts_on_what_timing_marked_and_fades():
    """Δw = η (R − R̄) e, e = A₊ (w_max − w_min) exp(−t/τ_e) since the pair."""
    rule = RewardConfig(tau_eligibility_ms=200.0, learning_rate=2.0, baseline_rate=0.5)
    circuit = learning(StdpConfig(w_max=0.1), rule)
    fire(circuit, {PRE: [10], POST: [14]})
    assert circuit.synapses.weights[0] == np.float32(W)  # not without a reward
    waited = circuit.step_count
    circuit.run(7000)  # across the moment at which eligibility is rescaled
    e = 0.0005 * math.exp(-(7000 + waited - 14) * 0.5 / 200.0)
    assert circuit.eligibility()[0] == pytest.approx(e, rel=1e-3)
    circuit = learning(StdpConfig(w_max=0.1), rule)
    fire(circuit, {PRE: [10], POST: [14]})
    e = 0.0005 * math.exp(-(circuit.step_count - 14) * 0.5 / 200.0)
    circuit.reward(1.0)
    assert circuit.synapses.weights[0] == pytest.approx(W + 2.0 * e, rel=1e-5)
    circuit.reward(0.0)  # the baseline is now 0.5: no reward is a disappointment
    assert circuit.synapses.weights[0] == pytest.approx(W + 2.0 * e - e, rel=1e-5)


def test_rewards_without_a_rule_or_that_are_no_number_are_refused():
    with pytest.raises(Bl1Error, match="takes no reward"):
        learning(StdpConfig(w_max=0.1)).reward(1.0)
    with pytest.raises(Bl1Error, match="the reward is nan"):
        learning(StdpConfig(w_max=0.1), RewardConfig()).reward(float("nan"))
    with pytest.raises(Bl1Error, match="expected stdp beside it"):
        learning(None, RewardConfig())


def test_only_synapses_of_cells_that_fired_change():
    config = bench_experiment(300).model_copy(update={"stdp": StdpConfig(w_max=0.1)})
    dish = Culture.from_config(config)
    running = dish.engine()
    spikes = running.run(12)
    fired = np.zeros(dish.n_neurons, bool)
    fired[spikes.ids] = True
    assert 10 < fired.sum() < 200
    changed = running.synapses.weights != dish.synapses.weights
    assert changed.any()
    touched = fired[dish.synapses.sources()] | fired[dish.synapses.targets]
    assert not np.any(changed & ~touched)
