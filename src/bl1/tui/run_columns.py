"""The columns of the table of runs, and which of them a screen has room for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from rich.cells import cell_len

from bl1.tui.examination import number
from bl1.tui.runs import KeptRun

PADDING = 2  # of each column


class Column(NamedTuple):
    """A column: its title, what it sorts by, and what it shows.

    rank: 0 if it is always there; else where room is scarce the lower ones come first.
    """

    title: str
    value: Callable[[KeptRun], Any]
    text: Callable[[KeptRun], str]
    rank: int = 0


def _measure(
    title: str, name: str, text: Callable[[float | None], str] = number, rank: int = 0
) -> Column:
    return Column(
        title, lambda run: run.measures.get(name), lambda run: text(run.measures.get(name)), rank
    )


def _here(ended: str) -> str:
    """When that was by the clock on the wall."""
    return f"{datetime.fromisoformat(ended).astimezone():%m-%d %H:%M}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _whole(count: float | None) -> str:
    return "–" if count is None else f"{count:,.0f}"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:,.1f} s"


COLUMNS = (
    Column("ended", lambda run: run.id, lambda run: _here(run.ended)),
    Column("what", lambda run: run.kind, lambda run: run.kind, rank=4),
    Column("name", lambda run: run.name, lambda run: run.name),
    Column("seed", lambda run: run.seed, lambda run: str(run.seed)),
    Column("state", lambda run: run.complete, lambda run: "whole" if run.complete else "stopped"),
    _measure("cells", "cells", _whole, rank=1),
    _measure("culture", "seconds", _seconds, rank=2),
    Column("took", lambda run: run.wall_s, lambda run: _seconds(run.wall_s), rank=3),
    _measure("Hz", "rate_hz"),
    _measure("bursts/min", "bursts per minute"),
    _measure("hits", "hit_rate", _percent),
)


def that_fit(texts: Mapping[Column, Sequence[str]], room: int) -> list[Column]:
    """The columns that fit.

    Args:
        texts: of each column, its title and what it shows of each run.
        room: columns of the screen.
    """
    chosen = []
    for column in sorted(COLUMNS, key=lambda column: column.rank):
        room -= PADDING + max(map(cell_len, texts[column]))
        if column.rank and room < 0:
            break
        chosen.append(column)
    return [column for column in COLUMNS if column in chosen]
