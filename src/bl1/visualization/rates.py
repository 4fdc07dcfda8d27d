"""Population rate over time, and the bursts in it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bl1.analysis.bursting import Bursts
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.visualization.style import ACCENT, INK, SHADE, canvas, plain


def plot_population_rate(
    spikes: SpikeTrain,
    bin_ms: float = 100.0,
    bursts: Bursts | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw the mean rate of all units in bins, with bursts shaded behind it.

    Args:
        spikes: of cells or electrodes.
        bin_ms: width of a bin (ms).
        bursts: of the same spikes; None to shade nothing.
        ax: where to draw; None for a new figure.

    Raises:
        Bl1Error: a bin is no time, or longer than the recording.
    """
    if not 0 < bin_ms <= 1000.0 * spikes.duration_s:
        raise Bl1Error(
            f"bin_ms is {bin_ms}, expected a time within the {1000 * spikes.duration_s:g} ms"
        )
    figure, ax = canvas(ax, 9.0, 2.6)
    edges_s = np.arange(0.0, spikes.duration_s, bin_ms / 1000.0)
    edges_s = np.append(edges_s, spikes.duration_s)
    counts = np.histogram(spikes.times_s, edges_s)[0]
    rate_hz = counts / max(spikes.n_units, 1) / np.diff(edges_s)
    if bursts is not None:
        for start_s, end_s in zip(bursts.starts_s, bursts.ends_s, strict=True):
            ax.axvspan(
                start_s, min(end_s, spikes.duration_s), color=SHADE, alpha=0.6, lw=0, zorder=0
            )
        if len(bursts):  # a line without points, not clipped, would upset the layout
            ax.plot(
                bursts.starts_s, np.full(len(bursts), 1.03), "|", color=ACCENT, ms=6,
                transform=ax.get_xaxis_transform(), clip_on=False,
            )  # fmt: skip
        ax.set_title(f"{len(bursts)} bursts ({bursts.method})", fontsize=9, loc="left", pad=13)
    ax.stairs(rate_hz, edges_s, color=INK, baseline=None, lw=0.8)
    ax.set_xlim(0.0, spikes.duration_s)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("time (s)")
    ax.set_ylabel(f"rate (Hz)\nper {bin_ms:g} ms")
    plain(ax)
    return figure, ax
