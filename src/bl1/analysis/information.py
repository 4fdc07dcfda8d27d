"""Information in spike trains: entropy, mutual information, and what a past tells of its present.

A variable is a unit, or a group of units, and its state in a bin the number of its spikes, at most
``levels`` − 1 (with two levels: whether it fired). All is in bits. Information of finite data is
biased upwards, and entropy downwards: entropies are corrected by Miller & Madow, everything else by
surrogates that lose what is measured and keep the rest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.analysis.binning import bins_of
from bl1.analysis.surrogates import gamma_tail, pooled_probability
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

Groups = Sequence[Sequence[int]] | None


@dataclass(frozen=True)
class MutualInformation:
    """Mutual information of all pairs of variables; the diagonal is NaN.

    Attributes:
        bits: (variables, variables) less the mean of the surrogates; bits per bin.
        raw_bits: the same without correction.
        p: probability of so much or more by chance, from surrogates.
        significant: discoveries at the rate ``false_discovery``.
        n_bins, n_spikes, n_surrogates, bin_ms, false_discovery: sample and settings.
        method: estimator and kind of surrogates.
    """

    bits: NDArray[np.float64]
    raw_bits: NDArray[np.float64]
    p: NDArray[np.float64]
    significant: NDArray[np.bool_]
    n_bins: int
    n_spikes: int
    n_surrogates: int
    bin_ms: float
    false_discovery: float
    method: str = "plug-in less the mean of trains shifted around the end"


@dataclass(frozen=True)
class InformationStorage:
    """What a variable's past tells of its present.

    Attributes:
        bits: (variables,) less the mean of the surrogates; bits per bin.
        raw_bits: the same without correction.
        p: (variables,) probability of so much or more by chance.
        history, n_bins, n_spikes, n_surrogates, bin_ms: settings and sample.
        method: estimator and kind of surrogates.
    """

    bits: NDArray[np.float64]
    raw_bits: NDArray[np.float64]
    p: NDArray[np.float64]
    history: int
    n_bins: int
    n_spikes: int
    n_surrogates: int
    bin_ms: float
    method: str = "plug-in less the mean of presents permuted among pasts"


def entropy_of_counts(counts: ArrayLike) -> float:
    """Entropy (bits) of a distribution of which each state was seen so often.

    H = −Σ p̂ log₂ p̂ + (K − 1)/(2 N ln 2), with K states seen in N samples: the plug-in estimate and
    the correction of its leading bias by Miller & Madow.

    Raises:
        Bl1Error: negative counts, or none above 0.

    Source: Miller 1955; Paninski 2003, doi:10.1162/089976603321780272.
    """
    n = np.asarray(counts, np.float64).ravel()
    if not np.all(np.isfinite(n)) or np.any(n < 0) or not n.any():
        raise Bl1Error("an entropy needs counts ≥ 0 with one above 0 among them")
    n = n[n > 0]
    return plug_in_entropy(n) + (len(n) - 1) / (2 * float(n.sum()) * math.log(2))


def entropies(
    spikes: SpikeTrain, *, bin_ms: float = 5.0, groups: Groups = None, levels: int = 2
) -> NDArray[np.float64]:
    """(variables,) entropy of each variable's state (bits per bin), by Miller & Madow.

    Args:
        spikes: of a culture or a recording.
        bin_ms: width of a bin (ms).
        groups: units of each variable; None: each unit is one.
        levels: states of a variable.
    """
    states = states_of(spikes, bin_ms, groups, levels)
    return np.array([entropy_of_counts(np.bincount(row)) for row in states])


def mutual_information(
    spikes: SpikeTrain,
    *,
    seed: int,
    bin_ms: float = 5.0,
    groups: Groups = None,
    levels: int = 2,
    n_surrogates: int = 50,
    false_discovery: float = 0.05,
) -> MutualInformation:
    """I(X; Y) = H(X) + H(Y) − H(X, Y) of all pairs of variables in the same bin.

    Args:
        spikes: of a culture or a recording.
        seed: of the surrogates, in which each variable is shifted around the train's end.
        bin_ms: width of a bin (ms).
        groups: units of each variable; None: each unit is one.
        levels: states of a variable.
        n_surrogates: at least 10.
        false_discovery: expected share of false pairs among the significant ones.
    """
    from scipy.stats import false_discovery_control

    check_surrogates(n_surrogates)
    if not 0 < false_discovery < 1:
        raise Bl1Error(f"false_discovery is {false_discovery}, expected between 0 and 1")
    states = states_of(spikes, bin_ms, groups, levels)
    raw = _pairwise(states, levels)
    rng = np.random.default_rng(seed)
    chance = np.stack(
        [
            _pairwise(shifted_apart(states, rng), levels).astype(np.float32)
            for _ in range(n_surrogates)
        ]
    )
    bits = raw - chance.mean(axis=0, dtype=np.float64)
    np.fill_diagonal(bits, np.nan)
    np.fill_diagonal(raw, np.nan)
    pairs = np.triu(np.ones(raw.shape, bool), k=1)
    p = np.full(raw.shape, np.nan)
    significant = np.zeros(raw.shape, bool)
    if pairs.any():
        p[pairs] = pooled_probability(raw[pairs], chance[:, pairs], gamma_tail)
        p.T[pairs] = p[pairs]
        significant[pairs] = false_discovery_control(p[pairs]) <= false_discovery
        significant |= significant.T
    return MutualInformation(
        bits,
        raw,
        p,
        significant,
        states.shape[1],
        len(spikes),
        n_surrogates,
        bin_ms,
        false_discovery,
    )


def active_information_storage(
    spikes: SpikeTrain,
    *,
    seed: int,
    bin_ms: float = 5.0,
    history: int = 5,
    groups: Groups = None,
    n_surrogates: int = 50,
) -> InformationStorage:
    """A(X) = I(x_t; x_{t−1}, …, x_{t−k}): how much of a variable's present its past foretells.

    Args:
        spikes: of a culture or a recording.
        seed: of the surrogates.
        bin_ms: width of a bin (ms).
        history: k, in bins, 16 at most.
        groups: units of each variable; None: each unit is one. A state is whether it fired.
        n_surrogates: at least 10.

    Source: Lizier, Prokopenko & Zomaya 2012, doi:10.1016/j.ins.2012.04.016.
    """
    check_surrogates(n_surrogates)
    if not 1 <= history <= 16:
        raise Bl1Error(f"history is {history} bins, expected 1 to 16")
    states = states_of(spikes, bin_ms, groups, 2)
    n = states.shape[1] - history
    if n < 2:
        raise Bl1Error(f"the spikes cover {states.shape[1]} bins, expected more than {history + 1}")
    rng = np.random.default_rng(seed)
    raw = np.empty(len(states))
    chance = np.empty((n_surrogates, len(states)), np.float32)
    for i, row in enumerate(states):
        past = np.zeros(n, np.int64)
        for back in range(1, history + 1):
            past |= row[history - back : len(row) - back].astype(np.int64) << (back - 1)
        pasts = np.bincount(past)
        fired = np.bincount(past, weights=row[history:]).astype(np.int64)
        raw[i] = _storage(fired, pasts)
        # Presents permuted among pasts: the table with its margins kept, drawn at once.
        permuted = rng.multivariate_hypergeometric(
            pasts, int(fired.sum()), n_surrogates, method="marginals"
        )
        chance[:, i] = [_storage(one, pasts) for one in permuted]
    return InformationStorage(
        raw - chance.mean(axis=0, dtype=np.float64),
        raw,
        pooled_probability(raw, chance, gamma_tail),
        history,
        states.shape[1],
        len(spikes),
        n_surrogates,
        bin_ms,
    )


def check_surrogates(n_surrogates: int) -> None:
    """Refuse too few surrogates to know their spread."""
    if n_surrogates < 10:
        raise Bl1Error(f"n_surrogates is {n_surrogates}, expected at least 10")


def plug_in_entropy(counts: NDArray[np.int64] | NDArray[np.float64]) -> float:
    """−Σ p̂ log₂ p̂ (bits) of a distribution of which each state was seen so often."""
    n = counts[counts > 0]
    total = n.sum()
    return math.log2(total) - float(n @ np.log2(n) / total)


def _storage(fired: NDArray[np.int64], pasts: NDArray[np.int64]) -> float:
    """I(present; past) of how often each past was seen, and how often a spike followed it."""
    present = np.array([fired.sum(), (pasts - fired).sum()])
    joint = np.concatenate([fired, pasts - fired])
    return plug_in_entropy(present) + plug_in_entropy(pasts) - plug_in_entropy(joint)


def states_of(spikes: SpikeTrain, bin_ms: float, groups: Groups, levels: int) -> NDArray[np.uint8]:
    """(variables, bins) state of each variable in each bin.

    Raises:
        Bl1Error: levels out of range, no variable, or a unit that does not exist or is named twice.
    """
    if not 2 <= levels <= 255:
        raise Bl1Error(f"levels is {levels}, expected 2 to 255")
    bins, n_bins = bins_of(spikes, bin_ms)
    members = [[unit] for unit in range(spikes.n_units)] if groups is None else groups
    if not len(members):
        raise Bl1Error("there is no variable, expected at least one unit or group")
    variable_of = np.full(spikes.n_units, -1)
    for variable, units in enumerate(members):
        for unit in units:
            if not 0 <= unit < spikes.n_units:
                raise Bl1Error(f"unit {unit} does not exist, expected 0 to {spikes.n_units - 1}")
            if variable_of[unit] >= 0:
                raise Bl1Error(f"unit {unit} is named twice in groups, expected once at most")
            variable_of[unit] = variable
    owner = variable_of[spikes.ids]
    kept = (bins < n_bins) & (owner >= 0)
    cells = owner[kept].astype(np.int64) * n_bins + bins[kept]
    seen, counts = np.unique(cells, return_counts=True)
    states = np.zeros((len(members), n_bins), np.uint8)
    states.flat[seen] = np.minimum(counts, levels - 1)
    return states


def shifted_apart(states: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Each variable shifted around the end by its own random time."""
    shifts = rng.integers(states.shape[1], size=len(states))
    return np.stack([np.roll(row, by) for row, by in zip(states, shifts, strict=True)])


