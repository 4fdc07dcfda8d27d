"""The arena: aim, distance, ammunition, health, and the frame."""

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from bl1.errors import Bl1Error
from bl1.games import doom_arena
from bl1.games.doom_arena import FIRE, TURN_LEFT, TURN_RIGHT, WAIT, DoomArena
from bl1.games.fovea import foveated


def test_gymnasium_finds_nothing_wrong() -> None:
    env = gymnasium.make("bl1/DoomArena-v0", render_mode="rgb_array")
    check_env(env.unwrapped)
    assert isinstance(env.unwrapped, DoomArena)


def test_a_seed_is_an_episode_whatever_was_played_before() -> None:
    game, actions = DoomArena(), np.random.default_rng(0).integers(0, 4, 60)

    def episode(seed: int) -> list[tuple[float, ...]]:
        game.reset(seed=seed)
        return [(*game.step(action)[0].tolist(),) for action in actions]

    first, other, again = episode(1), episode(2), episode(1)
    assert first == again != other


def test_turning_towards_the_enemy_brings_it_to_the_middle() -> None:
    game = DoomArena()
    for seed in range(10):
        bearing = game.reset(seed=seed)[0][0]
        if abs(bearing) < 10:  # it would be turned past
            continue
        towards = TURN_RIGHT if bearing > 0 else TURN_LEFT
        after = game.step(towards)[0][0]
        strafe = doom_arena.MAX_STRAFE_DEG
        assert abs(bearing) - abs(after) == pytest.approx(doom_arena.TURN_DEG, abs=strafe + 1e-3)


def test_a_shot_hits_within_half_of_the_angle_under_which_the_enemy_is_seen() -> None:
    game = DoomArena()
    game.reset(seed=0)
    assert game.half_width_deg == pytest.approx(5.71, abs=0.01)
    hits, misses = [], []
    for seed in range(400):
        observation, _ = game.reset(seed=seed)
        while abs(observation[0]) > 12:
            observation, *_ = game.step(TURN_RIGHT if observation[0] > 0 else TURN_LEFT)
        half, bearing = game.half_width_deg, abs(observation[0])
        _, reward, _, _, info = game.step(FIRE)
        (hits if info["kills"] else misses).append(bearing / half)
        assert info["shots"] == 1 and info["misses"] == 1 - info["kills"]
        assert reward in (1.0, -doom_arena.MISS_COST) or info["bites"]
    assert max(hits) <= 1.0 < min(misses) and len(hits) > 20 < len(misses)


def test_an_enemy_that_is_left_alone_bites_until_the_marine_is_dead() -> None:
    game = DoomArena()
    game.reset(seed=0)
    rewards, ended = [], False
    while not ended:
        observation, reward, ended, _, info = game.step(WAIT)
        rewards.append(reward)
    assert sum(rewards) == -3.0 and info["bites"] == 3 and observation[3] == 0
    assert np.flatnonzero(rewards) == pytest.approx([44, 89, 134], abs=1)
    with pytest.raises(ResetNeeded):
        game.step(WAIT)


def test_the_last_round_ends_the_episode() -> None:
    game = DoomArena()
    game.reset(seed=1)
    for left in range(doom_arena.AMMUNITION - 1, -1, -1):
        _, _, terminated, _, info = game.step(FIRE)
        assert info["ammunition"] == left
        assert terminated == (left == 0)


def test_a_marksman_who_spares_his_rounds_is_stopped_by_the_clock(monkeypatch) -> None:
    monkeypatch.setattr(doom_arena, "TIME_LIMIT_STEPS", 30)
    game = DoomArena()
    game.reset(seed=1)
    ends = [game.step(WAIT)[2:4] for _ in range(30)]
    assert ends[:-1] == [(False, False)] * 29 and ends[-1] == (False, True)


def test_the_eye_is_finest_in_the_middle() -> None:
    assert [foveated(angle, 180.0) for angle in (-180, 0, 45, 180, 400)] == [0, 0.5, 0.75, 1, 1]
    game = DoomArena()
    for seed in range(20):
        bearing, distance = game.reset(seed=seed)[0][:2]
        assert game.sensed == pytest.approx((foveated(bearing, 180.0), distance), abs=1e-6)


def test_the_frame_shows_the_enemy_where_it_is() -> None:
    game = DoomArena(render_mode="rgb_array")
    observation, _ = game.reset(seed=3)
    while not 15 < observation[0] < 40:
        observation, *_ = game.step(TURN_RIGHT if observation[0] > 0 else TURN_LEFT)
    frame = game.render()
    assert frame.shape == (120, 160, 3) and frame.dtype == np.uint8
    red = np.argwhere((frame[:110] == doom_arena._ENEMY).all(axis=-1))
    middle_deg = (red[:, 1].mean() + 0.5) / 160 * 90 - 45
    assert middle_deg == pytest.approx(observation[0], abs=1.0)
    assert DoomArena().render() is None


def test_a_wrong_render_mode_gets_a_sentence() -> None:
    with pytest.raises(Bl1Error, match="render_mode is 'human', expected rgb_array or None"):
        DoomArena(render_mode="human")
