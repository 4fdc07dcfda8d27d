"""Normalisation: what a cell's learning inputs weigh together stays as it is.

    w_i ← w_i S / Σ_j w_j

over all j that reach the same target. What one input gains the others lose, so that inputs compete
and a cell that is rewarded often does not take over (Malsburg 1973, doi:10.1007/BF00288907;
Fiete et al. 2010, doi:10.1016/j.neuron.2010.02.003).
"""

import numpy as np
from numpy.typing import NDArray


def normalise(
    weights: NDArray[np.float32], targets: NDArray[np.int64], total: NDArray[np.float64]
) -> None:
    """Scale weights, in place, so that those of each target sum to its total.

    Args:
        weights: (n,).
        targets: (n,) the cell that each reaches.
        total: of each cell; a cell without weight is left as it is.
    """
    sums = np.bincount(targets, weights, len(total))
    factor = np.divide(total, sums, out=np.ones_like(total), where=sums > 0)
    weights *= factor[targets].astype(np.float32)