def _pairwise(states: NDArray[np.uint8], levels: int) -> NDArray[np.float64]:
    """Plug-in information of all pairs, from the bins where both are above state 0."""
    from scipy.sparse import csr_array

    n, n_bins = states.shape
    rows, bins = np.nonzero(states)
    above = levels - 1
    marks = csr_array(
        (np.ones(len(rows)), (rows * above + states[rows, bins] - 1, bins)),
        shape=(n * above, n_bins),
    )
    joint = np.zeros((n, levels, n, levels))
    joint[:, 1:, :, 1:] = (marks @ marks.T).toarray().reshape(n, above, n, above)
    single = np.zeros((n, levels))
    single[:, 1:] = np.asarray(marks.sum(axis=1)).reshape(n, above)
    single[:, 0] = n_bins - single.sum(axis=1)
    joint[:, 1:, :, 0] = single[:, 1:, np.newaxis] - joint[:, 1:].sum(axis=3)
    joint[:, 0] = single - joint[:, 1:].sum(axis=1)

    def n_log_n(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(counts * np.log2(np.maximum(counts, 1.0)), np.float64)

    own = np.log2(n_bins) - n_log_n(single).sum(axis=1) / n_bins
    both = np.log2(n_bins) - n_log_n(joint).sum(axis=(1, 3)) / n_bins
    return np.asarray(np.maximum(own[:, np.newaxis] + own - both, 0.0), np.float64)
