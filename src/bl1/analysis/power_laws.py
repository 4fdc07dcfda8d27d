"""Discrete power laws: P(x) = x^−α / Z(α) for xmin ≤ x ≤ xmax, by maximum likelihood.

Z(α) = ζ(α, xmin) − ζ(α, xmax + 1), with Hurwitz's zeta function (Clauset, Shalizi & Newman 2009,
doi:10.1137/070710111). A power law in nature holds over a range: between what is resolved and what
the system's size allows. The range that is taken is the widest, in decades, over which the law is
not rejected by its Kolmogorov–Smirnov distance (Deluca & Corral 2013,
doi:10.2478/s11600-013-0154-9; for avalanches Marshall et al. 2016, doi:10.3389/fphys.2016.00250).
It is also rejected if the greatest value is too great for it or, without an upper bound, too small:
that distance is blind to what concerns few values, a cutoff or bursts that stand apart.
"""

import math
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.errors import Bl1Error
from bl1.extras import needed

# 10 % point of D·√n with one parameter fitted; ln x is exponential, so the table of Durbin 1975
# (doi:10.1093/biomet/62.1.5) holds. For discrete data it rejects too rarely, never too often.
REJECTED_FROM = 0.99
CUT_OFF_FROM = 0.05  # probability of no value beyond the greatest
APART_FROM = 0.001  # probability of a value as great as the greatest
FEWEST_IN_RANGE = 100
EXPONENTS = (1.001, 8.0)
DECISIVE = ("exponential", "lognormal")  # what speaks against a power law if it fits better
ALTERNATIVES = (*DECISIVE, "truncated_power_law")


class Comparison(NamedTuple):
    """Likelihood-ratio test of the power law against another law, in the same range."""

    log_ratio: float  # > 0 favours the power law
    p: float  # of a ratio so far from 0 if both fitted as well


@dataclass(frozen=True)
class PowerLaw:
    """A power law fitted to whole numbers.

    Attributes:
        exponent: α > 1; None if there is none, see ``reason``.
        interval_95: α ± 1.96 standard errors, 1/√(n·Var(ln x)).
        xmin, xmax: the range; xmax is infinite where no upper bound was needed.
        n: values in the range.
        n_all: values that were given.
        ks_distance: greatest difference of the two distribution functions.
        plausible: whether ks_distance·√n is below .99, its 10 % point, and the greatest value is
            neither above its 99.9 % point nor, in an unbounded range, below its 5 % point.
        decades: log10 of the greatest value in the range over xmin.
        versus: comparison with each alternative that was asked for.
        method: how it was fitted.
        reason: why there is no fit; None if there is one.
    """

    exponent: float | None
    interval_95: tuple[float, float] | None
    xmin: int | None
    xmax: float | None
    n: int
    n_all: int
    ks_distance: float | None
    plausible: bool
    decades: float
    versus: dict[str, Comparison]
    method: str = "discrete maximum likelihood; comparisons by powerlaw"
    reason: str | None = None

    @property
    def beaten_by(self) -> list[str]:
        """Exponential or lognormal, if it fits better: p < .05, by more than its parameters buy.

        A lognormal contains a power law as a limit, so that a ratio just below 0 can have any p;
        what a second parameter must bring is ½ ln n, by the Bayesian information criterion. A
        truncated power law is a power law in a finite system, and beats none.
        """
        bought = 0.5 * math.log(max(self.n, 1))
        return [
            name
            for name, (log_ratio, p) in self.versus.items()
            if name in DECISIVE
            and p < 0.05
            and -log_ratio > (0.0 if name == "exponential" else bought)
        ]


class _Range(NamedTuple):
    exponent: float
    xmin: int
    xmax: float
    n: int
    spread: float  # standard deviation of ln x
    distance: float
    decades: float
    rejected: bool


def power_law(
    values: ArrayLike,
    *,
    xmin: int | None = None,
    xmax: float | None = None,
    against: tuple[str, ...] = ALTERNATIVES,
) -> PowerLaw:
    """Fit a discrete power law and compare it with other laws.

    Args:
        values: whole numbers ≥ 1.
        xmin: least value of the range; None: chosen.
        xmax: greatest value of the range, or ``math.inf``; None: chosen.
        against: any of "exponential", "lognormal" and "truncated_power_law" (a power law with an
            exponential cutoff, which contains the power law).

    Returns:
        The fit over the widest range of at least a decade in which it is not rejected; if there is
        none, over the range where the distance is least, and then ``plausible`` is false.

    Raises:
        Bl1Error: values that are no whole numbers ≥ 1, a range that is none, an unknown law.
    """
    x = np.asarray(values)
    if x.ndim != 1 or (len(x) and (np.any(x < 1) or np.any(x != np.round(x)))):
        raise Bl1Error("a discrete power law needs a row of whole numbers ≥ 1")
    if (xmin is not None and xmin < 1) or (xmax is not None and xmax <= (xmin or 1)):
        raise Bl1Error(f"the range is {xmin} to {xmax}, expected 1 ≤ xmin < xmax")
    for name in against:
        if name not in ALTERNATIVES:
            raise Bl1Error(f"the alternative is {name!r}, expected one of {ALTERNATIVES}")
    unique, counts = np.unique(x.astype(np.int64), return_counts=True)
    fits: list[_Range] = [
        fit
        for low in _lower_ends(unique, xmin)
        for high in _upper_ends(unique, low, xmax)
        if (fit := _fit(unique, counts, low, high)) is not None
    ]
    if not fits:
        reason = f"not enough data: no range holds {FEWEST_IN_RANGE} values that differ"
        return PowerLaw(None, None, xmin, xmax, 0, len(x), None, False, 0.0, {}, reason=reason)
    wide = [fit for fit in fits if not fit.rejected and fit.decades >= 1]
    if wide:
        best = max(wide, key=lambda fit: (fit.decades, fit.n))
    else:
        best = min(fits, key=lambda fit: fit.distance)
    error = 1.96 / (math.sqrt(best.n) * best.spread)
    return PowerLaw(
        best.exponent,
        (best.exponent - error, best.exponent + error),
        best.xmin,
        best.xmax,
        best.n,
        len(x),
        best.distance,
        not best.rejected,
        best.decades,
        {name: _compared(x, best, name) for name in against},
    )


