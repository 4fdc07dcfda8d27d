"""Circuits wired by hand: every synapse is where it was put."""

import numpy as np
import pytest

from bl1.config import BackgroundConfig, StdpConfig, SynapsesConfig
from bl1.core.engine import Engine
from bl1.errors import Bl1Error
from bl1.network.circuit import CircuitBuilder
from bl1.network.culture import Culture


def test_populations_are_renumbered_with_excitatory_cells_first():
    builder = CircuitBuilder()
    inhibitory = builder.add("basket", ["FS", "FS"])
    excitatory = builder.add("principal", ["RS", "CH", "RS"])
    weights = np.arange(1, 7).reshape(3, 2) / 10.0
    weights[1, 0] = np.nan
    builder.connect(excitatory, inhibitory, weights, delay_steps=2)
    builder.connect(inhibitory, excitatory[:1], 0.7, delay_steps=4)
    circuit = builder.build()

    assert circuit.ids["principal"].tolist() == [0, 1, 2]
    assert circuit.ids["basket"].tolist() == [3, 4]
    assert circuit.cells.n_exc == 3
    circuit.synapses.check(5)
    wired = circuit.synapses
    found = zip(wired.sources(), wired.targets, wired.weights, wired.delays(), strict=True)
    assert [(s, t, round(float(w), 6), d) for s, t, w, d in found] == [
        (0, 3, 0.1, 2), (0, 4, 0.2, 2), (1, 4, 0.4, 2), (2, 3, 0.5, 2), (2, 4, 0.6, 2),
        (3, 0, 0.7, 4), (4, 0, 0.7, 4),
    ]  # fmt: skip


def test_a_culture_within_a_circuit_fires_as_it_does_alone():
    culture = Culture.from_config("pong_culture", seed=3, n_neurons=64)
    builder = CircuitBuilder()
    members = builder.add_culture("culture", culture)
    builder.add("beside", ["FS"] * 3)
    circuit = builder.build()
    assert circuit.synapses.starts[-1] == culture.n_synapses
    assert circuit.ids["culture"].tolist() == members.tolist()

    config = culture.config
    within = Engine(
        circuit.cells,
        circuit.synapses,
        kinetics=config.synapses,
        stp=config.stp,
        background=config.background,
        seed=culture.seed,
    )
    drive = np.zeros(67)
    drive[:64] = 12.0
    mine = within.run(1000, drive)
    alone = culture.engine().run(1000, drive[:64])
    of_culture = mine.ids < 64
    assert len(alone.ids) > 100
    assert mine.steps[of_culture].tolist() == alone.steps.tolist()
    assert mine.ids[of_culture].tolist() == alone.ids.tolist()


def test_a_name_is_taken_once():
    builder = CircuitBuilder()
    builder.add("motor", ["RS"])
    with pytest.raises(Bl1Error, match="there is a population 'motor' already"):
        builder.add("motor", ["RS"])


def test_only_the_inputs_of_learners_change():
    builder = CircuitBuilder()
    source, learner, other = (builder.add(name, ["RS"]) for name in ("source", "learner", "other"))
    builder.connect(source, learner, 0.2)
    builder.connect(source, other, 0.2)
    circuit = builder.build()

    def weights(learners):
        engine = Engine(
            circuit.cells,
            circuit.synapses,
            kinetics=SynapsesConfig(),
            stp=None,
            stdp=StdpConfig(a_plus=0.05, a_minus=0.02, w_max=1.0),
            background=BackgroundConfig(),
            learners=learners,
        )
        engine.run(2000, np.full(3, 8.0))
        return engine.synapses.weights.tolist()

    start = np.float32(0.2)
    to_learner, to_other = weights(np.array([False, True, False]))
    assert to_other == start != to_learner
    assert weights(None)[0] == to_learner
    assert weights(None)[1] != start


def test_learners_are_a_bool_for_each_cell():
    builder = CircuitBuilder()
    cells = builder.add("cells", ["RS", "RS"])
    builder.connect(cells[0], cells[1], 0.05)
    circuit = builder.build()

    def engine(**options):
        return Engine(
            circuit.cells,
            circuit.synapses,
            kinetics=SynapsesConfig(),
            stp=None,
            background=BackgroundConfig(),
            **options,
        )

    with pytest.raises(Bl1Error, match="expected a bool for each of the 2 cells"):
        engine(stdp=StdpConfig(), learners=np.array([True]))
    with pytest.raises(Bl1Error, match="expected stdp beside them"):
        engine(learners=np.array([True, False]))


def test_what_cannot_be_wired_is_told():
    builder = CircuitBuilder()
    cells = builder.add("cells", ["RS", "RS"])
    with pytest.raises(Bl1Error, match="the circuit has no synapses"):
        builder.build()
    with pytest.raises(Bl1Error, match="cell 5 is not among the 2 that were added"):
        builder.connect(cells, [5], 0.1)
    with pytest.raises(Bl1Error, match="delay_steps is 0, expected a whole number >= 1"):
        builder.connect(cells[:1], cells[1:], 0.1, delay_steps=0)
