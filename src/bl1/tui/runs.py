"""The runs that the cockpit keeps, of this session and of earlier ones, in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeAlias

from platformdirs import user_data_path

from bl1 import __version__, sqlitefile
from bl1.sqlitefile import transaction
from bl1.tui.examination import Examination, from_plain

Kind: TypeAlias = Literal["simulation", "training"]

_TABLE = """CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    seed INTEGER NOT NULL,
    config TEXT NOT NULL,     -- JSON, all it takes to run it again
    complete INTEGER NOT NULL,
    wall_s REAL NOT NULL,
    measures TEXT NOT NULL,   -- JSON, a number (or null) by its name
    picture TEXT,             -- path of a PNG
    ended TEXT NOT NULL,      -- UTC
    version TEXT NOT NULL,    -- of bl1
    examination TEXT          -- JSON, an Examination; NULL where nothing was measured
)"""
_FIRST = "id, kind, name, seed, config, complete, wall_s, measures, picture, ended, version"
_COLUMNS = f"{_FIRST}, examination"

PATIENCE_MS = 100  # with another cockpit that writes


def data_folder() -> Path:
    """Where the cockpit keeps what should outlive it."""
    return user_data_path("bl1", appauthor=False)


@dataclass(frozen=True)
class KeptRun:
    """A run that has ended.

    Attributes:
        id: its number in the file.
        kind: what ran.
        name: of the experiment file, or of what was trained.
        seed: of the run.
        config: all it takes to run it again, JSON-able.
        complete: False if it was stopped.
        wall_s: how long it took, from its beginning to its end (s).
        measures: what was found, by name; None where there were not enough data.
        picture: a PNG; None if there is none.
        ended: when, in UTC.
        version: of the bl1 that ran it.
        examination: what Science found in it; None if nothing was measured.
    """

    id: int
    kind: Kind
    name: str
    seed: int
    config: dict[str, Any]
    complete: bool
    wall_s: float
    measures: dict[str, float | None]
    picture: Path | None
    ended: str
    version: str
    examination: Examination | None


class RunStore:
    """The file of runs; for one thread, which does not wait long for others to write to it.

    Args:
        path: of the file; None keeps the runs in memory, as long as the program runs.

    Raises:
        Bl1Error: the file is damaged, is something else, or cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        with self._errors_told():
            self._file = sqlitefile.opened(path) if path else sqlite3.connect(":memory:")
        self._file.isolation_level = None
        with self._errors_told():
            try:
                self._file.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
                with transaction(self._file):
                    self._make_table()
            except sqlite3.Error as error:
                self._file.close()
                raise sqlite3.DatabaseError(str(error)) from error

    def _make_table(self) -> None:
        """Make the table, or bring one of an earlier version up to date."""
        if sqlitefile.is_new(self._file):
            self._file.execute(_TABLE)
        names = [name for _, name, *_ in self._file.execute("PRAGMA table_info(runs)")]
        if "examination" not in names:
            self._file.execute(f"SELECT {_FIRST} FROM runs LIMIT 1")  # that it is such a table
            self._file.execute("ALTER TABLE runs ADD COLUMN examination TEXT")
        self._file.execute(f"SELECT {_COLUMNS} FROM runs LIMIT 1")

    def add(
        self,
        kind: Kind,
        name: str,
        *,
        seed: int,
        config: Mapping[str, Any],
        complete: bool,
        wall_s: float,
        measures: Mapping[str, float | None],
    ) -> int:
        """Keep a run, from the moment it ends; returns its number."""
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        row = (
            kind, name, seed, json.dumps(config), complete, wall_s, _as_json(measures), None,
            ended, __version__,
        )  # fmt: skip
        with self._errors_told(), transaction(self._file):
            columns = _FIRST.removeprefix("id, ")
            marks = ", ".join("?" * len(row))
            cursor = self._file.execute(f"INSERT INTO runs ({columns}) VALUES ({marks})", row)
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def describe(self, run_id: int, found: Examination) -> None:
        """Add what was found in a run after it had ended."""
        with self._errors_told(), transaction(self._file):
            ask = "SELECT measures FROM runs WHERE id = ?"
            for (known,) in self._file.execute(ask, (run_id,)).fetchall():
                together = _as_json(json.loads(known) | found.measures)
                change = "UPDATE runs SET measures = ?, examination = ? WHERE id = ?"
                self._file.execute(change, (together, json.dumps(asdict(found)), run_id))

    def illustrate(self, run_id: int, picture: Path) -> None:
        """Add the picture of a run; it goes when the run is deleted."""
        with self._errors_told(), transaction(self._file):
            self._file.execute("UPDATE runs SET picture = ? WHERE id = ?", (str(picture), run_id))

    def runs(self) -> list[KeptRun]:
        """All runs, the newest first."""
        with self._errors_told():
            rows = self._file.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY id DESC").fetchall()
            return [_run(row) for row in rows]

    def delete(self, run_id: int) -> None:
        """Forget a run, and remove its picture."""
        with self._errors_told(), transaction(self._file):
            found = self._file.execute(
                "DELETE FROM runs WHERE id = ? RETURNING picture", (run_id,)
            ).fetchall()
        for (picture,) in found:
            if picture:
                Path(picture).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        where = self.path or Path("the memory")
        with sqlitefile.errors_told(where, "file of the cockpit's runs", "move it away"):
            try:
                yield
            # It is not what was written there.
            except (KeyError, TypeError, json.JSONDecodeError) as error:
                raise sqlite3.DatabaseError(str(error)) from error


def _as_json(measures: Mapping[str, float | None]) -> str:
    """Measures as JSON, which has no number that is not finite."""
    told = {name: value for name, value in measures.items() if value is not None}
    finite = {name: value for name, value in told.items() if isfinite(value)}
    return json.dumps(dict.fromkeys(measures) | finite)


def _run(row: tuple[Any, ...]) -> KeptRun:
    number, kind, name, seed, config, complete, wall_s, measures, picture, *rest = row
    ended, version, found = rest
    whole = bool(complete) and kind != "training"  # which earlier versions called complete
    return KeptRun(
        number, kind, name, seed, json.loads(config), whole, wall_s,
        json.loads(measures), Path(picture) if picture else None, ended, version,
        from_plain(json.loads(found)) if found else None,
    )  # fmt: skip
