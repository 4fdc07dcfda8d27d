"""Atari Pong: the bytes of the RAM are where the screen shows ball and paddles."""

import numpy as np
import pytest

from bl1.games.atari import BALL_COLUMN, OFFSET, atari_pong

BALL, OWN, OTHER = (236, 236, 236), (92, 186, 92), (213, 130, 74)


def middle_of(colour: tuple[int, int, int], screen: np.ndarray) -> tuple[float, float] | None:
    """Row and column of the middle of what has a colour within the field; None if cut or absent."""
    found = np.argwhere((screen[34:194] == colour).all(axis=-1)) + np.array([34, 0])
    if not len(found) or found[:, 0].min() == 34 or found[:, 0].max() == 193:
        return None
    return tuple((found.min(axis=0) + found.max(axis=0)) / 2)


@pytest.fixture(scope="module")
def game():
    return atari_pong(render_mode="rgb_array")


def test_ball_and_paddles_are_where_the_screen_shows_them(game) -> None:
    rng = np.random.default_rng(0)
    game.reset(seed=0)
    errors = {"ball row": [], "ball column": [], "own": [], "other": []}
    for _ in range(400):
        observation, *_ = game.step(rng.integers(3))
        screen = game.render()
        if ball := middle_of(BALL, screen):
            errors["ball row"].append(observation[0] - ball[0])
            errors["ball column"].append(observation[BALL_COLUMN] - ball[1])
        if own := middle_of(OWN, screen):
            errors["own"].append(observation[2] - own[0])
        if other := middle_of(OTHER, screen):
            errors["other"].append(observation[3] - other[0])
    for name, found in errors.items():
        assert len(found) > 50, name
        assert abs(np.mean(found)) < 1.5 and np.percentile(np.abs(found), 95) < 4, name


def test_a_seed_is_a_game_and_up_is_up(game) -> None:
    def rows(action: int) -> list[float]:
        game.reset(seed=1)
        return [float(game.step(action)[0][2]) for _ in range(40)]

    assert rows(0) == rows(0)
    assert rows(1)[-1] < rows(0)[-1] < rows(2)[-1]


def test_a_tracker_is_rewarded_for_being_near_and_one_that_stays_loses(game) -> None:
    def returned(follow: bool) -> tuple[float, float]:
        observation, _ = game.reset(seed=1)
        total = 0.0
        for _ in range(400):
            below = observation[OFFSET]
            action = (2 if below > 4 else 1 if below < -4 else 0) if follow else 0
            observation, reward, *_, info = game.step(action)
            total += reward
        return total, info["score"]

    tracked, score = returned(True)
    stayed, lost = returned(False)
    assert stayed < 0 < tracked and lost < -5 <= score
    assert game.fixed_rule == (0,) and len(game.sensed) == 2