def _lower_ends(unique: NDArray[np.int64], xmin: int | None) -> list[int]:
    """At most 20 values to begin at, evenly spaced in their logarithm."""
    if xmin is not None:
        return [xmin]
    if len(unique) < 2:
        return []
    grid = np.geomspace(unique[0], max(unique[-1] / 10, unique[0]), 20)
    return sorted(set(unique[np.searchsorted(unique, grid)].tolist()))


def _upper_ends(unique: NDArray[np.int64], low: int, xmax: float | None) -> list[float]:
    """No bound, and at most 20 bounds of a decade or more above ``low``."""
    if xmax is not None:
        return [xmax]
    if unique[-1] <= 10 * low:
        return [math.inf]
    grid = np.geomspace(10 * low, unique[-1], 20)[:-1]
    return [math.inf, *sorted({float(round(value)) for value in grid})]


def _fit(
    unique: NDArray[np.int64], counts: NDArray[np.int64], low: int, high: float
) -> _Range | None:
    from scipy.optimize import minimize_scalar
    from scipy.special import zeta

    inside = (unique >= low) & (unique <= high)
    x, weights = unique[inside], counts[inside]
    n = int(weights.sum())
    if n < FEWEST_IN_RANGE or len(x) < 2:
        return None
    logs = np.log(x)
    mean_log = float(weights @ logs / n)

    def beyond(exponent: float, value: float) -> float:
        return float(zeta(exponent, value)) if math.isfinite(value) else 0.0

    def cost(exponent: float) -> float:
        norm = beyond(exponent, low) - beyond(exponent, high + 1)
        return exponent * mean_log + math.log(norm)

    exponent = float(minimize_scalar(cost, bounds=EXPONENTS, method="bounded").x)
    norm = beyond(exponent, low) - beyond(exponent, high + 1)
    law = (beyond(exponent, low) - zeta(exponent, x + 1)) / norm
    below = (beyond(exponent, low) - zeta(exponent, x)) / norm
    seen = np.cumsum(weights) / n
    # Between two values that occur the data stand still and the law climbs.
    distance = max(np.abs(law - seen).max(), np.abs(below - (seen - weights / n)).max())
    spread = math.sqrt(float(weights @ (logs - mean_log) ** 2 / n))
    top = float(x[-1])  # a range reaches as far as there are values
    none_beyond = 1.0 if math.isfinite(high) else float(law[-1]) ** n
    one_as_great = 1.0 - float(below[-1]) ** n
    rejected = (
        distance * math.sqrt(n) > REJECTED_FROM
        or none_beyond < CUT_OFF_FROM
        or one_as_great < APART_FROM
    )
    return _Range(exponent, low, high, n, spread, float(distance), math.log10(top / low), rejected)


def _compared(x: NDArray[np.int64], best: _Range, name: str) -> Comparison:
    library = needed("powerlaw", "analysis")
    inside = x[(x >= best.xmin) & (x <= best.xmax)]
    with warnings.catch_warnings():  # of parameters at their bounds, where an alternative is bad
        warnings.simplefilter("ignore")
        fit = library.Fit(
            inside,
            discrete=True,
            estimate_discrete=False,
            xmin=best.xmin,
            xmax=best.xmax if math.isfinite(best.xmax) else None,
            verbose=0,
        )
        laws = {"truncated_power_law": truncated_power_law()}
        fit.supported_distributions = fit.supported_distributions | laws
        ratio, p = fit.distribution_compare("power_law", name)
    return Comparison(float(ratio), float(p))


@cache
def truncated_power_law() -> Any:
    """powerlaw's truncated power law, with its sum by :func:`cut_off_sum`: fifty times as fast.

    Unlike powerlaw's, the sum of a bounded one includes the bound, as that of its power law does.
    """

    class Truncated(needed("powerlaw", "analysis").Truncated_Power_Law):  # type: ignore[misc]
        @property
        def _pdf_discrete_normalizer(self) -> Any:
            total = cut_off_sum(self.alpha, self.Lambda, self.xmin)
            if self.xmax:
                total -= cut_off_sum(self.alpha, self.Lambda, self.xmax + 1)
            return np.reciprocal(total)

    return Truncated


def cut_off_sum(exponent: float, rate: float, first: float) -> np.float64:
    """Σ k^−α e^−λk over k = first, first + 1, …, by the formula of Abel and Plana.

    Its last integral falls as e^−2πt, so that few nodes give all digits.

    Source: DLMF 25.14.5 (Lerch's transcendent), https://dlmf.nist.gov/25.14.
    """
    t, weights = _NODES
    wave = np.sin(exponent * np.arctan(t / first) + rate * t) / np.hypot(first, t) ** exponent
    ends = first**-exponent / 2 + 2 * weights @ wave
    gamma = needed("mpmath", "analysis").gammainc(1 - exponent, rate * first)
    return np.float64(np.exp(-rate * first) * ends + float(gamma) * rate ** (exponent - 1))


def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of the integral over t from 0 to 6 with the weight 1/(e^2πt − 1)."""
    x, weights = np.polynomial.legendre.leggauss(48)
    t = 3 * (x + 1)
    return t, 3 * weights / np.expm1(2 * np.pi * t)


_NODES = _nodes()
