"""The culture behind the CL API (`bl1.cl1.source`), live in a browser: `bl1 cl1 run --monitor`.

The SDK makes it in a process of its own, as it does the other.
"""

import sys

from bl1.cl1.source import CultureSource
from bl1.monitor.access import LOOPBACK
from bl1.monitor.address import Address
from bl1.monitor.monitor import Monitor


class WatchedSource(CultureSource):
    """A culture that the SDK reads and stimulates, and that a page shows.

    Args:
        port: of the page, on this machine alone.
        config, neurons, seed: as in `CultureSource`.
    """

    def __init__(self, port: int, config: str, neurons: int | None, seed: int) -> None:
        super().__init__(config, neurons, seed)
        self._port = port
        self._shown: Monitor | None = None

    def open(self) -> None:
        """Plate the culture, let it come to life, and show it."""
        super().open()
        address = Address.taken(LOOPBACK, self._port)
        self._shown = shown = Monitor(
            self.tissue, address, allow_stimulation=False, is_bench=False, tell=_told
        )
        self.watchers = (shown,)
        _told(f"watch it at {shown.url}")

    def close(self) -> None:
        """End the page, then as the other does."""
        if self._shown:
            self._shown.close()
        super().close()


def create(port: int, config: str, neurons: int | None, seed: int) -> WatchedSource:
    """What `CL_SDK_DATA_SOURCE=bl1.monitor.source:create` names."""
    return WatchedSource(port, config, neurons, seed)


def _told(sentence: str) -> None:
    print(f"bl1: {sentence}", file=sys.stderr, flush=True)
