"""PageProcess: the page, served by a process of its own, so that a culture never waits for it."""

import json
import socket
import subprocess
import sys
from typing import Any

from bl1.monitor.address import Address
from bl1.monitor.pair import Pair

CHILD = "bl1.monitor.page_process"
CLOSE_S = 3.0  # for browsers to be told that it ends


class PageProcess:
    """This process's end of it.

    Args:
        hello: what there is to see, which each browser is sent first.
        address: where it is served; that process has it from now on.
    """

    def __init__(self, hello: dict[str, Any], address: Address) -> None:
        listener, host, token = address
        self.url = address.url
        ours, theirs = socket.socketpair()
        with listener, theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", CHILD, str(listener.fileno())],
                stdin=theirs.fileno(),
                pass_fds=(listener.fileno(),),
                start_new_session=True,  # a terminal's Ctrl-C is not for it
            )
        self._pair = Pair(ours)
        self._is_gone = False
        self.send(json.dumps({"hello": hello, "host": host, "token": token}).encode())

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended by itself."""
        return self._is_gone

    def send(self, message: bytes, *, is_needed: bool = False) -> None:
        """Have it know; never waits, and drops what it is too slow for, unless it is needed."""
        try:
            self._pair.send(message, is_needed=is_needed)
        except OSError:
            self._is_gone = True

    def receive(self) -> list[Any]:
        """What browsers ask for, since this was last asked."""
        try:
            return [json.loads(message) for message in self._pair.receive()]
        except OSError:
            self._is_gone = True
            return []

    def close(self) -> None:
        """End it."""
        self._pair.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
