"""Raster of spikes: a tick for each, time to the right, cells upwards, and the rate below."""

import math
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.visualization.style import EXCITATORY, INHIBITORY, INK, new_figure, plain

MOST_BINS = 250  # of the rate: two or three pixels each
ROUND_MS = tuple(digit * 10.0**power for power in range(9) for digit in (1, 2, 5))

Kind = tuple[str, int, int, str]  # name, first cell, first cell of the next kind, colour


def plot_raster(
    spikes: SpikeTrain | ArrayLike,
    dt_ms: float | None = None,
    ei_boundary: int | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw which cell fired when: excitatory cells blue, inhibitory cells red.

    Args:
        spikes: a train, or an array (steps, neurons) of 0 and 1, of NumPy or JAX.
        dt_ms: length of a step; an array needs it, a train knows its own.
        ei_boundary: number of the first inhibitory cell. A train knows it; the cells of an array
            without it have one colour.
        ax: where to draw the raster alone. Without it there is a new figure, with the population
            rate in a panel below.

    Returns:
        The figure, to be saved by ``savefig``.

    Raises:
        Bl1Error: another shape, other values than 0 and 1, no such boundary, no length of a step.
    """
    train = spikes if isinstance(spikes, SpikeTrain) else _train_of(spikes, dt_ms)
    if dt_ms not in (None, train.dt_ms):
        raise Bl1Error(f"dt_ms is {dt_ms}, but the spikes have steps of {train.dt_ms} ms")
    kinds = _kinds(train, ei_boundary)
    in_ms = train.duration_s < 2.0
    time_label = "time (ms)" if in_ms else "time (s)"
    if ax is not None:
        _draw_ticks(ax, train, kinds, in_ms)
        ax.set_xlabel(time_label)
        return cast(Figure, ax.get_figure(root=True))
    figure = new_figure(9.0, 5.0)
    ax, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    _draw_ticks(ax, train, kinds, in_ms)
    ax.tick_params(labelbottom=False)
    _draw_rates(below, train, kinds, in_ms)
    below.set_xlabel(time_label)
    figure.align_ylabels()
    return figure


def _train_of(raster: ArrayLike, dt_ms: float | None) -> SpikeTrain:
    raster = np.asarray(raster)
    if raster.ndim != 2:
        raise Bl1Error(f"spikes have shape {raster.shape}, expected (steps, neurons)")
    if not np.all((raster == 0) | (raster == 1)):
        raise Bl1Error("spikes hold other values than 0 and 1, expected 1 where a cell fired")
    if dt_ms is None or not 0 < dt_ms < math.inf:
        raise Bl1Error(f"dt_ms is {dt_ms}, expected the length of a step in ms, a number > 0")
    steps, ids = np.nonzero(raster)
    n_steps, n = raster.shape
    return SpikeTrain(steps, ids.astype(np.int32), dt_ms, n_steps, n)


def _kinds(train: SpikeTrain, ei_boundary: int | None) -> list[Kind]:
    """The kinds of cells there are; all units as one where nothing tells them apart."""
    n = train.n_units
    boundary = train.n_exc if ei_boundary is None else ei_boundary
    if boundary is None:
        return [("all units", 0, n, INK)]
    if not 0 <= boundary <= n:
        raise Bl1Error(f"ei_boundary is {boundary}, expected a number of cells from 0 to {n}")
    kinds = [("excitatory", 0, boundary, EXCITATORY), ("inhibitory", boundary, n, INHIBITORY)]
    return [kind for kind in kinds if kind[1] < kind[2]]


def _draw_ticks(ax: Axes, train: SpikeTrain, kinds: list[Kind], in_ms: bool) -> None:
    time = train.times_s * (1000.0 if in_ms else 1.0)
    height_pt = min(max(220.0 / max(train.n_units, 1), 0.7), 6.0)
    for name, first, last, colour in kinds:
        own = (train.ids >= first) & (train.ids < last)
        ax.plot(
            time[own],
            train.ids[own],
            linestyle="none",
            marker="|",
            markersize=height_pt,
            markeredgewidth=0.7,
            color=colour,
            label=name,
            rasterized=True,  # a hundred thousand ticks would make a heavy PDF
        )
    ax.set_xlim(0.0, max(train.duration_s, 1e-9) * (1000.0 if in_ms else 1.0))
    ax.set_ylim(-0.5, max(train.n_units, 1) - 0.5)
    ax.set_ylabel("cell")
    plain(ax)
    if len(kinds) > 1:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, fontsize=8,
            markerscale=6.0 / height_pt, handletextpad=0.1, borderpad=0.0,
        )  # fmt: skip


def _draw_rates(ax: Axes, train: SpikeTrain, kinds: list[Kind], in_ms: bool) -> None:
    """Mean rate of each kind in bins of a round width."""
    duration_ms = 1000.0 * train.duration_s
    width_ms = next(width for width in ROUND_MS if width * MOST_BINS >= duration_ms)
    edges_s = np.arange(0.0, duration_ms + width_ms, width_ms) / 1000.0
    edges_s = np.append(edges_s[edges_s < train.duration_s], train.duration_s)
    for (_, first, last, colour), line in zip(kinds, ("-", "--"), strict=False):
        own = (train.ids >= first) & (train.ids < last)
        counts = np.histogram(train.times_s[own], edges_s)[0]
        rate_hz = counts / max(last - first, 1) / np.diff(edges_s)
        edges = edges_s * (1000.0 if in_ms else 1.0)
        ax.stairs(rate_hz, edges, color=colour, ls=line, baseline=None)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel(f"rate (Hz)\nper {width_ms:g} ms", fontsize=8)
    plain(ax)
