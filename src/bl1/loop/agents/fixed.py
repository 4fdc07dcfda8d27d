"""Agents that read nothing: the floor on which every other hit rate stands."""

import numpy as np
from numpy.typing import NDArray

from bl1.loop import draws


class StaticPaddle:
    """A paddle that waits in the middle."""

    weights: NDArray[np.float64] | None = None
    sigma = 0.0

    def act(self, features: NDArray[np.float64]) -> float:
        """The middle of the field."""
        return 0.5

    def learn(self, reward: float) -> None:
        """Nothing to learn."""

    def frozen(self) -> "StaticPaddle":
        """It is frozen as it is."""
        return self


class RandomPaddle:
    """A paddle that wants to be somewhere else at each step, uniformly over the field."""

    weights: NDArray[np.float64] | None = None
    sigma = 0.0

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._targets = draws.uniform(seed, "random paddle")
        self._step = 0

    def act(self, features: NDArray[np.float64]) -> float:
        """A height uniform over the field."""
        target = self._targets[self._step]
        self._step += 1
        return target

    def learn(self, reward: float) -> None:
        """Nothing to learn."""

    def frozen(self) -> "RandomPaddle":
        """It has nothing to freeze: the same paddle from its first step on."""
        return RandomPaddle(self._seed)
