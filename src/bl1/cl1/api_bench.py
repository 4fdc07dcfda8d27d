"""A bench behind the CL API: the same questions as over UDP, asked of `neurons.loop` and `stim`.

It needs cl-sdk, and is imported only where that is asked for.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cl
import numpy as np
from cl import ChannelSet, StimDesign

from bl1.cl1.channels import ENCODING, GROUPS, counted_by_group
from bl1.cl1.device import Timing
from bl1.cl1.packets import SpikeCounts, now_us
from bl1.cl1.tissue import PULSE_WIDTH_US

LOOP_S = 1e5  # longer than any probe


class ApiBench:
    """Stimulates through the CL API and counts the spikes of each group, tick by tick.

    Args:
        neurons: of `cl.open()`.
        timing: how many ticks a second, and of which spikes are counted.
    """

    n_lost = n_unsolicited = 0  # nothing is sent that could be lost

    def __init__(self, neurons: "cl.Neurons", timing: Timing) -> None:
        self._neurons, self._timing = neurons, timing
        loop = neurons.loop(ticks_per_second=timing.tick_hz, stop_after_seconds=LOOP_S)
        self._ticks = iter(loop)

    def ask(
        self, rates_hz: Sequence[float], currents_ua: Sequence[float]
    ) -> tuple[SpikeCounts | None, float]:
        """Stimulate at a tick and count: the answer, and how long it took (s)."""
        start_s = time.monotonic()
        next(self._ticks)
        for channel, current_ua in zip(ENCODING, currents_ua, strict=True):
            if current_ua > 0:
                width_us = int(PULSE_WIDTH_US)
                design = StimDesign(width_us, -current_ua, width_us, current_ua)
                self._neurons.stim(ChannelSet(channel), design)
        for _ in range(self._timing.wait_ticks):
            next(self._ticks)
        counts = np.zeros(len(GROUPS))
        for _ in range(self._timing.collect_ticks):
            spikes = next(self._ticks).analysis.spikes
            counts += counted_by_group([spike.channel for spike in spikes])
        return SpikeCounts(now_us(), tuple(counts.tolist())), time.monotonic() - start_s


@contextmanager
def opened(timing: Timing) -> Iterator[ApiBench]:
    """A bench on the device that the SDK opens, which its environment chooses."""
    with cl.open() as neurons:
        yield ApiBench(neurons, timing)
