"""What the sixteen bands hold, beside the field: a band lies at the height that it stands for."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import RGB, Picture, mix

FULL_RESPONSE = 0.4  # the share of spikes that fills a band's bar
LEAST_FULL_WEIGHT = 0.3


class Bands(Picture[Snapshot]):
    """Sixteen rows of pixels, or a multiple, the first band at the bottom."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bands--bar", "bands--warm", "bands--cold"}

    DEFAULT_CSS = """
    Bands {
        & > .bands--warm { color: $warm; }
        & > .bands--cold { color: $cold; }
    }
    """

    def _as_strips(self, bands: RGB, height: int) -> list[Strip]:
        """Stretch bands, (16, width, 3), the first at the bottom, to the widget's height."""
        row = np.arange(2 * height) * len(bands) // (2 * height)
        return self.half_blocks(bands[::-1][row])

    def _bars(self, values: NDArray[Any], width: int) -> RGB:
        """Bars from the left, values in 0..1; the colour tells the value once more."""
        background, bar = self.colour("background"), self.colour("bands--bar")
        values = np.clip(values.astype(np.float64), 0, 1)[:, None]
        coverage: RGB = np.clip(values * width - np.arange(width), 0, 1)
        track = mix(background, bar, 0.07)
        bright = mix(track, bar, 0.35 + 0.65 * values[..., None])
        return mix(track, bright, coverage[..., None])


class Stimulus(Bands):
    """The bump of stimulation by which the culture is shown the height of the ball."""

    BORDER_TITLE = "sees"
    DEFAULT_CSS = "Stimulus > .bands--bar { color: $ball; }"

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """A bar of stimulation for each band."""
        return self._as_strips(self._bars(snapshot.stimulus, width), height)


class Response(Bands):
    """The share of each band in the culture's spikes."""

    BORDER_TITLE = "fires"
    DEFAULT_CSS = "Response > .bands--bar { color: $response; }"

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """A bar of spikes for each band."""
        return self._as_strips(self._bars(snapshot.features / FULL_RESPONSE, width), height)


class Weights(Bands):
    """The readout: warm bands send the paddle up, cold ones down."""

    BORDER_TITLE = "reads"

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """A strip of colour for each band, from cold through nothing to warm."""
        if snapshot.weights is None:
            return [self.blank(width)] * height
        full = max(LEAST_FULL_WEIGHT, float(np.abs(snapshot.weights).max()))
        self.entitle("reads", f"±{full:.1f}")
        share = snapshot.weights / full
        ends = np.where(share[:, None] > 0, self.colour("bands--warm"), self.colour("bands--cold"))
        colours = mix(self.colour("background"), ends, np.abs(share)[:, None])
        return self._as_strips(np.repeat(colours[:, None], width, axis=1), height)
