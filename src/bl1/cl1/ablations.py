"""Ablations: what a sceptic puts in the place of the culture's spikes.

A loop whose score stays the same under them learned without the cells. All but one change what the
electrodes report, while the culture runs on and is stimulated as before:

- ``zero``: nothing is heard;
- ``poisson``: each electrode reports a Poisson process of the rate that it had over the last
  minute, which knows nothing of the stimulation;
- ``shuffle``: each event is reported by an electrode that is drawn at random: how much there was
  and when is kept, where is lost.

The other one, ``cut``, takes the synapses away, so that only cells which a pulse drives directly,
or the background, fire (see :mod:`bl1.cl1.tissue`).
"""

import math
from typing import Literal, TypeAlias, get_args

import numpy as np

from bl1.mea.floor import Events, joined

Ablation: TypeAlias = Literal["none", "zero", "poisson", "shuffle", "cut"]
ABLATIONS: tuple[Ablation, ...] = get_args(Ablation)
MEMORY_S = 60.0  # over which rates are matched


class Ablated:
    """What electrodes report under an ablation.

    Args:
        kind: which one.
        n_electrodes: that report.
        sampling_hz: samples a second.
        seed: of what is drawn.
    """

    def __init__(self, kind: Ablation, n_electrodes: int, sampling_hz: float, seed: int) -> None:
        self._kind = kind
        self._sampling_hz = sampling_hz
        self._rng = np.random.default_rng([seed, 0xAB1A])
        self._counts = np.zeros(n_electrodes)  # each event with a weight that fades with its age
        self._heard_s = 0.0  # the same of the time

    def reported(self, heard: Events, first: int, last: int) -> Events:
        """What is reported for the samples from ``first`` to before ``last``."""
        if self._kind == "zero":
            return joined([])
        if self._kind == "shuffle":
            ids = self._rng.integers(0, len(self._counts), len(heard.ids), dtype=np.int32)
            return Events(heard.samples, ids, heard.amplitudes_uv)
        if self._kind == "poisson":
            return self._of_same_rates(heard, first, last)
        return heard

    def _of_same_rates(self, heard: Events, first: int, last: int) -> Events:
        seconds = (last - first) / self._sampling_hz
        # Of the rate until now, which knows nothing of this stretch.
        share = seconds / self._heard_s if self._heard_s else 0.0
        numbers = self._rng.poisson(self._counts * share)
        kept = math.exp(-seconds / MEMORY_S)
        self._counts *= kept
        self._counts += np.bincount(heard.ids, minlength=len(self._counts))
        self._heard_s = self._heard_s * kept + seconds
        ids = np.repeat(np.arange(len(numbers), dtype=np.int32), numbers)
        samples = self._rng.integers(first, max(last, first + 1), len(ids))
        order = np.lexsort((ids, samples))
        # As loud as what was heard, whatever its electrode was.
        loud = heard.amplitudes_uv if len(heard.ids) else np.ones(1, np.float32)
        return Events(samples[order], ids[order], self._rng.choice(loud, len(ids)))
