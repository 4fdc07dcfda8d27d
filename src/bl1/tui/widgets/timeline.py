"""What became of each ball, or of each episode, a mark for each."""

from typing import ClassVar

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import RGB, Picture, mix, style, triplet

EIGHTHS = "▁▂▃▄▅▆▇█"


class Timeline(Picture[Snapshot]):
    """The latest balls or episodes, line by line, the newest at the end.

    Of balls, hits are above and misses below; an episode has a bar as high as what it came to.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"timeline--hit", "timeline--miss"}

    DEFAULT_CSS = """
    Timeline {
        & > .timeline--hit { color: $hit; }
        & > .timeline--miss { color: $miss; }
    }
    """

    def essence(self, snapshot: Snapshot) -> object:
        """It changes with a ball or an episode."""
        return snapshot.title, snapshot.mine.n

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """A mark for each."""
        if snapshot.unit == "ball":
            return self._balls(snapshot, width, height)
        return self._episodes(snapshot, width, height)

    def _balls(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """Green in the upper pixel of a cell for a hit, red in the lower one for a miss."""
        mine = snapshot.mine
        n_misses = mine.n - mine.n_hits
        self.entitle(f"balls  [$hit]▀[/] {mine.n_hits:,} hit  [$miss]▄[/] {n_misses:,} missed")
        pixels = np.tile(self.colour("background"), (2 * height, width, 1))
        hits = mine.outcomes[-width * height :]
        line, column = np.divmod(np.arange(len(hits)), width)
        pixels[2 * line[hits], column[hits]] = self.colour("timeline--hit")
        pixels[2 * line[~hits] + 1, column[~hits]] = self.colour("timeline--miss")
        return self.half_blocks(pixels)

    def _episodes(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """A bar for each, the higher and greener the more it came to."""
        outcomes = snapshot.mine.outcomes[-width * height :]
        best = f"  best {outcomes.max():,.1f}" if len(outcomes) else ""
        self.entitle(f"episodes  {snapshot.mine.n:,}, each by its {snapshot.measure}{best}")
        background = self.colour("background")
        low, high = (outcomes.min(), outcomes.max()) if len(outcomes) else (0.0, 0.0)
        strips = []
        for y in range(height):
            line = outcomes[y * width : (y + 1) * width]
            shares = (line - low) / ((high - low) or 1.0)
            segments = [
                Segment(
                    EIGHTHS[round(share * (len(EIGHTHS) - 1))],
                    style(triplet(self._colour_of(share)), triplet(background)),
                )
                for share in shares.tolist()
            ]
            segments.append(Segment(" " * (width - len(line)), self.ink("background")))
            strips.append(Strip(segments, width))
        return strips

    def _colour_of(self, share: float) -> RGB:
        return mix(self.colour("timeline--miss"), self.colour("timeline--hit"), share)
