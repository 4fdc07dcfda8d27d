"""What the commands share: how they speak, check what they are given, and stop."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

FAILED = 2  # exit status of a command that could not do what it was told
INTERRUPTED = 130  # exit status of a command stopped by Ctrl-C: 128 + SIGINT
LARGEST_SEED = 2**32 - 1


def error(message: str) -> None:
    """Print `error: <sentence>` on stderr, once for each line of the message."""
    for sentence in message.splitlines():
        print(f"error: {sentence}", file=sys.stderr)


def note(message: str) -> None:
    """Print a remark on stderr, where it does not mix with results; if nobody reads it, nothing."""
    try:
        print(message, file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def give_up_output() -> None:
    """Let go of printed text that cannot be written, which Python would try again as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_whole(option: str, value: int | None, least: int, most: int | None = None) -> None:
    """Refuse a whole number that is not from `least` to `most`."""
    if value is not None and (value < least or (most is not None and value > most)):
        wanted = f">= {least}" if most is None else f"from {least} to {most}"
        raise Bl1Error(f"{option} is {value}, expected a whole number {wanted}")


def check_age(div: float | None) -> None:
    """Refuse a --div that is no age."""
    if div is not None and not 0 <= div < float("inf"):
        raise Bl1Error(f"--div is {div:g}, expected an age in days in vitro, a number >= 0")


def check_seconds(seconds: float | None) -> None:
    """Refuse a --seconds that no run can have."""
    from bl1.config import LONGEST_S

    if seconds is not None and not 0 < seconds <= LONGEST_S:
        raise Bl1Error(f"--seconds is {seconds:g}, expected a number > 0 and <= {LONGEST_S:.0f}")


def check_writable(
    option: str, path: Path, suffixes: tuple[str, ...] = (), *, in_place: bool = False
) -> None:
    """Refuse, before a long run, an output file that could not be written after it.

    A file that is there is replaced at one stroke, which takes a folder in which files can be
    made, unless it is written `in_place`.
    """
    if suffixes and not path.name.endswith(suffixes):
        raise Bl1Error(f"{option} {path} does not end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise Bl1Error(f"{option} {path} is a folder, expected a file")
    try:
        if in_place and path.exists():
            path.open("ab").close()
        else:
            folder = os.path.dirname(os.path.realpath(path))
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        raise Bl1Error(f"cannot write {option} {path}: {problem.strerror}") from None


@contextmanager
def progress(quiet: bool = False) -> Iterator["Progress"]:
    """A progress bar on stderr; none when that is not a terminal, or when `quiet`."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    terminal = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    hidden = quiet or not terminal.is_terminal
    with Progress(*columns, console=terminal, transient=True, disable=hidden) as bar:
        yield bar


def number(value: float | None) -> str:
    """A number as tables show it: three digits, four for shares close to 1; – for none."""
    if value is None:
        return "–"
    return f"{value:.4f}" if 0.95 < value < 1 else f"{value:.3g}"


def table(
    first: str, *columns: str, title: str | None = None, left: tuple[str, ...] = ()
) -> "Table":
    """An empty table without lines: its first column to the left, the others to the right."""
    from rich.table import Table

    found = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    found.add_column(first, no_wrap=True)
    for column in columns:
        found.add_column(column, justify="left" if column in left else "right")
    return found


def show(table: "Table") -> None:
    """Print a table, as wide as the terminal; 160 columns where there is none."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)


class Interrupt:
    """Ctrl-C as a flag, so that a loop ends at a whole step and keeps what it has.

    `with Interrupt() as interrupt: while not interrupt: ...`. The second Ctrl-C stops at once.

    Args:
        numbers: of the signals that raise it; Ctrl-C is SIGINT.

    Attributes:
        status: the exit status that tells which signal came, 128 + its number.
    """

    def __init__(self, *numbers: signal.Signals) -> None:
        self.status = 0
        self._numbers = numbers or (signal.SIGINT,)

    def __bool__(self) -> bool:
        return self.status != 0

    def __enter__(self) -> "Interrupt":
        self._before = {number: signal.signal(number, self._raise) for number in self._numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self.status = 128 + number
        signal.signal(number, self._before[signal.Signals(number)])
