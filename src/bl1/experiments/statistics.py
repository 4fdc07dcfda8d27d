"""Statistics of an experiment: cultures are the sample, never what a culture did again and again.

A difference of each culture (later less earlier, or one condition less another of the same seed) is
tested against 0 by flipping signs: under the null hypothesis a difference is as likely as its
negative. All 2ⁿ flips are counted where they are at most 10,000, else as many random ones. The p is
two-sided. Its size is Hedges' g of paired samples,

    g = J · mean / SD,   J = 1 − 3/(4(n − 1) − 1)

(Hedges 1981, doi:10.3102/10769986006002107).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.measure import measured

RESAMPLES = 9999
FEWEST = 3  # cultures of a test or an interval


@dataclass(frozen=True)
class Difference:
    """What a sample of differences says.

    Attributes:
        mean: of them; None where they are too few.
        interval_95: bootstrap interval of the mean.
        g: Hedges' g; None where all are alike.
        p: two-sided, of the permutation test; not corrected.
        n: cultures.
    """

    mean: float | None
    interval_95: tuple[float, float] | None
    g: float | None
    p: float | None
    n: int


def mean_of(sample: Sequence[float]) -> Difference:
    """The mean of a sample with its interval, and no test."""
    values = np.array(sample, np.float64)
    found = measured("mean", values, np.mean, unit="", of="cultures", method="bootstrap", fewest=1)
    interval = found.interval_95 if len(values) >= FEWEST else None
    return Difference(found.value, interval, None, None, len(values))


def difference_of(differences: Sequence[float]) -> Difference:
    """Test whether differences of cultures are 0 on average; see the module."""
    found = mean_of(differences)
    n = found.n
    if n < FEWEST:
        return found
    values = np.array(differences, np.float64)
    deviation = values.std(ddof=1)
    g = float((1 - 3 / (4 * (n - 1) - 1)) * values.mean() / deviation) if deviation > 0 else None
    return Difference(found.mean, found.interval_95, g, _p_of(values), n)


def _p_of(differences: NDArray[np.float64]) -> float:
    from scipy.stats import permutation_test

    if not differences.any():
        return 1.0
    found = permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values corrected for their number (Holm 1979, jstor.org/stable/4615733); None stays."""
    there = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, i) in enumerate(there):
        largest = max(largest, min(1.0, (len(there) - rank) * p))
        corrected[i] = largest
    return corrected
