"""Every measure of a recording, each with its confidence, sample size and method.

This is what ``bl1 analyze`` shows. Who is joined to whom is asked among the most active units only,
where there are more than a hundred: as many as a person could look at, and seconds of work.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.analysis.bursting import DETECTORS, Bursts, bursts
from bl1.analysis.correlation import significance, spike_time_tiling, synchrony
from bl1.analysis.critical import Criticality, Signs, criticality
from bl1.analysis.graphs import GraphMeasures, Measured, graph_measures
from bl1.analysis.information import active_information_storage, mutual_information
from bl1.analysis.integration import complexity
from bl1.analysis.measure import Measure, measured
from bl1.analysis.statistics import (
    FEWEST_SECONDS,
    branching,
    burst_statistics,
    burstiness_index,
    rate_per_unit,
)
from bl1.analysis.transfer import TransferEntropy, transfer_entropy
from bl1.core.spikes import SpikeTrain

MOST_UNITS = 100  # among which it is asked who is joined to whom
MOST_CORRELATED = 4000  # units whose counts are correlated: 130 MB
FEWEST_SPIKES = 50  # of a unit among them
FEWEST_INTERVALS = 20  # between spikes
FEWEST_UNITS = 4  # for a network of them
N_GROUPS = 6  # of units, for complexity: 64 patterns
BIN_MS = 5.0
JOINED = "pairs with significant transfer entropy"
GRAPH = ("clustering", "path length", "modularity", "small-world σ", "rich club, normalised")
TILING = "spike-time tiling coefficient, mean"
STORED, SHARED = "active information storage", "mutual information, mean of pairs"
WHOLE, COMPLEX = "integration", "neural complexity"


@dataclass(frozen=True)
class Section:
    """Measures that belong together, and what they come to in a sentence."""

    title: str
    measures: list[Measure]
    verdict: str | None = None


@dataclass(frozen=True)
class Summary:
    """All sections, and the results that pictures are drawn from."""

    sections: list[Section]
    bursts: Bursts
    criticality: Criticality


def every_measure(
    spikes: SpikeTrain,
    seed: int = 0,
    population_rate: dict[str, float] | None = None,
    progress: Callable[[str], None] = lambda what: None,
) -> Summary:
    """Measure all there is to measure.

    Args:
        spikes: of electrodes or cells.
        seed: of surrogates and resamples.
        population_rate: parameters of that burst detector; None for its defaults.
        progress: told what is measured next.
    """
    progress("activity")
    sections = [Section("Activity", activity(spikes, seed))]
    progress("bursts")
    found = bursts(spikes)
    sections.append(Section("Network bursts (Wagenaar)", _bursts(spikes, found, seed)))
    given = {"population_rate": population_rate or {}}
    others = {name: bursts(spikes, name, **given.get(name, {})) for name in list(DETECTORS)[1:]}
    sections.append(
        Section(
            "Network bursts by other detectors",
            [m for name in others for m in _short(spikes, others[name], seed)],
        )
    )
    progress("criticality")
    critical = criticality(spikes, seed=seed)
    measures = criticality_measures(critical, spikes, seed)
    sections.append(Section("Criticality", measures, critical.verdict))
    progress("connectivity")
    chosen = most_active(spikes)
    sections.append(Section("Connectivity", _connectivity(chosen, seed)))
    progress("information")
    sections.append(Section("Information", _information(chosen, seed)))
    if type(spikes) is SpikeTrain:  # of cells: only a recording's units are electrodes
        sections = [_of_cells(section) for section in sections]
    return Summary(sections, found, critical)


def _of_cells(section: Section) -> Section:
    """The same measures, in words for units that are no electrodes."""

    def said(words: str) -> str:
        return words.replace("electrode", "unit")

    measures = [
        replace(m, name=said(m.name), of=said(m.of), method=said(m.method))
        for m in section.measures
    ]
    return replace(section, measures=measures)


def most_active(
    spikes: SpikeTrain, most: int = MOST_UNITS, fewest_spikes: int = FEWEST_SPIKES
) -> SpikeTrain:
    """The spikes of the most active units, so many at most, each with so many spikes or more."""
    counts = np.bincount(spikes.ids, minlength=spikes.n_units)
    units = np.flatnonzero(counts >= fewest_spikes)
    units = np.sort(units[np.argsort(-counts[units], kind="stable")][:most])
    place = np.full(spikes.n_units, -1, np.int32)
    place[units] = np.arange(len(units), dtype=np.int32)
    kept = place[spikes.ids] >= 0
    steps, ids = spikes.steps[kept], place[spikes.ids[kept]]
    return SpikeTrain(steps, ids, spikes.dt_ms, spikes.n_steps, len(units))


def activity(spikes: SpikeTrain, seed: int) -> list[Measure]:
    """Rates, intervals, and how much units fire together."""
    rates_hz = np.bincount(spikes.ids, minlength=spikes.n_units) / max(spikes.duration_s, 1e-9)
    order = np.lexsort((spikes.steps, spikes.ids))
    same = np.diff(spikes.ids[order]) == 0
    intervals_ms = np.diff(spikes.steps[order])[same] * spikes.dt_ms
    n_intervals = len(intervals_ms)
    enough = n_intervals >= FEWEST_INTERVALS
    together = synchrony(most_active(spikes, MOST_CORRELATED, 1), bin_ms=max(BIN_MS, spikes.dt_ms))
    method = f"bins of {together.bin_ms:g} ms, units that fire"
    if together.n_units == MOST_CORRELATED:
        method = f"bins of {together.bin_ms:g} ms, the most active units"

    def of_units(name: str, value: float | None) -> Measure:
        return Measure(name, value, "", None, together.n_units, "units", method, together.reason)

    return [
        rate_per_unit(spikes, seed),
        _median_rate(spikes, rates_hz, seed),
        Measure(
            "active electrodes", float(np.count_nonzero(rates_hz)), "", None, spikes.n_units,
            "electrodes", "with a spike or more",
        ),
        Measure(  # without an interval: those of one burst are not independent of each other
            "inter-spike interval", float(np.median(intervals_ms)) if enough else None, "ms", None,
            n_intervals, "intervals", "median of those of all electrodes",
            None if enough else
            f"not enough data: {n_intervals} intervals, needs {FEWEST_INTERVALS}",
        ),
        of_units("Fano factor of the population", together.fano_factor),
        of_units("mean pairwise correlation", together.mean_correlation),
        of_units("synchrony χ (Golomb)", together.chi),
    ]  # fmt: skip


def _median_rate(spikes: SpikeTrain, rates_hz: NDArray[np.float64], seed: int) -> Measure:
    name, method = "median rate", "median over all electrodes"
    if spikes.duration_s < FEWEST_SECONDS:
        reason = f"not enough data: {spikes.duration_s:g} s, needs {FEWEST_SECONDS} s"
        return Measure(name, None, "Hz", None, spikes.n_units, "electrodes", method, reason)
    return measured(
        name, rates_hz, np.median,
        unit="Hz", of="electrodes", method=method, fewest=1, seed=seed,
    )  # fmt: skip


def _bursts(spikes: SpikeTrain, found: Bursts, seed: int) -> list[Measure]:
    leading = found.leading_units()
    enough = len(found) >= 5
    return [
        *burst_statistics(spikes, found, seed),
        burstiness_index(spikes, seed),
        Measure(
            "units that lead bursts", float(len(leading)) if enough else None, "", None,
            len(found), "bursts", "lead more bursts than by chance, binomial, Bonferroni",
            None if enough else f"not enough data: {len(found)} bursts, needs 5",
        ),
    ]  # fmt: skip


def _short(spikes: SpikeTrain, found: Bursts, seed: int) -> list[Measure]:
    kept = ("bursts per minute", "burst duration", "share of spikes in bursts")
    return [
        replace(m, name=f"{m.name}, {found.method}")
        for m in burst_statistics(spikes, found, seed)
        if m.name in kept
    ]


def criticality_measures(found: Criticality, spikes: SpikeTrain, seed: int) -> list[Measure]:
    """The signs of criticality as measures, and after them those of the shuffled surrogate."""
    naive = found.data.branching.naive
    return [
        branching(spikes, seed),
        Measure(
            "naive branching ratio", naive, "", None, found.data.branching.n_bins, "bins of 4 ms",
            "slope of A(t+1) on A(t): too low where few units are seen",
            None if naive is not None else "activity never changes",
        ),
        *_signs(found.data, ""),
        *_signs(found.surrogate, ", shuffled"),
    ]  # fmt: skip


def _signs(signs: Signs, suffix: str) -> list[Measure]:
    rows = []
    laws = (("avalanche size exponent τ", signs.size), ("duration exponent α", signs.duration))
    for name, law in laws:
        verdict = "" if law.exponent is None or law.plausible else ", rejected"
        rows.append(
            Measure(
                name + suffix, law.exponent, "", law.interval_95, law.n, "avalanches",
                f"{law.method}, {law.decades:.1f} decades{verdict}"
                if law.exponent is not None else law.method,
                law.reason,
            )
        )  # fmt: skip
    gamma = signs.size_of_duration
    rows.append(
        Measure(
            "exponent of size given duration" + suffix, gamma.exponent, "", gamma.interval_95,
            gamma.n_avalanches, "avalanches", gamma.method, gamma.reason,
        )
    )  # fmt: skip
    no_deviation = "an exponent is missing" if signs.deviation is None else None
    rows.append(
        Measure(
            "deviation from the exponent relation (DCC)" + suffix, signs.deviation, "", None,
            signs.n_avalanches, "avalanches", "|(α − 1)/(τ − 1) − fitted|", no_deviation,
        )
    )  # fmt: skip
    collapse = signs.shape_collapse
    rows.append(
        Measure(
            "shape collapse error" + suffix, collapse.error, "", None, collapse.n_avalanches,
            "avalanches", collapse.method, collapse.reason,
        )
    )  # fmt: skip
    return rows


def _connectivity(chosen: SpikeTrain, seed: int) -> list[Measure]:
    if _are_too_few(chosen):
        return [_too_few(name, "", chosen) for name in (JOINED, *GRAPH, TILING)]
    bin_ms = max(BIN_MS, chosen.dt_ms)
    entropy = transfer_entropy(
        chosen, seed=seed, bin_ms=bin_ms, max_delay_ms=5 * bin_ms, jitter_ms=20 * bin_ms
    )
    tiling = significance(
        chosen, partial(spike_time_tiling, window_ms=2 * bin_ms), seed=seed,
        window_ms=20 * bin_ms, n_surrogates=20,
    )  # fmt: skip
    pairs = np.triu(np.isfinite(tiling.values), k=1)
    return [
        _significant(entropy),
        *_graph(entropy, seed),
        Measure(
            TILING, float(tiling.values[pairs].mean()), "", None,
            int(pairs.sum()), "pairs",
            f"window {2 * bin_ms:g} ms; {tiling.significant[pairs].mean():.0%} significant by "
            f"{tiling.method}",
        ),
    ]  # fmt: skip


def _significant(entropy: TransferEntropy) -> Measure:
    pairs = ~np.eye(len(entropy.bits), dtype=bool)
    return Measure(
        JOINED, float(entropy.significant[pairs].mean()), "",
        None, int(pairs.sum()), "ordered pairs",
        f"{entropy.method}; false discoveries {entropy.false_discovery:.0%}",
    )  # fmt: skip


def _graph(entropy: TransferEntropy, seed: int) -> list[Measure]:
    if not entropy.significant.any():
        method, reason = f"edges: {JOINED}", "no pair has significant transfer entropy"
        return [Measure(name, None, "", None, 0, "edges", method, reason) for name in GRAPH]
    graph: GraphMeasures = graph_measures(entropy.weights, seed=seed)

    def beside_null(name: str, value: Measured) -> Measure:
        method = (
            f"{graph.n_rewirings} rewirings of the same degrees: {value.null_mean:.3g} ± "
            f"{value.null_sd:.2g}, p {value.p:.2g}"
        )
        return Measure(name, value.value, "", None, graph.n_edges, "edges", method)

    sigma = graph.small_world_sigma
    club = graph.rich_club
    usable = np.flatnonzero(np.isfinite(club.normalised))
    strongest = usable[np.argmin(club.p[usable])] if len(usable) else None
    return [
        beside_null(GRAPH[0], graph.clustering),
        beside_null(GRAPH[1], graph.path_length),
        beside_null(GRAPH[2], graph.modularity),
        Measure(
            GRAPH[3], sigma, "", None, graph.n_edges, "edges", graph.method,
            None if sigma is not None else "rewired graphs have no triangles",
        ),
        Measure(
            GRAPH[4], None if strongest is None else float(
                club.normalised[strongest]
            ), "", None, graph.n_edges, "edges",
            graph.method if strongest is None else
            f"nodes of more than {club.degrees[strongest]} edges, p {club.p[strongest]:.2g}, the "
            f"lowest of {len(usable)} degrees",
            None if strongest is not None else "no degree has rewired graphs with edges",
        ),
    ]  # fmt: skip


def _information(chosen: SpikeTrain, seed: int) -> list[Measure]:
    if _are_too_few(chosen):
        units = {STORED: "bit/bin", SHARED: "bit/bin", WHOLE: "bit", COMPLEX: "bit"}
        return [_too_few(name, unit, chosen) for name, unit in units.items()]
    n = chosen.n_units
    bin_ms = max(BIN_MS, chosen.dt_ms)
    stored = active_information_storage(chosen, seed=seed, bin_ms=bin_ms)
    shared = mutual_information(chosen, seed=seed, bin_ms=bin_ms)
    pairs = np.triu(np.ones(shared.bits.shape, bool), k=1)
    groups: list[list[int]] = [list(range(i, n, N_GROUPS)) for i in range(min(N_GROUPS, n))]
    whole = complexity(chosen, seed=seed, bin_ms=4 * bin_ms, groups=groups)
    of_groups = f"{len(groups)} groups of units, bins of {4 * bin_ms:g} ms; {whole.method}"
    of_chance = "" if whole.reason else f"; p {max(whole.p_integration or 0.0, 1e-12):.2g}"
    return [
        measured(
            STORED, stored.bits, np.mean, unit="bit/bin", of="units",
            method=f"bins of {bin_ms:g} ms, history {stored.history}; {stored.method}",
            fewest=2, seed=seed,
        ),
        Measure(
            SHARED, float(np.mean(shared.bits[pairs])), "bit/bin",
            None, int(pairs.sum()), "pairs",
            f"bins of {bin_ms:g} ms; {shared.significant[pairs].mean():.0%} significant; "
            f"{shared.method}",
        ),
        Measure(
            WHOLE, whole.integration_bits, "bit", None,
            whole.n_bins, "bins", of_groups + of_chance, whole.reason,
        ),
        Measure(
            COMPLEX, whole.complexity_bits, "bit", None,
            whole.n_bins, "bins", of_groups + of_chance, whole.reason,
        ),
    ]  # fmt: skip


def _are_too_few(chosen: SpikeTrain) -> bool:
    return chosen.n_units < FEWEST_UNITS or chosen.duration_s < FEWEST_SECONDS


def _too_few(name: str, unit: str, chosen: SpikeTrain) -> Measure:
    n = chosen.n_units
    reason = (
        f"not enough data: {n} units with {FEWEST_SPIKES} spikes, {chosen.duration_s:g} s; needs "
        f"{FEWEST_UNITS} and {FEWEST_SECONDS} s"
    )
    return Measure(name, None, unit, None, n, "units", "among the most active units", reason)


def as_rows(sections: list[Section]) -> list[dict[str, Any]]:
    """The sections as plain values, for JSON."""
    return [
        {
            "title": section.title,
            "verdict": section.verdict,
            "measures": [vars(measure) for measure in section.measures],
        }
        for section in sections
    ]
