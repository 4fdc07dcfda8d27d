"""Detection: spikes in traces, as the field finds them.

The traces are filtered to the band of spikes (300 to 6,000 Hz). The noise of each electrode is
estimated from the first second by its median absolute value, σ = median(|x|)/0.6745, which spikes
hardly raise (Quiroga, Nadasdy & Ben-Shaul 2004, doi:10.1162/089976604774201631). A spike is where
the trace falls below −kσ; its time and height are those of the trough within the next half
millisecond, and the electrode is deaf for the dead time after it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.core.jit import compiled
from bl1.mea.band import SPIKES_HZ, Band
from bl1.mea.floor import Events, joined
from bl1.mea.layout import Layout

NOISE_FROM_S = 1.0
TROUGH_WITHIN_MS = 0.5


class Detector:
    """Finds the spikes of traces that come in stretches.

    Args:
        layout: sampling rate, units of the converter, number of electrodes.
        mea: threshold (in noise RMS) and dead time.
    """

    def __init__(self, layout: Layout, mea: MeaConfig) -> None:
        self._layout, self._mea = layout, mea
        hz = layout.sampling_hz
        self._band = Band(SPIKES_HZ, hz, len(layout))
        self._dead = max(1, round(mea.dead_time_ms / 1000 * hz))
        self._within = max(1, round(TROUGH_WITHIN_MS / 1000 * hz))
        self._threshold_uv: NDArray[np.float32] | None = None
        self._waiting = np.empty((0, len(layout)), np.float32)
        self._first = 0  # sample of the first frame that waits
        self._last = np.full(len(layout), -self._dead, np.int64)
        self._held = joined([])  # found, but other electrodes are not searched so far yet

    @property
    def searched(self) -> int:
        """All spikes before this sample were given."""
        return self._first

    @property
    def noise_uv(self) -> NDArray[np.float32] | None:
        """(electrodes,) RMS of the noise (µV); None before the first second is over."""
        if self._threshold_uv is None:
            return None
        noise_uv: NDArray[np.float32] = self._threshold_uv / np.float32(self._mea.threshold_sd)
        return noise_uv

    def read(self, frames: NDArray[np.int16]) -> Events:
        """Spikes whose troughs are certain by now; those of the first second come at its end."""
        traces_uv = frames * np.float32(self._layout.uv_per_bit)
        self._band.filter(traces_uv)
        self._waiting = np.concatenate((self._waiting, traces_uv))
        if self._threshold_uv is None:
            if len(self._waiting) < NOISE_FROM_S * self._layout.sampling_hz:
                return joined([])
            self._set_threshold()
        return self._search(len(self._waiting) - self._within)

    def finish(self) -> Events:
        """The spikes of what is left; the recording ends there."""
        if self._threshold_uv is None:
            if not len(self._waiting):
                return joined([])
            self._set_threshold()
        return self._search(len(self._waiting))

    def _set_threshold(self) -> None:
        n = math.ceil(NOISE_FROM_S * self._layout.sampling_hz)
        sigma_uv = np.median(np.abs(self._waiting[:n]), axis=0) / 0.6745
        # A flat trace has the noise of rounding, not none.
        sigma_uv = np.maximum(sigma_uv, self._layout.uv_per_bit / math.sqrt(12))
        self._threshold_uv = (self._mea.threshold_sd * sigma_uv).astype(np.float32)

    def _search(self, n_frames: int) -> Events:
        n_frames = max(n_frames, 0)
        room = len(self._layout) * (n_frames // self._dead + 2)
        out = Events(np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.float32))
        n = _find(
            self._waiting, n_frames, self._first, self._threshold_uv, self._within, self._dead,
            self._last, *out,
        )  # fmt: skip
        self._waiting, self._first = self._waiting[n_frames:], self._first + n_frames
        found = joined([self._held, out.taken(slice(n))])
        found = found.taken(np.lexsort((found.ids, found.samples)))
        certain = int(np.searchsorted(found.samples, self._first))
        self._held = found.taken(slice(certain, None))
        return found.taken(slice(certain))


@compiled
def _find(
    traces_uv: Any, n_frames: int, first: int, threshold_uv: Any, within: int, dead: int, last: Any,
    out_samples: Any, out_ids: Any, out_uv: Any,
) -> int:  # fmt: skip
    n = 0
    for i in range(n_frames):
        for electrode in range(traces_uv.shape[1]):
            if (
                traces_uv[i, electrode] < -threshold_uv[electrode]
                and first + i - last[electrode] >= dead
            ):
                lowest = i
                for k in range(i + 1, min(i + within, traces_uv.shape[0])):
                    if traces_uv[k, electrode] < traces_uv[lowest, electrode]:
                        lowest = k
                last[electrode] = first + lowest
                out_samples[n] = first + lowest
                out_ids[n] = electrode
                out_uv[n] = -traces_uv[lowest, electrode]
                n += 1
    return n
