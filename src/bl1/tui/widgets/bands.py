"""What the bands hold, beside the field: a band lies at the height that it stands for."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from bl1.tui.snapshot import Signal
from bl1.tui.widgets.picture import RGB, Picture, in_steps, mix

FULL_RESPONSE = 0.4  # the share of spikes that fills a band's bar
LEAST_FULL_WEIGHT = 0.3


class Bands(Picture[Signal]):
    """Rows of bands, the first at the bottom; of several sensed values, one column for each."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bands--bar", "bands--warm", "bands--cold"}

    DEFAULT_CSS = """
    Bands {
        & > .bands--warm { color: $warm; }
        & > .bands--cold { color: $cold; }
    }
    """

    def _as_strips(self, bands: RGB, height: int) -> list[Strip]:
        """Stretch bands, (n, width, 3), the first at the bottom, to the widget's height."""
        row = np.arange(2 * height) * len(bands) // (2 * height)
        return self.half_blocks(bands[::-1][row])

    def _bars(self, values: NDArray[Any], width: int) -> RGB:
        """Bars from the left, values in 0..1, (k, n); the colour tells the value once more."""
        background, bar = self.colour("background"), self.colour("bands--bar")
        track = mix(background, bar, 0.07)
        picture = np.tile(background, (values.shape[1], width, 1))
        gap = 1 if len(values) > 1 else 0
        edges = np.arange(len(values) + 1) * (width + gap) // max(len(values), 1)
        for column, left, right in zip(values, edges[:-1], edges[1:] - gap, strict=True):
            shares = np.clip(column.astype(np.float64), 0, 1)[:, None]
            bar_width = right - left
            coverage = in_steps(np.clip(shares * bar_width - np.arange(bar_width), 0, 1))
            bright = mix(track, bar, 0.35 + 0.65 * in_steps(shares)[..., None])
            picture[:, left:right] = mix(track, bright, coverage[..., None])
        return picture


class Stimulus(Bands):
    """The bumps of stimulation by which the culture is shown what it senses."""

    BORDER_TITLE = "sees"
    DEFAULT_CSS = "Stimulus > .bands--bar { color: $ball; }"

    def draw(self, signal: Signal, width: int, height: int) -> list[Strip]:
        """A bar of stimulation for each band."""
        return self._as_strips(self._bars(signal.stimulus, width), height)


class Response(Bands):
    """The share of each band in the culture's spikes."""

    BORDER_TITLE = "fires"
    DEFAULT_CSS = "Response > .bands--bar { color: $response; }"

    def draw(self, signal: Signal, width: int, height: int) -> list[Strip]:
        """A bar of spikes for each band."""
        return self._as_strips(self._bars(signal.response / FULL_RESPONSE, width), height)


class Weights(Bands):
    """The readout: of a paddle, warm bands send it up; of actions, warm bands speak for one."""

    BORDER_TITLE = "reads"

    def draw(self, signal: Signal, width: int, height: int) -> list[Strip]:
        """A cell of colour for each weight, from cold through nothing to warm."""
        if signal.weights is None:
            return [self.blank(width)] * height
        full = max(LEAST_FULL_WEIGHT, float(np.abs(signal.weights).max()))
        self.entitle("reads", f"±{full:.1f}")
        share = signal.weights[:, np.arange(width) * signal.weights.shape[1] // width, None] / full
        ends = np.where(share > 0, self.colour("bands--warm"), self.colour("bands--cold"))
        return self._as_strips(
            mix(self.colour("background"), ends, in_steps(np.abs(share))), height
        )
