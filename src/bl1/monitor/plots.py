"""The pictures of an ActivityMonitor in matplotlib."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import CL1_SITES, Layout, cl1_sites_um
from bl1.recording.recording import Recording
from bl1.visualization import plot_mea_heatmap, plot_raster
from bl1.visualization.style import ACCENT, INK, MAP, canvas, plain

if TYPE_CHECKING:
    from bl1.monitor.activity import ActivityMonitor

STEP_MS = 0.1  # in which times are told to the pictures
RATE_BINS = 200


def raster(monitor: "ActivityMonitor", window_s: float, ax: Axes | None) -> tuple[Figure, Axes]:
    """Which cell fired when, pulses as lines."""
    figure, ax = canvas(ax, 9.0, 4.0)
    times_s, ids = monitor.spikes(window_s)
    start_s = monitor.now_s - window_s
    steps, n_steps = _steps(times_s, start_s, window_s)
    plot_raster(SpikeTrain(steps, ids, STEP_MS, n_steps, monitor.n_neurons), ax=ax)
    unit = 1000.0 if window_s < 2.0 else 1.0  # the unit that a raster of this length has
    for time_s in np.unique(monitor.pulses(window_s)[0]):
        ax.axvline((time_s - start_s) * unit, color=ACCENT, lw=0.6, alpha=0.6)
    _number_from(ax, start_s * unit)
    return figure, ax


def mountain(monitor: "ActivityMonitor", window_s: float, ax: Axes | None) -> tuple[Figure, Axes]:
    """Rates of bands of cells as ridges, the latest in front."""
    figure, ax = canvas(ax, 6.0, 4.0)
    rates_hz = monitor.ridges_hz(window_s)
    n_ridges, n_bands = rates_hz.shape
    highest_hz = max(float(rates_hz.max()), 1.0)
    rise_s = window_s / n_ridges * 8 / highest_hz
    bands = (np.arange(n_bands) + 0.5) * monitor.n_neurons / n_bands
    colours = colormaps[MAP](0.1 + 0.8 * rates_hz.max(axis=1) / highest_hz)
    behind = ax.get_facecolor()
    for place, (ridge_hz, colour) in enumerate(zip(rates_hz, colours, strict=True)):
        age_s = (n_ridges - 1 - place) * window_s / n_ridges
        line = age_s + ridge_hz * rise_s
        ax.fill_between(bands, age_s, line, color=behind, zorder=place + 2, lw=0)
        ax.plot(bands, line, color=colour, lw=1.0, zorder=place + 2)
    ax.set_xlim(0, monitor.n_neurons)
    ax.set_ylim(-0.02 * window_s, window_s + highest_hz * rise_s)
    ax.set_xlabel("cell")
    ax.set_ylabel("seconds ago")
    ax.set_title(f"highest {highest_hz:.0f} Hz", fontsize=9, loc="right")
    plain(ax)
    return figure, ax


def mea_heatmap(
    monitor: "ActivityMonitor", window_s: float, ax: Axes | None
) -> tuple[Figure, Axes]:
    """The rate of each electrode at its place, and rings where pulses were given."""
    times_s, ids = monitor.spikes(window_s)
    steps, n_steps = _steps(times_s, monitor.now_s - window_s, window_s)
    sites = Layout("8 × 8", np.arange(CL1_SITES, dtype=np.int32), cl1_sites_um(), 25_000.0, 64)
    electrodes = monitor.electrode_of[ids]
    heard = Recording(steps, electrodes, STEP_MS, n_steps, CL1_SITES, layout=sites)
    figure, ax = plot_mea_heatmap(heard, ax)
    x_um, y_um = cl1_sites_um()[np.unique(monitor.pulses(window_s)[1])].T
    ax.scatter(x_um, y_um, s=90, facecolor="none", edgecolor=ACCENT, lw=1.5, zorder=3)
    return figure, ax


def dashboard(monitor: "ActivityMonitor", window_s: float, ax: Axes | None) -> tuple[Figure, Axes]:
    """The three and the population's rate, in the place of the axes."""
    figure, ax = canvas(ax, 12.0, 7.0)
    place = ax.get_subplotspec()
    if place is None:
        raise Bl1Error("a dashboard needs the axes of a subplot, which have a place in a grid")
    ax.set_axis_off()
    grid = place.subgridspec(2, 2, width_ratios=(1.7, 1))
    raster(monitor, window_s, figure.add_subplot(grid[0, 0]))
    _rate(monitor, window_s, figure.add_subplot(grid[1, 0]))
    mea_heatmap(monitor, window_s, figure.add_subplot(grid[0, 1]))
    mountain(monitor, window_s, figure.add_subplot(grid[1, 1]))
    return figure, ax


def _rate(monitor: "ActivityMonitor", window_s: float, ax: Axes) -> None:
    """Mean rate of all cells."""
    start_s = monitor.now_s - window_s
    edges_s = np.linspace(start_s, monitor.now_s, RATE_BINS + 1)
    counts, _ = np.histogram(monitor.spikes(window_s)[0], edges_s)
    rate_hz = counts / monitor.n_neurons / (window_s / RATE_BINS)
    ax.fill_between(edges_s[:-1], rate_hz, step="post", color=INK, alpha=0.8, lw=0)
    ax.set_xlim(start_s, monitor.now_s)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("time (s)")
    ax.set_ylabel("rate (Hz)")
    plain(ax)


def _steps(times_s: np.ndarray, start_s: float, window_s: float) -> tuple[np.ndarray, int]:
    n_steps = max(1, round(window_s * 1000 / STEP_MS))
    steps = ((times_s - start_s) * 1000 / STEP_MS).astype(np.int64)
    return np.clip(steps, 0, n_steps - 1), n_steps


def _number_from(ax: Axes, start: float) -> None:
    """Ticks that tell the culture's time, not the window's."""
    ax.xaxis.set_major_formatter(lambda value, _: f"{value + start:g}")
