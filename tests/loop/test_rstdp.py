"""R-STDP: synapses learn to point where the ball is, and learn nothing without reward."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.agents.rstdp import RStdp, RStdpSettings
from bl1.loop.controls import control, controls_of
from bl1.loop.encoding import N_BANDS
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session, make_session
from bl1.loop.substrate import bank


def learner(seed: int = 0, n_neurons: int = 16, **options) -> RStdp:
    cells = bank(seed, n_neurons)
    return RStdp(cells.culture, cells.band_of_cell, 0.74, seed, **options)


def plastic_weights(agent: RStdp) -> np.ndarray:
    return agent.engine.synapses.weights[agent._circuit.plastic]


def session(**options) -> Session:
    options = {"paddle": "steady", "serve": "uniform", "reward": "aim", "n_neurons": 64} | options
    return make_session(SessionOptions(agent="rstdp", **options))


def test_a_reward_strengthens_what_just_caused_motor_spikes() -> None:
    agent = learner(settings=RStdpSettings(baseline_rate=0.0))
    before = plastic_weights(agent).reshape(16, N_BANDS, 4).copy()
    stimulus = agent.encode(7 / 15)
    agent.act(agent.respond(stimulus))
    agent.learn(0.0)  # the first reward of a band is what it comes to expect
    features = agent.respond(stimulus)
    band = round(agent.act(features) * (N_BANDS - 1))
    agent.learn(1.0)
    change = (plastic_weights(agent).reshape(16, N_BANDS, 4) - before).mean(axis=2)
    assert change[7, band] > 0.001
    assert change[7, band] > change[0, band]  # which was not driven, and pays for it


def test_the_inputs_of_a_motor_cell_keep_their_sum() -> None:
    ran = session(seed=1)
    ran.run(300)
    weights = plastic_weights(ran.agent).reshape(64, 64)  # 64 sensory, 64 motor cells
    assert weights.sum(axis=0) == pytest.approx(0.74, rel=1e-4)
    assert weights.std() > 0.002


def test_it_learns_and_without_learning_it_does_not() -> None:
    ran = session(seed=0)
    ran.run(4500)
    assert ran.log.hits[-40:].mean() > 0.75
    off = control(ran, "learning_off")
    off.run(1500)
    assert off.log.hit_rate() < 0.4
    assert ran.evaluate_greedy(40) > 0.8
    assert controls_of(ran) == ("static", "random", "learning_off")


def test_the_same_seed_gives_the_same_run_however_it_is_cut() -> None:
    whole, cut = session(seed=5), session(seed=5)
    whole.run(120)
    for _ in range(4):
        cut.run(30)
    assert plastic_weights(whole.agent).tobytes() == plastic_weights(cut.agent).tobytes()
    assert whole.features.tolist() == cut.features.tolist()


def test_the_synapses_of_a_culture_stay_as_they_grew() -> None:
    ran = session(substrate="culture", n_neurons=64)
    engine = ran.agent.engine
    others = np.ones(len(engine.synapses.weights), bool)
    others[ran.agent._circuit.plastic] = False
    before = engine.synapses.weights.copy()
    ran.run(60)
    assert np.array_equal(engine.synapses.weights[others], before[others])
    assert not np.array_equal(engine.synapses.weights, before)


def test_it_needs_spiking_cells() -> None:
    with pytest.raises(Bl1Error, match="substrate is identity, expected one of bank, culture"):
        make_session(SessionOptions(agent="rstdp", substrate="identity"))
