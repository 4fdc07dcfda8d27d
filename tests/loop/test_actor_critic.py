"""Actor and critic: rewards that come late are credited to what earned them."""

import numpy as np
import pytest

from bl1.loop.agents import actor_critic
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.agents.discrete import FixedRule, RandomActions


def one_hot(place: int, n: int) -> np.ndarray:
    return np.eye(n)[place]


def bandit_choices(agent: ActorCritic, n_trials: int, delay: int = 3) -> np.ndarray:
    """The first actions of trials whose reward, if that action was 1, comes `delay` steps later."""
    chosen = []
    for _ in range(n_trials):
        agent.begin_episode()
        first = agent.act(one_hot(0, delay + 1))
        for step in range(1, delay + 1):
            agent.learn(0.0, one_hot(step, delay + 1))
            agent.act(one_hot(step, delay + 1))
        agent.learn(float(first == 1), None)
        chosen.append(first)
    return np.array(chosen)


def test_a_reward_three_steps_late_is_credited_to_the_choice() -> None:
    late = []
    for seed in range(5):
        chosen = bandit_choices(ActorCritic(seed, 2, 4), 300)
        assert 0.2 < chosen[:20].mean() < 0.95  # it did explore
        late.append(chosen[-100:].mean())
    assert np.mean(late) > 0.9 and min(late) > 0.8


def test_without_traces_and_critic_there_is_no_credit(monkeypatch) -> None:
    monkeypatch.setattr(actor_critic, "TRACE_DECAY", 0.0)
    monkeypatch.setattr(actor_critic, "CRITIC_RATE", 0.0)
    late = [bandit_choices(ActorCritic(seed, 2, 4), 300)[-100:].mean() for seed in range(5)]
    assert 0.3 < np.mean(late) < 0.7


def test_the_critic_learns_the_values_of_a_chain(monkeypatch) -> None:
    """Five states in a row, 1 at the end: the value k steps before it is γᵏ."""
    monkeypatch.setattr(actor_critic, "DISCOUNT", 0.8)
    agent = ActorCritic(0, 1, 5)
    for _ in range(200):
        agent.begin_episode()
        for state in range(5):
            agent.act(one_hot(state, 5))
            last = state == 4
            agent.learn(float(last), None if last else one_hot(state + 1, 5))
    values = [agent.value(one_hot(state, 5)) for state in range(5)]
    np.testing.assert_allclose(values, 0.8 ** np.arange(4, -1, -1), rtol=0.02)


def test_the_actor_trace_is_the_gradient_of_the_log_likelihood() -> None:
    """One step with δ = 1 moves W by β (∂ log P(a) / ∂ W)."""
    x = np.array([0.2, 0.5, 0.3])
    agent = ActorCritic(0, 3, 3)
    agent.begin_episode()
    action = agent.act(x)
    agent.learn(1.0, None)
    gradient = np.outer(np.eye(3)[action] - 1 / 3, x)
    np.testing.assert_allclose(
        agent.readout.preferences, actor_critic.ACTOR_RATE * gradient, atol=1e-12
    )


def test_what_was_learned_goes_on_to_the_bit() -> None:
    whole, first = ActorCritic(3, 2, 4), ActorCritic(3, 2, 4)
    through = bandit_choices(whole, 60)
    before = bandit_choices(first, 25)
    after = bandit_choices(ActorCritic(3, 2, 4, first.readout), 35)
    np.testing.assert_array_equal(through, np.concatenate([before, after]))
    assert whole.readout.steps == 240


def test_frozen_takes_the_best_and_learns_nothing() -> None:
    agent = ActorCritic(0, 2, 4)
    bandit_choices(agent, 300)
    frozen = agent.frozen()
    assert {frozen.act(one_hot(0, 4)) for _ in range(50)} == {1}
    frozen.learn(-100.0, None)
    assert frozen.act(one_hot(0, 4)) == 1


def test_frozen_breaks_ties_at_random_and_alike_for_a_seed() -> None:
    nothing_fired = np.zeros(4)
    chosen = [[ActorCritic(s, 3, 4).frozen() for s in (0, 0, 1)][i] for i in range(3)]
    first, same, other = ([agent.act(nothing_fired) for _ in range(200)] for agent in chosen)
    assert first == same != other
    assert min(np.bincount(first, minlength=3)) > 40


def test_random_actions_are_as_likely_and_a_fixed_rule_repeats() -> None:
    agent = RandomActions(0, 4)
    counts = np.bincount([agent.act(np.zeros(0)) for _ in range(4000)], minlength=4)
    assert counts == pytest.approx(1000, abs=120)
    rule = FixedRule((1, 2, 2))
    assert [rule.act(np.zeros(0)) for _ in range(5)] == [1, 2, 2, 1, 2]
    rule.begin_episode()
    assert rule.act(np.zeros(0)) == 1
