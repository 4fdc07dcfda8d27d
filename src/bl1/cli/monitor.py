"""`bl1 monitor`: a culture that lives in real time, live in a browser."""

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from bl1.cli import console
from bl1.cli.cl1 import CONFIG, AllowStimulation, Neurons, Seed, living_tissue
from bl1.cli.watching import LOOPBACK

if TYPE_CHECKING:
    from bl1.cl1.tissue import Tissue
    from bl1.monitor.address import Address
    from bl1.monitor.monitor import Monitor

PORT = 8765
TICK_HZ = 30.0


def monitor(
    config: Annotated[
        str, typer.Argument(help="Experiment file, or the name of a shipped one.")
    ] = CONFIG,
    port: Annotated[int, typer.Option(help="Of the page; 0 takes any that is free.")] = PORT,
    host: Annotated[
        str, typer.Option(help="Address to serve on; any other than this machine's has a token.")
    ] = LOOPBACK,
    token: Annotated[
        str | None, typer.Option(help="That browsers must know; made where one is demanded.")
    ] = None,
    neurons: Neurons = None,
    seed: Seed = 0,
    allow_stimulation: AllowStimulation = False,
) -> None:
    """Run a culture in real time and serve a page that shows it, until Ctrl-C."""
    from bl1.cl1.device import Device, Timing
    from bl1.cl1.ports import PortNumbers, Ports
    from bl1.cl1.service import Service
    from bl1.monitor.address import Address

    console.check_whole("--port", port, 0, 65535)
    address = Address.taken(host, port, token)
    tissue = living_tissue(config, neurons, "none", seed, threads=1)
    with console.Interrupt(signal.SIGINT, signal.SIGTERM) as interrupt:
        shown = watched(tissue, address, allow_stimulation, is_bench=False)
        ports = Ports(numbers=PortNumbers(0, 0, 0, 0))  # of which nobody is told
        try:
            device = Device(tissue, Timing(TICK_HZ))
            Service(device, ports, (shown,), console.note).run(stop=lambda: bool(interrupt))
        finally:
            ports.close()
            shown.close()


def watched(
    tissue: "Tissue", address: "Address", allow_stimulation: bool, is_bench: bool
) -> "Monitor":
    """A page that shows a culture; its address is told."""
    from bl1.monitor.monitor import Monitor

    shown = Monitor(tissue, address, allow_stimulation, is_bench, tell=console.note)
    console.note(f"watch it at {shown.url}")
    return shown
