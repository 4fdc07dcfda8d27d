"""PageProcess: the page, served by a process of its own, so that a culture never waits for it."""

import json
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import quote

from bl1.errors import Bl1Error
from bl1.extras import check
from bl1.monitor.access import MOST_TOKEN, is_loopback
from bl1.monitor.pair import Pair

CHILD = "bl1.monitor.page_process"
CLOSE_S = 3.0  # for browsers to be told that it ends
EVERYWHERE = ("0.0.0.0", "::")
NEEDED = ("starlette", "uvicorn", "websockets")


class PageProcess:
    """This process's end of it.

    Args:
        hello: what there is to see, which each browser is sent first.
        host: address to serve on.
        port: 0 takes any that is free.
        token: that browsers must know; "" for nobody.

    Raises:
        Bl1Error: the port is taken, there is no such address, the address can be reached from other
            machines and there is no token, or what serves pages is not installed.
    """

    def __init__(self, hello: dict[str, Any], host: str, port: int, token: str) -> None:
        for module in NEEDED:
            check(module, "monitor")
        if not token and not is_loopback(host):
            raise Bl1Error(f"{host} can be reached from other machines, which demands a token")
        if len(token) > MOST_TOKEN or not token.isascii() or not token.isprintable():
            raise Bl1Error(f"a token has up to {MOST_TOKEN} letters, digits and signs of ASCII")
        listener = _listening(host, port)
        number: int = listener.getsockname()[1]
        shown = socket.gethostname() if host in EVERYWHERE else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.url = f"http://{shown}:{number}/" + (f"?token={quote(token)}" if token else "")
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

    def send(self, message: bytes) -> None:
        """Have it know; never waits, and drops what it is too slow for."""
        try:
            self._pair.send(message)
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


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Bl1Error(f"there is no address '{host}': {error.strerror or error}") from None
    except UnicodeError:  # labels that are empty or too long
        raise Bl1Error(f"there is no address '{host}'") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise Bl1Error(f"cannot serve on {host} port {port}: {error.strerror or error}") from None
    return listener
