"""`bl1 tui`, and `bl1` alone: the cockpit, or what its Train view shows as text."""

import os
import sys
from typing import Annotated

import typer

from bl1.cli import console
from bl1.errors import Bl1Error

HEADLESS_STEPS = 3000
QUIT_S = 1.0  # for a slice to end, and what has come of a simulation to be put together
SWITCH_S = 0.001  # between threads that want the interpreter: a fifth of Python's own
LOOPBACK = "127.0.0.1"


def tui(
    headless: Annotated[
        bool, typer.Option("--headless", help="No screen: train, then print the state as text.")
    ] = False,
    steps: Annotated[
        int | None, typer.Option(help="Game steps of a headless run (default: 3000).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the culture, serves and exploration.")] = 0,
    web: Annotated[
        int | None, typer.Option(help="Serve the cockpit to browsers on this port instead.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help=f"Address to serve on (default: {LOOPBACK}, this machine alone)."),
    ] = None,
) -> None:
    """Open the cockpit, in which a culture learns Pong at once."""
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    console.check_whole("--web", web, 1, 65535)
    if host is not None and web is None:
        raise Bl1Error("--host goes with --web: an address to serve on needs a port")
    if headless and web is not None:
        raise Bl1Error("--headless and --web do not go together: one has no screen")
    if headless:
        from bl1.loop.brain import MOST_STEPS

        console.check_whole("--steps", steps, 1, MOST_STEPS)
        _print_state(HEADLESS_STEPS if steps is None else steps, seed)
        return
    if steps is not None:
        raise Bl1Error("--steps goes with --headless; the cockpit runs until it is told to pause")
    if web is not None:
        _serve(web, host or LOOPBACK, seed)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and "TEXTUAL_DRIVER" not in os.environ:
        raise Bl1Error("the cockpit needs a terminal; without one, try bl1 tui --headless")
    _open(seed)


def _open(seed: int) -> None:
    from bl1.tui.app import Cockpit
    from bl1.tui.backstage import opened

    sys.setswitchinterval(SWITCH_S)
    backstage, first_words = opened(seed)
    cockpit = Cockpit(backstage, first_words)
    try:
        cockpit.run()
    finally:
        ended, said = backstage.close(timeout_s=QUIT_S)
    if said:
        console.note(said)
    status = cockpit.return_code or 0
    if not ended:
        # A part compiles, which nothing can interrupt; what trains keeps its brain when it has.
        sys.stdout.flush()
        os._exit(status)
    raise typer.Exit(status)


def _serve(port: int, host: str, seed: int) -> None:
    """Each browser that comes gets a cockpit of its own."""
    import shlex

    from bl1.extras import needed

    served = needed("textual_serve.server", "web")
    command = shlex.join([sys.executable, "-m", "bl1", "tui", "--seed", str(seed)])
    served.Server(command, host=host, port=port, title="bl1").serve()


def _print_state(steps: int, seed: int) -> None:
    from time import perf_counter

    from bl1.loop.options import SessionOptions
    from bl1.tui.text import as_text
    from bl1.tui.trainer import Trainer

    trainer = Trainer(SessionOptions(substrate="culture", seed=seed))
    start_s = perf_counter()
    trainer.advance(steps)
    print(as_text(trainer.snapshot(steps / (perf_counter() - start_s))))
