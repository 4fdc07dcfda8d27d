"""Conductances against their closed forms; direction, delay and meaning of a synapse."""

import math

import numpy as np
import pytest
from circuits import engine, fire_once

from bl1.config import SynapsesConfig
from bl1.core.synapses import dual_exponential_scale, mean_over_step, nmda_block
from bl1.errors import Bl1Error

BOTH = SynapsesConfig(nmda_ratio=0.3, gaba_b_ratio=0.2)


@pytest.mark.parametrize(
    ("v", "share"),
    [(-80, 0.0244), (-60, 0.0796), (-40, 0.2302), (-20, 0.5081), (0, 0.7812), (20, 0.9250)],
)
def test_magnesium_block(v, share):
    assert nmda_block(np.float32(v), np.float32(1.0)) == pytest.approx(share, abs=1e-4)


def test_magnesium_block_against_the_exponential():
    v = np.linspace(-100.0, 40.0, 1401, dtype=np.float32)
    exact = 1.0 / (1.0 + 2.0 / 3.57 * np.exp(-0.062 * v.astype(float)))
    assert np.abs(nmda_block(v, np.float32(2.0)) - exact).max() < 3e-4


@pytest.mark.parametrize(("rise", "decay"), [(2.0, 100.0), (45.0, 170.0)])
def test_dual_exponentials_peak_at_one(rise, decay):
    t = np.arange(0.0, 500.0, 0.01)
    shape = dual_exponential_scale(rise, decay) * (np.exp(-t / decay) - np.exp(-t / rise))
    assert shape.max() == pytest.approx(1.0, abs=1e-6)


def test_one_excitatory_and_one_inhibitory_cell_reach_their_targets_as_they_should():
    """RS cell 0 excites cell 2 only, FS cell 1 inhibits cell 3 only (order: E E E I is by type)."""
    types = ["RS", "RS", "RS", "FS", "FS"]
    edges = [(0, 1, 0.2, 3), (0, 4, 0.1, 3), (3, 2, 0.4, 3)]
    circuit = engine(types, edges, kinetics=BOTH)
    fire_once(circuit, 0, 5)
    circuit.run(4)
    g = circuit.conductances()
    assert np.flatnonzero(g["ampa"] > 1e-6).tolist() == [1, 4]
    assert np.flatnonzero(g["nmda"] > 1e-6).tolist() == [1, 4]
    assert g["gaba_a"].max() < 1e-6 and g["gaba_b"].max() < 1e-6
    assert g["ampa"][1] == pytest.approx(2 * g["ampa"][4], rel=1e-5)

    circuit = engine(types, edges, kinetics=BOTH)
    fire_once(circuit, 3, 5)
    circuit.run(4)
    g = circuit.conductances()
    assert np.flatnonzero(g["gaba_a"] > 1e-6).tolist() == [2]
    assert np.flatnonzero(g["gaba_b"] > 1e-6).tolist() == [2]
    assert g["ampa"].max() < 1e-6 and g["nmda"].max() < 1e-6


@pytest.mark.parametrize("delay", [1, 2, 3, 7, 20])
def test_a_spike_arrives_after_its_delay_to_the_step(delay):
    other = 25 if delay > 1 else 1
    circuit = engine(["RS", "RS", "RS"], [(0, 1, 0.2, delay), (0, 2, 0.2, other)])
    fired = fire_once(circuit, 0, 3)
    while circuit.conductances()["ampa"][1] < 1e-6:
        circuit.run(1)
    # It acts within step fired + delay, so it is first seen after that step.
    assert circuit.step_count - 1 == fired + delay


def test_conductances_follow_their_closed_forms():
    circuit = engine(["RS", "RS", "FS"], [(0, 1, 0.2, 2), (2, 1, 0.5, 2)], kinetics=BOTH)
    fire_once(circuit, 0, 3)
    circuit.run(2)
    expected = {
        "ampa": lambda t: 0.2 * 0.7 * math.exp(-t / 2.0),
        "nmda": lambda t: 0.2 * 0.3 * dual_exponential_scale(2.0, 100.0)
        * (math.exp(-t / 100.0) - math.exp(-t / 2.0)),
    }  # fmt: skip
    for step in range(1, 400):
        circuit.run(1)
        for receptor, form in expected.items():
            found = circuit.conductances()[receptor][1]
            assert found == pytest.approx(form(0.5 * (step + 1)), rel=2e-4, abs=1e-7)


def test_inhibitory_conductances_follow_their_closed_forms():
    circuit = engine(["RS", "RS", "FS"], [(0, 1, 0.2, 2), (2, 1, 0.5, 2)], kinetics=BOTH)
    fire_once(circuit, 2, 3)
    circuit.run(2)
    for step in range(1, 400):
        circuit.run(1)
        t = 0.5 * (step + 1)
        g = circuit.conductances()
        gaba_b = 0.5 * 0.2 * dual_exponential_scale(45.0, 170.0)
        gaba_b *= math.exp(-t / 170.0) - math.exp(-t / 45.0)
        assert g["gaba_a"][1] == pytest.approx(0.4 * math.exp(-t / 6.0), rel=2e-4, abs=1e-7)
        assert g["gaba_b"][1] == pytest.approx(gaba_b, rel=2e-3, abs=1e-7)


@pytest.mark.parametrize("dt", [0.1, 0.5, 1.0])
def test_the_charge_of_a_spike_does_not_depend_on_dt(dt):
    charge = sum(mean_over_step(2.0, dt) * math.exp(-k * dt / 2.0) * dt for k in range(2000))
    assert charge == pytest.approx(2.0, rel=1e-9)


def test_a_current_of_wrong_shape_or_not_finite_is_refused():
    circuit = engine(["RS", "RS"])
    with pytest.raises(Bl1Error, match=r"shape \(3,\).*2 neurons"):
        circuit.run(1, np.zeros(3))
    with pytest.raises(Bl1Error, match="neuron 1 is nan"):
        circuit.run(1, np.array([0.0, np.nan]))
    with pytest.raises(Bl1Error, match="neuron 0 is inf"):
        circuit.run(1, np.array([np.inf, 0.0]))
    assert circuit.step_count == 0
