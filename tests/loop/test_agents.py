"""Agents one by one: what each reads, how pursuit learns, and that it is told nothing else."""

import inspect

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.agents import (
    Pursuit,
    PursuitSettings,
    Readout,
    Reflex,
    StaticPaddle,
    make_agent,
)
from bl1.loop.encoding import gaussian_bump

READERS = ("pursuit", "reflex", "static", "random")


def features_at(height: float) -> np.ndarray:
    bump = gaussian_bump(height).astype(float)
    return bump / bump.sum()


def pursue(agent: Pursuit, place: float, wanted: float, n: int) -> None:
    for _ in range(n):
        agent.learn(1 - 2 * abs(agent.act(features_at(place)) - wanted))


@pytest.mark.parametrize("kind", READERS)
def test_agents_stay_in_the_field_and_repeat_themselves(kind: str) -> None:
    def targets() -> list[float]:
        agent = make_agent(kind, seed=3)
        found = []
        for height in np.random.default_rng(0).random(200):
            found.append(agent.act(features_at(height)))
            agent.learn(1 - 2 * abs(found[-1] - height))
        return found

    found = targets()
    assert found == targets()
    assert min(found) >= 0 and max(found) <= 1


@pytest.mark.parametrize("kind", READERS)
def test_nobody_is_told_where_the_ball_is(kind: str) -> None:
    agent = make_agent(kind, seed=0)
    assert list(inspect.signature(agent.act).parameters) == ["features"]
    assert list(inspect.signature(agent.learn).parameters) == ["reward"]


def test_static_waits_and_random_wanders() -> None:
    assert {StaticPaddle().act(features_at(h)) for h in (0.0, 0.3, 1.0)} == {0.5}
    paddle = make_agent("random", seed=0)
    targets = np.array([paddle.act(features_at(0.5)) for _ in range(10_000)])
    assert abs(targets.mean() - 0.5) < 0.01 and abs(targets.var() - 1 / 12) < 0.003


def test_a_reflex_reads_the_centre_of_mass() -> None:
    reflex = Reflex()
    assert reflex.act(features_at(0.5)) == pytest.approx(0.5)
    assert reflex.act(features_at(0.7)) == pytest.approx(0.7, abs=1e-3)
    assert reflex.act(np.zeros(16)) == pytest.approx(0.7, abs=1e-3)  # holds still in silence
    assert reflex.act(features_at(0.0)) == pytest.approx(0.06, abs=0.01)  # cut-off bump


def test_pursuit_learns_what_pays_wherever_that_is() -> None:
    agent = Pursuit(seed=1)
    for _ in range(30):  # a map that no reflex has: top and bottom exchanged
        pursue(agent, 0.2, 0.9, 40)
        pursue(agent, 0.8, 0.1, 40)
    frozen = agent.frozen()
    assert frozen.act(features_at(0.2)) == pytest.approx(0.9, abs=0.05)
    assert frozen.act(features_at(0.8)) == pytest.approx(0.1, abs=0.05)


def test_one_step_of_pursuit_is_the_rule() -> None:
    start = Readout(weights=tuple(np.linspace(-0.2, 0.2, 16)), baseline=(0.25,) * 16, steps=1000)
    agent, features = Pursuit(7, start), features_at(0.4)
    assert agent.sigma == pytest.approx(0.3 / 3)
    mean = 0.5 + np.dot(start.weights, features)
    target = agent.act(features)
    agent.learn(0.75)
    expected = np.array(start.weights) + 1.0 * (0.75 - 0.25) * (target - mean) * features
    np.testing.assert_allclose(agent.readout.weights, expected, rtol=1e-12)
    baseline = list(start.baseline)
    baseline[6] = 0.25 + 0.1 * 0.5  # band 6 is the largest feature at .4
    assert agent.readout.baseline == pytest.approx(tuple(baseline))
    assert agent.readout.steps == 1001


def test_a_readout_that_points_out_of_the_field_comes_back() -> None:
    features = features_at(0.9)
    agent = Pursuit(0, Readout(weights=(3.0,) * 16, baseline=(0.5,) * 16, steps=10**6))
    agent.act(features)
    agent.learn(0.5)  # no surprise: all that moves the weights is the edge of the field
    weights = np.array(agent.readout.weights)
    assert 0.5 + weights @ features == pytest.approx(1.0)
    step = weights - 3.0
    np.testing.assert_allclose(
        step, features * (step @ features) / (features @ features), atol=1e-12
    )


def test_exploration_anneals_to_its_floor() -> None:
    sigmas = [Pursuit(0, Readout(steps=steps)).sigma for steps in (0, 500, 8000, 10**6)]
    assert sigmas == pytest.approx([0.3, 0.15, 0.3 / 17, 0.01])


def test_reward_without_relation_to_the_action_teaches_nothing_in_the_mean() -> None:
    rng, ends = np.random.default_rng(0), []
    for seed in range(40):
        agent = Pursuit(seed)
        for _ in range(300):
            agent.act(features_at(0.5))
            agent.learn(float(rng.normal(0.5, 0.3)))
        ends.append(agent.frozen().act(features_at(0.5)))
    assert abs(np.mean(ends) - 0.5) < 3 * np.std(ends) / np.sqrt(len(ends))


def test_silence_leaves_the_weights_alone() -> None:
    agent = Pursuit(0)
    assert agent.frozen().act(np.zeros(16)) == 0.5
    for _ in range(5):
        agent.act(np.zeros(16))
        agent.learn(1.0)
    assert not any(agent.readout.weights) and set(agent.readout.baseline) == {None}


def test_frozen_is_frozen() -> None:
    agent = Pursuit(2)
    pursue(agent, 0.3, 0.6, 200)
    frozen, before = agent.frozen(), agent.readout
    targets = set()
    for _ in range(10):
        targets.add(frozen.act(features_at(0.3)))
        frozen.learn(-1.0)
    assert len(targets) == 1 and frozen.sigma == 0.0
    assert agent.readout == before
    pursue(agent, 0.3, 0.1, 200)
    assert frozen.act(features_at(0.3)) in targets  # its weights are a copy


def test_an_agent_goes_on_from_its_readout_to_the_bit() -> None:
    whole, first = Pursuit(9), Pursuit(9)
    pursue(whole, 0.3, 0.6, 700)
    pursue(first, 0.3, 0.6, 333)
    second = Pursuit(9, first.readout)
    pursue(second, 0.3, 0.6, 367)
    assert second.readout == whole.readout


def test_unknown_agents_are_refused() -> None:
    with pytest.raises(Bl1Error, match="agent is 'oracle', expected one of pursuit, reflex"):
        make_agent("oracle", 0)


def test_settings_are_the_symbols_of_the_equations():
    how = PursuitSettings(
        learning_rate=0,
        baseline_rate=0.5,
        initial_sigma=0.2,
        final_sigma=0.05,
        sigma_halving_steps=10,
    )
    agent = Pursuit(0, settings=how)
    assert agent.sigma == 0.2
    for reward in [0.0] + [1.0] * 10:
        agent.act(features_at(0.4))
        agent.learn(reward)
    assert not agent.weights.any()  # nothing was learned at a rate of 0
    expected = [value for value in agent.readout.baseline if value is not None]
    assert expected == [1 - 0.5**10] and agent.sigma == 0.2 / 2.1
    assert Pursuit(0, Readout(steps=1000), how).sigma == 0.05
