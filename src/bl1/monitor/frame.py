"""A raster as pixels, made in a millisecond or two, for films and live pictures."""

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error

LEAST = 32  # pixels of width and height
GROUND = np.array((14, 17, 23))
BRIGHT = np.array((150, 236, 255))  # a pixel with many spikes
DIM = np.array((24, 78, 118))  # with one of them
MOST_IN_PIXEL = 32  # spikes, beyond which a pixel is no brighter
PULSE = np.array((94, 62, 20))
RATE = np.array((240, 180, 80))
RATE_SHARE = 0.22  # of the height, for the population's rate

_LEVELS = np.log2(np.arange(1, MOST_IN_PIXEL + 1)) / np.log2(MOST_IN_PIXEL)
_COLOURS = np.vstack((GROUND, DIM + (BRIGHT - DIM) * _LEVELS[:, None])).astype(np.uint8)


def frame(
    spikes: tuple[NDArray[np.float64], NDArray[np.int32]],
    pulses_s: NDArray[np.float64],
    n_neurons: int,
    now_s: float,
    window_s: float,
    width: int,
    height: int,
) -> NDArray[np.uint8]:
    """Spikes of a window as a picture: the raster, cells upwards, and the rate below it."""
    if width < LEAST or height < LEAST:
        raise Bl1Error(f"a frame of {width} × {height} pixels, expected {LEAST} × {LEAST} or more")
    low = round(height * (1 - RATE_SHARE))
    times_s, ids = spikes
    columns = _columns(times_s, now_s, window_s, width)
    places = ((low - 1 - np.arange(n_neurons) * low // n_neurons) * width)[ids]
    places += columns
    counts = np.bincount(places, minlength=low * width).reshape(low, width)
    picture = np.empty((height, width, 3), np.uint8)
    picture[low:] = GROUND
    np.take(_COLOURS, np.minimum(counts, MOST_IN_PIXEL), axis=0, out=picture[:low])
    pulsed = np.unique(_columns(pulses_s, now_s, window_s, width))
    picture[:low, pulsed] = np.where(counts[:, pulsed, None] > 0, picture[:low, pulsed], PULSE)
    _draw_rate(picture[low + 2 :], np.bincount(columns, minlength=width))
    return picture


def _columns(
    times_s: NDArray[np.float64], now_s: float, window_s: float, width: int
) -> NDArray[np.int64]:
    edges_s = now_s - window_s + np.arange(1, width) * (window_s / width)
    # Times are in order, so that the few edges are sought among them, not each of them.
    return np.repeat(
        np.arange(width), np.diff(np.searchsorted(times_s, edges_s), prepend=0, append=len(times_s))
    )


def _draw_rate(picture: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    """Fill what lies under the curve of the rate, smoothed over three columns."""
    smooth = np.convolve(counts, (0.25, 0.5, 0.25), mode="same")
    height = len(picture)
    top = height - np.round(smooth / max(float(smooth.max()), 1.0) * (height - 1)).astype(int)
    picture[np.arange(height)[:, None] >= top[None, :]] = RATE
