"""Films of games, as .mp4 or .gif (extra `video`)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bl1.extras import needed

SUFFIXES = (".mp4", ".gif")
LEAST_HEIGHT = 240  # pixels: smaller frames are enlarged by a whole factor


def write_video(path: Path, frames: Sequence[NDArray[np.uint8]], frames_per_s: float) -> None:
    """Write frames, uint8 (height, width, 3), all of one size."""
    imageio = needed("imageio.v3", "video")
    factor = max(1, -(-LEAST_HEIGHT // frames[0].shape[0]))
    film = np.stack(frames).repeat(factor, axis=1).repeat(factor, axis=2)
    if path.suffix == ".gif":
        imageio.imwrite(path, film, plugin="pillow", duration=1000.0 / frames_per_s, loop=0)
    else:
        imageio.imwrite(path, film, plugin="FFMPEG", fps=frames_per_s)


def check_can_write(path: Path) -> None:
    """Refuse, before a long run, a film that could not be written after it."""
    needed("imageio", "video")
    if path.suffix == ".mp4":
        needed("imageio_ffmpeg", "video")
