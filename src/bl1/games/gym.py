"""Any Gymnasium environment with discrete actions, as a game that a culture can play.

game = SensedEnv(
    gymnasium.make("CartPole-v1"),
    [Sensed("angle", index=2, low=-0.21, high=0.21), ...],
    reward=lambda transition: -1.0 if transition.terminated else 0.0,
    fixed_rule=(0, 1),
)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.games.episodic import EpisodicGame


@dataclass(frozen=True)
class Sensed:
    """A value of the observation that the culture is shown, and the range that it sees of it.

    index: the place in the observation, flattened. Values beyond low or high are shown as these.
    """

    name: str
    index: int
    low: float
    high: float


@dataclass(frozen=True)
class Transition:
    """A step of the environment, for a function that says what it is worth."""

    before: NDArray[Any]
    action: int
    after: NDArray[Any]
    reward: float
    terminated: bool


class SensedEnv(EpisodicGame):
    """A Gymnasium environment, and what a culture senses of it.

    What the environment itself rewards is counted as `score` in `info`.

    Args:
        env: with discrete actions, and observations that are arrays of numbers.
        sensed: the values that are shown.
        reward: what a step is worth to the agent, of the order of 1; None for the environment's
            own reward.
        fixed_rule: actions to repeat, to compare a learner with; the first action by default.
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        sensed: Sequence[Sensed],
        reward: Callable[[Transition], float] | None = None,
        fixed_rule: Sequence[int] = (0,),
    ) -> None:
        actions, observed = env.action_space, env.observation_space
        if not isinstance(actions, spaces.Discrete) or actions.start != 0:
            raise Bl1Error(f"the environment's actions are {actions}, expected Discrete(n)")
        if not isinstance(observed, spaces.Box):
            raise Bl1Error(f"the environment's observations are {observed}, expected a Box")
        size = int(np.prod(observed.shape))
        for value in sensed:
            if not 0 <= value.index < size:
                raise Bl1Error(
                    f"{value.name} has index {value.index}, expected one from 0 to {size - 1}"
                )
            if not value.low < value.high:
                raise Bl1Error(f"{value.name} has low {value.low} and high {value.high}, expected "
                               "low < high")  # fmt: skip
        if not sensed:
            raise Bl1Error("nothing is sensed, expected at least one value of the observation")
        self.env = env
        self.action_space = actions
        self.observation_space = observed
        self.metadata = env.metadata
        self.render_mode = env.render_mode
        self.action_names = tuple(map(str, range(int(actions.n))))
        self.fixed_rule = tuple(fixed_rule)
        self._values = tuple(sensed)
        self._reward = reward
        self._observation: NDArray[Any] = np.zeros(observed.shape, observed.dtype)
        self._score = 0.0

    @property
    def sensed(self) -> tuple[float, ...]:
        """The values, each from 0 at its low end to 1 at its high one."""
        flat = self._observation.ravel()
        shares = ((float(flat[v.index]) - v.low) / (v.high - v.low) for v in self._values)
        return tuple(min(max(share, 0.0), 1.0) for share in shares)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode of the environment."""
        super().reset(seed=seed)
        self._observation, _ = self.env.reset(seed=seed, options=options)
        self._score = 0.0
        return self._observation, {"score": 0.0}

    def step(self, action: np.int64 | int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One step of the environment."""
        before = self._observation
        after, reward, terminated, truncated, _ = self.env.step(action)
        self._observation = after
        self._score += float(reward)
        worth = float(reward)
        if self._reward is not None:
            worth = self._reward(Transition(before, int(action), after, worth, terminated))
        return after, worth, terminated, truncated, {"score": self._score}

    def render(self) -> Any:
        """What the environment draws."""
        return self.env.render()

    def close(self) -> None:
        """Close the environment."""
        self.env.close()
