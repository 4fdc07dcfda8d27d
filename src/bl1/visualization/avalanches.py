"""Avalanches: how large and how long they are, the laws fitted to them, and their mean shape."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bl1.analysis.avalanche import Avalanches, mean_shapes
from bl1.analysis.critical import Criticality
from bl1.analysis.power_laws import PowerLaw
from bl1.visualization.style import ACCENT, FAINT, INK, MAP, canvas, decades, plain, say

FEWEST = 10  # avalanches that make a distribution


def plot_avalanche_sizes(
    found: Avalanches,
    fit: PowerLaw | None = None,
    surrogate: Avalanches | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw the share of avalanches of at least so many spikes, on logarithmic axes.

    Args:
        found: the avalanches.
        fit: a power law fitted to their sizes, drawn over its range.
        surrogate: avalanches of a shuffled train, drawn faint.
        ax: where to draw; None for a new figure.
    """
    figure, ax = canvas(ax, 4.6, 3.4)
    other = None if surrogate is None else surrogate.sizes
    _draw(ax, found.sizes, fit, other, "size (spikes)", "τ")
    return figure, ax


def plot_avalanche_durations(
    found: Avalanches,
    fit: PowerLaw | None = None,
    surrogate: Avalanches | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw the share of avalanches that last at least so many bins; see the sizes' picture."""
    figure, ax = canvas(ax, 4.6, 3.4)
    other = None if surrogate is None else surrogate.durations
    _draw(ax, found.durations, fit, other, f"duration (bins of {found.bin_ms:.3g} ms)", "α")
    return figure, ax


def plot_avalanche_shapes(
    found: Avalanches, criticality: Criticality | None = None, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the mean time course of avalanches of each duration, scaled by the collapse exponent.

    At a critical point all fall on one curve; the longer the avalanches, the brighter their curve.

    Args:
        found: the avalanches.
        criticality: gives the exponent γ; None to draw them unscaled.
        ax: where to draw; None for a new figure.
    """
    figure, ax = canvas(ax, 4.6, 3.4)
    gamma = None if criticality is None else criticality.data.shape_collapse.exponent
    durations, shapes, _ = mean_shapes(found)
    if not len(durations):
        say(ax, "not enough data: no duration of four bins or more occurs ten times")
    else:
        first, last = durations[0], durations[-1]
        pale = (last / first) ** 0.25  # beyond the longest: yellow on white is hard to see
        colours = ScalarMappable(LogNorm(first / 1.1, last * pale * 1.1), MAP)
        where = (np.arange(shapes.shape[1]) + 0.5) / shapes.shape[1]
        for duration, shape in zip(durations, shapes, strict=True):
            scale = 1.0 if gamma is None else float(duration) ** (gamma - 1.0)
            ax.plot(where, shape / scale, lw=1.2, color=colours.to_rgba(duration))
        bar = figure.colorbar(colours, ax=ax, label=f"duration (bins of {found.bin_ms:.3g} ms)")
        some = np.unique(np.linspace(0, len(durations) - 1, 5).round().astype(int))
        bar.set_ticks([int(duration) for duration in durations[some]])
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        bar.ax.minorticks_off()
        ax.set_ylim(bottom=0.0)
    ax.set_xlabel("time / duration")
    per_bin = "spikes per bin"
    ax.set_ylabel(per_bin if gamma is None else f"{per_bin} / duration$^{{{gamma - 1:.2f}}}$")
    plain(ax)
    return figure, ax


def _draw(
    ax: Axes,
    values: NDArray[np.int64],
    fit: PowerLaw | None,
    surrogate: NDArray[np.int64] | None,
    label: str,
    symbol: str,
) -> None:
    if len(values) < FEWEST:
        say(ax, f"not enough data: {len(values)} avalanches, needs {FEWEST}")
    else:
        if surrogate is not None and len(surrogate):
            ax.plot(*_survival(surrogate), color=FAINT, lw=1.2, ls=":", label="shuffled")
        ax.plot(*_survival(values), color=INK, lw=1.4, label="data")
        ax.set_xscale("log")
        ax.set_yscale("log")
        decades(ax.xaxis)
        if fit is not None and fit.exponent is not None and fit.xmin is not None:
            _draw_fit(ax, values, fit, symbol)
        ax.legend(frameon=False, fontsize=8)
    ax.set_xlabel(label)
    ax.set_ylabel("share of avalanches ≥")
    plain(ax)


def _draw_fit(ax: Axes, values: NDArray[np.int64], fit: PowerLaw, symbol: str) -> None:
    """The fitted law within its range, at the height that the data have there."""
    from scipy.special import zeta

    assert fit.exponent is not None and fit.xmin is not None
    top = float(values.max()) if not fit.xmax or np.isinf(fit.xmax) else float(fit.xmax)
    x = np.unique(np.geomspace(fit.xmin, top, 60).astype(np.int64))
    inside = np.mean((values >= fit.xmin) & (values <= top))
    above = np.mean(values > top)
    beyond = 0.0 if np.isinf(fit.xmax or np.inf) else zeta(fit.exponent, top + 1)
    tail = (zeta(fit.exponent, x) - beyond) / (zeta(fit.exponent, fit.xmin) - beyond)
    verdict = "" if fit.plausible else ", rejected"
    ax.plot(
        x, inside * tail + above, color=ACCENT, lw=1.6, ls="--",
        label=f"{symbol} = {fit.exponent:.2f}, {fit.decades:.1f} decades{verdict}",
    )  # fmt: skip


def _survival(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Values, and the share of all that are at least as large."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct, np.cumsum(counts[::-1])[::-1] / len(values)
