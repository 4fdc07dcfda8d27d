r"""An aim-and-shoot game: a marine in the middle of a round arena, one enemy at a time.

The enemy appears at the edge, distance d = 1, at any bearing θ (degrees, positive to the right of
where the marine looks), and at every step comes nearer by .02 and strafes by up to 2° to the one or
the other side. The marine turns by 8° or fires one round, which

$$ \text{hits} \iff |\theta| \le \arctan(r / d), \qquad r = 0.1: $$

half of the angle under which the enemy is seen, 5.7° at the edge, 18° at d = .3. A hit is a kill,
and the next enemy appears. An enemy that comes within .1 bites, which costs a third of the health,
and makes way for the next. The episode ends with the health, the ammunition (25 rounds), or after
1,000 steps.
"""

from math import atan, degrees
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.games.episodic import EpisodicGame
from bl1.games.fovea import foveated

TURN_DEG = 8.0
MAX_STRAFE_DEG = 2.0
APPROACH = 0.02
ENEMY_RADIUS = 0.1
BITE_DISTANCE = 0.1
AMMUNITION = 25
HEALTH = 3
TIME_LIMIT_STEPS = 1000
MISS_COST = 0.5

TURN_LEFT, TURN_RIGHT, FIRE, WAIT = range(4)
FRAME_HEIGHT, FRAME_WIDTH = 120, 160
VIEW_DEG = 90.0  # what a frame shows of the circle
_FLOOR, _SKY, _ENEMY, _GUN, _FLASH = (
    (70, 58, 46),
    (32, 34, 48),
    (186, 64, 44),
    (150,) * 3,
    (255,) * 3,
)


class DoomArena(EpisodicGame):
    """The arena (see the module's text).

    Observation, float32 (4,): bearing in degrees, distance, ammunition, health.
    Action: 0 turn left, 1 turn right, 2 fire, 3 wait.
    Reward: 1 for a kill, −1 for a bite, −.5 for a round that misses.
    `info`: kills, shots, misses and bites of the episode so far, and the ammunition left.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 20}  # noqa: RUF012
    action_names = ("turn left", "turn right", "fire", "wait")
    fixed_rule = (TURN_RIGHT, FIRE)

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode not in (None, "rgb_array"):
            raise Bl1Error(f"render_mode is {render_mode!r}, expected rgb_array or None")
        self.render_mode = render_mode
        low = np.array([-180, 0, 0, 0], dtype=np.float32)
        high = np.array([180, 1, AMMUNITION, HEALTH], dtype=np.float32)
        self.observation_space = spaces.Box(low, high, dtype=np.float32)
        self.action_space = spaces.Discrete(len(self.action_names))
        self._ended = True
        self._bearing_deg = self._strafe_deg = 0.0
        self._distance = 1.0
        self._kills = self._shots = self._bites = self._steps = 0
        self._fired = False

    @property
    def sensed(self) -> tuple[float, ...]:
        """The enemy's bearing, finest in the middle (`bl1.games.fovea`), and its distance."""
        return foveated(self._bearing_deg, 180.0), self._distance

    @property
    def half_width_deg(self) -> float:
        """Half of the angle under which the enemy is seen now."""
        return degrees(atan(ENEMY_RADIUS / self._distance))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin an episode: the one of `seed`, or the next of the stream of random numbers."""
        super().reset(seed=seed)
        self._ended = self._fired = False
        self._kills = self._shots = self._bites = self._steps = 0
        self._appear()
        return self._observation(), self._counts()

    def step(
        self, action: np.int64 | int
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """The marine acts, then the enemy moves."""
        if self._ended:
            raise ResetNeeded("the episode is over or was never begun: call reset before step")
        reward = 0.0
        self._fired = action == FIRE
        if action == TURN_LEFT:
            self._turn(-TURN_DEG)
        elif action == TURN_RIGHT:
            self._turn(TURN_DEG)
        elif action == FIRE:
            reward = self._fire()
        self._bearing_deg = _wrapped(self._bearing_deg + self._strafe_deg)
        self._distance -= APPROACH
        if self._distance <= BITE_DISTANCE:
            self._bites += 1
            reward -= 1.0
            self._appear()
        self._steps += 1
        terminated = self._bites == HEALTH or self._shots == AMMUNITION
        truncated = not terminated and self._steps == TIME_LIMIT_STEPS
        self._ended = terminated or truncated
        return self._observation(), reward, terminated, truncated, self._counts()

    def _turn(self, by_deg: float) -> None:
        self._bearing_deg = _wrapped(self._bearing_deg - by_deg)

    def _fire(self) -> float:
        self._shots += 1
        if abs(self._bearing_deg) > self.half_width_deg:
            return -MISS_COST
        self._kills += 1
        self._appear()
        return 1.0

    def _appear(self) -> None:
        self._bearing_deg = float(self.np_random.uniform(-180.0, 180.0))
        self._strafe_deg = float(self.np_random.uniform(-MAX_STRAFE_DEG, MAX_STRAFE_DEG))
        self._distance = 1.0

    def _observation(self) -> NDArray[np.float32]:
        left, health = AMMUNITION - self._shots, HEALTH - self._bites
        return np.array((self._bearing_deg, self._distance, left, health), dtype=np.float32)

    def _counts(self) -> dict[str, Any]:
        return {
            "kills": self._kills,
            "shots": self._shots,
            "misses": self._shots - self._kills,
            "bites": self._bites,
            "ammunition": AMMUNITION - self._shots,
        }

    def render(self) -> NDArray[np.uint8] | None:
        """What the marine sees, 90° wide, uint8 (120, 160, 3); a compass below tells the rest."""
        if self.render_mode is None:
            return None
        frame = np.empty((FRAME_HEIGHT, FRAME_WIDTH, 3), dtype=np.uint8)
        horizon = FRAME_HEIGHT // 2
        frame[:horizon], frame[horizon:] = _SKY, _FLOOR
        column_deg = (np.arange(FRAME_WIDTH) + 0.5) / FRAME_WIDTH * VIEW_DEG - VIEW_DEG / 2
        half = self.half_width_deg
        height = round(half / VIEW_DEG * FRAME_WIDTH)
        body = np.abs(column_deg - self._bearing_deg) <= half
        frame[max(horizon - height, 0) : horizon + height, body] = _ENEMY
        compass = round((self._bearing_deg / 360.0 + 0.5) * (FRAME_WIDTH - 1))
        frame[-6:] = 0
        frame[-5:-1, max(compass - 2, 0) : compass + 3] = _ENEMY
        middle = FRAME_WIDTH // 2
        frame[horizon - 4 : horizon + 5, middle] = frame[horizon, middle - 4 : middle + 5] = _FLASH
        frame[-26:-6, middle - 5 : middle + 5] = _GUN
        if self._fired:
            frame[-36:-26, middle - 8 : middle + 8] = _FLASH
        return frame


def _wrapped(bearing_deg: float) -> float:
    """A bearing in [−180°, 180°)."""
    return (bearing_deg + 180.0) % 360.0 - 180.0
