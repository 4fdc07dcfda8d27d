"""Histograms of inter-spike and inter-burst intervals."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bl1.analysis.bursting import Bursts
from bl1.core.spikes import SpikeTrain
from bl1.visualization.style import ACCENT, SECOND, canvas, decades, plain, say

FEWEST = 5  # intervals that make a histogram


def plot_isi_histogram(spikes: SpikeTrain, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw how long units wait between two spikes, on a logarithmic axis of time.

    Two spikes of a unit in one step are no interval.
    """
    figure, ax = canvas(ax, 4.6, 3.2)
    order = np.lexsort((spikes.steps, spikes.ids))
    same = np.diff(spikes.ids[order]) == 0
    steps = np.diff(spikes.steps[order])[same]
    steps = steps[steps > 0]
    edges = _edges(steps, 1)
    if len(edges):  # on half steps, so that every bin has a step in it
        edges = np.unique(edges.round()) - 0.5
    label = "inter-spike interval (ms)"
    _draw(ax, steps * spikes.dt_ms, edges * spikes.dt_ms, label, SECOND)
    return figure, ax


def plot_ibi_histogram(bursts: Bursts, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw how long the network waits between the starts of two bursts."""
    figure, ax = canvas(ax, 4.6, 3.2)
    intervals_s = bursts.inter_burst_intervals_s
    _draw(ax, intervals_s, _edges(intervals_s, 1e-3), "inter-burst interval (s)", ACCENT)
    return figure, ax


def _edges(intervals: NDArray[Any], beyond: float) -> NDArray[np.float64]:
    """Edges of bins of equal logarithmic width; none for too few intervals."""
    if len(intervals) < FEWEST:
        return np.empty(0)
    n_bins = int(np.clip(3 * len(intervals) ** (1 / 3), 8, 80))
    return np.geomspace(intervals.min(), intervals.max() + beyond, n_bins + 1)


def _draw(
    ax: Axes, intervals: NDArray[Any], edges: NDArray[np.float64], label: str, colour: str
) -> None:
    if not len(edges):
        say(ax, f"not enough data: {len(intervals)} intervals, needs {FEWEST}")
    else:
        ax.hist(intervals, list(edges), color=colour, alpha=0.85)
        ax.set_xscale("log")
        ax.set_xlim(edges[0] / 1.5, edges[-1] * 1.5)
        decades(ax.xaxis)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        median, variation = np.median(intervals), intervals.std() / intervals.mean()
        ax.axvline(median, color="k", lw=1, ls="--")
        unit = label[label.rindex("(") + 1 : -1]
        ax.set_title(
            f"median {median:.3g} {unit}, CV {variation:.2f}, n {len(intervals):,}",
            fontsize=9,
            loc="left",
        )
    ax.set_xlabel(label)
    ax.set_ylabel("number of intervals")
    plain(ax)
