"""Cells with a dendrite among point neurons: cable physics, and spikes from one to the other."""

import jax.numpy as jnp
import numpy as np
import pytest
from circuits import wire

from bl1.core import (
    Compartmental,
    Izhikevich,
    NeuronState,
    Record,
    create_synapse_state,
    simulate,
)
from bl1.core.traced.compartmental import REST_MV, morphology
from bl1.core.traced.inputs import weights_of

RS = Izhikevich(*(jnp.full(1, value) for value in (0.02, 0.2, -65.0, 8.0)))
#: A point neuron, two cells with a dendrite, a point neuron.
CELLS = RS, Compartmental(2), RS
REST = NeuronState(jnp.full(4, -65.0), jnp.array([-13.0, 0.0, 0.0, -13.0]), jnp.zeros(4, bool))


def run(edges=((0, 1, 0.0, 2),), inhibitory=(), **currents):
    """200 ms; ``c1=2.0`` drives cell 1 from 50 ms on, ``p0=60.0`` cell 0 for 2 ms."""
    drive = np.zeros((400, 4), np.float32)
    for name, value in currents.items():
        drive[100 : 104 if name[0] == "p" else None, int(name[1:])] = value
    w_exc = weights_of(wire(4, list(edges)), 4, slice(4), "dense")
    w_inh = weights_of(wire(4, list(inhibitory) or [(0, 1, 0.0, 2)]), 4, slice(4), "dense")
    return simulate(
        CELLS, REST, create_synapse_state(4), W_exc=w_exc, W_inh=w_inh, I_external=drive,
        record=Record(v_of=(0, 1, 2, 3)),
    )  # fmt: skip


def test_it_rests_fires_under_drive_and_faster_under_more():
    weak, strong = (run(c1=current).spike_history[:, 1].sum() for current in (8.0, 14.0))
    assert 5 < weak < strong < 30
    quiet = run()
    assert not quiet.spike_history.any()
    assert quiet.v_history[-1, 1:3] == pytest.approx(REST_MV, abs=0.5)


def test_a_spike_of_a_point_neuron_reaches_it_and_its_own_reaches_another():
    """A weak synapse depolarises it by some mV; a strong one makes it fire, and it passes on."""
    weak = run([(0, 1, 0.02, 4), (1, 3, 1.0, 3)], p0=60.0)
    assert 1.0 < weak.v_history[:, 1].max() - REST_MV < 15.0
    assert not weak.spike_history[:, [1, 3]].any()
    strong = run([(0, 1, 0.3, 4), (1, 3, 1.0, 3)], p0=60.0)
    first = [int(np.argmax(strong.spike_history[:, cell])) for cell in (0, 1, 3)]
    assert 0 < first[0] < first[1] < first[2] < first[0] + 40
    assert first[1] >= first[0] + 4
    assert strong.spike_history[:, 1].sum() == 1  # a spike is counted once, however broad
    assert not strong.spike_history[:, 2].any()  # its neighbour has no synapse


def test_its_synapse_depolarises_the_dendrite_more_than_the_soma():
    """The state in the middle of a small synaptic potential: v falls toward the soma."""
    drive = np.zeros((130, 4), np.float32)
    drive[100:104, 0] = 60.0
    result = simulate(
        CELLS, REST, create_synapse_state(4),
        W_exc=weights_of(wire(4, [(0, 1, 0.02, 2)]), 4, slice(4), "dense"),
        W_inh=weights_of(wire(4, [(0, 1, 0.0, 2)]), 4, slice(4), "dense"),
        I_external=drive[:108],
    )  # fmt: skip
    soma, *dendrite = np.asarray(result.neuron_state.inner[1]["v"])[0, :5] - REST_MV
    assert dendrite[0] > 1.2 * soma > 0.5
    assert np.all(np.diff(dendrite) > 0)


def test_steady_attenuation_is_that_of_a_passive_cable():
    """Current into the soma, below threshold: cosh(1 − x/ℓ)/cosh(1) along a sealed cylinder."""
    result = run(c1=-1.0)
    v = np.asarray(result.neuron_state.inner[1]["v"])[0, :5]
    at_rest = np.asarray(run().neuron_state.inner[1]["v"])[0, :5]
    fall = v - at_rest
    radius_cm, leak, resistivity = 1e-4, 1e-4, 150.0
    length_constant_um = 1e4 * np.sqrt(radius_cm / (2 * resistivity * leak))
    centres_um = np.array([50.0, 150.0, 250.0, 350.0])
    expected = np.cosh((400.0 - centres_um) / length_constant_um)
    assert fall[1:] / fall[4] == pytest.approx(expected / expected[3], rel=0.02)
    assert abs(fall[0]) > abs(fall[1])


def test_inhibition_on_the_dendrite_never_passes_its_reversal_potential():
    """However strong it is, and at whatever step."""
    result = run(inhibitory=[(0, 1, 50.0, 1)], p0=60.0)
    v = np.asarray(result.neuron_state.inner[1]["v"])
    assert np.isfinite(v).all()
    assert result.v_history[:, 1].min() > -75.5
    assert result.v_history[:, 1].min() < REST_MV - 2.0


def test_charge_moves_the_whole_cell_as_it_would_a_point_neuron():
    """I·C: a drive of 1 mV/ms raises the mean of v over the area by 1 mV in the first ms."""
    drive = np.zeros((2, 4), np.float32)
    drive[:, 1] = 1.0
    weights = weights_of(wire(4, [(0, 1, 0.0, 2)]), 4, slice(4), "dense")
    result = simulate(
        CELLS, REST, create_synapse_state(4), W_exc=weights, W_inh=weights, I_external=drive
    )
    driven, resting = np.asarray(result.neuron_state.inner[1]["v"])[:, :5]
    area = np.asarray(morphology(4, 400.0, 1.0).params["area"])[:5]
    assert np.average(driven - resting, weights=area) == pytest.approx(1.0, rel=0.05)
