"""Who may look at a running culture, and who may touch it.

A page of another site that a browser has open can send requests to this machine. It is known by its
``Origin``, or, where its name was made to point here, by the name in ``Host``: a name is heard only
if it is this machine's own, numbers always are. On an address that other machines reach, a token is
asked for besides, once in the address of the page and from then on in a cookie.
"""

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
COOKIE = "bl1_monitor"
MOST_TOKEN = 256  # characters


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_this_machine(host_header: str) -> bool:
    """Whether a ``Host`` names this machine as only this machine reaches it."""
    return is_loopback(_name_of(host_header))


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Access:
    """Who is let in.

    Attributes:
        host: the address or name that is served on.
        token: that everyone must know; "" for nobody.
    """

    host: str
    token: str

    def is_named(self, host_header: str) -> bool:
        """Whether a request's ``Host`` is this machine, by numbers or by its name."""
        name = _name_of(host_header)
        if name in ("localhost", self.host.lower(), socket.gethostname().lower()):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not is_loopback(self.host)

    def is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from this page, or from a program that is no browser."""
        origin = headers.get("origin")
        return origin is None or origin.partition("://")[2] == headers.get("host")

    def knows_token(self, shown: str) -> bool:
        """Whether this is the token, compared in a time that does not tell how much of it is."""
        return not self.token or secrets.compare_digest(
            shown[:MOST_TOKEN].encode(), self.token.encode()
        )


def _name_of(host_header: str) -> str:
    try:
        return urlsplit(f"//{host_header}").hostname or ""
    except ValueError:
        return ""
