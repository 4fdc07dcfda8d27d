"""`--monitor` of the commands that simulate: what they run, live in a browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from bl1.cli import console
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from bl1.loop.episodes import EpisodicSession
    from bl1.loop.session import Session
    from bl1.monitor.address import Address
    from bl1.monitor.watch import Scene, Watch

LOOPBACK = "127.0.0.1"

MonitorPort = Annotated[
    int | None, typer.Option(help="Show it in a browser, on this port of this machine.")
]


def page_address(host: str, port: int | None) -> "Address | None":
    """Of a page, if one is asked for."""
    if port is None:
        return None
    from bl1.monitor.address import Address

    return Address.taken(host, port)


@contextmanager
def watching(
    monitor: int | None, stopped: Callable[[], bool] = lambda: False
) -> "Iterator[Watch | None]":
    """A page that shows what is named to it; None where no port is given.

    Args:
        monitor: the port.
        stopped: whether the run is to end, so that it is held up no longer.
    """
    console.check_whole("--monitor", monitor, 0, 65535)
    address = page_address(LOOPBACK, monitor)
    if address is None:
        yield None
        return
    from bl1.monitor.watch import Watch

    watch = Watch(address, console.note, stopped)
    try:
        yield watch
    finally:
        watch.close()


def running_clock(watch: "Watch | None") -> Callable[[], float]:
    """A clock (s) for speeds, which stands still while a page holds the run up."""
    return watch.clock_s if watch else perf_counter


def show_session(
    watch: "Watch",
    game: str,
    session: "Session | EpisodicSession",
    scene: "Callable[[], Scene]",
) -> None:
    """Show what is trained; the controls, which come after it, are not seen."""
    from bl1.loop.substrate import CultureSubstrate

    cells = session.substrate
    if cells.engine is None:
        raise Bl1Error("--monitor shows cells, and the identity substrate has none")
    culture = cells.culture if isinstance(cells, CultureSubstrate) else None
    title = f"{game}, {cells.n_neurons:,} neurons, seed {session.seed}"
    watch.cells(title, cells.engine, culture, scene)
