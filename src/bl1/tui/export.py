"""Runs as the rows of a CSV file, for a table program or a script."""

import json
import re
from collections.abc import Sequence
from typing import Any

from bl1.tui.comparison import UNITS
from bl1.tui.runs import KeptRun

DIGITS = 6  # that are significant, and more than any measure deserves


def as_rows(runs: Sequence[KeptRun]) -> list[dict[str, Any]]:
    """A flat row for each run, with columns for every measure that some run has.

    Units are in the names of the columns. A measure that has a 95 % interval in some run has two
    columns more, for its bounds.
    """
    names = list({name: None for run in runs for name in run.measures})
    bounded = {name for run in runs for name in run.measures if _bounds(run, name)}
    rows = []
    for run in runs:
        row: dict[str, Any] = {
            "ended": run.ended,
            "kind": run.kind,
            "name": run.name,
            "seed": run.seed,
            "complete": run.complete,
            "wall_s": _rounded(run.wall_s),
        }
        for name in names:
            row[header(name)] = _rounded(run.measures.get(name))
            if name in bounded:
                low, high = _bounds(run, name) or (None, None)
                row[f"{header(name)}_low_95"] = _rounded(low)
                row[f"{header(name)}_high_95"] = _rounded(high)
        rows.append(row | {"config": json.dumps(run.config), "version": run.version})
    return rows


def header(name: str) -> str:
    """The name of a measure's column, with its unit: `burst_duration_s`."""
    if name == "seconds":
        return "culture_time_s"
    words = re.findall("[a-z0-9]+", f"{name} {UNITS.get(name, '')}".lower())
    return "_".join(words)


def _bounds(run: KeptRun, name: str) -> tuple[float, float] | None:
    found = run.examination.find(name) if run.examination else None
    return found.measure.interval_95 if found else None


def _rounded(value: float | None) -> float | None:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
