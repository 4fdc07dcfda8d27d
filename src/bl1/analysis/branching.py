"""Branching ratio: how many spikes a spike leads to, on average, one bin later.

Activity A(t), in spikes per bin, of a branching process with ratio m and external drive h obeys
⟨A(t+1) | A(t)⟩ = m A(t) + h. Regression of A(t+1) on A(t) gives m only if every unit is observed;
of a part of them it gives b·m with an unknown b < 1. Over k bins the slope is r_k = b·mᵏ, so that
the decay of r_k with k gives m whatever b is (Wilting & Priesemann 2018,
doi:10.1038/s41467-018-04725-4).
"""

import logging
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.analysis.binning import population_counts
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.extras import needed

FIT = "exponential with offset: r_k = |A| exp(−k·bin/τ) + O"
METHOD = f"multistep regression (mrestimator), {FIT}"
FEWEST_SPIKES = 500
LAGS_IN_RECORDING = 10  # a recording is at least so many times as long as the longest lag
LAGS_IN_SEGMENT = 5
FEWEST_SEGMENTS, MOST_SEGMENTS = 10, 50
REPLICAS = 200


@dataclass(frozen=True)
class BranchingRatio:
    """What multistep regression says of a population's activity.

    Attributes:
        branching_ratio: m = exp(−bin/τ); None if the data do not tell, see ``reason``.
        interval_95: bounds of m from resampled segments; None without m, or if the recording has
            fewer than ten segments of five times the longest lag.
        tau_ms: autocorrelation time τ (ms) of the activity.
        naive: slope of A(t+1) on A(t), biased under subsampling; None for constant activity.
        r_squared: share of the variance of the r_k that the fit explains (adjusted).
        bin_ms, max_lag_ms: width of a bin, and longest lag of the fit (ms).
        n_bins, n_spikes, n_segments: size of the sample.
        method: estimator, fitted function, and what the interval is of or would need.
        reason: why there is no branching ratio; None if there is one.
    """

    branching_ratio: float | None
    interval_95: tuple[float, float] | None
    tau_ms: float | None
    naive: float | None
    r_squared: float | None
    bin_ms: float
    max_lag_ms: float
    n_bins: int
    n_spikes: int
    n_segments: int
    method: str = METHOD
    reason: str | None = None


def naive_branching_ratio(spikes: SpikeTrain, *, bin_ms: float = 4.0) -> float | None:
    """Slope of the linear regression of A(t+1) on A(t), the activity in bins of ``bin_ms``.

    It is the branching ratio only where every unit is observed: see the module.

    Returns:
        The slope; None where activity never changes.
    """
    return _slope(population_counts(spikes, bin_ms))


def branching_ratio(
    spikes: SpikeTrain, *, bin_ms: float = 4.0, max_lag_ms: float = 1000.0, seed: int = 0
) -> BranchingRatio:
    """Branching ratio of the population by multistep regression, right under subsampling.

    Slopes r_k of A(t+k) on A(t), for lags from one bin to ``max_lag_ms``, are fitted by
    r_k = |A| exp(−k·bin/τ) + O; then m = exp(−bin/τ). The offset takes up changes of rate that are
    slow against ``max_lag_ms``. The interval comes from a bootstrap over segments of the
    recording. m belongs to its bin: at twice the width it is m².

    Args:
        spikes: of a culture or a recording, of all units or any part of them.
        bin_ms: width of a bin (ms); about the time from a spike to those that it causes.
        max_lag_ms: longest lag of the fit (ms); τ must be well within it.
        seed: of the bootstrap.

    Raises:
        Bl1Error: a width or lag that the spikes cannot have.

    Source: Wilting & Priesemann 2018, doi:10.1038/s41467-018-04725-4; estimator by Spitzner et al.
    2021, doi:10.1371/journal.pone.0249447.
    """
    has_a_bin = spikes.n_steps * spikes.dt_ms >= bin_ms
    counts = population_counts(spikes, bin_ms) if has_a_bin else np.empty(0)
    return branching_of_counts(counts, bin_ms, max_lag_ms=max_lag_ms, seed=seed)


