"""DishBrain: what is stimulated when, how the culture moves the paddle, and what the tests say."""

import numpy as np
import pytest

from bl1.config import load_experiment
from bl1.errors import Bl1Error
from bl1.experiments import dishbrain
from bl1.experiments.dishbrain import Plan, Played, measures_of, rallies
from bl1.experiments.dishbrain_codes import MotorCode, SensoryCode
from bl1.experiments.dishbrain_dish import Arrival, Dish, played
from bl1.experiments.dishbrain_plasticity import PLASTICITY, with_plasticity
from bl1.experiments.statistics import difference_of, holm
from bl1.experiments.sweep import with_values
from bl1.mea.floor import Events
from bl1.mea.stimulation import Train

SENSORY = tuple(range(24, 32))


@pytest.fixture(scope="module")
def config():
    return load_experiment("dishbrain")


@pytest.fixture
def dish_in(config):
    """A dish in a condition, and the list of all pulses that it is given: step and electrode."""

    def made(condition, seed=0):
        dish = Dish(config, condition, seed)
        pulses, advance = [], dish.rig.advance

        def noted(n_steps):
            heard = advance(n_steps)
            pulses.extend((step, int(dish.rig.layout.electrodes[e])) for step, e, _ in heard.pulses)
            return heard

        dish.rig.advance = noted
        return dish, pulses

    return made


def answered(dish, pulses, hit):
    """The pulses of the answer to a ball that has just arrived: ms since then, and electrode."""
    dish.arrivals.append(Arrival(dish.time_s, hit))
    start, before = dish.rig.engine.step_count, len(pulses)
    dish._answer()
    return [(0.5 * (step - start), electrode) for step, electrode in pulses[before:]]


def test_a_hit_is_answered_the_same_way_each_time_and_a_miss_never(dish_in):
    dish, pulses = dish_in("closed_loop")
    hits = [answered(dish, pulses, True) for _ in range(2)]
    assert hits[0] == hits[1]
    assert sorted(hits[0]) == [(10.0 * k, e) for k in range(1, 11) for e in SENSORY]
    start_s = dish.time_s
    misses = [answered(dish, pulses, False) for _ in range(2)]
    assert dish.time_s - start_s == pytest.approx(16.0)
    assert misses[0] != misses[1]
    for miss in misses:  # 5 Hz for 4 s, then rest
        times_ms = [time_ms for time_ms, _ in miss]
        assert len(miss) == 20 and max(times_ms) <= 4000 and np.diff(times_ms).min() >= 5
        assert {e for _, e in miss} <= set(SENSORY) and len({e for _, e in miss}) > 4


@pytest.mark.parametrize("condition", ["silent", "rest"])
def test_nothing_is_stimulated_after_a_ball_without_feedback_but_the_same_time_passes(
    dish_in, condition
):
    dish, pulses = dish_in(condition)
    assert answered(dish, pulses, True) == [] == answered(dish, pulses, False)
    assert dish.time_s == pytest.approx(0.11 + 8.0)


def test_open_loop_feedback_is_as_frequent_but_says_nothing(dish_in):
    dish, pulses = dish_in("open_loop", seed=3)
    dish.rig.engine.run = lambda n_steps, current=None: None  # only what is asked for counts
    given = []
    dish._advance = lambda seconds: given.append(seconds < 1)
    dish.rig.stimulate = lambda train: None
    rng = np.random.default_rng(0)
    hits = (rng.random(4000) < 0.3).tolist()
    for hit in hits:
        answered(dish, pulses, hit)
    assert np.mean(given) == pytest.approx(np.mean(hits), abs=0.06)
    assert abs(np.corrcoef(hits, given)[0, 1]) < 0.05


def test_the_ball_is_shown_in_play_in_every_condition_but_rest(dish_in):
    for condition, shown in (("closed_loop", True), ("silent", True), ("rest", False)):
        dish, pulses = dish_in(condition)
        dish.play(0.5)
        assert bool(pulses) == shown
        assert {e for _, e in pulses} <= set(SENSORY)


def test_place_and_rate_tell_where_the_ball_is(config):
    code = SensoryCode(config.stimulation, config.closed_loop)
    assert [code.electrode(above) for above in (-1, -0.76, -0.01, 0.01, 0.99, 1)] == [
        24, 24, 27, 28, 31, 31
    ]  # fmt: skip
    assert [code.rate_hz(x) for x in (0, 0.5, 1)] == [4, 22, 40]
    times_s = []
    for step in range(1000):  # 20 s at 22 Hz
        train = code.pulses(0.1, 0.5, 0.02)
        times_s += [] if train is None else [0.02 * step + t for t in train.times_s]
    assert np.diff(times_s) == pytest.approx(1 / 22)
    assert len(times_s) in (439, 440)


