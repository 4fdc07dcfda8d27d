"""Voltages: what the CL API's simulator shows of a culture, sample by sample.

A frame is the noise of the electrodes, the waveform of each event at its height, and the artefact
of each pulse, as in :mod:`bl1.mea.traces` but without the amplifier and the field potential, so
that a frame is known as soon as the culture has lived until it. Noise is a function of the seed,
the sample and the channel, so that it does not depend on how frames are asked for.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.core import noise
from bl1.core.jit import compiled
from bl1.mea.activation import effective_strength
from bl1.mea.layout import CL1_SITES, Layout, cl1_sites_um
from bl1.mea.stimulation import Pulse
from bl1.mea.traces import (
    ARTEFACT_LASTS,
    ARTEFACT_MS,
    ARTEFACT_RADIUS_UM,
    ARTEFACT_UV,
    BEFORE_MS,
    BROAD,
    waveform,
)

SNIPPET_BEFORE, SNIPPET_AFTER = 25, 50  # samples of a spike that the CL API keeps


class Voltages:
    """Frames of all 64 channels, from a sample on.

    Args:
        layout: the electrodes that record; the others have noise.
        noise_uv: its RMS.
        seed: of the noise.
    """

    def __init__(self, layout: Layout, noise_uv: float, seed: int) -> None:
        self._uv_per_bit = layout.uv_per_bit
        self._noise_uv, self._seed = np.float32(noise_uv), np.uint32(seed)
        wave = waveform(BROAD, layout.sampling_hz)  # as before an amplifier, which makes it lower
        self._wave = wave / -wave.min()
        self._before = int(np.ceil(BEFORE_MS / 1000 * layout.sampling_hz))
        self._decay = ARTEFACT_MS / 1000 * layout.sampling_hz
        self._places_um = cl1_sites_um()
        self._first = 0
        self._uv = np.empty((0, CL1_SITES), np.float32)

    @property
    def lag(self) -> int:
        """Samples by which an event comes later here: its waveform begins before its trough."""
        return self._before

    def extend(self, until: int) -> None:
        """Have noise for the frames before a sample, and for snippets of events until it."""
        have = self._first + len(self._uv)
        need = until + max(SNIPPET_AFTER, len(self._wave)) + self.lag
        if need > have:
            new = np.empty((need - have, CL1_SITES), np.float32)
            _noise(new, have, self._noise_uv, self._seed)
            self._uv = np.concatenate((self._uv, new))

    def add_event(self, sample: int, channel: int, height_uv: float) -> None:
        """Add a spike with its trough at a sample."""
        begin = sample - self._before - self._first
        wave = self._wave[max(0, -begin) :]
        begin = max(begin, 0)
        self._uv[begin : begin + len(wave), channel] += np.float32(height_uv) * wave

    def add_artefact(self, sample: int, channel: int, pulse: Pulse) -> None:
        """Add what a pulse leaves on all channels, from a sample on."""
        lasts = int(ARTEFACT_LASTS * self._decay)
        self.extend(sample + lasts)
        apart_um = np.linalg.norm(self._places_um - self._places_um[channel], axis=1)
        sign = np.sign(pulse.phases[0].amplitude)
        height_uv = (
            sign * effective_strength(pulse) * ARTEFACT_UV / (1 + apart_um / ARTEFACT_RADIUS_UM)
        )
        begin = sample - self._first
        fading = np.exp(-np.arange(lasts) / self._decay)
        self._uv[begin : begin + lasts] += np.outer(fading, height_uv).astype(np.float32)

    def snippet_uv(self, sample: int, channel: int) -> NDArray[np.float32]:
        """The 75 samples around an event's trough (µV)."""
        begin = sample - SNIPPET_BEFORE - self._first
        cut = self._uv[max(begin, 0) : sample + SNIPPET_AFTER - self._first, channel]
        missing = SNIPPET_BEFORE + SNIPPET_AFTER - len(cut)  # before the first frame
        return np.concatenate((np.zeros(missing, np.float32), cut))

    def take(self, first: int, last: int) -> NDArray[np.int16]:
        """(frames, 64) in units of the converter; those well before are let go."""
        begin = first - self._first
        bits = np.rint(self._uv[begin : last - self._first] / np.float32(self._uv_per_bit))
        spent = begin - SNIPPET_BEFORE
        if spent > len(self._uv) // 2:
            self._uv, self._first = self._uv[spent:].copy(), self._first + spent
        return np.ascontiguousarray(np.clip(bits, -32768, 32767).astype(np.int16))


@compiled
def _noise(frames: Any, first: int, noise_uv: Any, seed: Any) -> None:
    for i in range(frames.shape[0]):
        frame = first + i
        key = noise.key_of(seed, np.uint32(frame & 0xFFFFFFFF), np.uint32((frame >> 32) + 0x7ACE))
        for channel in range(frames.shape[1]):
            frames[i, channel] = noise_uv * noise.standard_normal(key, np.uint32(channel))
