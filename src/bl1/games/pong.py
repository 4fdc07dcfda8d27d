r"""Pong against a wall: one ball, one paddle, the field [0, 1]².

The ball is served from the plane x = 0 at an angle θ ~ U(−45°, 45°), flies .03 a game step and is
reflected at y = 0 and y = 1. Where it crosses x = 1, with y interpolated to the plane, it is

$$ \text{hit} \iff |y - y_\text{paddle}| \le h/2, \qquad h = 0.2. $$

After a hit the next ball is served at once; a miss ends the episode, so an episode is a rally.

The action is the height to which the paddle should go. A `teleport` paddle is there at once; a
`steady` one moves by .03 a game step, the speed of the ball; an `inertial` one follows as a damped
spring with a speed limit,

$$ v \leftarrow \mathrm{clip}(0.6\,v + 0.5\,(\text{target} - y_\text{paddle}),\ \pm 0.08). $$

Behind a curtain, x ≥ 1/2, the ball cannot be seen. What a step is worth is one of `REWARDS`:

    distance   1 − 2·|paddle − ball|, at every step
    aim        max(0, 1 − 0.3·|target − ball|), in bands of 1/15, at every step (Wunderlich et al.
               2019, doi:10.3389/fnins.2019.00260)
    arrival    1 − 2·|paddle − ball| as the ball arrives, 0 before
    outcome    1 for a hit, −1 for a miss, 0 before

Serves are a function of the seed and the number of the ball alone, whatever the player did before,
so that every agent and every control meets the same balls.
"""

from math import cos, isnan, pi, sin
from typing import Any, Literal, get_args

import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.games.game import Game

PADDLE_HEIGHT = 0.2
BALL_SPEED = 0.03
STEADY_SPEED = 0.03
CURTAIN_X = 0.5
AIM_BANDS = 15
AIM_SLOPE = 0.3  # of the reward, a band
MAX_SERVE_ANGLE = pi / 4
SPRING = 0.5
VELOCITY_RETENTION = 0.6
MAX_PADDLE_SPEED = 0.08
FRAME_SIDE = 240  # pixels of a picture
PADDLE_WIDTH = 5  # of them
BALL_RADIUS = 0.018  # of the field, in a picture; it plays no part in the game

Paddle = Literal["teleport", "steady", "inertial"]
Serve = Literal["centre", "uniform"]
Reward = Literal["distance", "aim", "arrival", "outcome"]
Sense = Literal["height", "offset"]
PADDLES: tuple[Paddle, ...] = get_args(Paddle)
SERVES: tuple[Serve, ...] = get_args(Serve)
REWARDS: tuple[Reward, ...] = get_args(Reward)
SPARSE_REWARDS: tuple[Reward, ...] = ("arrival", "outcome")  # 0 while the ball flies

_MASK_64 = (1 << 64) - 1
_FIELD, _HIDDEN, _PADDLE, _BALL = (30, 42, 60), (10, 14, 20), (86, 180, 233), (240, 228, 66)


def serve_fractions(seed: int, ball_index: int) -> tuple[float, float]:
    """Two numbers, uniform in [0, 1), that decide height and angle of a serve.

    Two outputs of SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195), whose state
    is the hashed seed plus the position in the sequence of balls.
    """
    state = _split_mix(seed & _MASK_64) + 2 * ball_index
    return _split_mix(state & _MASK_64) / 2.0**64, _split_mix((state + 1) & _MASK_64) / 2.0**64


def _split_mix(state: int) -> int:
    z = ((state + 1) * 0x9E3779B97F4A7C15) & _MASK_64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK_64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return z ^ (z >> 31)


