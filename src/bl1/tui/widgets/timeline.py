"""Hit or miss, a mark for each ball."""

from typing import ClassVar

import numpy as np
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import Picture


class Timeline(Picture[Snapshot]):
    """The latest balls, line by line, the newest at the end: hits above, misses below."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"timeline--hit", "timeline--miss"}

    DEFAULT_CSS = """
    Timeline {
        & > .timeline--hit { color: $hit; }
        & > .timeline--miss { color: $miss; }
    }
    """

    def essence(self, snapshot: Snapshot) -> object:
        """It changes with a ball."""
        return snapshot.curve

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """Green in the upper pixel of a cell for a hit, red in the lower one for a miss."""
        n_misses = snapshot.n_balls - snapshot.n_hits
        self.entitle(f"balls  [$hit]▀[/] {snapshot.n_hits:,} hit  [$miss]▄[/] {n_misses:,} missed")
        pixels = np.tile(self.colour("background"), (2 * height, width, 1))
        hits = snapshot.hits[-width * height :]
        line, column = np.divmod(np.arange(len(hits)), width)
        pixels[2 * line[hits], column[hits]] = self.colour("timeline--hit")
        pixels[2 * line[~hits] + 1, column[~hits]] = self.colour("timeline--miss")
        return self.half_blocks(pixels)
