"""Correlation of units in time: correlograms, spike-time tiling, and synchrony of a population."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.binning import bins_of
from bl1.analysis.surrogates import jittered, normal_tail, pooled_probability
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

Measure = Callable[[SpikeTrain], NDArray[np.float64]]


class Correlogram(NamedTuple):
    """Cross-correlogram of two units.

    Attributes:
        lags_ms: (lags,) time by which the second unit comes after the first (ms).
        counts: (lags,) pairs of spikes at each lag.
        coefficients: (lags,) the same as a correlation, see :func:`cross_correlogram`; NaN where a
            unit is silent or never is.
    """

    lags_ms: NDArray[np.float64]
    counts: NDArray[np.int64]
    coefficients: NDArray[np.float64]


@dataclass(frozen=True)
class Significance:
    """A measure of all pairs, and the same of trains whose fine timing is lost.

    Attributes:
        values: (units, units) the measure.
        chance: (units, units) mean of the surrogates.
        p: (units, units) probability of so much or more by chance; NaN on the diagonal and where
            there is no value.
        significant: (units, units) discoveries at the rate ``false_discovery``.
        n_surrogates, window_ms, false_discovery: how they were found.
        method: of the test.
    """

    values: NDArray[np.float64]
    chance: NDArray[np.float64]
    p: NDArray[np.float64]
    significant: NDArray[np.bool_]
    n_surrogates: int
    window_ms: float
    false_discovery: float
    method: str = "interval jitter, normal tails ranked among those of all surrogates"

    @property
    def weights(self) -> NDArray[np.float64]:
        """(units, units) values of the significant pairs, 0 elsewhere: a graph."""
        return np.where(self.significant, self.values, 0.0)


@dataclass(frozen=True)
class Synchrony:
    """How much the units of a population fire together.

    Attributes:
        fano_factor: variance over mean of the population's spikes per bin; 1 for independent
            Poisson units.
        unit_fano_factor: the same of single units, averaged.
        mean_correlation: mean Pearson correlation of the counts of all pairs.
        chi: √(variance of the mean unit / mean variance of a unit), from 1/√units for independent
            units to 1 for identical ones.
        n_units: units with spikes; the others are left out.
        n_bins, n_spikes, bin_ms: size of the sample and width of a bin.
        method: of the counts.
        reason: why there are no numbers; None if there are.
    """

    fano_factor: float | None
    unit_fano_factor: float | None
    mean_correlation: float | None
    chi: float | None
    n_units: int
    n_bins: int
    n_spikes: int
    bin_ms: float
    method: str = "spikes in bins, of units that fire"
    reason: str | None = None


def cross_correlogram(
    spikes: SpikeTrain, first: int, second: int, *, bin_ms: float = 1.0, max_lag_ms: float = 100.0
) -> Correlogram:
    """Cross-correlogram of two units, counted in bins.

    With counts x and y in N bins, and c(τ) = Σ_t x(t) y(t + τ), the coefficient is
    (c(τ)/N − x̄ȳ) / (σ_x σ_y): Pearson's at lag 0, near 0 at any lag for independent units.

    Args:
        spikes: of a culture or a recording.
        first, second: the units; the same one twice gives the auto-correlogram.
        bin_ms: width of a bin (ms).
        max_lag_ms: longest lag (ms), in both directions.

    Raises:
        Bl1Error: a unit that does not exist, or a bin or lag that the spikes cannot have.
    """
    for unit in (first, second):
        if not 0 <= unit < spikes.n_units:
            raise Bl1Error(f"unit {unit} does not exist, expected 0 to {spikes.n_units - 1}")
    bins, n_bins = bins_of(spikes, bin_ms)
    longest = int(max_lag_ms / bin_ms + 1e-9) if math.isfinite(max_lag_ms) else n_bins
    if not 0 <= longest < n_bins:
        raise Bl1Error(f"max_lag_ms is {max_lag_ms}, expected 0 to less than the train's length")
    kept = bins < n_bins
    x, y = (bins[kept & (spikes.ids == unit)] for unit in (first, second))
    begins = np.searchsorted(y, x - longest)
    n_near = np.searchsorted(y, x + longest, side="right") - begins
    place = np.arange(n_near.sum()) - np.repeat(np.cumsum(n_near) - n_near, n_near)
    lags = y[np.repeat(begins, n_near) + place] - np.repeat(x, n_near)
    counts = np.bincount(lags + longest, minlength=2 * longest + 1)
    spreads = [
        math.sqrt(max((np.bincount(unit) ** 2).sum() / n_bins - (len(unit) / n_bins) ** 2, 0.0))
        for unit in (x, y)
    ]
    scale = spreads[0] * spreads[1]
    means = len(x) * len(y) / n_bins**2
    coefficients = (counts / n_bins - means) / scale if scale else np.full(len(counts), np.nan)
    lags_ms = np.arange(-longest, longest + 1, dtype=np.float64) * bin_ms
    return Correlogram(lags_ms, counts, coefficients)


def correlation_matrix(spikes: SpikeTrain, *, bin_ms: float = 5.0) -> NDArray[np.float64]:
    """(units, units) Pearson correlation of the spike counts of each pair; NaN for silent units."""
    _, covariances, _ = _moments(spikes, bin_ms)
    spreads = np.sqrt(np.diag(covariances))
    spreads[spreads == 0] = np.nan
    correlations: NDArray[np.float64] = covariances / np.outer(spreads, spreads)
    return correlations


def spike_time_tiling(spikes: SpikeTrain, *, window_ms: float = 50.0) -> NDArray[np.float64]:
    """Spike time tiling coefficient of each pair: correlation that does not grow with rates.

    STTC = ½ [(P_A − T_B)/(1 − P_A·T_B) + (P_B − T_A)/(1 − P_B·T_A)], where P_A is the share of
    A's spikes within ± ``window_ms`` of a spike of B, and T_A the share of the recording within ±
    ``window_ms`` of a spike of A.

    Args:
        spikes: of a culture or a recording.
        window_ms: Δt (ms).

    Returns:
        (units, units) from −1 to 1, symmetric, 1 on the diagonal; NaN for silent units.

    Raises:
        Bl1Error: the window is not above 0.

    Source: Cutts & Eglen 2014, doi:10.1523/JNEUROSCI.2767-14.2014.
    """
    if not 0 < window_ms < float("inf"):
        raise Bl1Error(f"window_ms is {window_ms}, expected > 0")
    n_units, reach = spikes.n_units, window_ms / spikes.dt_ms
    n_spikes = np.bincount(spikes.ids, minlength=n_units).astype(np.float64)
    n_spikes[n_spikes == 0] = np.nan
    tiled, near = np.full(n_units, np.nan), np.full((n_units, n_units), np.nan)
    for unit in np.unique(spikes.ids):
        own = spikes.steps[spikes.ids == unit]
        gaps = np.minimum(np.diff(own), 2 * reach).sum()
        ends = min(own[0], reach) + min(spikes.n_steps - own[-1], reach)
        tiled[unit] = (gaps + ends) / spikes.n_steps
        after = np.searchsorted(own, spikes.steps)
        to_next = np.abs(own[np.minimum(after, len(own) - 1)] - spikes.steps)
        to_last = np.abs(spikes.steps - own[np.maximum(after - 1, 0)])
        close = np.minimum(to_next, to_last) <= reach
        near[:, unit] = np.bincount(spikes.ids[close], minlength=n_units) / n_spikes
    overlap = near * tiled
    halves = np.ones_like(near)  # the limit where all spikes are near and all time is tiled
    np.divide(near - tiled, 1 - overlap, out=halves, where=overlap != 1)
    return (halves + halves.T) / 2


def significance(
    spikes: SpikeTrain,
    measure: Measure,
    *,
    seed: int,
    window_ms: float = 100.0,
    n_surrogates: int = 50,
    false_discovery: float = 0.05,
) -> Significance:
    """Which pairs have more of a measure than their rates, slower than ``window_ms``, explain.

    Args:
        spikes: of a culture or a recording.
        measure: of a train, a (units, units) matrix: ``correlation_matrix``,
            ``spike_time_tiling``, or a ``functools.partial`` of one.
        seed: of the surrogates.
        window_ms: within which spikes are jittered (ms); wider than what the measure looks at.
        n_surrogates: at least 10.
        false_discovery: expected share of false pairs among the significant ones.

    Raises:
        Bl1Error: a number out of its range.
    """
    from scipy.stats import false_discovery_control

    if n_surrogates < 10:
        raise Bl1Error(f"n_surrogates is {n_surrogates}, expected at least 10")
    if not 0 < false_discovery < 1:
        raise Bl1Error(f"false_discovery is {false_discovery}, expected between 0 and 1")
    values = measure(spikes)
    seeds = np.random.default_rng(seed).integers(2**63, size=n_surrogates)
    chance = np.stack([measure(jittered(spikes, window_ms, int(one))) for one in seeds])
    pairs = np.triu(np.isfinite(values) & np.all(np.isfinite(chance), axis=0), k=1)
    p = np.full(values.shape, np.nan)
    significant = np.zeros(values.shape, bool)
    if pairs.any():
        p[pairs] = pooled_probability(
            values[pairs], chance[:, pairs].astype(np.float32), normal_tail
        )
        p.T[pairs] = p[pairs]
        significant[pairs] = false_discovery_control(p[pairs]) <= false_discovery
        significant |= significant.T
    return Significance(
        values, chance.mean(axis=0), p, significant, n_surrogates, window_ms, false_discovery
    )


def synchrony(spikes: SpikeTrain, *, bin_ms: float = 5.0) -> Synchrony:
    """Fano factor, mean correlation and Golomb's χ of a population.

    With x_i the counts of unit i and X their mean over units, χ² = Var(X) / ⟨Var(x_i)⟩_i.

    Args:
        spikes: of a culture or a recording.
        bin_ms: width of a bin (ms).

    Source: χ by Golomb 2007, doi:10.4249/scholarpedia.1347.
    """
    means, covariances, n_bins = _moments(spikes, bin_ms)
    active = np.flatnonzero(np.diag(covariances) > 0)
    n = len(active)
    if n < 2:
        reason = f"not enough data: {n} units whose counts change, needs 2"
        return Synchrony(None, None, None, None, n, n_bins, len(spikes), bin_ms, reason=reason)
    covariances = covariances[np.ix_(active, active)]
    variances = np.diag(covariances)
    correlations = covariances / np.sqrt(np.outer(variances, variances))
    total = covariances.sum()
    return Synchrony(
        float(total / means[active].sum()),
        float((variances / means[active]).mean()),
        float((correlations.sum() - n) / (n * (n - 1))),
        math.sqrt(total / n**2 / variances.mean()),
        n,
        n_bins,
        len(spikes),
        bin_ms,
    )


def _moments(
    spikes: SpikeTrain, bin_ms: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Means and covariances of the units' counts, from the bins that hold spikes alone."""
    from scipy.sparse import csr_array

    bins, n_bins = bins_of(spikes, bin_ms)
    kept = bins < n_bins
    ones = np.ones(np.count_nonzero(kept))
    counts = csr_array((ones, (spikes.ids[kept], bins[kept])), shape=(spikes.n_units, n_bins))
    means = np.asarray(counts.sum(axis=1)).ravel() / n_bins
    return means, (counts @ counts.T).toarray() / n_bins - np.outer(means, means), n_bins
