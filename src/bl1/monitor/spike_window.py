"""The last seconds of a stream of spikes or pulses, in memory of a fixed size."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.errors import Bl1Error


class SpikeWindow:
    """Times and ids of what happened last.

    Args:
        keep_s: seconds that are kept.
        most: of them that are kept; the oldest give way.
    """

    def __init__(self, keep_s: float, most: int) -> None:
        self._keep_s, self._most = keep_s, most
        # Twice as long, so that what is kept moves to the front only once in a while.
        self._times_s = np.empty(2 * most, np.float64)
        self._ids = np.empty(2 * most, np.int32)
        self._first = self._end = 0
        self.now_s = 0.0

    def __len__(self) -> int:
        return self._end - self._first

    def add(self, times_s: ArrayLike, ids: ArrayLike) -> None:
        """Add what happened since.

        Args:
            times_s: in order, none before the last one that was added (s).
            ids: of the cells or electrodes.

        Raises:
            Bl1Error: times are not in order, or there is not one for each id.
        """
        times = np.atleast_1d(np.asarray(times_s, np.float64))
        which = np.atleast_1d(np.asarray(ids, np.int32))
        if times.shape != which.shape or times.ndim != 1:
            raise Bl1Error(
                f"times have shape {times.shape} and ids {which.shape}, expected one time for each"
            )
        if not len(times):
            return
        before_s = self._times_s[self._end - 1] if len(self) else -np.inf
        if not times[0] >= before_s or not np.all(np.diff(times) >= 0):
            raise Bl1Error("times_s are not in order, expected each no earlier than the one before")
        times, which = times[-self._most :], which[-self._most :]
        if self._end + len(times) > len(self._times_s):
            kept = slice(max(self._first, self._end - self._most), self._end)
            n = kept.stop - kept.start
            self._times_s[:n] = self._times_s[kept].copy()
            self._ids[:n] = self._ids[kept].copy()
            self._first, self._end = 0, n
        new = slice(self._end, self._end + len(times))
        self._times_s[new], self._ids[new] = times, which
        self._end = new.stop
        self._first = max(self._first, self._end - self._most)
        self.advance(float(times[-1]))

    def advance(self, now_s: float) -> None:
        """It is later now (s), even if nothing happened; what is too old is forgotten."""
        self.now_s = max(self.now_s, now_s)
        live = self._times_s[self._first : self._end]
        self._first += int(np.searchsorted(live, self.now_s - self._keep_s))

    def last(self, window_s: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Times (s) and ids of the last seconds."""
        live = self._times_s[self._first : self._end]
        start = self._first + int(np.searchsorted(live, self.now_s - window_s))
        return self._times_s[start : self._end], self._ids[start : self._end]
