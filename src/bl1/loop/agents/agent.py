"""What the loop asks of an agent."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Agent(Protocol):
    """Chooses where the paddle should go from a substrate's features, and hears how good it was.

    Features and reward are all it is ever given: where the ball is, it must read or learn.
    """

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The readout's weights, shape (16,); None where there is no readout."""

    @property
    def sigma(self) -> float:
        """Standard deviation of the exploration now, in field heights; 0 where there is none."""

    def act(self, features: NDArray[np.float64]) -> float:
        """The height in [0, 1] to which the paddle should go."""

    def learn(self, reward: float) -> None:
        """Hear the reward, in [-1, 1], of the last action."""

    def frozen(self) -> "Agent":
        """A copy that neither explores nor learns."""
