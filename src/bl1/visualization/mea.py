"""The array: how active each electrode is, in space and over time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LogNorm, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.recording.recording import Recording
from bl1.visualization.style import FAINT, MAP, canvas, decades, plain


def plot_mea_heatmap(recording: Recording, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the rate of each electrode at its place, on a logarithmic scale of colours.

    Electrodes that heard nothing are drawn empty.

    Raises:
        Bl1Error: it is not known where the electrodes lie.
    """
    places = recording.layout.places_um
    extent = np.ptp(places, axis=0) + 1.0
    height_in = float(np.clip(4.0 * extent[1] / extent[0], 1.2, 6.0)) + 0.8
    figure, ax = canvas(ax, 5.2, height_in)
    counts = np.bincount(recording.ids, minlength=recording.n_units)
    rate_hz = counts / max(recording.duration_s, 1e-9)
    active = rate_hz > 0
    side_um = 0.8 * _pitch_um(places)
    squares = [Rectangle((x - side_um / 2, y - side_um / 2), side_um, side_um) for x, y in places]
    silent = [square for square, fires in zip(squares, active, strict=True) if not fires]
    ax.add_collection(PatchCollection(silent, facecolor="none", edgecolor=FAINT, lw=0.5))
    if np.any(active):
        low, high = rate_hz[active].min(), rate_hz[active].max()
        drawn = PatchCollection(
            [square for square, fires in zip(squares, active, strict=True) if fires],
            cmap=MAP, norm=LogNorm(low, max(high, low * 1.5)), lw=0,
        )  # fmt: skip
        drawn.set_array(rate_hz[active])
        ax.add_collection(drawn)
        bar = figure.colorbar(drawn, ax=ax, label="rate (Hz)", shrink=0.9)
        decades(bar.ax.yaxis)
    ax.set_xlim(places[:, 0].min() - side_um, places[:, 0].max() + side_um)
    ax.set_ylim(places[:, 1].max() + side_um, places[:, 1].min() - side_um)  # row 0 is the upper
    ax.set_aspect("equal")
    ax.set_xlabel("x (µm)")
    ax.set_ylabel("y (µm)")
    ax.set_title(
        f"{recording.layout.name}: {active.sum():,} of {recording.n_units:,} electrodes active",
        fontsize=9, loc="left",
    )  # fmt: skip
    plain(ax)
    return figure, ax


def _pitch_um(places: NDArray[np.float64]) -> float:
    """Median distance from an electrode to the nearest other one (µm)."""
    if len(places) < 2:
        return 30.0
    from scipy.spatial import cKDTree

    return float(np.median(cKDTree(places).query(places, k=2)[0][:, 1]))


def plot_activity(
    recording: Recording, bin_s: float = 1.0, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the rate of every electrode over time, the most active at the top.

    Colours are linear up to one spike in a bin and logarithmic beyond.

    Args:
        recording: what the electrodes heard.
        bin_s: width of a bin (s).
        ax: where to draw; None for a new figure.
    """
    if not 0 < bin_s <= recording.duration_s:
        raise Bl1Error(f"bin_s is {bin_s:g}, expected a time within the {recording.duration_s:g} s")
    n_bins = int(recording.duration_s / bin_s * (1 + 1e-9))
    figure, ax = canvas(ax, 9.0, 3.4)
    edges_s = np.arange(n_bins + 1) * bin_s
    counts = np.zeros((recording.n_units, n_bins))
    which = np.searchsorted(edges_s, recording.times_s, "right") - 1
    np.add.at(counts, (recording.ids[which < n_bins], which[which < n_bins]), 1)
    order = np.argsort(counts.sum(axis=1), kind="stable")[::-1]
    rate_hz = counts[order] / bin_s
    drawn = ax.imshow(
        rate_hz,
        aspect="auto",
        cmap=MAP,
        interpolation="none",
        norm=SymLogNorm(1.0 / bin_s, vmin=0.0, vmax=max(float(rate_hz.max()), 2.0 / bin_s)),
        extent=(0.0, n_bins * bin_s, recording.n_units, 0.0),
    )
    bar = figure.colorbar(drawn, ax=ax, label="rate (Hz)")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("time (s)")
    ax.set_ylabel("electrodes, by activity")
    plain(ax)
    return figure, ax
