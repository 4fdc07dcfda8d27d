"""Transfer entropy between units: what a source's past tells of a target beyond the target's own.

With spikes in bins as 0 or 1, a history of k bins of the target and l of the source, and a delay of
d bins,

    TE(X→Y, d) = Σ p(y_t, y⃗, x⃗) log₂ [p(y_t | y⃗, x⃗) / p(y_t | y⃗)],
    y⃗ = (y_{t−1}, …, y_{t−k}),  x⃗ = (x_{t−d}, …, x_{t−d−l+1}),

in bits per bin (Schreiber 2000, doi:10.1103/PhysRevLett.85.461; delays and spike trains: Ito et al.
2011, doi:10.1371/journal.pone.0027431). Of finite data it is above 0 even where nothing is
transferred; the mean of surrogates is that bias, and their spread says what is significant.

Spikes are rare, so only bins with spikes are visited: the cost is one addition for each pair of a
source's spike and a target's history that is not silent.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.binning import bins_of
from bl1.analysis.surrogates import gamma_tail, pooled_probability
from bl1.core.jit import compiled
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

LONGEST_HISTORY = 6  # bins of source and target together: 2⁷ joint states


@dataclass(frozen=True)
class TransferEntropy:
    """Transfer entropy of all pairs; rows are sources, columns targets, the diagonal is NaN.

    Attributes:
        bits: (units, units) largest over delays, less the mean of the surrogates' largest; bits
            per bin.
        raw_bits: the same without correction.
        delay_ms: (units, units) delay of the largest (ms); NaN where nothing is transferred.
        p: (units, units) probability of a value so large by chance, from surrogates.
        significant: (units, units) whether the pair is a discovery at this ``false_discovery``.
        bin_ms, max_delay_ms: width of a bin, and longest delay (ms).
        n_bins, n_spikes, n_surrogates: size of the sample.
        false_discovery: rate that Benjamini & Hochberg's procedure kept.
        method: order of the histories, and kind of surrogates.
    """

    bits: NDArray[np.float64]
    raw_bits: NDArray[np.float64]
    delay_ms: NDArray[np.float64]
    p: NDArray[np.float64]
    significant: NDArray[np.bool_]
    bin_ms: float
    max_delay_ms: float
    n_bins: int
    n_spikes: int
    n_surrogates: int
    false_discovery: float
    method: str

    @property
    def weights(self) -> NDArray[np.float64]:
        """(units, units) corrected bits of the significant pairs, 0 elsewhere: a graph."""
        return np.where(self.significant, self.bits, 0.0)


def transfer_entropy(
    spikes: SpikeTrain,
    *,
    seed: int,
    bin_ms: float = 5.0,
    max_delay_ms: float = 25.0,
    target_history: int = 1,
    source_history: int = 1,
    n_surrogates: int = 50,
    jitter_ms: float | None = None,
    false_discovery: float = 0.05,
) -> TransferEntropy:
    """Delayed transfer entropy of every ordered pair of units, with surrogates.

    Surrogates move the source only. Shifted around the recording's end as a whole, it keeps its
    own bursts and loses all relation to the target, so that units which merely burst together are
    significant. Jittered within windows it keeps what is slower than ``jitter_ms``, and only what
    is faster is significant.

    Args:
        spikes: of a culture or a recording.
        seed: of the surrogates.
        bin_ms: width of a bin (ms).
        max_delay_ms: longest delay (ms); the shortest is one bin.
        target_history, source_history: k and l, in bins; together 6 at most.
        n_surrogates: of each source, at least 10.
        jitter_ms: width of the windows of the jitter (ms); None: circular shifts.
        false_discovery: expected share of false pairs among the significant ones.

    Raises:
        Bl1Error: a number out of its range, or a train of fewer bins than the shifts need.
    """
    from scipy.stats import false_discovery_control

    bins, n_bins = bins_of(spikes, bin_ms)
    n_delays = int(max_delay_ms / bin_ms + 1e-9) if math.isfinite(max_delay_ms) else 0
    history = target_history + source_history
    if not (target_history >= 1 and source_history >= 1 and history <= LONGEST_HISTORY):
        raise Bl1Error(
            f"histories are {target_history} and {source_history} bins, expected 1 or more each "
            f"and {LONGEST_HISTORY} at most together"
        )
    if n_delays < 1:
        raise Bl1Error(
            f"max_delay_ms is {max_delay_ms}, expected a number of at least a bin, {bin_ms:g} ms"
        )
    if n_surrogates < 10:
        raise Bl1Error(f"n_surrogates is {n_surrogates}, expected at least 10")
    if not 0 < false_discovery < 1:
        raise Bl1Error(f"false_discovery is {false_discovery}, expected between 0 and 1")
    window = 0
    if jitter_ms is not None and math.isfinite(jitter_ms):
        window = round(jitter_ms / bin_ms)
    if jitter_ms is not None and window < 2:
        raise Bl1Error(f"jitter_ms is {jitter_ms}, expected at least two bins of {bin_ms:g} ms")
    span = n_delays + history
    if n_bins < 10 * span:
        raise Bl1Error(f"the spikes cover {n_bins} bins, expected at least {10 * span}")

    kept = bins < n_bins
    occupied = _distinct(spikes.ids[kept].astype(np.int64) * n_bins + bins[kept])
    units, times = np.divmod(occupied, n_bins)
    scan = _Scan(units, times, spikes.n_units, n_bins, target_history, source_history, n_delays)
    raw, delays = scan.transfer(times)

    rng = np.random.default_rng(seed)
    chance = np.empty((n_surrogates, *raw.shape), np.float32)
    for one in chance:
        if window:
            starts = times // window * window
            moved = rng.integers(starts, np.minimum(starts + window, n_bins))
        else:
            moved = (times + rng.integers(span, n_bins - span, spikes.n_units)[units]) % n_bins
        one[:] = scan.transfer(moved)[0]
    pairs = ~np.eye(spikes.n_units, dtype=bool)
    p = np.full(raw.shape, np.nan)
    significant = np.zeros_like(pairs)
    if pairs.any():
        p[pairs] = pooled_probability(raw[pairs], chance[:, pairs], gamma_tail)
        significant[pairs] = false_discovery_control(p[pairs]) <= false_discovery
    surrogates = f"sources jittered within {jitter_ms:g} ms" if window else "shifted sources"
    return TransferEntropy(
        np.where(pairs, raw - chance.mean(axis=0, dtype=np.float64), np.nan),
        np.where(pairs, raw, np.nan),
        np.where(pairs & (raw > 0), (delays + 1) * bin_ms, np.nan),
        p,
        significant,
        bin_ms,
        max_delay_ms,
        n_bins,
        len(spikes),
        n_surrogates,
        false_discovery,
        f"plug-in, k = {target_history}, l = {source_history}, less the mean of {surrogates}",
    )


class _Scan:
    """The targets' side of all pairs, which no surrogate changes."""

    def __init__(
        self,
        units: NDArray[np.int64],
        times: NDArray[np.int64],
        n_units: int,
        n_bins: int,
        target_history: int,
        source_history: int,
        n_delays: int,
    ) -> None:
        self.units, self.n_units, self.n_bins = units, n_units, n_bins
        self.source_history, self.n_delays = source_history, n_delays
        self.first = max(target_history, n_delays + source_history - 1)
        # Bit 0 of a code is the target now, the others are its past; codes of 0 are left out.
        owners, moments, codes = _words(units, times, target_history + 1, n_bins)
        by_time = np.argsort(moments, kind="stable")
        self.targets, self.codes, moments = owners[by_time], codes[by_time], moments[by_time]
        self.starts = np.searchsorted(moments, np.arange(n_bins + 1))
        self.n_codes = 2 ** (target_history + 1)
        seen = (moments >= self.first) & (moments < n_bins)
        cells = self.targets[seen] * self.n_codes + self.codes[seen]
        counts = np.bincount(cells, minlength=n_units * self.n_codes)
        self.code_counts = counts.reshape(n_units, self.n_codes)
        self.n_samples = n_bins - self.first
        self.code_counts[:, 0] = self.n_samples - self.code_counts.sum(axis=1)
        n = np.arange(self.n_samples + 1, dtype=np.float64)
        self.n_log_n = n * np.log2(np.maximum(n, 1.0))
        pasts = self.code_counts.reshape(n_units, self.n_codes // 2, 2).sum(axis=2)
        self.own = self.n_log_n[pasts].sum(axis=1) - self.n_log_n[self.code_counts].sum(axis=1)

    def transfer(self, times: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Largest transfer entropy over delays, and that delay less one, of sources so timed."""
        units, moments = np.divmod(_distinct(self.units * self.n_bins + times), self.n_bins)
        sources, when, words = _words(units, moments, self.source_history, self.n_bins)
        found: tuple[NDArray[np.float64], NDArray[np.int64]] = _largest(
            np.searchsorted(sources, np.arange(self.n_units + 1)),
            when,
            words,
            2**self.source_history,
            self.starts,
            self.targets,
            self.codes,
            self.code_counts,
            self.own,
            self.n_log_n,
            self.n_delays,
            self.first,
            self.n_bins,
        )
        return found


def _distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """np.unique by sorting: NumPy's table of hashes takes 40 times as long for such keys."""
    keys = np.sort(keys)
    return keys[np.diff(keys, prepend=-1) > 0]


def _words(
    units: NDArray[np.int64], times: NDArray[np.int64], length: int, n_bins: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Unit, bin and word where a unit's last ``length`` bins are not silent; by unit, then bin.

    Bit i of a word is the spike i bins ago.
    """
    back = np.arange(length)
    span = n_bins + length
    keys = units[:, np.newaxis] * span + times[:, np.newaxis] + back
    unique, place = np.unique(keys, return_inverse=True)
    bits = np.broadcast_to(1 << back, keys.shape)
    words = np.bincount(place.ravel(), weights=bits.ravel(), minlength=len(unique))
    owners, moments = np.divmod(unique, span)
    return owners, moments, words.astype(np.int64)


@compiled
def _largest(  # type: ignore[no-untyped-def]
    source_starts,
    source_times,
    source_words,
    n_words,
    starts,
    targets,
    codes,
    code_counts,
    own,
    n_log_n,
    n_delays,
    first,
    n_bins,
):
    n_units, n_codes = code_counts.shape
    n_samples = n_bins - first
    best = np.zeros((n_units, n_units))
    delays = np.zeros((n_units, n_units), np.int64)
    joint = np.zeros((n_delays, n_units, n_words, n_codes), np.int64)
    word_counts = np.zeros((n_delays, n_words), np.int64)
    for source in range(n_units):
        joint[:] = 0
        word_counts[:] = 0
        for event in range(source_starts[source], source_starts[source + 1]):
            word = source_words[event]
            for delay in range(n_delays):
                time = source_times[event] + delay + 1
                if first <= time < n_bins:
                    word_counts[delay, word] += 1
                    for i in range(starts[time], starts[time + 1]):
                        joint[delay, targets[i], word, codes[i]] += 1
        for delay in range(n_delays):
            for target in range(n_units):
                # The counts of silent codes and words are what is left of the totals.
                counts = joint[delay, target]
                for word in range(1, n_words):
                    counts[word, 0] = word_counts[delay, word] - counts[word, 1:].sum()
                for code in range(n_codes):
                    counts[0, code] = code_counts[target, code] - counts[1:, code].sum()
                bits = own[target]
                for word in range(n_words):
                    for past in range(0, n_codes, 2):
                        quiet, spike = counts[word, past], counts[word, past + 1]
                        bits += n_log_n[quiet] + n_log_n[spike] - n_log_n[quiet + spike]
                bits /= n_samples
                if bits > best[source, target]:
                    best[source, target] = bits
                    delays[source, target] = delay
    return best, delays
