"""Widgets that keep the lines that they were rendered to."""

from collections.abc import Sequence
from typing import Self

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Kept(Widget):
    """A widget whose lines are rendered once, until something of it is new.

    Whenever a part of the screen is new, Textual asks all widgets around it for their lines, and
    to style these takes as long as to draw a picture.
    """

    _kept: list[Strip] | None = None  # border and content, unless something of them is new
    _kept_of = Region()
    _ends: tuple[list[Segment], list[Segment]] | None = None  # of a line, beside the content

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Have it shown anew."""
        self._kept = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def renew(self, lines: Sequence[int]) -> None:
        """Have lines of its content shown anew; the border is as it was.

        Whole lines, since Textual would cut others out of these, which takes longer.
        """
        gutter, width = self.gutter, self.outer_size.width
        super().refresh(*(Region(-gutter.left, y, width, 1) for y in lines))
        if self._kept is None or self._kept_of != self.outer_size.region:
            self._kept = None
            return
        if self._ends is None:
            line = self._kept[gutter.top]
            self._ends = list(line.crop(0, gutter.left)), list(line.crop(width - gutter.right))
        left, right = self._ends
        background, filters = self.background_colors[1], self.get_line_filters()
        for y in lines:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            self._kept[gutter.top + y] = Strip([*left, *strip, *right], width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its lines."""
        if self._kept is None or crop != self._kept_of:
            self._kept, self._kept_of = super().render_lines(crop), crop
            self._ends = None
        return self._kept
