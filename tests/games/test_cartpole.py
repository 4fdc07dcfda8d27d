"""CartPole: Gymnasium's own, drawn where the state says."""

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from bl1.errors import Bl1Error
from bl1.games.cartpole import _CART, _POLE, FRAME_WIDTH, CartPole


def test_gymnasium_finds_nothing_wrong() -> None:
    check_env(CartPole(), skip_render_check=True)


def columns(frame: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.nonzero((frame == colour).all(axis=2))[1]


def test_cart_and_pole_are_where_they_are() -> None:
    game = CartPole("rgb_array")
    for position, angle in ((0.0, 0.0), (1.2, 0.2), (-1.2, -0.2)):
        game.reset(seed=0)
        game._observation = np.array([position, 0.0, angle, 0.0], dtype=np.float32)
        frame = game.render()
        assert frame is not None and frame.dtype == np.uint8
        middle = FRAME_WIDTH * (position / 4.8 + 0.5)
        assert columns(frame, _CART).mean() == pytest.approx(middle, abs=2)
        pole = (frame == _POLE).all(axis=2)
        top = np.nonzero(pole)[0].min()
        leaning = np.flatnonzero(pole[top]).mean() - middle
        assert leaning == pytest.approx(FRAME_WIDTH / 4.8 * np.sin(angle), abs=2)


def test_it_is_drawn_only_where_that_was_asked_for() -> None:
    assert CartPole().render() is None
    with pytest.raises(Bl1Error, match="render_mode is 'human', expected rgb_array or None"):
        CartPole("human")
