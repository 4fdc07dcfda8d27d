"""The pulses that channels are still to give: queued, and cut, as the hardware does it.

A channel gives one train after the other, and two pulses never sooner after each other than the
highest rate that is safe. An interruption ends what the channels that it names were still to give,
and nothing else.
"""

import math
from collections import deque
from dataclasses import dataclass

from bl1.errors import Bl1Error
from bl1.mea.stimulation import CL1_LIMITS

MOST_TRAINS = 64  # that a channel still has to give


@dataclass(slots=True)
class _Train:
    """Pulses that are left: the step of the next one, steps between them, how many."""

    next_step: int
    period: int
    n_left: int
    current_ua: float


class PulseQueue:
    """What is left to give, channel by channel.

    Args:
        dt_ms: step of the culture.
    """

    def __init__(self, dt_ms: float) -> None:
        self._dt_ms = dt_ms
        self._pause = math.ceil(1000 / CL1_LIMITS.max_train_hz / dt_ms)
        self._trains: dict[int, deque[_Train]] = {}
        self._given: dict[int, int] = {}  # the step of a channel's last pulse

    def add(
        self,
        channels: tuple[int, ...],
        current_ua: float,
        now: int,
        n_pulses: int = 1,
        rate_hz: float = 0.0,
    ) -> None:
        """Queue a train on each channel, from a step on; a rate has no meaning for one pulse.

        Raises:
            Bl1Error: a channel has too many trains to give; then none is queued.
        """
        for channel in channels:
            if len(self._trains.get(channel, ())) >= MOST_TRAINS:
                raise Bl1Error(f"channel {channel} still has {MOST_TRAINS} trains to give")
        for channel in channels:
            self._add(channel, current_ua, now, n_pulses, rate_hz)

    def interrupt(self, channels: tuple[int, ...]) -> None:
        """Give nothing of what these channels were still to give."""
        for channel in channels:
            self._trains.pop(channel, None)

    def take(self, until: int) -> list[tuple[int, int, float]]:
        """The pulses before a step, which are given with that: step, channel, current (µA)."""
        taken = []
        for channel, trains in list(self._trains.items()):
            while trains and trains[0].next_step < until:
                train = trains[0]
                taken.append((train.next_step, channel, train.current_ua))
                self._given[channel] = train.next_step
                train.next_step += train.period
                train.n_left -= 1
                if not train.n_left:
                    trains.popleft()
            if not trains:
                del self._trains[channel]
        return sorted(taken)

    def _add(
        self, channel: int, current_ua: float, now: int, n_pulses: int, rate_hz: float
    ) -> None:
        trains = self._trains.setdefault(channel, deque())
        first = max(now, self._given.get(channel, -self._pause) + self._pause)
        if trains:
            last = trains[-1]
            first = max(first, last.next_step + (last.n_left - 1) * last.period + self._pause)
        period = max(self._pause, round(1000 / rate_hz / self._dt_ms)) if n_pulses > 1 else 0
        trains.append(_Train(first, period, n_pulses, current_ua))