def test_regions_are_held_against_their_own_running_mean(config):
    loop = config.closed_loop
    places = {e: e for e in range(64)}
    motor = MotorCode(loop, places)
    assert motor.signs == [1, 1, -1, -1]

    def step(up, down):
        ids = np.array([loop.motor_up[0]] * up + [loop.motor_down[0]] * down, np.int32)
        return motor.direction(Events(np.zeros(len(ids), np.int64), ids, np.zeros(len(ids))))

    assert step(0, 0) == 0
    for _ in range(3000):  # a region that always fires more is no reason to move
        step(10, 1)
    assert step(10, 1) == 0
    assert step(10, 2) == -1
    motor.reset()
    assert step(60, 1) == 1
    with pytest.raises(Bl1Error, match="8 motor electrodes cannot be divided into 3 equal regions"):
        MotorCode(loop.changed(motor_regions=3), places)


def test_pulses_on_sensory_electrodes_fire_cells_and_reach_the_motor_regions(config):
    dish = Dish(with_plasticity(config, "none"), "closed_loop", 0)
    pulse = dish.feedback.trains(False)[0].pulse

    def heard(electrode=None):
        """Spikes, and events in motor regions, in 2 s in which an electrode is pulsed at 10 Hz."""
        if electrode is not None:
            dish.rig.stimulate(Train((electrode,), pulse, 20, 10.0))
        found = dish.rig.advance(4000)
        return len(found.spikes.ids), int(np.sum(dish.motor.region_of[found.events.ids] >= 0))

    alone, evoked = heard(), [heard(electrode) for electrode in SENSORY]
    assert min(spikes for spikes, _ in evoked) > 3 * alone[0]
    assert np.median([events for _, events in evoked]) > 5 * alone[1]


def test_the_same_seed_plays_the_same_and_another_another(config):
    plain = config.model_dump(mode="json", exclude_none=True)
    runs = [played(plain, "closed_loop", 0.2, seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert runs[0]["n_pulses"] > 20 and runs[0]["times_s"] == sorted(runs[0]["times_s"])


def test_every_plasticity_can_be_had(config):
    for name in PLASTICITY:
        assert with_plasticity(config, name).culture == config.culture
    assert with_plasticity(config, "third_factor_scaled") == config  # the one that is shipped
    assert with_plasticity(config, "none").stdp is None
    with pytest.raises(Bl1Error, match="there is no plasticity 'non'; did you mean 'none'"):
        with_plasticity(config, "non")


def test_rallies_and_their_measures():
    hits = [True, True, False, False, True, True, True, True, False, True]
    found = rallies(range(10), hits)
    assert found == [(2, 2), (3, 0), (8, 4)]
    measures = measures_of([length for _, length in found])
    assert measures == {"hits_per_rally": 2, "aces": 1 / 3, "long_rallies": 1 / 3}
    assert set(measures_of([]).values()) == {None}


def test_the_permutation_test_counts_flips_of_sign():
    found = difference_of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3 and found.p == 2 / 2**5  # all of one sign: it and its mirror image
    # mean/SD 3/√2.5, times 1 − 3/15
    assert found.g == pytest.approx(0.8 * 3 / np.sqrt(2.5))
    assert found.interval_95[0] < 3 < found.interval_95[1]
    assert difference_of([0.0, 0.0, 0.0]).p == 1 and difference_of([0.0] * 3).g is None
    assert difference_of([1.0, 2.0]).p is None


def test_the_permutation_test_is_right_as_often_as_it_says():
    rng = np.random.default_rng(0)
    null = [difference_of(rng.standard_normal(8)).p for _ in range(60)]
    assert np.mean(np.array(null) < 0.05) == pytest.approx(0.05, abs=0.06)
    assert np.mean([difference_of(rng.standard_normal(10) + 2).p < 0.01 for _ in range(10)]) == 1


def test_holm_corrects_the_smallest_most_and_keeps_the_order():
    assert holm([0.01, 0.04, None, 0.03]) == pytest.approx([0.03, 0.06, None, 0.06], nan_ok=True)
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_planted_improvement_is_found_in_its_condition_only():
    rng = np.random.default_rng(1)

    def of(condition, seed, gain):
        first, noise = rng.normal(0.5, 0.1), rng.normal(0, 0.1)
        values = {"first": first, "rest": first + gain + noise}
        measures = dict.fromkeys(("hits_per_rally", "aces", "long_rallies"), values)
        return Played(condition, seed, {"first": 30, "rest": 90}, measures, 0, 1.0)

    gains = {"closed_loop": 0.4, "silent": 0.0}
    dishes = [of(c, seed, gain) for seed in range(12) for c, gain in gains.items()]
    tests = dishbrain.tests_of(dishes, ("closed_loop", "silent"))
    assert len(tests) == 9
    p = {(t.of, t.against): t.p_corrected for t in tests if t.measure == "hits_per_rally"}
    assert p["closed_loop", None] < 0.01 and p["closed_loop", "silent"] < 0.01
    assert p["silent", None] > 0.05


def test_runs_are_told_apart_by_culture_condition_and_every_value(config):
    plan = Plan(config, ("closed_loop", "rest"), (0, 1, 2), 1.0)
    other = Plan(with_values(config, {"background.std": 1.9}), ("rest",), (0,), 1.0)
    assert len({run.key for run in plan.runs + other.runs}) == 7
