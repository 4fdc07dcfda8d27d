"""How fast the cells fire: a histogram of their rates."""

from typing import ClassVar

import numpy as np
from textual.strip import Strip

from bl1.tui.simulation_snapshot import SimulationSnapshot
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.plot import Plot
from bl1.tui.widgets.stretch import AXIS_WIDTH, round_up

DECADES = (-2, 2)  # 0.01 to 100 Hz


class Histogram(Picture[SimulationSnapshot]):
    """Cells by their rate, on a logarithmic scale; those that have not fired are counted apart."""

    BORDER_TITLE = "rates of the cells (Hz)"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"histogram--bar", "histogram--axis"}

    DEFAULT_CSS = """
    Histogram {
        & > .histogram--bar { color: $response; }
        & > .histogram--axis { color: $quiet; }
    }
    """

    def draw(self, snapshot: SimulationSnapshot, width: int, height: int) -> list[Strip]:
        """A bar for each range of rates, as wide as a cell of the screen."""
        plot_width = max(width - AXIS_WIDTH, 1)
        plot = Plot(plot_width, max(height - 1, 1), axis="histogram--axis")
        seconds = max(snapshot.spikes.duration_s, 1e-9)
        active = snapshot.counts[snapshot.counts > 0]
        rates = np.clip(np.log10(active / seconds), *DECADES)
        counts, _ = np.histogram(rates, bins=plot_width, range=DECADES)
        scale = round_up(max(counts.max(), 1))
        plot.bars(np.repeat(counts / scale, 2), "histogram--bar")
        n_cells = len(snapshot.counts)
        silent = 1 - len(active) / n_cells
        self.entitle(self.BORDER_TITLE, f"{silent:.0%} silent in {seconds:.0f} s")
        labels = ["     │"] * plot.height
        labels[-1], labels[0] = "    0┤", f"{scale:5,.4g}┤"
        lines = plot.lines(labels, below=_axis(plot_width))
        return [self.strip(line) for line in lines[:height]]


def _axis(width: int) -> str:
    """The axis of rates, with its decades."""
    axis = [" "] * AXIS_WIDTH + ["─"] * width
    axis[AXIS_WIDTH - 1] = "└"
    first, last = DECADES
    end = len(axis)
    for decade in range(last, first - 1, -1):
        label = f"{10.0**decade:g}"
        middle = AXIS_WIDTH + width * (decade - first) // (last - first)
        start = max(min(middle - len(label) // 2, end - len(label)), AXIS_WIDTH)
        if start + len(label) <= end and start <= middle:
            axis[start : start + len(label)] = label
            end = start - 1
    return "".join(axis)
