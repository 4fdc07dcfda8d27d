"""Cultures: regimes that do not depend on size or step, and that do not run away."""

import numpy as np
import pytest

from bl1.analysis import bursts
from bl1.bench.network import bench_experiment
from bl1.config import load_experiment
from bl1.core.izhikevich import CELL_TYPES
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.network.culture import Culture


def settled_rate_hz(dish, seconds=8.0):
    running = dish.engine()
    running.run(round(2000 / running.dt_ms))
    n_steps = round(1000 * seconds / running.dt_ms)
    return len(running.run(n_steps).ids) / dish.n_neurons / seconds


def as_plated(config):
    """With the wiring that it starts with: no plasticity but STP."""
    return config.model_copy(update={"stdp": None})


def plated(config, **changes):
    return config.model_copy(update={"culture": config.culture.model_copy(update=changes)})


@pytest.mark.parametrize(
    "config", [bench_experiment(1000), as_plated(load_experiment("default"))], ids=lambda c: c.name
)
def test_rate_and_degree_do_not_depend_on_the_number_of_neurons(config):
    dishes = [Culture.from_config(config, seed=1, n_neurons=n) for n in (1000, 5000, 20000)]
    degrees = np.array([dish.n_synapses / dish.n_neurons for dish in dishes])
    rates = np.array([settled_rate_hz(dish) for dish in dishes])
    assert np.all(np.abs(degrees / degrees.mean() - 1) < 0.1), degrees
    assert np.all(np.abs(rates / rates.mean() - 1) < 0.1), rates
    assert 0.1 < rates.mean() < 10.0


def test_the_calibrated_culture_bursts_as_living_ones_do():
    """Heard through a CL1; the ranges are those of the recordings in docs/validation.md."""
    heard = record(Culture.from_config("wagenaar_calibrated", seed=1), 90.0)
    found = bursts(heard)
    assert 0.19 < heard.rate_hz() < 1.9
    assert 0.93 < found.per_minute < 11.6
    assert 0.53 < np.median(found.durations_s) < 1.2
    assert 0.2 < np.median(found.recruitment) < 0.76
    assert 0.39 < found.share_of_spikes < 0.87


def test_halving_the_step_changes_the_rate_by_less_than_five_percent():
    rates = []
    for dt_ms in (0.5, 0.25):
        config = bench_experiment(2000).model_copy(update={"dt_ms": dt_ms})
        rates.append(np.mean([settled_rate_hz(Culture.from_config(config, s)) for s in (1, 2)]))
    assert rates[0] == pytest.approx(rates[1], rel=0.05)


def test_strong_excitation_does_not_run_away():
    """Ten times the excitatory weight, no inhibition: depression and refractoriness hold it."""
    config = bench_experiment(1000)
    dish = Culture.from_config(plated(config, g_exc=0.5, g_inh=0.0), seed=1)
    running = dish.engine()
    spikes = running.run(4000)
    rates_hz = np.bincount(spikes.ids, minlength=1000) / 2.0
    assert rates_hz[:800].mean() < 150.0  # an unchecked culture runs at 500 to 1,650 Hz
    assert rates_hz.max() < 400.0
    assert np.isfinite(running.v_mv).all()
    assert running.v_mv.min() > -100.0 and running.v_mv.max() < 31.0


def test_inhibition_lowers_the_rate():
    config = bench_experiment(1000)
    rates = [
        settled_rate_hz(Culture.from_config(plated(config, g_inh=g_inh), seed=1), 4.0)
        for g_inh in (0.0, 0.1, 1.0, 100.0)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[3] < 0.7 * rates[0]


def test_excitation_raises_the_rate():
    config = bench_experiment(1000)
    rates = [
        settled_rate_hz(Culture.from_config(plated(config, g_exc=g_exc, g_inh=0.0), seed=1), 4.0)
        for g_exc in (0.0, 0.05, 0.1)
    ]
    assert rates == sorted(rates)


def test_cell_types_come_in_their_shares_excitatory_first():
    dish = Culture.from_config("wagenaar_calibrated", seed=0, n_neurons=2000)
    assert dish.n_exc == 1600
    assert all(CELL_TYPES[kind].excitatory for kind in dish.cell_types[:1600])
    assert not any(CELL_TYPES[kind].excitatory for kind in dish.cell_types[1600:])
    counts = {kind: dish.cell_types.count(kind) for kind in CELL_TYPES}
    assert counts == {"RS": 1280, "IB": 160, "CH": 160, "FS": 378, "LTS": 22}


def test_the_dish_grows_with_the_neurons():
    small = Culture.from_config("default", seed=0, n_neurons=100)
    assert small.side_um == pytest.approx(3000.0 * np.sqrt(100 / 100_000), rel=1e-3)
    assert small.positions_um.min() >= 0.0 and small.positions_um.max() <= small.side_um


def test_same_seed_same_dish():
    one, same = (Culture.from_config("wagenaar_calibrated", 5, 300) for _ in range(2))
    other = Culture.from_config("wagenaar_calibrated", 6, 300)
    assert np.array_equal(one.positions_um, same.positions_um)
    assert one.cell_types == same.cell_types
    assert one.run(0.5).hash() == same.run(0.5).hash()
    assert not np.array_equal(one.positions_um, other.positions_um)


@pytest.mark.parametrize("n_neurons", [1, 2, 63, 64, 65])
def test_the_smallest_dishes_run(n_neurons):
    dish = Culture.from_config("wagenaar_calibrated", seed=0, n_neurons=n_neurons)
    assert dish.run(0.1, threads=2).hash() == dish.run(0.1).hash()


def test_a_negative_number_of_neurons_is_refused():
    with pytest.raises(Bl1Error, match="n_neurons is -5, expected a whole number from 1"):
        Culture.from_config("default", n_neurons=-5)


def test_more_synapses_than_fit_are_refused_before_they_are_made():
    config = plated(load_experiment("default"), n_neurons=10_000, density_per_mm2=1e7)
    with pytest.raises(Bl1Error, match=r"synapses are more than the 4,200,000,000 that fit"):
        Culture.from_config(config)


def test_a_spike_train_survives_its_file(tmp_path):
    train = Culture.from_config("wagenaar_calibrated", seed=0, n_neurons=500).run(2.0)
    train.save(tmp_path / "spikes.npz")
    loaded = SpikeTrain.load(tmp_path / "spikes.npz")
    assert loaded.hash() == train.hash()
    assert loaded.metadata["seed"] == 0
    assert loaded.metadata["config"]["culture"]["n_neurons"] == 500
    assert loaded.rate_hz() == train.rate_hz() > 0
    assert loaded.times_s.max() < 2.0


def test_a_damaged_spike_file_is_refused_in_a_sentence(tmp_path):
    train = Culture.from_config("wagenaar_calibrated", seed=0, n_neurons=500).run(1.0)
    path = tmp_path / "spikes.npz"
    train.save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(Bl1Error, match=r"spikes\.npz: not a spike file of bl1, or a damaged one"):
        SpikeTrain.load(path)
    with pytest.raises(Bl1Error, match=r"saved as \.npz"):
        train.save(tmp_path / "spikes.mat")
    with pytest.raises(Bl1Error, match="cannot write the spikes"):
        train.save(tmp_path / "no" / "such" / "folder.npz")
