"""The learning curve: hit rate against balls, in braille dots."""

from itertools import groupby
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import Picture, style, triplet

FIRST_SPAN = 50  # balls on the axis at first; it doubles when they are exceeded
AXIS_WIDTH = 5
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)

Cell = tuple[str, str]  # a character and the component that colours it


class LearningCurve(Picture):
    """Recent and overall hit rate, and as lines across: the static paddle, the frozen readout."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curve--recent",
        "curve--overall",
        "curve--static",
        "curve--greedy",
        "curve--axis",
    }

    DEFAULT_CSS = """
    LearningCurve {
        & > .curve--recent { color: $hit; }
        & > .curve--overall { color: $quiet; }
        & > .curve--static { color: $miss; }
        & > .curve--greedy { color: $paddle; }
        & > .curve--axis { color: $quiet; }
    }
    """

    def essence(self, snapshot: Snapshot) -> object:
        """It changes with a ball, and when a greedy evaluation is over."""
        return snapshot.curve, snapshot.greedy_hit_rate

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """The plot, and under it the axis of balls."""
        self.entitle(_legend(snapshot))
        plot_width, plot_height = max(width - AXIS_WIDTH, 1), max(height - 1, 1)
        span = FIRST_SPAN
        while span < snapshot.n_balls:
            span *= 2
        plot = _Plot(plot_width, plot_height)
        plot.across(snapshot.static_hit_rate, "curve--static", dash=1, gap=1)
        if snapshot.greedy_hit_rate is not None:
            plot.across(snapshot.greedy_hit_rate, "curve--greedy", dash=4, gap=2)
        curve = snapshot.curve
        if len(curve.balls):
            plot.line(curve.balls / span, curve.overall, "curve--overall")
            plot.line(curve.balls / span, curve.recent, "curve--recent")
        labels = _rate_labels(plot_height)
        lines = [
            [(character, "curve--axis") for character in labels[row]] + plot.cells[row]
            for row in range(plot_height)
        ]
        lines.append([(character, "curve--axis") for character in _ball_axis(plot_width, span)])
        return [self._strip(line, width) for line in lines[:height]]

    def _strip(self, cells: list[Cell], width: int) -> Strip:
        background = triplet(self.colour("background"))
        segments = [
            Segment(
                "".join(character for character, _ in run),
                style(triplet(self.colour(component)), background),
            )
            for component, run in groupby(cells, key=lambda cell: cell[1])
        ]
        return Strip(segments).crop(0, width)


def _legend(snapshot: Snapshot) -> str:
    parts = [
        "hit rate",
        f"[$hit]━[/] last {snapshot.recent_balls}",
        "[$quiet]━[/] all",
        f"[$miss]┈[/] static paddle {snapshot.static_hit_rate:.2f}",
    ]
    if snapshot.greedy_hit_rate is not None:
        parts.append(f"[$paddle]╌[/] greedy {snapshot.greedy_hit_rate:.2f}")
    return "  ".join(parts)


class _Plot:
    """Dots on braille cells, 2 × 4 to a cell; a cell belongs to what was drawn in it last."""

    def __init__(self, width: int, height: int) -> None:
        self.n_columns, self.n_rows = 2 * width, 4 * height
        self.cells: list[list[Cell]] = [[(" ", "curve--axis")] * width for _ in range(height)]

    def across(self, rate: float, component: str, dash: int, gap: int) -> None:
        """A broken line at a rate."""
        columns = np.arange(self.n_columns)
        columns = columns[columns % (dash + gap) < dash]
        self._set(self._rows(np.full(len(columns), rate)), columns, component)

    def line(self, x: NDArray[np.float64], rates: NDArray[np.float64], component: str) -> None:
        """A line through points, x and rates in 0..1."""
        first, last = np.rint(x[[0, -1]] * (self.n_columns - 1)).astype(int).tolist()
        columns = np.arange(first, last + 1)
        rows = self._rows(np.interp(columns / (self.n_columns - 1), x, rates))
        # Each column reaches up or down to the row of the one before, so that there is no gap.
        before = np.concatenate([rows[:1], rows[:-1]])
        low = np.where(before < rows, before + 1, rows)
        high = np.where(before > rows, before - 1, rows)
        lengths = high - low + 1
        offsets = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
        self._set(np.repeat(low, lengths) + offsets, np.repeat(columns, lengths), component)

    def _rows(self, rates: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.rint((1 - rates) * (self.n_rows - 1)).astype(np.int64)

    def _set(self, rows: NDArray[np.int64], columns: NDArray[np.int64], component: str) -> None:
        dots = np.zeros((len(self.cells), len(self.cells[0])), dtype=np.uint8)
        np.bitwise_or.at(dots, (rows // 4, columns // 2), DOTS[rows % 4, columns % 2])
        for line, cell in zip(*(index.tolist() for index in np.nonzero(dots)), strict=True):
            self.cells[line][cell] = (chr(0x2800 + int(dots[line, cell])), component)


def _rate_labels(height: int) -> list[str]:
    """The axis of rates, from 1 at the top to 0 at the bottom."""
    labels = ["    │"] * height
    for rate in (0.0, 0.25, 0.5, 0.75, 1.0) if height >= 9 else (0.0, 0.5, 1.0):
        labels[round((1 - rate) * (4 * height - 1)) // 4] = f"{rate:4.2f}┤"
    return labels


def _ball_axis(width: int, span: int) -> str:
    """The axis of balls, with its quarters."""
    axis = [" "] * AXIS_WIDTH + ["─"] * width
    axis[AXIS_WIDTH - 1] = "└"
    for quarter in (1, 2, 3, 4) if width >= 60 and span % 4 == 0 else (2, 4):
        label = f" {span * quarter // 4:,}" + (" balls" if quarter == 4 else " ")
        end = AXIS_WIDTH + width * quarter // 4 + (0 if quarter == 4 else len(label) // 2)
        axis[end - len(label) : end] = label
    return "".join(axis)
