"""One dish at all ages: what stays, what grows, what is pruned, and how its activity develops."""

import hashlib
import math
from collections import defaultdict

import numpy as np
import pytest

from bl1.analysis import bursts
from bl1.analysis.statistics import burstiness_index
from bl1.config import BackgroundConfig, GrowthConfig, load_experiment
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.network.connectivity import expected_out_degree
from bl1.network.culture import Culture
from bl1.network.growth import grown

CONFIG = load_experiment("wagenaar_calibrated")


def synapses(dish):
    """Weights, in units of the mean of their kind, by (source, target, delay)."""
    wiring, now = dish.synapses, dish.present.culture
    sources = wiring.sources()
    relative = wiring.weights / np.where(sources < dish.n_exc, now.g_exc, now.g_inh)
    found = defaultdict(list)  # a pair may be wired twice, over paths of like length
    columns = (sources, wiring.targets, wiring.delays(), relative)
    for *key, weight in zip(*(column.tolist() for column in columns), strict=True):
        found[tuple(key)].append(weight)
    return found


def are_among(some, others):
    return all(
        any(abs(weight - other) < 1e-5 for other in others.get(key, ()))
        for key, weights in some.items()
        for weight in weights
    )


def test_synapses_of_all_ages_are_nested():
    young, middle, full, pruned = (
        synapses(Culture.grow(CONFIG, div=div, seed=4, n_neurons=1500)) for div in (8, 16, 30, 90)
    )
    assert 500 < len(young) < 0.5 * len(middle) < 0.5 * len(full)
    assert are_among(young, middle) and are_among(middle, full)  # growth only adds
    assert len(pruned) < len(full) - 1000
    assert are_among(pruned, full)  # pruning only removes


def test_cells_and_axons_are_the_same_at_every_age():
    plated, old = (Culture.grow(CONFIG, div=div, seed=4, n_neurons=300) for div in (0, 50))
    assert np.array_equal(plated.positions_um, old.positions_um)
    assert np.array_equal(plated.velocity_m_per_s, old.velocity_m_per_s)
    assert plated.cell_types == old.cell_types
    assert plated.n_synapses < 0.01 * old.n_synapses


@pytest.mark.parametrize("div", [11, 18, 32])
def test_degree_and_reach_are_those_of_the_age(div):
    dish = Culture.grow(CONFIG, div=div, seed=1, n_neurons=8000)
    now = dish.present.culture
    expected = expected_out_degree(now.density_per_mm2, now.lambda_um, now.p_max)
    assert dish.n_synapses / 8000 == pytest.approx(expected, rel=0.05)
    to_wall = np.minimum(dish.positions_um, dish.side_um - dish.positions_um).min(axis=1)
    sources, targets = dish.synapses.sources(), dish.synapses.targets
    length = np.hypot(*(dish.positions_um[sources] - dish.positions_um[targets]).T)
    # exp(-d/λ) in a plane has a mean distance of 2 λ.
    inner = to_wall[sources] > 1200.0
    assert length[inner].mean() == pytest.approx(2 * now.lambda_um, rel=0.05)


def test_parameters_rise_to_those_of_the_file_synapses_beyond_and_back():
    ages = [grown(CONFIG, div) for div in np.arange(0.0, 100.0, 0.5)]
    for name in ("lambda_um", "g_exc", "g_inh"):
        values = np.array([getattr(age.culture, name) for age in ages])
        assert np.all(np.diff(values) >= 0)
        assert values[-1] == pytest.approx(getattr(CONFIG.culture, name), rel=1e-3)
    p = np.array([age.culture.p_max for age in ages])
    peak = int(np.argmax(p))
    assert np.all(np.diff(p[: peak + 1]) > 0) and np.all(np.diff(p[peak:]) < 1e-9)
    assert 1.03 < p[peak] / CONFIG.culture.p_max < 1 + CONFIG.growth.overshoot
    assert p[-1] == pytest.approx(CONFIG.culture.p_max, rel=1e-3)
    e_gaba_mv = np.array([age.synapses.e_gaba_a_mv for age in ages])
    assert np.all(np.diff(e_gaba_mv) <= 0)
    assert e_gaba_mv[0] > -51.0 and e_gaba_mv[-1] == pytest.approx(-75.0)


