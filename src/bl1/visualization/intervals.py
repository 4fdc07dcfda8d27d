"""Histograms of inter-spike and inter-burst intervals."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bl1.analysis.bursting import Bursts
from bl1.core.spikes import SpikeTrain
from bl1.visualization.style import ACCENT, SECOND, canvas, plain, say

FEWEST = 5  # intervals that make a histogram


def plot_isi_histogram(spikes: SpikeTrain, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw how long units wait between two spikes, on a logarithmic axis of time."""
    figure, ax = canvas(ax, 4.6, 3.2)
    order = np.lexsort((spikes.steps, spikes.ids))
    same = np.diff(spikes.ids[order]) == 0
    intervals_ms = np.diff(spikes.steps[order])[same] * spikes.dt_ms
    _draw(ax, intervals_ms[intervals_ms > 0], "inter-spike interval (ms)", "intervals", SECOND)
    return figure, ax


def plot_ibi_histogram(bursts: Bursts, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw how long the network waits between the starts of two bursts."""
    figure, ax = canvas(ax, 4.6, 3.2)
    _draw(ax, bursts.inter_burst_intervals_s, "inter-burst interval (s)", "bursts", ACCENT)
    return figure, ax


def _draw(ax: Axes, intervals: NDArray[np.floating], label: str, of: str, colour: str) -> None:
    if len(intervals) < FEWEST:
        say(ax, f"not enough data: {len(intervals)} intervals")
        ax.set_xticks([])
        ax.set_yticks([])
    else:
        n_bins = int(np.clip(3 * len(intervals) ** (1 / 3), 8, 80))
        edges = np.geomspace(intervals.min(), intervals.max() * 1.0001, n_bins + 1)
        ax.hist(intervals, list(edges), color=colour, alpha=0.85)
        ax.set_xscale("log")
        median, variation = np.median(intervals), intervals.std() / intervals.mean()
        ax.axvline(median, color="k", lw=1, ls="--")
        ax.set_title(
            f"median {median:.3g}, CV {variation:.2f}, n {len(intervals):,}", fontsize=9, loc="left"
        )
    ax.set_xlabel(label)
    ax.set_ylabel(of)
    plain(ax)
