"""Results: every run that was kept, of this session and of earlier ones."""

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

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
from bl1.tui.examination import Examination, interval, number
from bl1.tui.export import as_rows
from bl1.tui.run_columns import COLUMNS, Column, that_fit
from bl1.tui.runs import KeptRun, RunStore
from bl1.tui.shortened import shortened
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.view import View

EXPORT = Path("results/session_runs.csv")
AROUND = 3  # columns of the screen for the border and a scrollbar
BESIDE_NAME = 60  # those beside the name of a run
BESIDE = 52  # columns of the screen beside the two values that are compared


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
        Binding(
            "enter",
            "science",
            "Science",
            key_display="↵",
            tooltip="Enter, or a second click: what was measured in it, in Science",
        ),
        Binding(
            "s",
            "sort",
            "Sort",
            tooltip="sort by the next column; a click on a title as well",
            show=False,
        ),
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
        (
            "state",
            "“whole”: it came to its own end. “stopped”: someone ended it before, as all training "
            "ends, which would go on for ever.",
        ),
        (
            "culture",
            "How much of the culture's time; “took” is by the clock on the wall, from beginning to "
            "end, with all pauses. Columns that have no room here come with a wider terminal.",
        ),
        ("Hz", "Mean rate of the cells. Bursts are those of the electrodes (Science, 4)."),
        ("hits", "Share of the balls that were hit in training."),
        (
            "below",
            "All that was measured in the chosen run, with intervals and verdicts as in Science; "
            "of two, their difference and settings.",
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

    class Examined(Message):
        """What was found in a run is to be seen."""

        def __init__(self, examination: Examination) -> None:
            super().__init__()
            self.examination = examination

    def __init__(self, store: RunStore) -> None:
        super().__init__(id=self.TITLE)
        self._store = store
        self._columns: list[Column] = []
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
        if not self.display:
            self._chosen_id = None  # whoever comes back finds the newest
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

    def action_science(self) -> None:
        """Bring what was measured in the run."""
        run = self._chosen
        if run is None:
            return
        if run.examination is None:
            what = "training is not measured" if run.kind == "training" else "nothing was measured"
            self.notify(f"{what}: this run has no table in Science", severity="warning")
        else:
            self.post_message(self.Examined(run.examination))

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

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """A click on the chosen run."""
        self.action_science()

    # -- showing

    @property
    def _table(self) -> "DataTable[str | Text]":
        return self.query_one("#runs", DataTable)

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
        arrow = " ▼" if self._descending else " ▲"
        widest = max(self.size.width - BESIDE_NAME, 8)
        texts = {
            column: [
                f"{column.title}{arrow if place == self._sorted_by else ''}",
                *(shortened(column.text(run), widest) for run in self._runs),
            ]
            for place, column in enumerate(COLUMNS)
        }
        self._columns = that_fit(texts, self.size.width - AROUND)
        titles, *rows = zip(*(texts[column] for column in self._columns), strict=True)
        styles = [accent if run.id == self._marked else "" for run in self._runs]
        _put(
            table,
            titles,
            [[Text(text, style) for text in row] for row, style in zip(rows, styles, strict=True)],
        )
        table.border_title = _counted(len(self._runs))
        table.border_subtitle = "kept in memory only" if self._store.path is None else ""
        places = {run.id: place for place, run in enumerate(self._runs)}
        if places:
            chosen = chosen_id if chosen_id in places else max(places)  # the newest
            table.move_cursor(row=places[chosen])
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
            _put(table, *_told(run))
        else:
            table.border_title = f"first {_name(marked)} · second {_name(run)}"
            titles = ["", "first", "second", "difference"]
            widest = max((self.size.width - BESIDE) // 2, 8)
            lines = [
                [name, shortened(one, widest), shortened(other, widest), difference]
                for name, one, other, difference in compared(marked, run)
            ]
            _put(table, titles, lines)


def _told(run: KeptRun) -> tuple[list[str], list[list[str]]]:
    """What is known of a run: titles, and a line for each measure."""
    titles = ["measure", "value"]
    lines = {name: [label(name), number(value)] for name, value in run.measures.items()}
    if run.examination:
        titles += ["95 % interval", "verdict"]
        for name, line in lines.items():
            found = run.examination.find(name)
            line += [interval(found.measure.interval_95), found.standing] if found else ["", ""]
    return titles, list(lines.values())


def _put(
    table: "DataTable[str | Text]", titles: Sequence[str], rows: Sequence[Sequence[str | Text]]
) -> None:
    """Fill a table anew; its columns are as wide as what is in them."""
    table.clear(columns=True)
    for place, title in enumerate(titles):
        width = max([cell_len(title), *(cell_len(str(row[place])) for row in rows)])
        table.add_column(title, width=width)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))  # no markup


def _counted(n_runs: int) -> str:
    return "1 run" if n_runs == 1 else f"{n_runs} runs" if n_runs else "no runs"


def _name(run: KeptRun) -> str:
    return f"{run.name}, seed {run.seed}"
