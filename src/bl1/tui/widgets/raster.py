"""Raster: a dot for each spike, in braille."""

from typing import ClassVar

import numpy as np
from textual.strip import Strip

from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.plot import Plot
from bl1.tui.widgets.stretch import AXIS_WIDTH, Stretch

DOTS_PER_LINE = 4


class Raster(Picture[Stretch]):
    """Which cell fired when, time to the right, excitatory cells below the inhibitory ones.

    A row of dots is a cell; of more cells than rows, some are shown, evenly chosen.
    """

    BORDER_TITLE = "raster"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "raster--excitatory",
        "raster--inhibitory",
        "raster--axis",
    }

    DEFAULT_CSS = """
    Raster {
        & > .raster--excitatory { color: $excitatory; }
        & > .raster--inhibitory { color: $inhibitory; }
        & > .raster--axis { color: $quiet; }
    }
    """

    def essence(self, snapshot: Stretch) -> object:
        """It changes by whole columns."""
        return snapshot.essence(max(self.size.width - AXIS_WIDTH, 1))

    def draw(self, snapshot: Stretch, width: int, height: int) -> list[Strip]:
        """Dots, and which kind the cells are of."""
        spikes = snapshot.spikes
        n_cells, n_exc = spikes.n_units, spikes.n_exc or 0
        plot = Plot(max(width - AXIS_WIDTH, 1), height, axis="raster--axis")
        bounds = np.searchsorted(spikes.steps, snapshot.edges(plot.n_columns))
        seen = slice(bounds[0], bounds[-1])
        columns = np.repeat(np.arange(plot.n_columns), np.diff(bounds))
        n_lines = _lines_of_inhibitory(height, n_cells - n_exc, n_cells)
        labels = ["     │"] * height
        n_shown = 0
        for name, first, last, top, bottom in (
            ("inhibitory", n_exc, n_cells, 0, n_lines),
            ("excitatory", 0, n_exc, n_lines, height),
        ):
            n_rows = DOTS_PER_LINE * (bottom - top)
            shown = min(n_rows, last - first)
            n_shown += shown
            row_of_cell = np.full(n_cells, -1)
            chosen = first + np.arange(shown) * (last - first) // max(shown, 1)
            row_of_cell[chosen] = (
                DOTS_PER_LINE * bottom - 1 - np.arange(shown) * n_rows // max(shown, 1)
            )
            rows = row_of_cell[spikes.ids[seen]]
            plot.dots(rows[rows >= 0], columns[rows >= 0], f"raster--{name}")
            if bottom > top:
                labels[(top + bottom) // 2] = f"    {name[0].upper()}│"
        share = "" if n_shown == n_cells else f"{n_shown} of {n_cells:,} cells"
        self.entitle("raster  [$excitatory]▪[/] excitatory  [$inhibitory]▪[/] inhibitory", share)
        return [self.strip(line) for line in plot.lines(labels)]


def _lines_of_inhibitory(height: int, n_inh: int, n_cells: int) -> int:
    """How many lines the inhibitory cells have: their share, and at least one."""
    if not n_inh:
        return 0
    return min(max(round(height * n_inh / n_cells), 1), max(height - 1, 0))
