"""Doom's scenarios: seeds, what is sensed, what is counted."""

import os
from pathlib import Path

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from bl1.errors import Bl1Error
from bl1.games.vizdoom import SCENARIOS, VizDoom


@pytest.fixture(scope="module")
def arena():
    game = VizDoom("defend_the_center", render_mode="rgb_array")
    yield game
    game.close()


def played(game: VizDoom, seed: int, n_steps: int = 60) -> list[tuple]:
    """An episode of random actions: screens, rewards, what was sensed and counted."""
    rng = np.random.default_rng(seed)
    screen, info = game.reset(seed=seed)
    found = [(screen.tobytes(), game.sensed, info)]
    for _ in range(n_steps):
        screen, reward, terminated, truncated, info = game.step(rng.integers(3))
        found.append((screen.tobytes(), reward, game.sensed, info))
        if terminated or truncated:
            break
    return found


def test_a_seed_is_an_episode_to_the_pixel(arena) -> None:
    first, other, again = played(arena, 1), played(arena, 2), played(arena, 1)
    assert first == again != other
    another = VizDoom("defend_the_center")
    assert played(another, 1) == first
    another.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_plays_to_its_end_and_senses_values_from_0_to_1(scenario: str) -> None:
    game = VizDoom(scenario)
    game.reset(seed=0)
    n_values = 3 if SCENARIOS[scenario].landmark else 2
    seen, ended, steps, total = set(), False, 0, 0.0
    while not ended:
        action = game.fixed_rule[steps % len(game.fixed_rule)]
        _, reward, terminated, truncated, info = game.step(action)
        assert len(game.sensed) == n_values and all(0 <= value <= 1 for value in game.sensed)
        seen.add(game.sensed)
        ended, steps, total = terminated or truncated, steps + 1, total + reward
    game.close()
    worth = SCENARIOS[scenario].worth
    assert total == pytest.approx(sum(worth[name] * info[name] for name in worth))
    assert steps <= 525 and (len(seen) > 5 or scenario == "basic")  # whose target stands still
    assert terminated == bool(info["deaths"]) or scenario == "basic"


def test_gymnasium_finds_nothing_wrong(arena) -> None:
    check_env(arena, skip_render_check=True)


def test_turning_right_moves_what_is_seen_to_the_left_and_out_of_sight(arena) -> None:
    arena.reset(seed=3)
    bearings = []
    for _ in range(3):
        bearing, size = arena.sensed
        if size == 0:
            break
        bearings.append(bearing)
        arena.step(1)
    assert len(bearings) >= 2 and bearings == sorted(bearings, reverse=True)


def test_shots_cost_ammunition_and_misses_are_told_from_hits(arena) -> None:
    _, before = arena.reset(seed=3)
    ended = False
    while not ended:
        _, _, terminated, truncated, info = arena.step(2)
        ended = terminated or truncated
    assert before["ammunition"] == 26 and before["health"] == 100
    assert info["shots"] == 26 - info["ammunition"] > 5
    assert 0 <= info["misses"] <= info["shots"] - info["kills"]
    assert info["deaths"] == 1 and info["health"] == 0
    with pytest.raises(ResetNeeded):
        arena.step(2)


def test_the_frame_is_the_screen(arena) -> None:
    screen, _ = arena.reset(seed=0)
    frame = arena.render()
    assert frame.shape == (120, 160, 3) and frame.dtype == np.uint8
    np.testing.assert_array_equal(frame[..., 1], screen)
    assert len(np.unique(screen)) > 20  # something is drawn


def test_doom_leaves_no_files_where_it_is_started(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    game = VizDoom("basic")
    game.reset(seed=0)
    game.close()
    assert os.listdir(tmp_path) == []


def test_an_unknown_scenario_gets_a_sentence() -> None:
    with pytest.raises(Bl1Error, match="scenario is 'my_way', expected one of defend_the_center"):
        VizDoom("my_way")
