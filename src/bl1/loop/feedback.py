"""Feedback: what a culture is made to feel when something good or bad has happened.

After the free-energy hypothesis of Kagan et al. 2022 (doi:10.1016/j.neuron.2022.09.001): cultures
come to avoid what they cannot predict. In game steps of 20 ms:

    fep        good: all bands are driven at once for 100 ms, the same each time (predictable).
               bad: every band at random, 5 times a second, for 4 s, then 4 s of rest
    open_loop  the same two, but which of them follows is drawn by lot, each as likely, whatever
               happened: who mostly hits, or mostly misses, feels another share of them
    silent     nothing is driven; the same time passes

The game waits meanwhile. On an array, with electrodes and pulses, see
:mod:`bl1.experiments.dishbrain`.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias, get_args
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error

FeedbackMode: TypeAlias = Literal["fep", "open_loop", "silent"]
FEEDBACK_MODES: tuple[FeedbackMode, ...] = get_args(FeedbackMode)

PREDICTABLE_STEPS = 5
UNPREDICTABLE_STEPS = 200
REST_STEPS = 200
P_DRIVEN = 0.1  # of a band in a game step: 5 Hz


class Feedback:
    """Answers events, each by stimuli that are a function of the seed and its number alone.

    Args:
        mode: what follows what.
        seed: of what cannot be predicted.
        n_bands: of the substrate.
    """

    def __init__(self, mode: FeedbackMode, seed: int, n_bands: int) -> None:
        if mode not in FEEDBACK_MODES:
            raise Bl1Error(f"feedback is {mode!r}, expected one of {', '.join(FEEDBACK_MODES)}")
        self._mode, self._seed, self._n_bands = mode, seed, n_bands

    def answer(self, good: bool, event: int) -> Iterator[NDArray[np.float32]]:
        """The stimuli of the game steps that follow an event, one (n_bands,) each.

        Args:
            good: what happened.
            event: its number.
        """
        rng = np.random.default_rng([self._seed, crc32(b"feedback"), event])
        predictable = rng.random() < 0.5 if self._mode == "open_loop" else good
        nothing = np.zeros(self._n_bands, np.float32)
        driven = 0.0 if self._mode == "silent" else 1.0
        if predictable:
            for _ in range(PREDICTABLE_STEPS):
                yield np.full(self._n_bands, driven, np.float32)
            return
        for _ in range(UNPREDICTABLE_STEPS):
            yield np.float32(driven) * (rng.random(self._n_bands) < P_DRIVEN).astype(np.float32)
        for _ in range(REST_STEPS):
            yield nothing
