"""Service: the device against the wall clock, between its ports and whoever watches.

Tick k is due k ticks after the start, by the clock, however long the ticks before it took, so that
the culture's time does not drift from the wall's. A service that falls behind says so once, with
the factor, and goes on from where it is.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bl1.cl1.device import Device
from bl1.cl1.packets import Event, Feedback, Stimulation, now_us
from bl1.cl1.percentiles import Percentiles
from bl1.cl1.ports import Arrived, Ports
from bl1.cl1.tissue import Listened
from bl1.errors import Bl1Error

BEHIND_S = 1.0  # from here on, time that is lost is not made up for
FORGOTTEN_S = 4.5  # a bench gives up after 5 s, and takes what comes then for its next answer
LATE_SHARE = 0.25  # of a tick
MOST_SPEED = 0.8  # of real time, that a culture which keeps up may take


class Watcher(Protocol):
    """Who is told of each tick: a recording, a monitor."""

    def tell(self, tick: "Tick") -> None:
        """What happened at a tick; must take no time."""


@dataclass(frozen=True)
class Tick:
    """What happened at a tick, and until the next.

    Attributes:
        heard: what the culture did after it.
        packets: that were obeyed or kept, in this order.
        counts: spikes of each group, if something was answered.
        latency_s: from the stimulation's coming to its answer; None where there was none.
        realtime_factor: by which the culture could be faster than the wall, over the last second.
    """

    heard: Listened
    packets: tuple[Stimulation | Event | Feedback, ...]
    counts: tuple[float, ...] | None
    latency_s: float | None
    realtime_factor: float


@dataclass
class Statistics:
    """What a service did.

    Attributes:
        n_ticks: in all.
        n_late: that began more than a quarter of a tick after they were due.
        n_answered: stimulations that were answered.
        n_superseded: that another one replaced before they were.
        n_forgotten: whose answer may have come after 5 s, and was not sent.
        latency: from a stimulation's coming to its answer.
        beyond: of that, what the ticks themselves do not ask for.
        lateness: of ticks.
        busy_s: that the culture took to live.
        lived_s: how long it lived.
    """

    n_ticks: int = 0
    n_late: int = 0
    n_answered: int = 0
    n_superseded: int = 0
    n_forgotten: int = 0
    latency: Percentiles = field(default_factory=Percentiles)
    beyond: Percentiles = field(default_factory=Percentiles)
    lateness: Percentiles = field(default_factory=Percentiles)
    busy_s: float = 0.0
    lived_s: float = 0.0

    @property
    def realtime_factor(self) -> float:
        """How many times faster than real time the culture could live; 0 before it did."""
        return self.lived_s / self.busy_s if self.busy_s else 0.0


class Service:
    """A device that serves.

    Args:
        device: with its culture.
        ports: through which it is reached.
        watchers: told of each tick.
        tell: what is said when it falls behind.
    """

    def __init__(
        self,
        device: Device,
        ports: Ports,
        watchers: tuple[Watcher, ...] = (),
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.device = device
        self.ports = ports
        self.statistics = Statistics()
        self._watchers = watchers
        self._tell = tell
        self._asked: Arrived[Stimulation] | None = None
        self._asked_at_tick_s = 0.0
        self._recent: tuple[float, float] = (0.0, 0.0)  # lived and busy, of the last second or so
        self._is_behind = False

    def run(self, stop: Callable[[], bool]) -> bool:
        """Serve until the training is complete (True), or until it is to stop (False).

        Args:
            stop: asked at each tick.
        """
        # What was built stays: looking through all of it for garbage takes 75 ms, and JSON that is
        # nested by the thousand, say, brings that about.
        gc.collect()
        gc.freeze()
        try:
            return self._run(stop)
        finally:
            gc.unfreeze()

    def _run(self, stop: Callable[[], bool]) -> bool:
        tick_s, statistics = self.device.timing.tick_s, self.statistics
        start_s = time.monotonic() + tick_s
        since_start, was_late_s = 0, 0.0
        while not stop():
            due_s = start_s + since_start * tick_s
            self.ports.receive_until(due_s)
            lateness_s = time.monotonic() - due_s
            if lateness_s > BEHIND_S:
                if was_late_s < LATE_SHARE * tick_s and statistics.realtime_factor > 1:
                    self._tell(f"stood still for {lateness_s:.1f} s, and goes on from there")
                else:
                    self._say_behind()
                start_s, since_start, due_s = time.monotonic(), 0, time.monotonic()
            statistics.n_ticks += 1
            statistics.n_late += lateness_s > LATE_SHARE * tick_s
            statistics.lateness.add(max(lateness_s, 0.0))
            was_late_s = lateness_s
            if self._tick(due_s):
                return True
            since_start += 1
        return False

    def _tick(self, due_s: float) -> bool:
        """Do what is due at a tick; whether the training is complete."""
        device, ports = self.device, self.ports
        counts, latency_s = self._answer()
        packets: list[Stimulation | Event | Feedback] = []
        if stimulation := ports.stimulation.take():
            self.statistics.n_superseded += self._asked is not None
            self._asked, self._asked_at_tick_s = stimulation, due_s
            device.obey(stimulation.packet)
            packets.append(stimulation.packet)
        event = ports.event.take()
        if event:
            packets.append(event.packet)
        if feedback := ports.feedback.take():
            try:
                device.obey(feedback.packet)
                packets.append(feedback.packet)
            except Bl1Error as error:  # a channel has too many trains to give
                ports.feedback.drop(str(error))
        heard = self._live()
        tick = Tick(heard, tuple(packets), counts, latency_s, self._recent_factor)
        for watcher in self._watchers:
            watcher.tell(tick)
        return event is not None and event.packet.kind == "training_complete"

    def _answer(self) -> tuple[tuple[float, ...] | None, float | None]:
        """Send an answer if one is due: what it was, and how long it took."""
        counts, asked, statistics = self.device.answer(), self._asked, self.statistics
        if counts is None or asked is None:
            return None, None
        self._asked = None
        now_s = time.monotonic()
        latency_s = now_s - asked.at_s
        if now_s - asked.after_s > FORGOTTEN_S:
            statistics.n_forgotten += 1
            return None, None
        if self.ports.answer(counts, now_us()):
            statistics.n_answered += 1
            statistics.latency.add(latency_s)
            due_s = self._asked_at_tick_s + self.device.timing.answer_s
            statistics.beyond.add(max(now_s - due_s, 0.0))
        return counts, latency_s

    def _live(self) -> Listened:
        before_s, first = time.monotonic(), self.device.tissue.step_count
        heard = self.device.live()
        busy_s = time.monotonic() - before_s
        lived_s = (self.device.tissue.step_count - first) * self.device.tissue.dt_ms / 1000.0
        self.statistics.busy_s += busy_s
        self.statistics.lived_s += lived_s
        kept = max(0.0, 1.0 - lived_s)  # a mean that forgets within a second
        self._recent = self._recent[0] * kept + lived_s, self._recent[1] * kept + busy_s
        return heard

    @property
    def _recent_factor(self) -> float:
        lived_s, busy_s = self._recent
        return lived_s / busy_s if busy_s else 0.0

    def _say_behind(self) -> None:
        if self._is_behind:
            return
        self._is_behind = True
        factor = self._recent_factor
        n_neurons = self.device.tissue.culture.n_neurons
        enough = int(n_neurons * min(factor, 1.0) * MOST_SPEED / 100) * 100
        self._tell(
            f"falling behind: the culture of {n_neurons:,} lives at {factor:.2f} × real time here, "
            f"and {self.device.timing.tick_hz:g} ticks a second are asked for; --neurons "
            f"{max(enough, 100)} would keep up"
        )
