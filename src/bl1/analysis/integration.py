"""Integration and neural complexity: how much a system is one, and how much its parts are not.

Integration I(X) = Σ H(x_i) − H(X) is what holds the whole together. Complexity

    C(X) = Σ_k [(k/n) I(X) − ⟨I(X_k)⟩]_(k = 1..n),

with the mean over the subsets X_k of k variables, is large if small parts are nearly independent
while the whole is not (Tononi, Sporns & Edelman 1994, doi:10.1073/pnas.91.11.5033). It is never
below 0; it is 0 for independent variables.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.information import (
    Groups,
    check_surrogates,
    plug_in_entropy,
    shifted_apart,
    states_of,
)
from bl1.analysis.surrogates import normal_tail
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

MOST_PATTERNS = 4096
BINS_A_PATTERN = 4


@dataclass(frozen=True)
class Complexity:
    """Integration and neural complexity of a system.

    Attributes:
        complexity_bits, integration_bits: less the mean of the surrogates; None where there are
            too few bins, see ``reason``.
        complexity_chance_95, integration_chance_95: ± 1.96 standard deviations of surrogates;
            they hold 0 for independent variables.
        raw_complexity_bits, raw_integration_bits: the same without correction.
        p_complexity, p_integration: probability of so much or more by chance (normal).
        n_variables, n_bins, n_spikes, n_surrogates, bin_ms: sample and settings.
        method: estimator and kind of surrogates.
        reason: why there are no numbers; None if there are.
    """

    complexity_bits: float | None
    integration_bits: float | None
    complexity_chance_95: tuple[float, float] | None
    integration_chance_95: tuple[float, float] | None
    raw_complexity_bits: float | None
    raw_integration_bits: float | None
    p_complexity: float | None
    p_integration: float | None
    n_variables: int
    n_bins: int
    n_spikes: int
    n_surrogates: int
    bin_ms: float
    method: str = "plug-in over all subsets, less the mean of trains shifted around the end"
    reason: str | None = None


def complexity(
    spikes: SpikeTrain,
    *,
    seed: int,
    bin_ms: float = 5.0,
    groups: Groups = None,
    levels: int = 2,
    n_surrogates: int = 50,
) -> Complexity:
    """Integration and neural complexity of a few variables, over all their subsets.

    The estimate of either may fall a little below 0 after correction where the truth is 0.

    Args:
        spikes: of a culture or a recording.
        seed: of the surrogates, in which each variable is shifted around the train's end.
        bin_ms: width of a bin (ms).
        groups: units of each variable; None: each unit is one.
        levels: states of a variable; levels to the power of variables is 4096 at most.
        n_surrogates: at least 10.

    Raises:
        Bl1Error: fewer than two variables, or too many.

    Source: Tononi, Sporns & Edelman 1994, doi:10.1073/pnas.91.11.5033.
    """
    check_surrogates(n_surrogates)
    states = states_of(spikes, bin_ms, groups, levels)
    n, n_bins = states.shape
    if n < 2 or levels**n > MOST_PATTERNS:
        most = int(math.log(MOST_PATTERNS, levels) + 1e-9)
        raise Bl1Error(
            f"complexity looks at all subsets of {n} variables, expected 2 to {most}: "
            f"name some units, or groups of them, in groups"
        )
    if n_bins < BINS_A_PATTERN * levels**n:
        reason = (
            f"not enough data: {n_bins} bins for {levels**n} patterns, "
            f"needs {BINS_A_PATTERN * levels**n}"
        )
        nothing = (None,) * 8
        return Complexity(*nothing, n, n_bins, len(spikes), n_surrogates, bin_ms, reason=reason)
    raw = _integration_and_complexity(states, levels)
    rng = np.random.default_rng(seed)
    chance = np.array(
        [
            _integration_and_complexity(shifted_apart(states, rng), levels)
            for _ in range(n_surrogates)
        ]
    )
    mean, variance = chance.mean(axis=0), chance.var(axis=0, ddof=1)
    (integration, whole), error = raw - mean, 1.96 * np.sqrt(variance)
    p = normal_tail(raw, mean, variance)
    return Complexity(
        float(whole),
        float(integration),
        (float(whole - error[1]), float(whole + error[1])),
        (float(integration - error[0]), float(integration + error[0])),
        float(raw[1]),
        float(raw[0]),
        float(p[1]),
        float(p[0]),
        n,
        n_bins,
        len(spikes),
        n_surrogates,
        bin_ms,
    )


def _integration_and_complexity(states: NDArray[np.uint8], levels: int) -> NDArray[np.float64]:
    """Plug-in I(X) and C(X)."""
    n = len(states)
    codes = np.zeros(states.shape[1], np.int64)
    for row in states:
        codes = codes * levels + row
    table = np.bincount(codes, minlength=levels**n).reshape((levels,) * n)
    by_size: list[list[float]] = [[] for _ in range(n + 1)]
    for marginal in _marginals(table, 0):
        by_size[marginal.ndim].append(plug_in_entropy(marginal.ravel()))
    whole = by_size[n][0]
    means = np.array([np.mean(values) for values in by_size[1:]])
    integration = n * means[0] - whole
    # (k/n) I(X) − ⟨I(X_k)⟩ = ⟨H(X_k)⟩ − (k/n) H(X)
    complexity = (means - np.arange(1, n + 1) / n * whole).sum()
    return np.array([integration, complexity])


def _marginals(table: NDArray[np.int64], first: int) -> Iterator[NDArray[np.int64]]:
    """The table of every subset that is not empty, each once: axes are summed out in order."""
    yield table
    if table.ndim > 1:
        for axis in range(first, table.ndim):
            yield from _marginals(table.sum(axis=axis), axis)
