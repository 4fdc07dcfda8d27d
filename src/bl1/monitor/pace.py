"""Pace: how fast a simulation that is watched may run."""

import math
import time
from collections.abc import Callable
from typing import Any

SLOWEST, FASTEST = 0.01, 1000.0  # times real time
MOST_BEHIND_S = 0.25  # further behind, lost time is not made up for
RECENT = 0.95  # what a stretch keeps of its part in the speed that is told, from one to the next


class Pace:
    """Times real time, on the wall's clock.

    Args:
        stopped: whether the run is to end; from then on it is not held up.

    Attributes:
        factor: at most so many times real time; None for as fast as it goes.
        has_waited: whether it ever held anything up.
    """

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.factor: float | None = 1.0
        self.has_waited = False
        self._stopped = stopped
        self._due_s = self._before_s = time.monotonic()
        self._waited_s = 0.0
        self._recent_lived_s = self._recent_took_s = 0.0

    def set(self, factor: float | None) -> None:
        """Another pace from now on."""
        self.factor = factor
        self._due_s = time.monotonic()

    def asked(self, wish: Any) -> str:
        """Do what a browser asks for, or say why not."""
        match wish:
            case {"pace": None}:
                self.set(None)
            case {"pace": int() | float() as factor} if SLOWEST <= factor <= FASTEST:
                self.set(float(factor))
            case {"pace": factor}:
                return f"a pace of {factor}, expected {SLOWEST:g} to {FASTEST:g} times real time"
            case _:
                return "a simulation can be given another pace from here, nothing else"
        return ""

    def lived(self, lasted_s: float) -> None:
        """So much of the culture's time was simulated, since this was last told."""
        now_s = time.monotonic()
        self._recent_lived_s = RECENT * self._recent_lived_s + lasted_s
        took_s = now_s - self._before_s - self._waited_s
        self._recent_took_s = RECENT * self._recent_took_s + took_s
        self._before_s, self._waited_s = now_s, 0.0
        if self.factor is not None:
            self._due_s = max(self._due_s + lasted_s / self.factor, now_s - MOST_BEHIND_S)

    @property
    def could_be(self) -> float:
        """Times real time at which it could run, from what it took lately; NaN at first."""
        return self._recent_lived_s / self._recent_took_s if self._recent_took_s else math.nan

    def left_s(self) -> float:
        """How long it has still to wait (s)."""
        return 0.0 if self.factor is None or self._stopped() else self._due_s - time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.has_waited = True
        before_s = time.monotonic()
        time.sleep(seconds)
        self._waited_s += time.monotonic() - before_s
