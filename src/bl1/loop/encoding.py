r"""How the culture is shown a value: place coding by a bump of stimulation over the bands.

A value y in [0, 1] becomes

$$ s_i = \exp\left(-\frac{(i - (n-1)\,y)^2}{2\,w^2}\right), \qquad i = 0 \ldots n-1, $$

with n = 16 bands and, as a rule, a width w of 1.5 bands. The bump is dimensionless; a substrate
scales it with its own amplitude of current.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

N_BANDS = 16
BUMP_WIDTH = 1.5
_RESOLUTION = 8192


def gaussian_bump(value: ArrayLike, width: float = BUMP_WIDTH) -> NDArray[np.float32]:
    """The bump for values in [0, 1] of any shape, at most 1, shape (..., 16)."""
    distance = np.arange(N_BANDS) - (N_BANDS - 1) * np.asarray(value, dtype=np.float64)[..., None]
    bump: NDArray[np.float32] = np.exp(-(distance**2) / (2 * width**2)).astype(np.float32)
    return bump


class BumpEncoder:
    """`gaussian_bump` from a table, since it is needed at every game step; zero for None.

    The value is rounded to 1/8192 of the field, which moves the bump by less than .001 bands. The
    arrays handed out are rows of the table, read-only and never written again.
    """

    def __init__(self, width: float = BUMP_WIDTH) -> None:
        self._rows = _table(width)

    def __call__(self, value: float | None) -> NDArray[np.float32]:
        """The bump for a value in [0, 1]; nothing for what cannot be seen."""
        return self._rows[-1 if value is None else int(value * _RESOLUTION + 0.5)]


@cache
def _table(width: float) -> list[NDArray[np.float32]]:
    table = gaussian_bump(np.arange(_RESOLUTION + 1) / _RESOLUTION, width)
    table = np.concatenate((table, np.zeros((1, N_BANDS), np.float32)))
    table.flags.writeable = False
    return list(table)
