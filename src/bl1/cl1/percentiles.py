"""Percentiles of durations that may be any number, in memory that does not grow."""

import numpy as np

SHORTEST_S, LONGEST_S = 1e-6, 1e3
PER_DECADE = 100  # so that a percentile is right to 2.3 %


class Percentiles:
    """Durations, counted in classes of equal ratio."""

    def __init__(self) -> None:
        n_decades = round(np.log10(LONGEST_S / SHORTEST_S))
        self._counts = np.zeros(n_decades * PER_DECADE + 1, np.int64)
        self.longest_s = 0.0

    def __len__(self) -> int:
        return int(self._counts.sum())

    def add(self, duration_s: float) -> None:
        """Count a duration."""
        within = min(max(duration_s, SHORTEST_S), LONGEST_S)
        self._counts[int(np.log10(within / SHORTEST_S) * PER_DECADE)] += 1
        self.longest_s = max(self.longest_s, duration_s)

    def at(self, percent: float) -> float:
        """The duration (s) below which so many of them lie; 0 if there are none."""
        if not len(self):
            return 0.0
        rank = np.ceil(percent / 100 * len(self))
        place = int(np.searchsorted(np.cumsum(self._counts), max(rank, 1)))
        return min(SHORTEST_S * 10 ** ((place + 1) / PER_DECADE), self.longest_s)
