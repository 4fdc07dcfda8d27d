"""Atari Pong (extra `atari`), of which a culture is shown ball and paddle, read from the RAM.

The four bytes were held against the screen (210 × 160 pixels, the field between rows 34 and 194):
the ball's top is at row RAM[54] − 14 and its left edge at column RAM[49] − 49; the player's paddle,
16 rows high, begins at row RAM[51] − 13, the other's at RAM[50] − 15; each to a row or two, since
the RAM is read between two frames. A ball that is out of play has a row of 0.

The Arcade Learning Environment: Bellemare et al. 2013, doi:10.1613/jair.3912.
"""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from bl1.extras import needed
from bl1.games.gym import Sensed, SensedEnv, Transition

TOP, BOTTOM = 34.0, 194.0
PADDLE_COLUMN = 140.0
MOST_STEPS = 4000  # of a game; two paddles that never miss would play for ever
NEAR_ROWS = 40.0  # a ball that passes the paddle this far away is worth nothing any more
BALL_COLUMN, OFFSET = 1, 4  # places in the observation
STAY, UP, DOWN = 0, 2, 3  # of the console's actions


class PongFromRam(gymnasium.Wrapper[Any, Any, Any, Any]):
    """`ALE/Pong-v5` that is observed in pixels: the ball's row and column, the paddles' middles.

    Observation, float32 (5,): row and column of the ball (of its last place where it is out of
    play), row of the own paddle and of the other's, and how far the ball is below the own one.
    Actions: 0 stay, 1 up, 2 down.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        super().__init__(env)
        self.observation_space = spaces.Box(-300.0, 300.0, shape=(5,), dtype=np.float32)
        self.action_space = spaces.Discrete(3)
        self._ball = ((TOP + BOTTOM) / 2, 80.0)

    def reset(self, **given: Any) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin a game of 21 points."""
        ram, info = self.env.reset(**given)
        self._ball = ((TOP + BOTTOM) / 2, 80.0)
        return self._seen(ram), info

    def step(self, action: int) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Four frames with the stick held."""
        ram, reward, terminated, truncated, info = self.env.step((STAY, UP, DOWN)[action])
        return self._seen(ram), float(reward), terminated, truncated, info

    def _seen(self, ram: NDArray[np.uint8]) -> NDArray[np.float32]:
        if ram[54]:
            self._ball = (float(ram[54]) - 12.0, float(ram[49]) - 48.0)
        own, other = float(ram[51]) - 5.0, float(ram[50]) - 7.0
        return np.array((*self._ball, own, other, self._ball[0] - own), dtype=np.float32)


def atari_pong(render_mode: str | None = None) -> SensedEnv:
    """Atari Pong to 21 points: sensed is how far the ball is below the paddle, and its column.

    Reward: ±1 for a point, and where the ball passes the paddle's column, up to 1 for being near:
    1 − distance / 40 rows, not below 0. The fixed rule is a paddle that stays.
    """
    ale = needed("ale_py", "atari")
    ale.ALEInterface.setLoggerMode(ale.LoggerMode.Error)  # else it prints a banner
    gymnasium.register_envs(ale)
    env = gymnasium.make(
        "ALE/Pong-v5",
        obs_type="ram",
        frameskip=4,
        repeat_action_probability=0.0,
        max_episode_steps=MOST_STEPS,
        render_mode=render_mode,
    )
    return SensedEnv(
        PongFromRam(env),
        [
            Sensed("ball below the paddle", OFFSET, -80.0, 80.0),
            Sensed("column", BALL_COLUMN, 0, 160),
        ],
        reward=_worth,
        fixed_rule=(0,),
    )


def _worth(transition: Transition) -> float:
    """See `atari_pong`."""
    before, after = transition.before[BALL_COLUMN], transition.after[BALL_COLUMN]
    near = 0.0
    if before < PADDLE_COLUMN - 8 <= after:
        near = max(1.0 - abs(float(transition.after[OFFSET])) / NEAR_ROWS, 0.0)
    return transition.reward + near
