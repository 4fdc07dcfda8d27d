"""Results: every run that was kept, of this session and of earlier ones."""

import webbrowser
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import DataTable, Input

from bl1.atomicfile import make_folder, replacing
from bl1.errors import Bl1Error
from bl1.experiments.table import csv_of
from bl1.tui.comparison import compared, label
from bl1.tui.examination import number
from bl1.tui.runs import KeptRun, RunStore, as_rows
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.view import View

EXPORT = Path("results/session_runs.csv")
WIDE = 100
BESIDE = 52  # columns of the screen beside the two values that are compared


class Column(NamedTuple):
    """A column: its title, what it sorts by, and what it shows."""

    title: str
    value: Callable[[KeptRun], Any]
    text: Callable[[KeptRun], str]
    narrow: bool = True  # whether it is there on a narrow screen


def _measure(title: str, name: str, text: Callable[[float | None], str] = number) -> Column:
    return Column(
        title, lambda run: run.measures.get(name), lambda run: text(run.measures.get(name))
    )


def _here(ended: str) -> str:
    """When that was by the clock on the wall."""
    return f"{datetime.fromisoformat(ended).astimezone():%m-%d %H:%M}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


COLUMNS = (
    Column("ended", lambda run: run.id, lambda run: _here(run.ended)),
    Column("what", lambda run: run.kind, lambda run: run.kind, narrow=False),
    Column("name", lambda run: run.name, lambda run: run.name),
    Column("seed", lambda run: run.seed, lambda run: str(run.seed)),
    Column("state", lambda run: run.complete, lambda run: "whole" if run.complete else "stopped"),
    Column("took", lambda run: run.wall_s, lambda run: f"{number(run.wall_s)} s", narrow=False),
    _measure("Hz", "rate_hz"),
    _measure("bursts/min", "bursts per minute"),
    _measure("hits", "hit_rate", _percent),
)


