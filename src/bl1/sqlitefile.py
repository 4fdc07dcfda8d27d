"""SQLite files: opened whole, written at one stroke, and errors that say what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bl1.atomicfile import make_folder
from bl1.errors import Bl1Error


def opened(path: Path) -> sqlite3.Connection:
    """Open a file, or make it with its folder; others can read it while it is written.

    Raises:
        Bl1Error: the folder cannot be made.
        sqlite3.Error: the file is damaged or cannot be written; see :func:`errors_told`.
    """
    make_folder(path.parent)
    file = sqlite3.connect(path, isolation_level=None)
    try:
        (state,) = file.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError(state)
        file.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        file.close()
        raise
    return file


def is_new(file: sqlite3.Connection) -> bool:
    """Whether there is no table in it yet."""
    return not file.execute("SELECT 1 FROM sqlite_schema").fetchone()


@contextmanager
def transaction(file: sqlite3.Connection) -> Iterator[None]:
    """All of what is done within, or nothing."""
    file.execute("BEGIN IMMEDIATE")
    with file:  # commits, or rolls back
        yield


@contextmanager
def errors_told(path: Path, what: str, remedy: str) -> Iterator[None]:
    """Errors of SQLite as sentences: `what` the file should be, and the `remedy` if it is not."""
    try:
        yield
    except sqlite3.OperationalError as error:  # the disk is full, the folder read-only
        raise Bl1Error(f"cannot use {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise Bl1Error(f"{path} is damaged, or no {what} ({error}); {remedy}") from error
