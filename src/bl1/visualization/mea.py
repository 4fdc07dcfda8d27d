"""The array: how active each electrode is, in space and over time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from bl1.errors import Bl1Error
from bl1.recording.recording import Recording
from bl1.visualization.style import INK, MAP, canvas, plain


def plot_mea_heatmap(recording: Recording, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the rate of each electrode at its place, on a logarithmic scale of colours.

    Electrodes that heard nothing are drawn empty.

    Raises:
        Bl1Error: it is not known where the electrodes lie.
    """
    places = recording.layout.places_um
    figure, ax = canvas(ax, 5.2, 4.4)
    rate_hz = np.bincount(recording.ids, minlength=recording.n_units) / recording.duration_s
    active = rate_hz > 0
    extent = np.maximum(np.ptp(places, axis=0), 1.0)
    size = np.clip(2e4 * np.prod(extent / extent.max()) / max(len(places), 1), 4, 220)
    x, y = places.T
    ax.scatter(
        x[~active], y[~active], s=size, marker="s", facecolors="none", edgecolors=INK, lw=0.4
    )
    if np.any(active):
        low, high = rate_hz[active].min(), rate_hz[active].max()
        drawn = ax.scatter(
            x[active], y[active], s=size, marker="s", c=rate_hz[active], cmap=MAP,
            norm=LogNorm(low, max(high, low * 1.01)),
        )  # fmt: skip
        figure.colorbar(drawn, ax=ax, label="rate (Hz)", shrink=0.8)
    ax.set_aspect("equal")
    ax.invert_yaxis()  # row 0 is the upper one, as on the maker's maps
    ax.set_xlabel("x (µm)")
    ax.set_ylabel("y (µm)")
    ax.set_title(
        f"{recording.layout.name}: {active.sum()} of {recording.n_units} electrodes active",
        fontsize=9, loc="left",
    )  # fmt: skip
    plain(ax)
    return figure, ax


def plot_activity(
    recording: Recording, bin_s: float = 1.0, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the rate of every electrode over time, the most active at the top.

    Args:
        recording: what the electrodes heard.
        bin_s: width of a bin (s).
        ax: where to draw; None for a new figure.
    """
    n_bins = int(recording.duration_s / bin_s)
    if n_bins < 1:
        raise Bl1Error(f"bin_s is {bin_s:g}, expected a time within the {recording.duration_s:g} s")
    figure, ax = canvas(ax, 9.0, 3.4)
    edges_s = np.arange(n_bins + 1) * bin_s
    units = np.arange(recording.n_units + 1) - 0.5
    counts = np.histogram2d(recording.ids, recording.times_s, (units, edges_s))[0]
    order = np.argsort(counts.sum(axis=1), kind="stable")[::-1]
    rate_hz = counts[order] / bin_s
    high = max(float(rate_hz.max()), 1.0 / bin_s)
    drawn = ax.imshow(
        rate_hz,
        aspect="auto",
        cmap=MAP,
        interpolation="none",
        norm="symlog" if high > 10 else None,
        extent=(0.0, n_bins * bin_s, recording.n_units, 0.0),
    )
    figure.colorbar(drawn, ax=ax, label="rate (Hz)")
    ax.set_xlabel("time (s)")
    ax.set_ylabel("electrode, by activity")
    plain(ax)
    return figure, ax
