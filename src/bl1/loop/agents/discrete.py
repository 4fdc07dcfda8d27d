"""What the loop asks of an agent that chooses one of several actions, and two that read nothing."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bl1.loop import draws


class DiscreteAgent(Protocol):
    """Chooses an action from a substrate's features, and hears what came of it."""

    def begin_episode(self) -> None:
        """What was done before has no bearing on the rewards to come."""

    def act(self, features: NDArray[np.float64]) -> int:
        """The number of the action to take."""

    def learn(self, reward: float, following: NDArray[np.float64] | None) -> None:
        """Hear the reward of the last action and the features after it; None where it ended all."""

    def frozen(self) -> "DiscreteAgent":
        """A copy that neither explores nor learns."""


class RandomActions:
    """Any action at each step, each as likely."""

    def __init__(self, seed: int, n_actions: int, steps: int = 0) -> None:
        self._seed, self._n_actions, self._steps = seed, n_actions, steps
        self._draws = draws.uniform(seed, "random actions")

    def begin_episode(self) -> None:
        """Nothing to forget."""

    def act(self, features: NDArray[np.float64]) -> int:
        """An action at random."""
        action = int(self._draws[self._steps] * self._n_actions)
        self._steps += 1
        return action

    def learn(self, reward: float, following: NDArray[np.float64] | None) -> None:
        """Nothing to learn."""

    def frozen(self) -> "RandomActions":
        """It has nothing to freeze: the same agent from its first action on."""
        return RandomActions(self._seed, self._n_actions)


class FixedRule:
    """The game's rule that reads nothing: its actions over and over, anew in each episode.

    Args:
        rule: the numbers of the actions.
    """

    def __init__(self, rule: Sequence[int]) -> None:
        self._rule = tuple(rule)
        self._step = 0

    def begin_episode(self) -> None:
        """Begin with the rule's first action."""
        self._step = 0

    def act(self, features: NDArray[np.float64]) -> int:
        """The rule's next action."""
        action = self._rule[self._step % len(self._rule)]
        self._step += 1
        return action

    def learn(self, reward: float, following: NDArray[np.float64] | None) -> None:
        """Nothing to learn."""

    def frozen(self) -> "FixedRule":
        """It is frozen as it is."""
        return FixedRule(self._rule)
