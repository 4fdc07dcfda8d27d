"""CartPole-v1, of which a culture is shown all four values: keep a pole upright on a cart.

Barto, Sutton & Anderson 1983, doi:10.1109/TSMC.1983.6313077; 500 steps at most.
"""

import gymnasium
import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.games.gym import Sensed, SensedEnv, Transition

POSITION, ANGLE = 0, 2  # places in the observation
EDGE_M = 2.4  # where the track ends, and the episode
POLE_M = 1.0
CART_M, POLE_WIDTH_M = (0.5, 0.3), 0.1  # as they are drawn, which bears on nothing
FRAME_HEIGHT, FRAME_WIDTH = 80, 160
_SKY, _TRACK, _CART, _POLE = (22, 26, 34), (120, 128, 140), (88, 150, 214), (232, 182, 84)


class CartPole(SensedEnv):
    """The environment of Gymnasium, drawn here, since its own drawing needs pygame.

    Reward: −1 where the pole falls or the cart leaves the track, 0 before. Actions: 0 push to the
    left, 1 push to the right. The fixed rule does both in turn. `info`: `score`, the steps so far.
    """

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode not in (None, "rgb_array"):
            raise Bl1Error(f"render_mode is {render_mode!r}, expected rgb_array or None")
        super().__init__(
            gymnasium.make("CartPole-v1"),
            [
                Sensed("position (m)", POSITION, -EDGE_M, EDGE_M),
                Sensed("velocity (m/s)", 1, -2.0, 2.0),
                Sensed("angle (rad)", ANGLE, -0.21, 0.21),
                Sensed("spin (rad/s)", 3, -2.0, 2.0),
            ],
            reward=_worth,
            fixed_rule=(0, 1),
        )
        self.render_mode = render_mode
        self.action_names = ("push left", "push right")

    def render(self) -> NDArray[np.uint8] | None:
        """Track, cart and pole from the side, uint8 (80, 160, 3)."""
        if self.render_mode is None:
            return None
        position, angle = (float(self._observation[place]) for place in (POSITION, ANGLE))
        per_m = FRAME_WIDTH / (2 * EDGE_M)
        rows = np.arange(FRAME_HEIGHT, dtype=np.float32)[:, None]
        columns = np.arange(FRAME_WIDTH, dtype=np.float32)
        x = (columns + 0.5 - FRAME_WIDTH / 2) / per_m - position  # in metres from the cart's axle,
        y = (0.85 * FRAME_HEIGHT - rows - 0.5) / per_m  # upwards from the track
        width, height = CART_M
        frame = np.full((FRAME_HEIGHT, FRAME_WIDTH, 3), _SKY, dtype=np.uint8)
        frame[np.abs(y[:, 0]) <= 0.02] = _TRACK
        frame[(np.abs(x) <= width / 2) & (y >= 0.0) & (y <= height)] = _CART
        sine, cosine = float(np.sin(angle)), float(np.cos(angle))
        along = x * sine + (y - height) * cosine
        across = x * cosine - (y - height) * sine
        frame[(along >= 0.0) & (along <= POLE_M) & (np.abs(across) <= POLE_WIDTH_M / 2)] = _POLE
        return frame


def _worth(transition: Transition) -> float:
    return -1.0 if transition.terminated else 0.0
