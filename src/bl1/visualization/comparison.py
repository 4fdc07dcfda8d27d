"""Cultures beside each other: two recordings, and the statistics over days in vitro."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bl1.analysis.bursting import Bursts, bursts
from bl1.analysis.measure import Measure
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.visualization.raster import plot_raster
from bl1.visualization.rates import plot_population_rate
from bl1.visualization.style import ACCENT, SECOND, canvas, new_figure, plain, say


def plot_comparison(
    recordings: Mapping[str, SpikeTrain], seconds: float = 60.0
) -> tuple[Figure, Sequence[Axes]]:
    """Draw two recordings or more beside each other: rasters, and rates with bursts shaded.

    Args:
        recordings: by the name that is written over each.
        seconds: of each from its start (s).

    Returns:
        The figure, and its axes from left to right, rasters first.
    """
    if not recordings or not seconds > 0:
        raise Bl1Error("a comparison takes at least one recording and a time > 0 s")
    figure = new_figure(max(4.8 * len(recordings), 9.0), 4.6)
    axes = figure.subplots(2, len(recordings), height_ratios=[3, 1], squeeze=False)
    for (name, spikes), raster, rate in zip(recordings.items(), *axes, strict=True):
        shown = _first(spikes, seconds)
        plot_raster(shown, ax=raster)
        raster.set_title(name, fontsize=10, loc="left")
        raster.set_ylabel("cell" if type(spikes) is SpikeTrain else "electrode")
        # A detector asks how units fire at other times, so it is given the whole recording.
        found = _beginning_in(bursts(spikes), shown.duration_s)
        bin_ms = min(100.0, 1000.0 * shown.duration_s)
        plot_population_rate(shown, bin_ms, found, ax=rate)
    top = max(ax.get_ylim()[1] for ax in axes[1])
    for ax in axes[1]:
        ax.set_ylim(0.0, top)
    return figure, list(axes.ravel())


def plot_development(
    by_div: Mapping[float, Measure],
    living: Mapping[float, Measure] | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw one statistic over days in vitro, with its intervals, beside living cultures.

    Args:
        by_div: of the simulated culture at each age.
        living: of recordings at their ages.
        ax: where to draw; None for a new figure.
    """
    figure, ax = canvas(ax, 3.6, 2.8)
    rows = (("simulated", by_div, SECOND, "o-"), ("living", living or {}, ACCENT, "s--"))
    drawn = 0
    for name, measures, colour, line in rows:
        known = sorted((div, m) for div, m in measures.items() if m.value is not None)
        drawn += len(known)
        if known:
            values = np.array([m.value for _, m in known], float)
            bounds = np.array([m.interval_95 or (m.value, m.value) for _, m in known], float)
            ax.errorbar(
                [div for div, _ in known], values,
                yerr=np.clip(np.abs(bounds.T - values), 0, None),
                fmt=line, color=colour, label=name, capsize=2, ms=5, lw=1.2,
            )  # fmt: skip
    if not drawn:
        say(ax, "not enough data at any age")
    else:
        ax.legend(frameon=False, fontsize=8)
    some = next(iter(by_div.values()), None)
    if some is not None:
        ax.set_ylabel(some.name + (f" ({some.unit})" if some.unit else ""), fontsize=9)
    ax.set_xlabel("days in vitro")
    plain(ax)
    return figure, ax


def _beginning_in(found: Bursts, seconds: float) -> Bursts:
    """The bursts that begin in the first so many seconds."""
    n = int(np.searchsorted(found.starts_s, seconds))
    of_each = ("starts_s", "ends_s", "n_spikes", "n_recruited", "leaders")
    return replace(found, **{name: getattr(found, name)[:n] for name in of_each})


def _first(spikes: SpikeTrain, seconds: float) -> SpikeTrain:
    """The spikes of the first so many seconds."""
    n_steps = min(spikes.n_steps, round(1000.0 * seconds / spikes.dt_ms))
    upto = int(np.searchsorted(spikes.steps, n_steps))
    return SpikeTrain(
        spikes.steps[:upto], spikes.ids[:upto], spikes.dt_ms, n_steps, spikes.n_units, spikes.n_exc
    )
