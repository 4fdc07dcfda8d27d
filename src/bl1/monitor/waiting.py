"""Waiting: what was simulated and is not shown yet."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int32, np.uint16)


class Waiting(Generic[Number]):
    """Times and numbers of spikes, events or pulses, in order.

    Args:
        kind: of the numbers.
    """

    def __init__(self, kind: type[Number]) -> None:
        self._kind: type[Number] = kind
        self._times_s: list[NDArray[np.floating]] = []
        self._numbers: list[NDArray[Number]] = []

    def add(self, times_s: NDArray[np.floating], numbers: NDArray[np.integer]) -> None:
        """Add what happened since (s)."""
        if len(times_s):
            self._times_s.append(times_s)
            self._numbers.append(numbers.astype(self._kind, copy=False))

    def until(self, until_s: float) -> tuple[NDArray[np.float64], NDArray[Number]]:
        """Take what happened before a moment (s)."""
        times_s = np.concatenate([np.empty(0), *self._times_s])
        numbers = np.concatenate([np.empty(0, self._kind), *self._numbers])
        n = int(np.searchsorted(times_s, until_s))
        self._times_s, self._numbers = [times_s[n:]], [numbers[n:]]
        return times_s[:n], numbers[:n]
