"""Widgets that show a moment of a session, drawn line by line."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from bl1.tui.widgets.kept import Kept
from bl1.tui.widgets.plot import Run

RGB = NDArray[np.float64]  # (..., 3), red, green and blue in 0..255
Moment = TypeVar("Moment")


class Picture(Kept, Generic[Moment]):
    """A widget that draws `snapshot` as strips; only lines that changed are sent to the screen.

    A kind of picture says of what moments and how in `draw`; its colours are component classes of
    its own.
    """

    snapshot: reactive[Moment | None] = reactive(None, repaint=False)

    DEFAULT_CSS = """
    Picture {
        border: round $line;
        border-title-color: $foreground;
        border-subtitle-color: $quiet;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._essence: object = None
        self._cells: NDArray[np.int64] | None = None
        self._colours: dict[str, RGB] = {}
        self._inks: dict[tuple[str, str], Style] = {}
        self._titles = ("", "")

    def draw(self, snapshot: Moment, width: int, height: int) -> list[Strip]:
        """The lines of the picture, as many as its height."""
        raise NotImplementedError

    def essence(self, snapshot: Moment) -> object:
        """What the picture depends on: it is not drawn anew while this is the same."""
        return snapshot

    def colour(self, component: str) -> RGB:
        """The colour of one of the component classes, or of the `background`."""
        if component not in self._colours:
            if component == "background":
                colour = self.background_colors[1]
            else:
                colour = self.get_component_styles(component).color
            self._colours[component] = np.array(colour.rgb, dtype=np.float64)
        return self._colours[component]

    def ink(self, component: str, ground: str = "background") -> Style:
        """The style of text in the colour of one component, on that of another."""
        if (component, ground) not in self._inks:
            colours = triplet(self.colour(component)), triplet(self.colour(ground))
            self._inks[component, ground] = style(*colours)
        return self._inks[component, ground]

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Set the border's titles; redraws the widget only when they are new."""
        if (title, subtitle) != self._titles:
            self._titles = title, subtitle
            self.border_title, self.border_subtitle = title, subtitle

    def blank(self, width: int) -> Strip:
        """A line without anything on it."""
        return Strip([Segment(" " * width, self.ink("background"))], width)

    def half_blocks(self, pixels: RGB) -> list[Strip]:
        """Lines of a picture of pixels, (2 × height, width, 3): two in a cell, one above the other.

        Those that are as they were are not made anew.
        """
        red, green, blue = np.moveaxis(np.clip(np.rint(pixels), 0, 255).astype(np.int64), 2, 0)
        colours = red << 16 | green << 8 | blue
        cells = colours[0::2] << 24 | colours[1::2]  # (height, width)
        before, self._cells = self._cells, cells
        if before is None or before.shape != cells.shape or len(self._strips) != len(cells):
            return [_strip(row) for row in cells]
        changed = (cells != before).any(axis=1).tolist()
        return [
            _strip(row) if is_new else old
            for row, old, is_new in zip(cells, self._strips, changed, strict=True)
        ]

    def strip(self, runs: Sequence[Run]) -> Strip:
        """A line of characters, each run in the colour of its component."""
        return Strip([Segment(text, self.ink(component)) for text, component in runs])

    def watch_snapshot(self, snapshot: Moment | None) -> None:
        """Draw what is new, and have the lines that changed shown."""
        before = self._strips
        if not before or snapshot is None:
            self._invalidate()
        elif self.essence(snapshot) != self._essence:
            self._draw()
            if len(self._strips) != len(before):  # it has a new size, which is not told yet
                self.refresh()
                return
            changed = [y for y, strip in enumerate(self._strips) if strip != before[y]]
            if changed:
                self.renew(changed)

    def on_resize(self) -> None:
        """There is another size to fill."""
        self._invalidate()

    def notify_style_update(self) -> None:
        """The theme changed."""
        super().notify_style_update()
        self._colours = {}
        self._inks = {}
        self._invalidate()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Border and picture; this is drawn first, since it may give the border other titles."""
        if not self._strips:
            self._draw()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A line of the picture."""
        if not self._strips:
            self._draw()
        return self._strips[y] if y < len(self._strips) else self.blank(self.size.width)

    def _invalidate(self) -> None:
        """Draw everything anew when it is next shown; until then colours may still change."""
        self._strips = []
        self._cells = None
        self.refresh()

    def _draw(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        if self.snapshot is None:
            self._strips = [self.blank(width)] * height
        else:
            self._essence = self.essence(self.snapshot)
            self._strips = self.draw(self.snapshot, width, height)


def _strip(row: NDArray[np.int64]) -> Strip:
    starts = np.flatnonzero(row[1:] != row[:-1]) + 1
    edges = [0, *starts.tolist(), len(row)]
    segments = []
    for start, end, cell in zip(edges[:-1], edges[1:], row[edges[:-1]].tolist(), strict=True):
        block, colours = _half_block(cell)
        segments.append(Segment(block * (end - start), colours))
    return Strip(segments, len(row))


@lru_cache(maxsize=8192)
def _half_block(cell: int) -> tuple[str, Style]:
    """What is on a cell of the screen, given as the colours of its upper and its lower half."""
    red, green, blue, *below = cell.to_bytes(6, "big")
    above = red, green, blue
    return " " if above == tuple(below) else "▀", style(above, tuple(below))


@lru_cache(maxsize=8192)
def style(colour: tuple[int, int, int], background: tuple[int, int, int]) -> Style:
    """A colour on a background."""
    return Style(color=Color.from_rgb(*colour), bgcolor=Color.from_rgb(*background))


def triplet(colour: RGB) -> tuple[int, int, int]:
    """A colour, as `style` takes it."""
    red, green, blue = colour.tolist()  # far quicker one by one than as an array of three
    return _byte(red), _byte(green), _byte(blue)


def _byte(value: float) -> int:
    return min(max(round(value), 0), 255)


def mix(colour: RGB, other: RGB, share: float | RGB) -> RGB:
    """A colour with a share, in 0..1, of another."""
    mixed: RGB = colour + (other - colour) * np.asarray(share)
    return mixed


def in_steps(share: RGB) -> RGB:
    """Shares in sixteenths, so that there are few colours, each of which is made but once."""
    stepped: RGB = np.rint(16 * share) / 16
    return stepped
