r"""A reflex: the paddle goes to the centre of mass of the response, and nothing is learned.

$$ \text{target} = \sum_i x_i\, \frac{i}{n-1} $$

This is the population vector of place-coded bands (Georgopoulos, Schwartz & Kettner 1986,
doi:10.1126/science.3749885), which whoever wired the stripes to the paddle would have given it.
A bump cut off at the edge of the field pulls its centre inwards: balls there are the ones missed.
"""

import numpy as np
from numpy.typing import NDArray

from bl1.loop.encoding import N_BANDS


class Reflex:
    """Reads the centre of mass of the features; holds still when nothing fires."""

    sigma = 0.0

    def __init__(self) -> None:
        self._weights = np.arange(N_BANDS) / (N_BANDS - 1)
        self._target = 0.5

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The heights of the bands, from 0 to 1."""
        return self._weights

    def act(self, features: NDArray[np.float64]) -> float:
        """The centre of mass, or where the paddle was last sent when nothing fired."""
        if features.any():
            self._target = float(self._weights @ features)
        return self._target

    def learn(self, reward: float) -> None:
        """A reflex does not learn."""

    def frozen(self) -> "Reflex":
        """A reflex is frozen as it is; the copy starts in the middle."""
        return Reflex()
