"""Measure: a number with all that it takes to trust it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 500


@dataclass(frozen=True)
class Measure:
    """One statistic of a recording.

    Attributes:
        name: what it is, in words that a table can show.
        value: the number; None if there are not enough data, see ``reason``.
        unit: its unit, "" for a pure number.
        interval_95: bounds of its 95 % confidence interval; None where it has none.
        n: sample size.
        of: what the sample is of ("bursts", "electrodes", ...).
        method: how it was measured.
        reason: why there is no value; None if there is one.
    """

    name: str
    value: float | None
    unit: str
    interval_95: tuple[float, float] | None
    n: int
    of: str
    method: str
    reason: str | None = None


def measured(
    name: str,
    sample: NDArray[np.floating],
    statistic: Callable[..., NDArray[np.floating]],
    *,
    unit: str,
    of: str,
    method: str,
    fewest: int,
    seed: int = 0,
) -> Measure:
    """A statistic of a sample, with a bootstrap interval (percentiles of 500 resamples).

    Where some resample has no such statistic (a share of nothing, say), there is no interval.

    Args:
        sample: (n,) independent values.
        statistic: of NumPy's kind: takes ``axis``.
        fewest: with fewer values there is no number, but a reason.
        seed: of the resamples.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.
    """
    n = len(sample)
    if n < fewest:
        reason = f"not enough data: {n} {of}, needs {fewest}"
        return Measure(name, None, unit, None, n, of, method, reason)
    rng = np.random.default_rng(seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        resampled = [statistic(sample[rng.integers(0, n, n)], axis=0) for _ in range(RESAMPLES)]
    interval = None
    if np.all(np.isfinite(resampled)):
        low, high = np.percentile(resampled, (2.5, 97.5))
        interval = float(low), float(high)
    return Measure(name, float(statistic(sample, axis=0)), unit, interval, n, of, method)
