"""Every rule at once: determinism and checkpoints of a culture that changes as it runs."""

import signal
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


def test_ctrl_c_leaves_a_culture_that_goes_on_as_if_nothing_had_been(dish):
    """A signal comes every 30 ms, wherever the run is; each time the run goes on."""
    steady, disturbed = dish.engine(), dish.engine()
    expected = steady.run(8000)

    def interrupt(number, frame):
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.03, 0.03)
    interruptions = 0
    try:
        while disturbed.step_count < 8000:
            try:
                disturbed.run(8000 - disturbed.step_count)
            except KeyboardInterrupt:
                interruptions += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert interruptions > 1
    assert len(expected.ids) > 1000
    assert np.array_equal(steady.synapses.weights, disturbed.synapses.weights)
    assert np.array_equal(steady.eligibility(), disturbed.eligibility())
    assert np.array_equal(steady.v_mv, disturbed.v_mv)


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


def _cut(name, n=1):
    return lambda saved: {name: saved[name][:n]}


@pytest.mark.parametrize(
    ("rules", "damage", "sentence"),
    [
        (("stdp",), _cut("synapse_weights"), "synapse_weights is float32 of shape"),
        (("stdp", "reward"), _cut("synapse_eligibility", 5), "synapse_eligibility is float32 of"),
        (RULES, _cut("synapse_eligibility", 5), "synapse_eligibility is of other synapses"),
        (
            RULES,
            lambda saved: {"synapse_starts": np.roll(saved["synapse_starts"], 1)},
            "the rows of synapses do not follow each other at row 0",
        ),
        (RULES, _cut("synapse_targets", 9), r"the synapses have 9 targets and \d+ weights"),
        ((), _cut("pending_slots"), "pending spikes are not of one length"),
        ((), lambda saved: {"pending_slots": saved["pending_slots"] + 9999}, "is of no cell"),
        ((), lambda saved: {"pending_steps": saved["pending_steps"] - 999}, "not under way"),
        ((), lambda saved: {"pending_steps": saved["pending_steps"][::-1]}, "not in order"),
    ],
)
def test_a_damaged_checkpoint_is_refused_and_changes_nothing(dish, rules, damage, sentence):
    without = dict.fromkeys(set(RULES) - set(rules))
    running = Culture.from_config(dish.config.model_copy(update=without), seed=3).engine()
    running.run(150)
    saved = running.checkpoint()
    assert len(saved["pending_slots"]) > 3
    running.run(50)
    voltages, spikes = running.v_mv, running.checkpoint()["pending_slots"]
    with pytest.raises(Bl1Error, match=sentence):
        running.restore(saved | damage(saved))
    assert running.step_count == 200
    assert np.array_equal(running.v_mv, voltages)
    assert np.array_equal(running.checkpoint()["pending_slots"], spikes)


def test_weights_that_stdp_would_clip_at_the_first_event_are_refused(dish):
    for stdp in (StdpConfig(w_max=0.05), StdpConfig(w_max=0.1, w_min=0.05)):
        changed = replace(dish, config=dish.config.model_copy(update={"stdp": stdp}))
        with pytest.raises(
            Bl1Error, match=r"weights are 0\.045 to 0\.055, expected weights within"
        ):
            changed.engine()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
def test_a_reward_that_would_break_weights_is_refused(dish, value):
    running = dish.engine()
    with pytest.raises(Bl1Error, match="expected a finite number"):
        running.reward(value)
    assert running.checkpoint()["reward_baseline"] == 0


def test_synapses_with_other_delays_find_no_room(dish):
    wider = replace(dish.synapses, min_delay=dish.synapses.min_delay + 1)
    with pytest.raises(Bl1Error, match=r"delays of 3 to \d+ steps, expected 2 to \d+"):
        dish.engine().rewire(wider, None)


def test_rows_whose_targets_do_not_ascend_are_refused(dish):
    targets = dish.synapses.targets.copy()
    row = int(np.argmax(np.diff(dish.synapses.starts.astype(int)) > 2))
    begin = dish.synapses.starts[row]
    targets[begin : begin + 2] = targets[begin : begin + 2][::-1]
    broken = replace(dish, synapses=replace(dish.synapses, targets=targets))
    with pytest.raises(Bl1Error, match=r"the targets of cell \d+ with delay \d+ do not ascend"):
        broken.engine()


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
