"""What the loop asks of a game of episodes beyond being a Gymnasium environment."""

from abc import abstractmethod
from typing import Any

import gymnasium
import numpy as np


class EpisodicGame(gymnasium.Env[Any, np.int64]):
    """A Gymnasium environment with discrete actions that says what it shows the culture.

    Its `info` holds what the game counts of the episode so far, numbers by name (kills, shots,
    ammunition); after the last step they are what an `EpisodeLog` keeps. `reset` with a seed starts
    the episode of that seed, the same one each time, whatever was played before.

    Attributes:
        action_names: what the actions do, in their order.
        fixed_rule: actions to repeat for ever: the best rule known that reads nothing.
        frames_per_step: frames of the game, drawn or not, for which an action is held.
    """

    action_names: tuple[str, ...]
    fixed_rule: tuple[int, ...]
    frames_per_step: int = 1

    @property
    @abstractmethod
    def sensed(self) -> tuple[float, ...]:
        """The values in [0, 1] that the culture is shown now, as many at every step."""
