"""Playout: ticks of any length made into frames at an even pace.

A culture that is told of ten times a second would jerk. Its time is therefore shown as a clock that
runs with the wall's, a tick or so behind what is known, and a frame has what that clock passed.
"""

from collections import deque

from bl1.monitor.stretch import Stretch, cut, joined

MOST_BEHIND_S = 0.5  # on the wall, besides the latest stretch; further behind, the clock leaps


class Playout:
    """What is known and not shown yet.

    Attributes:
        pace: how many times faster than the wall's the clock runs, where there is enough to show.
    """

    def __init__(self) -> None:
        self.pace = 1.0
        self._waiting: deque[Stretch] = deque()
        self._shown_s = 0.0

    def clear(self) -> None:
        """What waits is not to be shown any longer."""
        self._waiting.clear()
        self._shown_s = 0.0

    def add(self, stretch: Stretch) -> None:
        """What happened since; a gap before it, of what was dropped, does no harm."""
        if not self._waiting:
            self._shown_s = max(self._shown_s, stretch.first_s)
        self._waiting.append(stretch)

    def take(self, elapsed_s: float) -> Stretch | None:
        """What is to be shown after so much time (s); None if nothing is known."""
        if not self._waiting:
            return None
        newest = self._waiting[-1]
        until_s = self._shown_s + elapsed_s * self.pace
        longest_s = newest.last_s - newest.first_s + MOST_BEHIND_S * self.pace
        until_s = min(max(until_s, newest.last_s - longest_s), newest.last_s)
        taken = []
        while self._waiting and self._waiting[0].last_s <= until_s:
            taken.append(self._waiting.popleft())
        if self._waiting and self._waiting[0].first_s < until_s:
            early, late = cut(self._waiting.popleft(), until_s)
            taken.append(early)
            self._waiting.appendleft(late)
        self._shown_s = until_s
        return joined(taken) if taken else None
