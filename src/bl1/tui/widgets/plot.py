"""Plots in braille dots: 2 × 4 of them on a cell of the screen."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)

BLANK, NO_DOTS = 0x20, 0x2800  # characters

Run: TypeAlias = tuple[str, str]  # some characters and the component that colours them


class Plot:
    """Dots on braille cells; a cell has the colour of what was drawn in it last.

    Args:
        width, height: in cells of the screen.
        axis: component of the labels and axes, and of the cells in which nothing is drawn.
    """

    def __init__(self, width: int, height: int, axis: str) -> None:
        self.width, self.height = width, height
        self.n_columns, self.n_rows = 2 * width, 4 * height
        self._components = [axis]
        self._characters = np.full((height, width), BLANK, dtype="<u4")
        self._inks = np.zeros((height, width), dtype=np.int8)  # indices of components

    def across(self, value: float, component: str, dash: int, gap: int) -> None:
        """A broken line at a value in 0..1."""
        columns = np.arange(self.n_columns)
        columns = columns[columns % (dash + gap) < dash]
        self.dots(self._rows(np.full(len(columns), value)), columns, component)

    def line(self, x: NDArray[np.float64], values: NDArray[np.float64], component: str) -> None:
        """A line through points, x and values in 0..1."""
        first, last = np.rint(x[[0, -1]] * (self.n_columns - 1)).astype(int).tolist()
        columns = np.arange(first, last + 1)
        rows = self._rows(np.interp(columns / (self.n_columns - 1), x, values))
        # Each column reaches up or down to the row of the one before, so that there is no gap.
        before = np.concatenate([rows[:1], rows[:-1]])
        low = np.where(before < rows, before + 1, rows)
        high = np.where(before > rows, before - 1, rows)
        self._columns_of_dots(low, high, columns, component)

    def bars(self, values: NDArray[np.float64], component: str) -> None:
        """A bar from the bottom for each column of dots, values in 0..1; none for 0."""
        columns = np.flatnonzero(values > 0)
        bottom = np.full(len(columns), self.n_rows - 1)
        self._columns_of_dots(self._rows(values[columns]), bottom, columns, component)

    def dots(self, rows: NDArray[np.int64], columns: NDArray[np.int64], component: str) -> None:
        """Single dots, the first row at the top."""
        dots = np.zeros((self.height, self.width), dtype=np.uint8)
        np.bitwise_or.at(dots, (rows // 4, columns // 2), DOTS[rows % 4, columns % 2])
        drawn = dots > 0
        self._characters[drawn] = NO_DOTS + dots[drawn].astype(np.uint32)
        self._inks[drawn] = len(self._components)
        self._components.append(component)

    def lines(self, labels: Sequence[str], below: str = "") -> list[list[Run]]:
        """The plot line by line, a label before each, and what stands below it, if anything."""
        axis = self._components[0]
        lines: list[list[Run]] = []
        for label, characters, inks in zip(labels, self._characters, self._inks, strict=True):
            text = characters.tobytes().decode("utf-32-le")
            starts = [0, *(np.flatnonzero(np.diff(inks)) + 1).tolist()]
            runs = [
                (text[start:end], self._components[ink])
                for start, end, ink in zip(
                    starts, [*starts[1:], self.width], inks[starts].tolist(), strict=True
                )
            ]
            lines.append([(label, axis), *runs])
        return [*lines, [(below, axis)]] if below else lines

    def _columns_of_dots(
        self,
        low: NDArray[np.int64],
        high: NDArray[np.int64],
        columns: NDArray[np.int64],
        component: str,
    ) -> None:
        """In each column, the dots from a row down to another."""
        lengths = high - low + 1
        offsets = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
        self.dots(np.repeat(low, lengths) + offsets, np.repeat(columns, lengths), component)

    def _rows(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.rint((1 - values) * (self.n_rows - 1)).astype(np.int64)
