"""Every rule at once: determinism and checkpoints of a culture that changes as it runs."""

from dataclasses import replace

import numpy as np
import pytest

from bl1.bench.network import bench_experiment
from bl1.config import (
    CultureConfig,
    HomeostaticConfig,
    RewardConfig,
    StdpConfig,
    StructuralConfig,
)
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

RULES = {
    "stdp": StdpConfig(w_max=0.1),
    "reward": RewardConfig(tau_eligibility_ms=100.0, learning_rate=5.0),
    "homeostatic": HomeostaticConfig(target_rate_hz=4.0, tau_s=5.0, interval_s=0.25),
    "structural": StructuralConfig(target_rate_hz=4.0, tau_s=5.0, interval_s=0.5),
}


@pytest.fixture(scope="module")
def dish():
    """1,500 cells of two models under every rule of plasticity."""
    config = bench_experiment(1500)
    types = {"RS": 0.5, "adex_adapting": 0.3, "FS": 0.1, "adex_tonic": 0.1}
    plating = CultureConfig(**{**config.culture.model_dump(), "cell_types": types})
    return Culture.from_config(config.model_copy(update={"culture": plating, **RULES}), seed=3)


def live(running, parts):
    """Run and reward; the spikes."""
    pieces = []
    for n_steps in parts:
        pieces.append(running.run(n_steps))
        if running.step_count % 500 == 0:
            running.reward(np.sin(running.step_count))
    return [np.concatenate(list(column)) for column in zip(*pieces, strict=True)]


def assert_same_future(first, second, parts=(500, 500, 500)):
    expected, found = live(first, parts), live(second, parts)
    assert len(expected[0]) > 1000
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    assert np.array_equal(first.synapses.weights, second.synapses.weights)
    assert np.array_equal(first.synapses.targets, second.synapses.targets)
    assert np.array_equal(first.eligibility(), second.eligibility())
    assert np.array_equal(first.v_mv, second.v_mv)


def test_threads_and_chunks_change_nothing(dish):
    whole, cut = dish.engine(), dish.engine(threads=2)
    expected = live(whole, [500] * 4)
    found = live(cut, [1, 250, 249, 500, 333, 167, 500])
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    assert_same_future(whole, cut)


@pytest.mark.parametrize("rules", [(), *((name,) for name in RULES if name != "reward"), RULES])
def test_a_checkpoint_goes_on_to_the_same_bits(dish, rules, tmp_path):
    without = dict.fromkeys(set(RULES) - set(rules))
    config = dish.config.model_copy(update=without)
    culture = Culture.from_config(config, seed=3)
    first, second = culture.engine(), culture.engine(threads=2)
    for step in range(4):
        first.run(500)
        if "reward" in rules:
            first.reward(float(step))
    first.run(77)
    np.savez(tmp_path / "checkpoint.npz", **first.checkpoint())
    second.run(1313)
    with np.load(tmp_path / "checkpoint.npz") as stored:
        second.restore(dict(stored))
    expected, found = first.run(1200), second.run(1200)
    assert len(expected.ids) > 500
    assert np.array_equal(expected.steps, found.steps)
    assert np.array_equal(expected.ids, found.ids)
    assert np.array_equal(first.synapses.weights, second.synapses.weights)
    if "reward" in rules:
        first.reward(2.0), second.reward(2.0)
        assert np.array_equal(first.synapses.weights, second.synapses.weights)


def test_the_culture_is_a_value_that_a_run_does_not_change(dish):
    before = dish.synapses.weights.copy()
    live(dish.engine(), [500] * 3)
    assert np.array_equal(dish.synapses.weights, before)


def test_a_checkpoint_of_another_rule_is_refused(dish):
    other = dish.config.model_copy(update={"stdp": StdpConfig(w_max=0.2)})
    with pytest.raises(Bl1Error, match="of another culture"):
        dish.engine().restore(Culture.from_config(other, seed=3).engine().checkpoint())


def test_a_checkpoint_with_a_nan_is_refused_and_changes_nothing(dish):
    running = dish.engine()
    running.run(100)
    voltages = running.v_mv
    broken = dish.engine().checkpoint()
    broken["synapse_weights"][7] = np.nan
    with pytest.raises(Bl1Error, match="synapse_weights holds a number that is not finite"):
        running.restore(broken)
    assert np.array_equal(running.v_mv, voltages)


@pytest.mark.parametrize(
    ("field", "index", "value", "sentence"),
    [
        ("weights", 5, np.nan, "the weight of synapse 5 is nan, expected a finite number >= 0"),
        ("weights", 9, -0.1, "the weight of synapse 9 is -0.1"),
        ("targets", 3, 1500, "a synapse has cell 1500 as its target, expected a cell below 1500"),
    ],
)
def test_impossible_synapses_are_refused_by_name(dish, field, index, value, sentence):
    values = getattr(dish.synapses, field).copy()
    values[index] = value
    broken = replace(dish, synapses=replace(dish.synapses, **{field: values}))
    with pytest.raises(Bl1Error, match=sentence):
        broken.engine()


def test_synapses_of_another_number_of_cells_are_refused(dish):
    few = Synapses(*(np.zeros(3, kind) for kind in (np.uint32, np.uint32, np.float32)), 1, 1)
    with pytest.raises(Bl1Error, match="the synapses have 2 rows, expected"):
        replace(dish, synapses=few).engine()
