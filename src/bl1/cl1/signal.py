"""Does the culture carry signal? How well its answers follow from the stimulation."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

N_FOLDS = 5
PENALTY = 10.0  # of standardised weights: as if ten more steps had shown nothing


def held_out_r2(
    asked: NDArray[np.float64], answered: NDArray[np.float64], lag: int = 0
) -> NDArray[np.float64]:
    """Share of each answer's variance that stimulation explains, in steps that were left out.

    Ridge regression of answers on what was asked `lag` steps before; each fifth of the steps, in
    one block since neighbours are alike, is predicted from the other four::

        R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²,   ȳ being the mean of the other blocks

    0 is what the mean does; below it, the regression learned what does not hold.

    Args:
        asked: (steps, numbers) of the stimulation.
        answered: (steps, groups).
        lag: from a stimulation to the answer that it is looked for in.

    Returns:
        (groups,) NaN where an answer never changes, or there are fewer than 10 steps.

    Source: Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634; blocks: Roberts et al. 2017,
    doi:10.1111/ecog.02881.
    """
    x, y = asked[: len(asked) - lag], answered[lag:]
    n, n_groups = y.shape
    if n < 2 * N_FOLDS:
        return np.full(n_groups, np.nan)
    edges = np.linspace(0, n, N_FOLDS + 1).astype(int)
    unexplained, all_of_it = np.zeros(n_groups), np.zeros(n_groups)
    for first, last in pairwise(edges):
        known = np.r_[0:first, last:n]
        mean, spread = x[known].mean(axis=0), x[known].std(axis=0)
        spread[spread == 0] = 1.0
        z, mean_y = (x[known] - mean) / spread, y[known].mean(axis=0)
        weights = np.linalg.solve(z.T @ z + PENALTY * np.eye(z.shape[1]), z.T @ (y[known] - mean_y))
        predicted = (x[first:last] - mean) / spread @ weights + mean_y
        unexplained += ((y[first:last] - predicted) ** 2).sum(axis=0)
        all_of_it += ((y[first:last] - mean_y) ** 2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y.std(axis=0) > 0, 1 - unexplained / all_of_it, np.nan)


def shuffled_r2(
    asked: NDArray[np.float64], answered: NDArray[np.float64], seed: int = 0, n: int = 20
) -> NDArray[np.float64]:
    """The same at lag 0 with the answers in random order: what chance gives, (groups,) means."""
    rng = np.random.default_rng(seed)
    draws = [held_out_r2(asked, answered[rng.permutation(len(answered))]) for _ in range(n)]
    return np.asarray(np.mean(draws, axis=0))
