"""The array from above: its 8 × 8 sites, lit as they hear spikes."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from bl1.tui.dish_snapshot import DishSnapshot
from bl1.tui.widgets.picture import Picture, mix, style, triplet

N_SIDE = 8
SHORT = {"ground": "gnd", "reference": "ref"}
SILENT = 0.12  # how much of its colour a site has that has heard nothing lately
N_LEVELS = 6
WIDER = 3  # columns by which a site may be wider than twice its height


class SitePicked(Message):
    """A site of the array was clicked."""

    def __init__(self, site: int) -> None:
        super().__init__()
        self.site = site


class ElectrodeMap(Picture[DishSnapshot]):
    """Sites by their numbers, which run down the columns; a click picks one."""

    site: reactive[int] = reactive(0, repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "electrodes--heard",
        "electrodes--unread",
        "electrodes--number",
        "electrodes--picked",
    }

    DEFAULT_CSS = """
    ElectrodeMap {
        & > .electrodes--heard { color: $response; }
        & > .electrodes--unread { color: $quiet; }
        & > .electrodes--number { color: $foreground; }
        & > .electrodes--picked { color: $ball; }
    }
    """

    def essence(self, snapshot: DishSnapshot) -> object:
        """It changes when a site is lit or fades by a level."""
        return snapshot.plating, _levels(snapshot).tobytes()

    def draw(self, snapshot: DishSnapshot, width: int, height: int) -> list[Strip]:
        """A block for each site, with its number in it."""
        left, top, site_width, site_height = self._grid()
        lit, levels = self._lit(), _levels(snapshot).tolist()
        blank, unread = self.ink("background"), self.ink("electrodes--unread")
        right = width - left - N_SIDE * site_width - 1
        strips = [self.blank(width)] * top
        for line in range(N_SIDE * site_height):
            row, within = divmod(line, site_height)
            is_middle, is_foot = within == (site_height - 1) // 2, within == site_height - 1 > 0
            gaps = self._gaps(row)
            segments = [Segment(" " * left, blank)]
            for site, gap in zip(range(row, N_SIDE**2, N_SIDE), gaps, strict=False):
                ink, foot = lit[levels[site]]
                text = f"{site}" if is_middle else ""
                if kind := snapshot.plating.unread.get(site):
                    text, ink = SHORT[kind] if is_middle else "", unread
                elif is_foot:  # half a line, so that there is a gap below it
                    text, ink = "▀" * site_width, foot
                segments += [gap, Segment(text[: site_width - 1].center(site_width - 1), ink)]
            strips.append(Strip([*segments, gaps[-1], Segment(" " * right, blank)], width))
        return (strips + [self.blank(width)] * height)[:height]

    def _gaps(self, row: int) -> list[Segment]:
        """What stands before, between and after the sites of a row: brackets around the picked."""
        gaps = [" "] * (N_SIDE + 1)
        column, picked_row = divmod(self.site, N_SIDE)
        if picked_row == row:
            gaps[column : column + 2] = "▐▌"
        ink = self.ink("electrodes--picked")
        return [Segment(gap, ink) for gap in gaps]

    def _lit(self) -> list[tuple[Style, Style]]:
        """By the level of light, the style of a site's number and that of its last half line."""
        background = triplet(self.colour("background"))
        plain = triplet(self.colour("electrodes--number"))
        shares = SILENT + (1 - SILENT) * np.arange(N_LEVELS)[:, None] / (N_LEVELS - 1)
        shades = mix(self.colour("background"), self.colour("electrodes--heard"), shares)
        return [
            (style(background if share > 0.5 else plain, shade), style(shade, background))
            for share, shade in zip(shares, map(triplet, shades), strict=True)
        ]

    def _grid(self) -> tuple[int, int, int, int]:
        """Columns left of the sites, lines above them, and their width and height with a gap."""
        width, height = self.size
        site_height = max(height // N_SIDE, 1)
        site_width = min(max((width - 1) // N_SIDE, 1), 2 * site_height + WIDER)
        left = max((width - 1 - N_SIDE * site_width) // 2, 0)
        return left, max((height - N_SIDE * site_height) // 2, 0), site_width, site_height

    def watch_site(self) -> None:
        """Another site was picked."""
        self._invalidate()

    def on_click(self, event: events.Click) -> None:
        """Pick the site under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        left, top, site_width, site_height = self._grid()
        column, row = (offset.x - left) // site_width, (offset.y - top) // site_height
        if 0 <= column < N_SIDE and 0 <= row < N_SIDE:
            self.post_message(SitePicked(N_SIDE * column + row))


def _levels(snapshot: DishSnapshot) -> NDArray[np.int8]:
    return np.rint(snapshot.sites * (N_LEVELS - 1)).astype(np.int8)
