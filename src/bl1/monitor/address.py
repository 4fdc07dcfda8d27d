"""Address: where the page is served, taken before a culture is built that nobody could look at."""

import socket
from typing import NamedTuple
from urllib.parse import quote

from bl1.errors import Bl1Error
from bl1.extras import check
from bl1.monitor.access import MOST_TOKEN, is_loopback, new_token

EVERYWHERE = ("0.0.0.0", "::")
NEEDED = ("starlette", "uvicorn", "websockets")


class Address(NamedTuple):
    """A socket on which browsers come.

    Attributes:
        listener: the socket.
        host: as it was asked for.
        token: that browsers must know; "" for nobody.
    """

    listener: socket.socket
    host: str
    token: str

    @classmethod
    def taken(cls, host: str, port: int, token: str | None = None) -> "Address":
        """Begin to listen.

        Args:
            host: address or name.
            port: 0 takes any that is free.
            token: None makes one where other machines reach the address.

        Raises:
            Bl1Error: the port is taken, there is no such address, the address can be reached from
                other machines and the token is empty, the token is too long or not printable
                ASCII, or what serves pages is not installed.
        """
        for module in NEEDED:
            check(module, "monitor")
        if token is None:
            token = "" if is_loopback(host) else new_token()
        if not token and not is_loopback(host):
            raise Bl1Error(f"{host} can be reached from other machines, which demands a token")
        if len(token) > MOST_TOKEN or not token.isascii() or not token.isprintable():
            raise Bl1Error(f"a token has up to {MOST_TOKEN} letters, digits and signs of ASCII")
        return cls(_listening(host, port), host, token)

    @property
    def url(self) -> str:
        """What a browser is to open."""
        number: int = self.listener.getsockname()[1]
        shown = socket.gethostname() if self.host in EVERYWHERE else self.host
        shown = f"[{shown}]" if ":" in shown else shown
        return f"http://{shown}:{number}/" + (f"?token={quote(self.token)}" if self.token else "")


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
