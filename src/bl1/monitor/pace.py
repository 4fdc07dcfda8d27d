"""Pace: how fast a simulation that is watched may run.

A clock of the culture's time runs so many times as fast as the wall's. What was simulated is shown
up to what the clock says, and the simulation goes on when the clock has come to where it is.
"""

import math
import time
from typing import Any

SLOWEST, FASTEST = 0.01, 1000.0  # times real time
MOST_AHEAD_S = 0.25  # of the wall's time; what a slow simulation has lost beyond is not made up for
SPEED_TAU_S = 2.0  # of simulating, over which the speed that is told is a mean


class Pace:
    """The clock.

    Attributes:
        factor: at most so many times real time; None for as fast as it goes.
        held_up_s: how long simulations were held up in all, on the wall's clock.
    """

    def __init__(self) -> None:
        self.factor: float | None = 1.0
        self.held_up_s = 0.0
        self.begin(0.0)

    def begin(self, at_s: float) -> None:
        """Another culture, whose time is this now."""
        self._at_s = at_s
        self._left_at_s = self._looked_at_s = time.monotonic()
        self._lived_s = self._took_s = 0.0

    def asked(self, wish: Any) -> str:
        """Do what a browser asks for, or say why not."""
        match wish:
            case {"pace": None}:
                self.factor = None
            case {"pace": bool()}:
                return "a pace is a number, or null for full speed"
            case {"pace": int() | float() as factor} if SLOWEST <= factor <= FASTEST:
                self.factor = float(factor)
            case {"pace": factor}:
                return f"a pace of {factor}, expected {SLOWEST:g} to {FASTEST:g} times real time"
            case _:
                return "a simulation can be given another pace from here, nothing else"
        return ""

    def lived(self, lasted_s: float) -> None:
        """So much of the culture's time was simulated since `leave`."""
        self._came_at_s = time.monotonic()
        took_s = self._came_at_s - self._left_at_s
        kept = math.exp(-took_s / SPEED_TAU_S)
        self._lived_s = kept * self._lived_s + lasted_s
        self._took_s = kept * self._took_s + took_s

    @property
    def could_be(self) -> float:
        """Times real time at which it could run, by what it took lately; NaN before."""
        return self._lived_s / self._took_s if self._took_s else math.nan

    def clock_s(self, lived_s: float) -> float:
        """The culture's time on the clock, where it was simulated until ``lived_s``."""
        now_s = time.monotonic()
        if self.factor is None:
            self._at_s = lived_s
        else:
            self._at_s += self.factor * (now_s - self._looked_at_s)
            self._at_s = min(self._at_s, lived_s + self.factor * MOST_AHEAD_S)
        self._looked_at_s = now_s
        return self._at_s

    def leave(self) -> None:
        """The simulation goes on."""
        self._left_at_s = time.monotonic()
        self.held_up_s += self._left_at_s - self._came_at_s
