"""The floor: threshold crossings that no cell within hearing made.

Every electrode of the recordings of Wagenaar, Pine & Potter 2006 (doi:10.1186/1471-2202-7-11) has
some, about 0.12 a second: noise, and cells too far to be told apart. Here
they are a Poisson process of each electrode, and each is a spike of two noise RMS above the
threshold. What happens in a second is a function of the seed and of that second alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.mea.layout import Layout

ABOVE_SD = 2.0


class Events(NamedTuple):
    """Threshold crossings of a stretch of recording, ordered by sample, then by electrode."""

    samples: NDArray[np.int64]
    ids: NDArray[np.int32]
    amplitudes_uv: NDArray[np.float32]

    def taken(self, which: NDArray[np.int64] | slice) -> "Events":
        """These of the events."""
        return Events(self.samples[which], self.ids[which], self.amplitudes_uv[which])


def joined(parts: list[Events]) -> Events:
    """Events of stretches that follow each other."""
    none = Events(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    samples, ids, amplitudes_uv = zip(none, *parts, strict=True)
    return Events(np.concatenate(samples), np.concatenate(ids), np.concatenate(amplitudes_uv))


class Floor:
    """The crossings of all electrodes of an array that no cell within hearing made."""

    def __init__(self, layout: Layout, mea: MeaConfig, seed: int) -> None:
        self._n_electrodes, self._hz = len(layout), layout.sampling_hz
        self._mea, self._seed = mea, seed
        self._cached = (-1, joined([]))

    @property
    def height_uv(self) -> float:
        """Height of these spikes without noise (µV)."""
        return self._mea.noise_uv * (self._mea.threshold_sd + ABOVE_SD)

    def between(self, first: int, last: int) -> Events:
        """Crossings of the samples from ``first`` to before ``last``."""
        parts = []
        for second in range(int(first // self._hz), int((last - 1) // self._hz) + 1):
            if self._cached[0] != second:
                self._cached = (second, self._of(second))
            crossings = self._cached[1]
            a, b = np.searchsorted(crossings.samples, (first, last))
            parts.append(crossings.taken(slice(a, b)))
        return joined(parts)

    def _of(self, second: int) -> Events:
        rng = np.random.default_rng([self._seed, 0xF100, second])
        n = rng.poisson(self._n_electrodes * self._mea.false_positive_hz)
        samples = np.sort(((second + rng.random(n)) * self._hz).astype(np.int64))
        ids = rng.integers(0, self._n_electrodes, n, dtype=np.int32)
        threshold_uv = self._mea.noise_uv * self._mea.threshold_sd
        above_uv = self._mea.noise_uv * np.abs(ABOVE_SD + rng.standard_normal(n))
        return Events(samples, ids, (threshold_uv + above_uv).astype(np.float32))
