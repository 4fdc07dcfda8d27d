"""Spikes of a stretch of time, as raster and rate show them above each other."""

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bl1.core.spikes import SpikeTrain

AXIS_WIDTH = 6  # room for labels on the left, the same in both
LEAST_LABEL_WIDTH = 12


@dataclass(frozen=True, eq=False)
class Stretch:
    """What is seen of a train of spikes.

    spikes: all there are so far.
    start_s, end_s: of what is seen; it may begin before the spikes do and end after them.
    run: what fired them: another one is drawn anew.
    """

    spikes: "SpikeTrain"
    start_s: float
    end_s: float
    run: object

    def edges(self, n_columns: int) -> NDArray[np.int64]:
        """(n_columns + 1,) steps at which columns of equal width begin and end.

        They lie on a grid that does not move with time, so that a picture scrolls by whole columns
        and is else the same.
        """
        column_s = (self.end_s - self.start_s) / n_columns
        first = round(self.start_s / column_s)
        edges_s = (first + np.arange(n_columns + 1)) * column_s
        edges: NDArray[np.int64] = np.ceil(edges_s * 1000 / self.spikes.dt_ms - 1e-6).astype(int)
        return edges

    def essence(self, n_columns: int) -> object:
        """What a picture in so many columns depends on."""
        column_s = (self.end_s - self.start_s) / n_columns
        known_s = min(self.spikes.duration_s, self.end_s)
        return self.run, column_s, round(self.start_s / column_s), int(known_s / column_s)


def time_axis(stretch: Stretch, width: int) -> str:
    """The axis of time under a picture of a stretch, with labels at round times."""
    span_s = stretch.end_s - stretch.start_s
    step_s = round_up(span_s * LEAST_LABEL_WIDTH / width)
    axis = [" "] * AXIS_WIDTH + ["─"] * width
    axis[AXIS_WIDTH - 1] = "└"
    for number in count(max(int(np.ceil(stretch.start_s / step_s)), 0)):
        time_s = number * step_s
        label = f"{1000 * time_s:,.4g} ms" if step_s < 0.1 else f"{time_s:,.6g} s"
        start = AXIS_WIDTH + int((time_s - stretch.start_s) / span_s * width)
        end = start + len(label) + 3
        if end > len(axis):
            return "".join(axis)
        axis[start:end] = f"┴ {label} "
    raise AssertionError("numbers do not end")


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ..., or of their fractions."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(digit * power for digit in (1, 2, 5, 10) if digit * power >= value * 0.999))
