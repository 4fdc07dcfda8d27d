"""What the loop asks of a game beyond being a Gymnasium environment."""

from abc import abstractmethod

import gymnasium
import numpy as np
from numpy.typing import NDArray


class Game(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """A Gymnasium environment with a continuous action that also says what it shows the culture.

    Two conventions join it to a `bl1.loop.session.Session`. The `info` of a step holds `"hit"`
    (a bool) when, and only when, a ball arrived in that step. `reset` with a seed starts the
    seed's sequence of balls, at the first or at `options={"first_ball": index}`; without a seed it
    goes on with the next ball.
    """

    @property
    @abstractmethod
    def sensed(self) -> tuple[float | None, ...]:
        """The values in [0, 1] that the culture is shown now; None for what cannot be seen."""