def test_inhibition_matures_after_excitation():
    for div in (5, 10, 20, 40):
        now = grown(CONFIG, div).culture
        assert now.g_inh / CONFIG.culture.g_inh < now.g_exc / CONFIG.culture.g_exc


def test_a_probability_never_exceeds_one():
    dense = CONFIG.model_copy(
        update={
            "culture": CONFIG.culture.model_copy(update={"p_max": 0.9}),
            "growth": GrowthConfig(overshoot=3.0),
        }
    )
    assert max(grown(dense, div).culture.p_max for div in range(60)) == 1.0
    assert Culture.grow(dense, div=28, n_neurons=200).n_synapses > 0


def test_fully_grown_without_overshoot_is_the_culture_of_the_file_to_the_bit():
    config = CONFIG.model_copy(update={"growth": GrowthConfig(overshoot=0.0)})
    old = Culture.grow(config, div=1000, seed=2, n_neurons=500)
    of_the_file = Culture.from_config(CONFIG, seed=2, n_neurons=500)
    assert np.array_equal(old.synapses.starts, of_the_file.synapses.starts)
    assert np.array_equal(old.synapses.targets, of_the_file.synapses.targets)
    assert np.array_equal(old.synapses.weights, of_the_file.synapses.weights)
    assert old.run(1.0).hash() == of_the_file.run(1.0).hash()


def test_the_wiring_of_experiment_files_is_what_it_was_before_cultures_grew():
    wiring = Culture.from_config(CONFIG, seed=3, n_neurons=1000).synapses
    digest = hashlib.sha256()
    for array in (wiring.starts, wiring.targets, wiring.weights):
        digest.update(array.tobytes())
    assert digest.hexdigest().startswith("900c8e78801c27f0")


@pytest.mark.parametrize(("div", "sign"), [(6, 1), (60, -1)])
def test_gaba_excites_young_cells_and_inhibits_old_ones(div, sign):
    still = CONFIG.model_copy(update={"background": BackgroundConfig()})
    dish = Culture.grow(still, div=div, seed=1, n_neurons=1000)
    wiring = dish.synapses
    cell = int(np.argmax(np.bincount(wiring.sources(), minlength=1000)[800:])) + 800
    targets = np.unique(wiring.targets[wiring.sources() == cell])
    current = np.zeros(1000, np.float32)
    current[cell] = 300.0
    running, at_rest = dish.engine(), dish.engine()
    assert running.run(2, current).ids.tolist() == [cell]
    assert len(running.run(8).ids) == len(at_rest.run(10).ids) == 0
    moved_mv = running.v_mv - at_rest.v_mv
    moved_mv[cell] = 0.0
    assert len(targets) > 0
    assert np.all(sign * moved_mv[targets] > 0.01)
    assert np.all(np.delete(moved_mv, targets) == 0.0)


@pytest.mark.parametrize("div", [-1.0, math.nan, math.inf, "ten"])
def test_an_impossible_age_is_refused(div):
    with pytest.raises(Bl1Error, match=f"div is {div}, expected an age in days in vitro"):
        Culture.grow(CONFIG, div=div)


def test_a_recording_tells_the_age_of_its_culture():
    dish = Culture.grow(CONFIG, div=12, n_neurons=100)
    assert dish.run(0.1).metadata["div"] == 12
    assert Culture.from_config(CONFIG, n_neurons=100).run(0.1).metadata["div"] is None


def of_ages(dish):
    """Burstiness index, and network bursts a minute, as a CL1 hears them."""
    heard = record(dish, 200.0)
    return burstiness_index(heard).value, bursts(heard).per_minute


@pytest.mark.slow
def test_bursts_develop_as_in_a_living_culture():
    """Culture 6-2 of Wagenaar, Pine & Potter 2006 has .11, .43 and .87 at DIV 10, 17 and 28, and
    0, 2.2 and .9 bursts a minute; the young culture here, heard through its electrodes."""
    index, per_minute = np.mean(
        [[of_ages(Culture.grow(CONFIG, div, seed)) for div in (10, 17, 28)] for seed in (0, 1)],
        axis=0,
    ).T
    assert np.all(np.abs(index - (0.11, 0.43, 0.87)) < 0.2), index
    assert np.all(np.diff(index) > 0.2), index
    assert per_minute[0] == 0
    assert 0.5 < per_minute[1] < 4.0