class Pong(Game):
    """Pong against a wall (see the module's text).

    Observation, float32 (5,): ball x, ball y, velocity x, velocity y (field a step), paddle y.
    Action, float32 (1,): the wanted height of the paddle in [0, 1]; values outside are clipped.
    Reward: in [−1, 1], see the module's text.
    `info`: empty, or in the step of a ball's arrival `{"hit": bool, "ball": its index}`.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 50}  # noqa: RUF012

    def __init__(
        self,
        paddle: Paddle = "teleport",
        serve: Serve = "centre",
        reward: Reward = "distance",
        curtain: bool = False,
        sense: Sense = "height",
        ball_speed: float = BALL_SPEED,
        render_mode: str | None = None,
    ) -> None:
        _check("paddle", paddle, PADDLES)
        _check("serve", serve, SERVES)
        _check("reward", reward, REWARDS)
        _check("sense", sense, get_args(Sense))
        if not 0.0 < ball_speed <= 0.5:
            raise Bl1Error(f"ball_speed is {ball_speed}, expected a number > 0 and <= 0.5")
        if render_mode not in (None, "rgb_array"):
            raise Bl1Error(f"render_mode is {render_mode!r}, expected rgb_array or None")
        self.render_mode = render_mode
        self.paddle: Paddle = paddle
        self.serve: Serve = serve
        self.reward: Reward = reward
        self.curtain = curtain
        self.sense: Sense = sense
        self.ball_speed = ball_speed
        low = np.array([0, 0, 0, -ball_speed, 0], dtype=np.float32)
        high = np.array([1, 1, ball_speed, ball_speed, 1], dtype=np.float32)
        self.observation_space = spaces.Box(low, high, dtype=np.float32)
        self.action_space = spaces.Box(0.0, 1.0, shape=(1,), dtype=np.float32)
        self._serve_seed: int | None = None
        self._balls_served = 0
        self._in_play = False
        self._x = self._y = self._vx = self._vy = 0.0
        self._paddle_y = 0.5
        self._paddle_v = 0.0

    @property
    def sensed(self) -> tuple[float | None]:
        """All that the culture is shown: where the ball is, None behind the curtain.

        That is its height; or, where `sense` is "offset", how far it is above the paddle, from 0
        (a field below) through 1/2 to 1 (a field above).
        """
        if self.curtain and self._x >= CURTAIN_X:
            return (None,)
        return (self._y if self.sense == "height" else 0.5 + (self._y - self._paddle_y) / 2,)

    @property
    def ball(self) -> tuple[float, float]:
        """Where the ball is, (x, y)."""
        return self._x, self._y

    @property
    def paddle_y(self) -> float:
        """The height of the paddle's middle."""
        return self._paddle_y

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Serve a ball: the first one of `seed`, or the next one where no seed is given.

        With a seed the paddle starts in the middle; without one it stays where it is. The option
        `first_ball` starts the seed's sequence at another ball.
        """
        super().reset(seed=seed)
        if seed is not None:
            self._serve_seed = seed
        elif self._serve_seed is None:
            self._serve_seed = int(self.np_random.integers(2**63))
            seed = self._serve_seed
        if seed is not None:
            self._balls_served = (options or {}).get("first_ball", 0)
            self._paddle_y = 0.5
            self._paddle_v = 0.0
        self._serve_ball()
        return self._observation(), {}

    def step(
        self, action: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Move the paddle, then the ball."""
        if not self._in_play:
            raise ResetNeeded("the ball was missed or never served: call reset before step")
        target = _height(float(action[0]))
        bands_off = abs(round(AIM_BANDS * target) - round(AIM_BANDS * self._y))
        self._move_paddle(target)
        x = self._x + self._vx
        if x < 1.0:
            self._x = x
            self._y, self._vy = _reflect(self._y + self._vy, self._vy)
            return self._observation(), self._reward(bands_off), False, False, {}

        part_of_step = (1.0 - self._x) / self._vx
        self._x = 1.0
        self._y, self._vy = _reflect(self._y + part_of_step * self._vy, self._vy)
        hit = abs(self._paddle_y - self._y) <= PADDLE_HEIGHT / 2
        reward = self._reward(bands_off, hit)
        info = {"hit": hit, "ball": self._balls_served - 1}
        if hit:
            self._serve_ball()
        else:
            self._in_play = False
        return self._observation(), reward, not hit, False, info

    def render(self) -> NDArray[np.uint8] | None:
        """The field, uint8 (240, 240, 3): x to the right, y upwards, the curtain darker."""
        if self.render_mode is None:
            return None
        frame = np.full((FRAME_SIDE, FRAME_SIDE, 3), _FIELD, dtype=np.uint8)
        if self.curtain:
            frame[:, round(CURTAIN_X * FRAME_SIDE) :] = _HIDDEN
        places = (np.arange(FRAME_SIDE) + 0.5) / FRAME_SIDE
        y = 1.0 - places
        frame[np.abs(y - self._paddle_y) <= PADDLE_HEIGHT / 2, -PADDLE_WIDTH:] = _PADDLE
        from_ball = np.hypot(y[:, None] - self._y, places[None, :] - self._x)
        frame[from_ball <= BALL_RADIUS] = _BALL
        return frame

    def _reward(self, bands_off: int, hit: bool | None = None) -> float:
        """What a step is worth; ``hit`` is None while the ball flies."""
        if self.reward == "aim":
            return max(0.0, 1.0 - AIM_SLOPE * bands_off)
        if self.reward == "distance" or (self.reward == "arrival" and hit is not None):
            return 1.0 - 2.0 * abs(self._paddle_y - self._y)
        if self.reward == "arrival" or hit is None:
            return 0.0
        return 1.0 if hit else -1.0

    def _move_paddle(self, target: float) -> None:
        if self.paddle == "teleport":
            self._paddle_y = target
            return
        if self.paddle == "steady":
            self._paddle_y += min(max(target - self._paddle_y, -STEADY_SPEED), STEADY_SPEED)
            return
        v = VELOCITY_RETENTION * self._paddle_v + SPRING * (target - self._paddle_y)
        self._paddle_v = v = min(max(v, -MAX_PADDLE_SPEED), MAX_PADDLE_SPEED)
        self._paddle_y = min(max(self._paddle_y + v, 0.0), 1.0)

    def _serve_ball(self) -> None:
        assert self._serve_seed is not None
        height, angle = serve_fractions(self._serve_seed, self._balls_served)
        angle = (2.0 * angle - 1.0) * MAX_SERVE_ANGLE
        self._x = 0.0
        self._y = 0.5 if self.serve == "centre" else height
        self._vx = self.ball_speed * cos(angle)
        self._vy = self.ball_speed * sin(angle)
        self._balls_served += 1
        self._in_play = True

    def _observation(self) -> NDArray[np.float32]:
        return np.array((self._x, self._y, self._vx, self._vy, self._paddle_y), dtype=np.float32)


def _reflect(y: float, vy: float) -> tuple[float, float]:
    """Fold a height back into [0, 1]; a step is far shorter than the field, so once is enough."""
    if y < 0.0:
        return -y, -vy
    if y > 1.0:
        return 2.0 - y, -vy
    return y, vy


def _height(target: float) -> float:
    """An action as a height within the field."""
    if isnan(target):
        raise Bl1Error("the action is NaN, expected a height of the paddle in [0, 1]")
    return min(max(target, 0.0), 1.0)


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Bl1Error(f"{name} is {value!r}, expected one of {', '.join(known)}")
