"""Device: what a CL1 bench does, tick by tick, with a culture in it.

At each tick it reads at most one packet of each kind. A stimulation interrupts all channels, gives
each encoding channel one pulse of its current, and is answered once: after the ticks in which the
artefact fades, and those in which spikes are counted, at the tick that follows. Another one before
that takes its place, and is answered instead. What is answered are the spikes of each group.

This is the device without a clock and without a network; :mod:`bl1.cl1.service` has both.
"""

import math
from dataclasses import dataclass

import numpy as np

from bl1.cl1.channels import ENCODING, GROUPS, USABLE, counted_by_group
from bl1.cl1.packets import Feedback, FeedbackKind, Stimulation
from bl1.cl1.tissue import Listened, Tissue
from bl1.errors import Bl1Error

FASTEST_TICK_HZ = 1000.0
LONGEST_ANSWER_S = 4.0  # a bench gives up after 5 s


@dataclass(frozen=True)
class Timing:
    """When the device does what.

    Attributes:
        tick_hz: how often it looks for packets.
        artifact_wait_ms: from a stimulation until spikes are counted; the artefact fades meanwhile.
        collect_window_ms: how long they are counted.

    Raises:
        Bl1Error: no device could do so, or a bench would have given up before it is answered.
    """

    tick_hz: float = 10.0
    artifact_wait_ms: float = 0.0
    collect_window_ms: float = 100.0

    def __post_init__(self) -> None:
        if not 1 <= self.tick_hz <= FASTEST_TICK_HZ:
            raise Bl1Error(
                f"tick_hz is {self.tick_hz:g}, expected 1 to {FASTEST_TICK_HZ:g} ticks a second"
            )
        for name in ("artifact_wait_ms", "collect_window_ms"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise Bl1Error(f"{name} is {value:g}, expected a number >= 0")
        if self.answer_s > LONGEST_ANSWER_S:
            raise Bl1Error(
                f"an answer would take {self.answer_s:g} s, but a bench waits no longer than 5 s: "
                f"expected a shorter wait or window, or more ticks a second"
            )

    @property
    def tick_s(self) -> float:
        """From one tick to the next."""
        return 1.0 / self.tick_hz

    @property
    def wait_ticks(self) -> int:
        """Ticks in which nothing is counted."""
        return _ticks(self.artifact_wait_ms, self.tick_hz)

    @property
    def collect_ticks(self) -> int:
        """Ticks in which spikes are counted."""
        return max(1, _ticks(self.collect_window_ms, self.tick_hz))

    @property
    def answer_s(self) -> float:
        """From the tick at which a stimulation is read to that at which it is answered."""
        return (self.wait_ticks + self.collect_ticks) * self.tick_s


def _ticks(milliseconds: float, tick_hz: float) -> int:
    return math.ceil(milliseconds * tick_hz / 1000.0 - 1e-9)


class Device:
    """The device, with a culture in it.

    Args:
        tissue: what is stimulated and heard.
        timing: when the device does what.
    """

    def __init__(self, tissue: Tissue, timing: Timing) -> None:
        self.tissue = tissue
        self.timing = timing
        self._n_ticks = 0
        self._first_step = tissue.step_count
        self._ticks_to_answer: int | None = None  # None: nothing is to be answered
        self._counts = np.zeros(len(GROUPS))

    def answer(self) -> tuple[float, ...] | None:
        """The spikes of each group, if a stimulation is to be answered at this tick; only once."""
        if self._ticks_to_answer != 0:
            return None
        self._ticks_to_answer = None
        return tuple(self._counts.tolist())

    def obey(self, packet: Stimulation | Feedback) -> None:
        """Do what a packet asks for.

        Raises:
            Bl1Error: a channel has too many trains to give; then none is given another.
        """
        if isinstance(packet, Stimulation):
            self.tissue.interrupt(USABLE)
            for channel, current_ua in zip(ENCODING, packet.currents_ua, strict=True):
                if current_ua > 0:
                    self.tissue.stimulate((channel,), current_ua)
            self._ticks_to_answer = self.timing.wait_ticks + self.timing.collect_ticks
            self._counts[:] = 0
        elif packet.kind == FeedbackKind.INTERRUPT:
            self.tissue.interrupt(packet.channels)
        elif packet.current_ua > 0:
            self.tissue.stimulate(
                packet.channels, packet.current_ua, packet.n_pulses, packet.rate_hz
            )

    def live(self) -> Listened:
        """Let the culture live until the next tick."""
        self._n_ticks += 1
        until = self._first_step + round(
            self._n_ticks * 1000.0 / (self.timing.tick_hz * self.tissue.dt_ms)
        )
        heard = self.tissue.advance(until - self.tissue.step_count)
        if self._ticks_to_answer is not None:
            if self._ticks_to_answer <= self.timing.collect_ticks:
                self._counts += counted_by_group(heard.events.ids)
            self._ticks_to_answer -= 1
        return heard
