"""`bl1`: the commands, each loaded when it is called, so that `bl1 --help` is quick.

A command is the function `bl1.cli.<name>.<name>` (- in its name is _ there); its options are in its
signature. Where that is a Typer application, it has commands of its own.
"""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import bl1
from bl1.cli import console
from bl1.errors import Bl1Error

COMMANDS = {
    "sim": "Run a culture from an experiment file.",
    "pong": "Let a culture learn Pong.",
    "doom": "Let a culture learn Doom.",
    "tui": "Open the cockpit.",
    "cl1": "A virtual CL1, for a bench's own clients.",
    "monitor": "Show a living culture in a browser.",
    "record": "Record a culture through electrodes, into a file.",
    "analyze": "Measure a recording: bursts, criticality, connectivity, information.",
    "validate": "Hold a culture against recordings of living ones.",
    "experiment": "Run an experiment on many cultures, with its controls.",
    "sweep": "Run many cultures or sessions at many points, on one machine or many.",
    "pong-sweep": "Sweep how a readout learns Pong.",
    "bench": "Measure speed and memory on this machine.",
    "convert": "Write a recording in another format.",
    "info": "Say what a recording holds.",
}


class _LazyGroup(TyperGroup):
    """The group knows its commands' names and summaries; it loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] in COMMANDS:
            self.commands[args[0]] = typer.main.get_command(_application(args[0]))
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_LazyGroup, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def _bl1(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A culture of spiking neurons on a dish, and a game in its loop. Alone: the cockpit."""
    if version:
        print(bl1.__version__)
    elif context.invoked_subcommand is None:
        _loaded("tui")()


def _loaded(name: str) -> Any:
    name = name.replace("-", "_")
    return getattr(import_module(f"bl1.cli.{name}"), name)


def _application(name: str) -> typer.Typer:
    """A command with commands of its own as it is, any other as the only one of its application."""
    loaded = _loaded(name)
    if isinstance(loaded, typer.Typer):
        return loaded
    single = typer.Typer(add_completion=False)
    single.command(name)(loaded)
    return single


def _summarise(name: str) -> None:
    app.command(name, help=COMMANDS[name])(lambda: None)


for _name in COMMANDS:
    _summarise(_name)


def main() -> None:
    """Run the command line; errors are one sentence on stderr and exit status 2."""
    try:
        status = app(prog_name="bl1", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status)
    except Bl1Error as error:
        message = str(error)
    except typer.TyperException as error:
        message = error.format_message()
    except MemoryError as error:
        message = f"not enough memory: {error}" if str(error) else "not enough memory"
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{error.filename}: {reason}" if error.filename else f"cannot go on: {reason}"
        console.give_up_output()
    console.error(message)
    sys.exit(console.FAILED)
