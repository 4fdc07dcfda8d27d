"""What the tests of a simulation that is watched share: a watch, and who looks on."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from monitor.lived import live_url
from websockets.sync.client import ClientConnection, connect

from bl1.monitor.address import Address
from bl1.monitor.stretch import Stretch, joined
from bl1.monitor.watch import Watch


class Seen:
    """A watch, and a viewer that is a program."""

    viewer: ClientConnection

    def __init__(self, watch: Watch, said: list[str], stack: ExitStack) -> None:
        self.watch, self.said, self._stack = watch, said, stack

    @property
    def url(self) -> str:
        """What a browser is to open."""
        return self.said[0].split()[3].rstrip(",")

    def look(self) -> None:
        """Be the viewer, as soon as there is something to see."""
        viewer = connect(live_url(self.url), max_size=None, max_queue=None)
        self.viewer = self._stack.enter_context(viewer)

    def ask(self, **wish: object) -> None:
        self.viewer.send(json.dumps(wish))

    def stretches(self, until_s: float) -> Stretch:
        """All that it is sent up to a moment of the culture's time, as one."""
        found: list[Stretch] = []
        while not found or found[-1].last_s < until_s - 1e-9:
            message = self.viewer.recv(timeout=10)
            if not isinstance(message, str) and message[0] == 1:
                found.append(Stretch.unpacked(message))
        return joined(found)


@contextmanager
def watched() -> Iterator[Seen]:
    said: list[str] = []
    with ExitStack() as stack:
        watch = Watch(Address.taken("127.0.0.1", 0), said.append)
        stack.callback(watch.close)
        yield Seen(watch, said, stack)


@contextmanager
def meanwhile(*calls: Callable[[], object]) -> Iterator[None]:
    """What runs, one after the other, beside the block, and is waited for."""
    thread = threading.Thread(target=lambda: [call() for call in calls])
    thread.start()
    yield
    thread.join()