def branching_of_counts(
    counts: ArrayLike, bin_ms: float, *, max_lag_ms: float = 1000.0, seed: int = 0
) -> BranchingRatio:
    """:func:`branching_ratio` of activity that is already counted.

    Args:
        counts: (bins,) spikes of the population in each bin.
        bin_ms: width of a bin (ms).
        max_lag_ms: longest lag of the fit (ms).
        seed: of the bootstrap.
    """
    activity = np.asarray(counts, np.float64)
    if activity.ndim != 1 or not np.all(np.isfinite(activity)) or np.any(activity < 0):
        raise Bl1Error(
            f"activity has shape {activity.shape}, expected one row of finite counts ≥ 0"
        )
    if not bin_ms > 0:
        raise Bl1Error(f"bin_ms is {bin_ms}, expected > 0")
    if not 5 * bin_ms <= max_lag_ms < float("inf"):
        raise Bl1Error(f"max_lag_ms is {max_lag_ms}, expected at least five bins of {bin_ms:g} ms")
    lags = int(max_lag_ms / bin_ms)
    n_bins, n_spikes = len(activity), int(activity.sum())
    segments = min(n_bins // (LAGS_IN_SEGMENT * lags), MOST_SEGMENTS)
    needed_s = FEWEST_SEGMENTS * LAGS_IN_SEGMENT * lags * bin_ms / 1000
    naive = _slope(activity)

    def nothing(reason: str) -> BranchingRatio:
        return BranchingRatio(
            None, None, None, naive, None, bin_ms, max_lag_ms, n_bins, n_spikes, 0, reason=reason
        )

    if n_bins < LAGS_IN_RECORDING * lags:
        needed_s = LAGS_IN_RECORDING * lags * bin_ms / 1000
        return nothing(f"not enough data: {n_bins * bin_ms / 1000:g} s, needs {needed_s:g} s")
    if n_spikes < FEWEST_SPIKES:
        return nothing(f"not enough data: {n_spikes} spikes, needs {FEWEST_SPIKES}")
    if naive is None:
        return nothing("activity never changes")

    slopes = _slopes(activity[np.newaxis], lags, bin_ms)
    # Slopes of independent counts are independent too, with variance 1/n_bins.
    if slopes.coefficients.sum() < 3.1 * np.sqrt(lags / n_bins):
        return nothing("activity has no memory: its correlations are those of independent spikes")
    height = abs(slopes.coefficients[0])
    starts = [(max_lag_ms * share, height, 0.0) for share in (0.01, 0.05, 0.2, 1.0)]
    fit = _fit(slopes, starts)
    if not np.isfinite(fit.tau) or not 0 < fit.tau < 2 * max_lag_ms:
        return nothing(f"correlations do not decay within {max_lag_ms:g} ms as an exponential does")
    if fit.tau < bin_ms / 3:
        return nothing(f"correlations end within a bin of {bin_ms:g} ms")

    interval, of_interval = None, f"no interval: it needs {needed_s:g} s"
    if segments >= FEWEST_SEGMENTS:
        of_interval = f"bootstrap over {segments} segments"
        trials = activity[: n_bins // segments * segments].reshape(segments, -1)
        replicas = _fit(_slopes(trials, lags, bin_ms, REPLICAS, seed), [fit.popt], REPLICAS)
        low, high = replicas.mrequantiles
        interval = float(low), float(high)
    return BranchingRatio(
        float(fit.mre),
        interval,
        float(fit.tau),
        naive,
        float(fit.rsquared),
        bin_ms,
        max_lag_ms,
        n_bins,
        n_spikes,
        segments if interval else 0,
        f"{METHOD}; {of_interval}",
    )


def _slope(counts: NDArray[Any]) -> float | None:
    now, later = counts[:-1].astype(np.float64), counts[1:].astype(np.float64)
    if len(now) < 2 or now.min() == now.max():
        return None
    now -= now.mean()
    return float(now @ later / (now @ now))


@cache
def _library() -> Any:
    """mrestimator, kept from writing logs and bars, and from silencing all others' bars."""
    logging.getLogger("mrestimator").setLevel(logging.CRITICAL)
    tqdm = needed("tqdm", "analysis").tqdm
    init = vars(tqdm)["__init__"]
    library = needed("mrestimator", "analysis")
    tqdm.__init__ = init
    sys.modules["mrestimator.fit"].tqdm = lambda items, **_: items  # type: ignore[attr-defined]
    return library


def _slopes(
    trials: NDArray[np.float64], lags: int, bin_ms: float, replicas: int = 0, seed: int = 0
) -> Any:
    """Slopes r_k for k = 1..lags, with resampled trials; NumPy's global generator is as before."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        return _library().coefficients(
            trials, method="sm", steps=(1, lags), dt=bin_ms, numboot=replicas, seed=seed
        )
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _fit(slopes: Any, starts: list[Any], replicas: int = 0) -> Any:
    with warnings.catch_warnings():  # curve_fit tries values that overflow, and drops them
        warnings.simplefilter("ignore")
        return _library().fit(
            slopes,
            fitfunc="exponential_offset",
            fitpars=np.array(starts),
            numboot=replicas,
            seed=None,
            quantiles=[0.025, 0.975],
        )
