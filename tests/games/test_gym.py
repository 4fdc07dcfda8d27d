"""Any Gymnasium environment as a game: what is sensed, shaped, and refused."""

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

from bl1.errors import Bl1Error
from bl1.games.gym import Sensed, SensedEnv, Transition
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.episodes import EpisodicSession
from bl1.loop.substrate import Identity

CARTPOLE = [
    Sensed("position", 0, -2.4, 2.4),
    Sensed("velocity", 1, -2.0, 2.0),
    Sensed("angle", 2, -0.21, 0.21),
    Sensed("spin", 3, -2.0, 2.0),
]


def cartpole(**given) -> SensedEnv:
    return SensedEnv(gymnasium.make("CartPole-v1"), CARTPOLE, **given)


def fallen(transition: Transition) -> float:
    return -1.0 if transition.terminated else 0.0


def test_gymnasium_finds_nothing_wrong() -> None:
    check_env(cartpole(), skip_render_check=True)


def test_values_are_shares_of_their_ranges_and_stay_within() -> None:
    game = cartpole()
    observation, _ = game.reset(seed=0)
    assert game.sensed[0] == pytest.approx((observation[0] + 2.4) / 4.8)
    ended = False
    while not ended:
        observation, _, ended, *_ = game.step(1)
    assert game.sensed[1:3] == pytest.approx((min((observation[1] + 2) / 4, 1), 0.0), abs=1e-6)


def test_the_reward_may_be_shaped_and_the_own_one_is_the_score() -> None:
    steps = []

    def worth(transition: Transition) -> float:
        steps.append(transition)
        return fallen(transition)

    game = cartpole(reward=worth)
    first, _ = game.reset(seed=0)
    ended, rewards = False, []
    while not ended:
        _, reward, ended, _, info = game.step(0)
        rewards.append(reward)
    assert rewards[-1] == -1.0 and sum(rewards) == -1.0
    assert info == {"score": len(rewards)}
    assert steps[0].before is first and steps[0].after is steps[1].before
    assert steps[0].action == 0 and steps[0].reward == 1.0
    game.reset(seed=0)
    assert game.step(0)[4] == {"score": 1.0}


def test_a_culture_less_readout_learns_to_balance() -> None:
    game = cartpole(reward=fallen)
    session = EpisodicSession(game, Identity(), ActorCritic(0, 2, 64), seed=0)
    while session.log.n_steps < 10_000:
        session.run_episode()
    lengths = [episode.steps for episode in session.log]
    assert sum(lengths[:10]) / 10 < 60 and sum(lengths[-10:]) / 10 > 150


@pytest.mark.parametrize(
    ("env", "sensed", "sentence"),
    [
        ("CartPole-v1", [Sensed("x", 4, 0, 1)], "x has index 4, expected one from 0 to 3"),
        ("CartPole-v1", [Sensed("x", 0, 1, 1)], "x has low 1 and high 1, expected low < high"),
        ("CartPole-v1", [], "nothing is sensed, expected at least one value"),
        ("Pendulum-v1", [Sensed("x", 0, 0, 1)], r"actions are Box\(.*\), expected Discrete\(n\)"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(env, sensed, sentence) -> None:
    with pytest.raises(Bl1Error, match=sentence):
        SensedEnv(gymnasium.make(env), sensed)
