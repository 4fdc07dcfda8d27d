"""The dish from above: every cell at its place, lit as it fires."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.reactive import reactive
from textual.strip import Strip

from bl1.tui.dish_snapshot import DishSnapshot
from bl1.tui.widgets.electrode_map import SitePicked
from bl1.tui.widgets.picture import RGB, Picture, mix

AT_REST = 0.2  # how much of its colour a cell has that has not fired lately
N_LEVELS = 5  # of light: few, so that most of the picture stays as it is from frame to frame
SCALES_MM = (1.0, 0.5, 0.2, 0.1)
FLASH_MS = 25.0  # of the culture's time, in which a pulse is seen


class DishMap(Picture[DishSnapshot]):
    """Cells in the colours of their kind, and the sites of the array; a click picks a site."""

    site: reactive[int] = reactive(0, repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "dish--field",
        "dish--excitatory",
        "dish--inhibitory",
        "dish--site",
        "dish--picked",
    }

    DEFAULT_CSS = """
    DishMap {
        & > .dish--field { color: $field; }
        & > .dish--excitatory { color: $excitatory; }
        & > .dish--inhibitory { color: $inhibitory; }
        & > .dish--site { color: $line; }
        & > .dish--picked { color: $ball; }
    }
    """

    def essence(self, snapshot: DishSnapshot) -> object:
        """It changes when a cell is lit or fades by a level."""
        return snapshot.plating, _levels(snapshot).tobytes(), _flashes(snapshot)

    def draw(self, snapshot: DishSnapshot, width: int, height: int) -> list[Strip]:
        """Field, sites, cells, and the site that was picked; y = 0 at the top."""
        plating = snapshot.plating
        field = self.colour("dish--field")
        pixels = np.tile(field, (2 * height, width, 1))
        self._put(pixels, plating.sites, self.colour("dish--site"))
        levels = _levels(snapshot)
        by_light = np.argsort(levels, kind="stable")  # the brightest cell of a pixel is seen
        share = AT_REST + (1 - AT_REST) * levels[by_light, None] / (N_LEVELS - 1)
        kinds = np.stack([self.colour("dish--excitatory"), self.colour("dish--inhibitory")])
        colours = mix(field, kinds[(by_light >= plating.n_exc).astype(int)], share)
        self._put(pixels, plating.places[by_light], colours)
        self._mark(pixels, plating.sites[self.site], reach=2 if _flashes(snapshot) else 1)
        return self.half_blocks(pixels)

    def scale_bar(self, title: str) -> str:
        """A bar of a round length, as long as there is room for it beside a title."""
        if self.snapshot is None:
            return ""
        room = self.size.width - len(title) - 4
        for length_mm in SCALES_MM:
            n_columns = round(self.size.width * length_mm / self.snapshot.plating.side_mm)
            label = f"  ├{'─' * (n_columns - 2)}┤ {length_mm:g} mm"
            if n_columns >= 3 and len(label) <= room:
                return label
        return ""

    def _mark(self, pixels: RGB, place: NDArray[np.float64], reach: int) -> None:
        """A cross at the site that was picked, larger as its pulse is given."""
        n_rows, width = pixels.shape[:2]
        arms = np.arange(-reach, reach + 1)
        cross = np.concatenate([np.stack([arms, 0 * arms], 1), np.stack([0 * arms, arms], 1)])
        self._put(pixels, place + cross / (width, n_rows), self.colour("dish--picked"))

    def _put(self, pixels: RGB, places: NDArray[np.float64], colours: RGB) -> None:
        """Colour the pixels at these places; those beyond the dish are left out."""
        n_rows, width = pixels.shape[:2]
        column, row = np.floor(places * (width, n_rows)).astype(int).T
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < n_rows)
        pixels[row[inside], column[inside]] = colours[inside] if colours.ndim > 1 else colours

    def watch_site(self) -> None:
        """Another site was picked."""
        self._invalidate()

    def on_click(self, event: events.Click) -> None:
        """Pick the site that is nearest."""
        offset = event.get_content_offset(self)
        if offset is None or self.snapshot is None:
            return
        place = np.array([(offset.x + 0.5) / self.size.width, (offset.y + 0.5) / self.size.height])
        apart = np.linalg.norm(self.snapshot.plating.sites - place, axis=1)
        self.post_message(SitePicked(int(apart.argmin())))


def _levels(snapshot: DishSnapshot) -> NDArray[np.int8]:
    return np.rint(snapshot.cells * (N_LEVELS - 1)).astype(np.int8)


def _flashes(snapshot: DishSnapshot) -> bool:
    return snapshot.wave is not None and snapshot.wave.age_ms < FLASH_MS
