"""Results: a folder that keeps what each run of an experiment found, from the moment it ends.

The folder holds one SQLite file, ``results.sqlite``, with a row for each run that has ended,
written in one transaction. A run is told by its key (:func:`bl1.experiments.runs.run_of`): however
often an experiment is stopped and gone on with, there is one row of it.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bl1 import __version__, sqlitefile
from bl1.errors import Bl1Error
from bl1.sqlitefile import transaction

if TYPE_CHECKING:
    from bl1.experiments.runs import Outcome, Run

FILE = "results.sqlite"
_TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE runs (
        key TEXT PRIMARY KEY,
        arguments TEXT NOT NULL,  -- JSON
        seed INTEGER,
        result TEXT,              -- JSON, NULL where the run failed
        error TEXT,               -- NULL where it did not
        seconds REAL NOT NULL,    -- of wall time
        finished TEXT NOT NULL,   -- UTC
        version TEXT NOT NULL     -- of bl1
    )""",
)


@dataclass(frozen=True)
class Row:
    """A run that has ended.

    Attributes:
        key: of the run.
        arguments: of its function.
        result: what it returned; None if it failed.
        error: why it failed; None if it did not.
        seconds: of wall time.
        finished: when, in UTC.
    """

    key: str
    arguments: dict[str, Any]
    result: dict[str, Any] | None
    error: str | None
    seconds: float
    finished: str


class Results:
    """The results in a folder; a context manager, which closes the file.

    Args:
        folder: made if it is not there.
        experiment: what all runs have in common, JSON-able. Results of other experiments are not
            put beside these.
        resume: go on with results that are there already.

    Raises:
        Bl1Error: there are results and they are not to be gone on with, or are of another
            experiment or another version of bl1; the file is damaged or cannot be written.
    """

    def __init__(
        self, folder: str | Path, experiment: Mapping[str, Any], *, resume: bool = False
    ) -> None:
        self.path = Path(folder) / FILE
        about = {"version": __version__} | leaves(experiment)
        with self._errors_told():
            self._file = sqlitefile.opened(self.path)
        try:
            with self._errors_told():
                self._open(about, resume)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Results":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def done(self) -> set[str]:
        """The keys of the runs that have a result; those that failed have none."""
        with self._errors_told():
            found = self._file.execute("SELECT key FROM runs WHERE error IS NULL").fetchall()
        return {key for (key,) in found}

    def rows(self, runs: Sequence["Run"]) -> list[Row]:
        """The rows of those of these runs that have ended, in the order of the runs."""
        wanted = "SELECT arguments, result, error, seconds, finished FROM runs WHERE key = ?"
        rows = []
        with self._errors_told():
            for run in runs:
                for arguments, result, *rest in self._file.execute(wanted, (run.key,)):
                    result = result and json.loads(result)
                    rows.append(Row(run.key, json.loads(arguments), result, *rest))
        return rows

    def add(self, run: "Run", outcome: "Outcome") -> None:
        """Keep how a run ended. A result that is there stays; an error gives way to what comes."""
        result, error = None, outcome.error
        if error is None:
            try:
                result = json.dumps(outcome.result, allow_nan=False)
            except (TypeError, ValueError) as problem:
                error = f"what it returned is not JSON: {problem}"
        row = (
            run.key, json.dumps(run.arguments), run.arguments.get("seed"), result, error,
            outcome.seconds, datetime.now(UTC).isoformat(timespec="seconds"), __version__,
        )  # fmt: skip
        with self._errors_told(), transaction(self._file):
            self._file.execute("DELETE FROM runs WHERE key = ? AND error IS NOT NULL", row[:1])
            self._file.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _open(self, about: dict[str, str], resume: bool) -> None:
        with transaction(self._file):
            if sqlitefile.is_new(self._file):
                for table in _TABLES:
                    self._file.execute(table)
                self._file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
                return
        found = dict(self._file.execute("SELECT name, value FROM about"))
        for name in sorted(about.keys() | found.keys()):
            if found.get(name) != about.get(name):
                raise Bl1Error(
                    f"{self.path} has results of another experiment: its {name} is "
                    f"{_short(found.get(name))}, expected {_short(about.get(name))}"
                )
        if not resume:
            raise Bl1Error(
                f"{self.path} has results already; go on with them (--resume), or name another "
                "folder (--out)"
            )

    def _errors_told(self) -> AbstractContextManager[None]:
        return sqlitefile.errors_told(self.path, "file of results", "name another folder")


def leaves(values: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """Each value by its dotted key, as JSON, so that it can be said which one differs."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= leaves(value, f"{within}{name}.")
        else:
            found[f"{within}{name}"] = json.dumps(value, allow_nan=False)
    return found


def _short(text: str | None) -> str:
    if text is None:
        return "not there"
    return text if len(text) <= 60 else f"{text[:60]}…"
