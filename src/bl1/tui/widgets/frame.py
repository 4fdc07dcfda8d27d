"""A picture of pixels in another size."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bl1.tui.widgets.picture import RGB

SHADES = 32  # of red, green and blue: terminals are quicker with fewer colours, and nobody sees it


def fitted(frame: NDArray[np.uint8], width: int, height: int, ground: RGB) -> RGB:
    """A frame as large as it fits, its aspect kept, in the middle of (height, width) pixels.

    Args:
        frame: uint8 (rows, columns, 3).
        width, height: of the picture, in pixels.
        ground: the colour of what remains.
    """
    n_rows, n_columns = frame.shape[:2]
    scale = min(width / n_columns, height / n_rows)
    shown_width, shown_height = max(round(n_columns * scale), 1), max(round(n_rows * scale), 1)
    rows = _means(n_rows, shown_height) @ frame.reshape(n_rows, -1).astype(np.float32)
    pixels = _means(n_columns, shown_width) @ rows.reshape(shown_height, n_columns, 3)
    step = 255 / (SHADES - 1)
    picture = np.tile(ground, (height, width, 1))
    top, left = (height - shown_height) // 2, (width - shown_width) // 2
    picture[top : top + shown_height, left : left + shown_width] = np.rint(pixels / step) * step
    return picture


@lru_cache(maxsize=16)
def _means(n_before: int, n_after: int) -> NDArray[np.float32]:
    """A matrix that takes means over what lies under each new pixel, (n_after, n_before)."""
    edges = np.arange(n_after + 1) * n_before / n_after
    places = np.arange(n_before)
    begins, ends = edges[:-1, None], edges[1:, None]
    overlaps = np.clip(np.minimum(ends, places + 1) - np.maximum(begins, places), 0, None)
    means: NDArray[np.float32] = (overlaps * n_after / n_before).astype(np.float32)
    return means
