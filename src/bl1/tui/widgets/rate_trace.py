"""The population's rate over time, in braille bars."""

from typing import ClassVar

import numpy as np
from textual.strip import Strip

from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.plot import Plot
from bl1.tui.widgets.stretch import AXIS_WIDTH, Stretch, round_up, time_axis

LEAST_SCALE_HZ = 1.0


class RateTrace(Picture[Stretch]):
    """Mean rate of a cell in each column of time, and the axis of time for the raster above it."""

    BORDER_TITLE = "rate"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rate--bar", "rate--axis"}

    DEFAULT_CSS = """
    RateTrace {
        & > .rate--bar { color: $response; }
        & > .rate--axis { color: $quiet; }
    }
    """

    def essence(self, snapshot: Stretch) -> object:
        """It changes by whole columns."""
        return snapshot.essence(max(self.size.width - AXIS_WIDTH, 1))

    def draw(self, snapshot: Stretch, width: int, height: int) -> list[Strip]:
        """A bar for each column of dots."""
        spikes = snapshot.spikes
        plot = Plot(max(width - AXIS_WIDTH, 1), max(height - 1, 1), axis="rate--axis")
        edges = snapshot.edges(plot.n_columns)
        counts = np.diff(np.searchsorted(spikes.steps, edges))
        column_s = np.maximum(np.diff(edges), 1) * spikes.dt_ms / 1000
        rates_hz = counts / column_s / max(spikes.n_units, 1)
        seen_steps = max(min(edges[-1], spikes.n_steps) - max(edges[0], 0), 1)
        mean_hz = counts.sum() / max(spikes.n_units, 1) / (seen_steps * spikes.dt_ms / 1000)
        self.entitle(f"rate  mean {mean_hz:.2f} Hz")
        scale_hz = round_up(max(rates_hz.max(), LEAST_SCALE_HZ))
        plot.bars(rates_hz / scale_hz, "rate--bar")
        labels = ["     │"] * plot.height
        labels[-1] = "    0┤"
        labels[0] = f"{scale_hz:5,.4g}┤"
        lines = plot.lines(labels, below=time_axis(snapshot, plot.width))
        return [self.strip(line) for line in lines[:height]]
