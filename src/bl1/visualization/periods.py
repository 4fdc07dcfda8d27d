"""Two periods compared: a value of each culture in the first and in the second, by group."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bl1.visualization.style import ACCENT, FAINT, SECOND, canvas, plain, say

APART = 0.34  # between the two periods of a group


def plot_periods(
    groups: Mapping[str, Sequence[tuple[float, float]]],
    label: str,
    periods: tuple[str, str] = ("first", "rest"),
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw each culture as two points with a line between, and the means with their 95 % intervals.

    Args:
        groups: by its name, a pair of values for each culture.
        label: of the values.
        periods: names of the two.

    The intervals are bootstrap ones (percentiles of 500 resamples of the cultures).
    """
    figure, ax = canvas(ax, 4.6, 3.2)
    if not any(len(pairs) for pairs in groups.values()):
        say(ax, "no culture has a value in both periods")
        return figure, ax
    rng = np.random.default_rng(0)
    for place, pairs in enumerate(groups.values()):
        if not len(pairs):
            continue
        values = np.array(pairs, np.float64)
        x = place + np.array([-APART / 2, APART / 2])
        ax.plot(x, values.T, color=FAINT, lw=0.5, alpha=0.6, zorder=1)
        for side, (colour, marker) in enumerate(((SECOND, "o"), (ACCENT, "s"))):
            column = values[:, side]
            ax.plot(np.full(len(column), x[side]), column, marker, color=colour, ms=3, alpha=0.45)
            resampled = column[rng.integers(0, len(column), (500, len(column)))].mean(axis=1)
            low, high = np.percentile(resampled, (2.5, 97.5))
            outward = x[side] + (-0.13, 0.13)[side]
            ax.plot([outward] * 2, [low, high], color=colour, lw=1.8)
            name = periods[side] if place == 0 else None
            ax.plot(outward, column.mean(), marker, color=colour, ms=6, label=name)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.set_xlim(-0.6, len(groups) - 0.4)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(label)
    plain(ax)
    return figure, ax
