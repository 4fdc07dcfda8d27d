"""What the tests of the page share: a small culture in a device, watched, and who looks on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from bl1.cl1.device import Device, Timing
from bl1.cl1.ports import PortNumbers, Ports
from bl1.cl1.service import Service
from bl1.cl1.tissue import Tissue
from bl1.monitor.address import Address
from bl1.monitor.monitor import Monitor
from bl1.monitor.stretch import Stretch
from bl1.network.culture import Culture


def live_url(url: str) -> str:
    """Where the page of this address hears of the culture."""
    return url.partition("?")[0].replace("http", "ws", 1) + "live"


class Lived:
    """A culture that lives in real time in a thread, and its monitor."""

    def __init__(self, tissue: Tissue, monitor: Monitor, service: Service) -> None:
        self.tissue, self.monitor, self.service = tissue, monitor, service
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return self.monitor.url

    @property
    def port(self) -> int:
        return int(self.url.partition("?")[0].rstrip("/").rpartition(":")[2])

    @property
    def live_url(self) -> str:
        return live_url(self.url)

    @property
    def event_port(self) -> int:
        """To which a trainer sends events."""
        return self.service.ports.event.port


@contextmanager
def lived(
    token: str = "",
    port: int = 0,
    allow_stimulation: bool = False,
    tick_hz: float = 30.0,
    is_bench: bool = True,
    n_neurons: int = 600,
) -> Iterator[Lived]:
    """A culture that lives until the block ends."""
    tissue = Tissue(Culture.from_config("cl1_culture", n_neurons=n_neurons))
    said: list[str] = []
    address = Address.taken("127.0.0.1", port, token)
    monitor = Monitor(tissue, address, allow_stimulation, is_bench, tell=said.append)
    ports = Ports(numbers=PortNumbers(0, 0, 0, 0))
    service = Service(Device(tissue, Timing(tick_hz)), ports, (monitor,), said.append)
    ends = threading.Event()
    living = threading.Thread(target=service.run, args=(ends.is_set,))
    living.start()
    try:
        culture = Lived(tissue, monitor, service)
        culture.said = said
        yield culture
    finally:
        ends.set()
        living.join()
        monitor.close()
        ports.close()


def looking(culture: Lived, **options) -> ClientConnection:
    """A viewer that is a program."""
    return connect(culture.live_url, open_timeout=10, max_size=None, **options)


def next_stretch(viewer: ClientConnection) -> Stretch:
    """The next frame that a viewer is sent."""
    while isinstance(message := viewer.recv(timeout=10), str) or message[0] != 1:
        pass
    return Stretch.unpacked(message)


def next_told(viewer: ClientConnection, kind: str):
    """The next message of a kind."""
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s:
        message = viewer.recv(timeout=10)
        if isinstance(message, str) and kind in (told := json.loads(message)):
            return told[kind]
    raise AssertionError(f"nothing was told of {kind}")