class ResultsView(View):
    """A table of runs, and under it the chosen one, or two of them side by side.

    Args:
        store: of the runs.
    """

    TITLE = "Results"

    BINDINGS: ClassVar[list[Binding]] = [
        Binding("j,down", "move(1)", "Next", key_display="j", tooltip="the next run", show=False),
        Binding(
            "k,up", "move(-1)", "Before", key_display="k", tooltip="the one before", show=False
        ),
        Binding("s", "sort", "Sort", tooltip="sort by the next column; a click on a title as well"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="show runs with these words"),
        Binding(
            "c", "mark", "Compare", tooltip="mark this run; the next marked is compared with it"
        ),
        Binding("p", "picture", "Picture", tooltip="open its raster in the browser or viewer"),
        Binding("r", "again", "Again", tooltip="run it again with the same seed"),
        Binding("d", "delete", "Delete", tooltip="forget it and its picture, after a question"),
        Binding("e", "export", "Export", tooltip=f"write the runs that are shown to {EXPORT}"),
    ]

    LEGEND = (
        ("runs", "Each run of Simulate and Train is kept when it ends, whole or stopped."),
        ("Hz", "Mean rate of the cells. Bursts are those of the electrodes (Science, 4)."),
        ("hits", "Share of the balls that were hit in training."),
        (
            "below",
            "All that was measured in the chosen run; of two, their difference and settings.",
        ),
    )

    DEFAULT_CSS = """
    ResultsView {
        layout: vertical;

        Input { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
        Input.-open { display: block; }
        DataTable {
            border: round $line;
            border-title-color: $foreground;
            border-subtitle-color: $quiet;
            background: $background;
            scrollbar-size-vertical: 1;
            scrollbar-size-horizontal: 1;
        }
        #runs { height: 1fr; }
        #chosen { height: 1fr; }
    }
    """

    class Again(Message):
        """A run is to be made again."""

        def __init__(self, run: KeptRun) -> None:
            super().__init__()
            self.run = run

    def __init__(self, store: RunStore) -> None:
        super().__init__(id=self.TITLE)
        self._store = store
        self._runs: list[KeptRun] = []
        self._sorted_by = 0
        self._descending = True
        self._chosen_id: int | None = None
        self._marked: int | None = None

    def compose(self) -> ComposeResult:
        """Words to look for, the runs, and what is known of the chosen one."""
        yield Input(placeholder="words in name, kind or seed; Esc shows all", compact=True)
        runs: DataTable[str | Text] = DataTable(id="runs", cursor_type="row", zebra_stripes=True)
        chosen: DataTable[str | Text] = DataTable(id="chosen", cursor_type="none")
        for table in (runs, chosen):
            table.can_focus = False  # its keys are those of the view
            yield table

    def on_show(self) -> None:
        """There may be new runs."""
        self.refresh_runs()

    def on_resize(self) -> None:
        """There is room for more columns, or for fewer."""
        self._fill()

    def refresh_runs(self) -> None:
        """Read the runs anew, and show those that the filter lets through."""
        words = self.query_one(Input).value.lower().split()
        try:
            kept = self._store.runs()
        except Bl1Error as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._runs = [
            run
            for run in kept
            if all(word in f"{run.name} {run.kind} {run.seed}".lower() for word in words)
        ]
        self._fill()

    # -- what keys do

    def action_move(self, change: int) -> None:
        """To another run."""
        if self._table.row_count:
            self._table.move_cursor(row=(self._table.cursor_row + change) % self._table.row_count)

    def action_sort(self) -> None:
        """By the next column."""
        after = self._sorted_by + 1  # where it is narrow, this one may be hidden
        order = COLUMNS[after:] + COLUMNS[:after]
        self._sort_by(next(column for column in order if column in self._columns))

    def action_filter(self) -> None:
        """Ask for words."""
        self.query_one(Input).add_class("-open")
        self.query_one(Input).focus()

    def action_mark(self) -> None:
        """Compare with this run, or no longer."""
        if run := self._chosen:
            self._marked = None if self._marked == run.id else run.id
            self._fill()

    def action_picture(self) -> None:
        """Open the picture with what the system opens pictures with."""
        run = self._chosen
        if run is None:
            return
        if run.picture is None or not run.picture.exists():
            self.notify("this run has no picture", severity="warning")
        elif not webbrowser.open(run.picture.as_uri()):
            self.notify(f"nothing here can open it; it is {run.picture}", markup=False)

    def action_again(self) -> None:
        """Make the run again."""
        if run := self._chosen:
            self.post_message(self.Again(run))

    def action_delete(self) -> None:
        """Forget the run, if that is meant."""
        run = self._chosen
        if run is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                try:
                    self._store.delete(run.id)
                except (Bl1Error, OSError) as error:
                    self.notify(str(error), severity="error", markup=False)
                self.refresh_runs()

        question = f"Forget the run of {run.name}, seed {run.seed}, and its picture?"
        self.app.push_screen(Confirm(question, "Delete"), answered)

    def action_export(self) -> None:
        """Write the runs that are shown."""
        try:
            make_folder(EXPORT.parent)
            with replacing(EXPORT) as file:
                file.write(csv_of(as_rows(self._runs)).encode())
        except Bl1Error as error:
            self.notify(str(error), severity="error", markup=False)
            return
        except OSError as error:
            self.notify(f"cannot write {EXPORT}: {error.strerror}", severity="error", markup=False)
            return
        self.notify(f"wrote {_counted(len(self._runs))} to {EXPORT}", markup=False)

    # -- what the widgets say

    def on_input_changed(self) -> None:
        """Show what fits."""
        self.refresh_runs()

    def on_input_submitted(self) -> None:
        """Back to the runs."""
        self.focus()

    def on_key(self, event: Any) -> None:
        """Escape shows all runs again."""
        words = self.query_one(Input)
        if event.key == "escape" and words.has_class("-open"):
            event.stop()
            words.value = ""
            words.remove_class("-open")
            self.focus()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sort by the column whose title was clicked."""
        if event.data_table is self._table:
            self._sort_by(self._columns[event.column_index])

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Tell of the chosen run."""
        if event.data_table is self._table and (run := self._chosen):
            self._chosen_id = run.id
            self._tell()

    # -- showing

    @property
    def _table(self) -> "DataTable[str | Text]":
        return self.query_one("#runs", DataTable)

    @property
    def _columns(self) -> list[Column]:
        return [column for column in COLUMNS if column.narrow or self.size.width >= WIDE]

    @property
    def _chosen(self) -> KeptRun | None:
        row = self._table.cursor_row
        return self._runs[row] if 0 <= row < min(len(self._runs), self._table.row_count) else None

    def _sort_by(self, column: Column) -> None:
        place = COLUMNS.index(column)
        self._descending = not self._descending if place == self._sorted_by else True
        self._sorted_by = place
        self._fill()

    def _fill(self) -> None:
        chosen_id = self._chosen_id  # the table forgets it
        value = COLUMNS[self._sorted_by].value
        known = [run for run in self._runs if value(run) is not None]
        known.sort(key=lambda run: (value(run), run.id), reverse=self._descending)
        self._runs = known + [run for run in self._runs if value(run) is None]
        table, accent = self._table, self.app.theme_variables["accent"]
        key = COLUMNS[self._sorted_by]
        arrow = "▼" if self._descending else "▲"
        _put(
            table,
            [f"{each.title} {arrow if each is key else ''}".strip() for each in self._columns],
            [
                [
                    Text(each.text(run), style=accent if run.id == self._marked else "")
                    for each in self._columns
                ]
                for run in self._runs
            ],
        )
        table.border_title = _counted(len(self._runs))
        table.border_subtitle = "kept in memory only" if self._store.path is None else ""
        places = {run.id: place for place, run in enumerate(self._runs)}
        if chosen_id in places:
            table.move_cursor(row=places[chosen_id])
        self._tell()

    def _tell(self) -> None:
        """What is known of the chosen run, or of two."""
        table: DataTable[str | Text] = self.query_one("#chosen", DataTable)
        run = self._chosen
        marked = next((other for other in self._runs if other.id == self._marked), None)
        if run is None:
            table.border_title = ""
            _put(table, [], [])
        elif marked is None or marked.id == run.id:
            table.border_title = f"{run.name}, seed {run.seed}, bl1 {run.version}"
            lines = [[label(name), number(value)] for name, value in sorted(run.measures.items())]
            _put(table, ["measure", "value"], lines)
        else:
            table.border_title = f"first {_name(marked)} · second {_name(run)}"
            titles = ["", "first", "second", "difference"]
            widest = max((self.size.width - BESIDE) // 2, 8)
            lines = [
                [name, _cut(one, widest), _cut(other, widest), difference]
                for name, one, other, difference in compared(marked, run)
            ]
            _put(table, titles, lines)


def _put(
    table: "DataTable[str | Text]", titles: list[str], rows: Sequence[Sequence[str | Text]]
) -> None:
    """Fill a table anew; its columns are as wide as what is in them."""
    table.clear(columns=True)
    for place, title in enumerate(titles):
        width = max([cell_len(title), *(cell_len(str(row[place])) for row in rows)])
        table.add_column(title, width=width)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))  # no markup


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _counted(n_runs: int) -> str:
    return "1 run" if n_runs == 1 else f"{n_runs} runs" if n_runs else "no runs"


def _name(run: KeptRun) -> str:
    return f"{run.name}, seed {run.seed}"
