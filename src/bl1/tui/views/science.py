"""Science: what the last recording says of its culture, beside what living cultures do."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from bl1.tui.examination import (
    CRITICALITY,
    SENTENCES,
    Examination,
    Finding,
    interval,
    number,
    with_unit,
)
from bl1.tui.science_worker import ScienceWorker
from bl1.tui.views.view import View

TICK_S = 0.2
COLUMNS = ("measure", "value", "verdict", "living cultures", "95 % interval")
WIDE = 100  # from here there is room for all of them
COLOURS = {
    "as living": "$hit",
    "outside": "$miss",
    "cannot tell": "$quiet",
    "not enough data": "$quiet",
    "no value": "$quiet",
    "no range": "$quiet",
}
NOTHING = (
    "Nothing is measured yet. Run a culture in Simulate (2): what its electrodes heard is measured "
    "here when it ends."
)


class ScienceView(View):
    """A table of measures, and under it what the chosen one means.

    Args:
        worker: measures.
    """

    TITLE = "Science"

    BINDINGS: ClassVar[list[Binding]] = [
        Binding("j,down", "move(1)", "Next", key_display="j", tooltip="the next measure"),
        Binding("k,up", "move(-1)", "Before", key_display="k", tooltip="the one before"),
        Binding(
            "pagedown", "read(1)", "More", key_display="PgDn", tooltip="read on in what is below"
        ),
        Binding("pageup", "read(-1)", show=False, key_display="PgUp", tooltip="read back"),
    ]

    LEGEND = (
        ("value", "What was measured, through the electrodes, as in a living culture."),
        (
            "95 %",
            "Its confidence interval. Of most measures it comes from 500 resamples of the "
            "electrodes, bursts, intervals or seconds (bootstrap), of bursts per minute from their "
            "number (Poisson); below it is told of each.",
        ),
        (
            "living",
            "The lowest and highest value among recordings of living cultures (Wagenaar, Pine & "
            "Potter 2006), measured by the same code.",
        ),
        (
            "verdict",
            "“as living”: the value lies in that range. “outside”: neither it nor any of its "
            "interval does. “cannot tell”: it does not, but its interval reaches into the range or "
            "is not known. “not enough data”: too little was recorded for a value; run longer in "
            "Simulate. “no value”: below it is told why. “no range”: none is known.",
        ),
        (
            "bursts",
            "Of the network. An electrode bursts where 4 spikes or more follow each other within "
            "100 ms, or a quarter of its mean interval if that is less; where 5 electrodes or more "
            "(8.5 % of them, if that is more) burst at once, the network does (Wagenaar).",
        ),
    )

    DEFAULT_CSS = """
    ScienceView {
        layout: vertical;

        DataTable {
            height: auto;
            max-height: 70%;
            border: round $line;
            border-title-color: $foreground;
            border-subtitle-color: $quiet;
            background: $background;
            scrollbar-size-vertical: 1;
        }
        VerticalScroll {
            height: 1fr;
            min-height: 4;
            border: round $line;
            border-title-color: $foreground;
            padding: 0 1;
            scrollbar-size-vertical: 1;
        }
        VerticalScroll:focus { border: round $primary; }
    }
    """

    def __init__(self, worker: ScienceWorker) -> None:
        super().__init__(id=self.TITLE)
        self._worker = worker
        self._meanings: list[tuple[str, str]] = []  # of each row, its name and what it means
        self._filled: object = None  # with what, in which colours, for which width

    def compose(self) -> ComposeResult:
        """The table, and what its chosen row means."""
        table: DataTable[str | Text] = DataTable(cursor_type="row", zebra_stripes=True)
        table.can_focus = False  # its keys are those of the view
        yield table
        with VerticalScroll(can_focus=False):
            yield Static(NOTHING, id="meaning", markup=False)

    def on_mount(self) -> None:
        """Look at the worker now and then."""
        self.tick_every(TICK_S)

    def tick(self) -> None:
        """Show what was found last, and what is measured now."""
        if not self.in_front:
            return
        examination, doing = self._worker.examination, self._worker.doing
        wanted = examination, bool(doing), self.app.theme, self.size.width >= WIDE
        if examination is not None and wanted != self._filled:
            self._filled = wanted
            self._fill(examination, "measuring" if doing else "not measured")
        self._table.border_subtitle = f"{doing} …" if doing else ""

    def action_move(self, change: int) -> None:
        """To another measure."""
        table = self._table
        if table.row_count:
            table.move_cursor(row=(table.cursor_row + change) % table.row_count)

    def action_read(self, pages: int) -> None:
        """Go on, or back, in what the measure means."""
        below = self.query_one(VerticalScroll)
        below.scroll_relative(y=pages * max(below.size.height - 1, 1), animate=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Say what the measure means."""
        if event.cursor_row < len(self._meanings):
            title, text = self._meanings[event.cursor_row]
            below = self.query_one(VerticalScroll)
            below.border_title = title
            below.scroll_home(animate=False)
            self.query_one("#meaning", Static).update(text)

    @property
    def _table(self) -> "DataTable[str | Text]":
        return self.query_one(DataTable)

    def _fill(self, examination: Examination, awaited: str) -> None:
        """A row for each measure; `awaited` is the verdict of one that is not there yet."""
        rows = [
            (finding.measure.name, finding.meaning, _cells(finding, self._coloured))
            for finding in examination.findings
        ]
        waiting = self._coloured(awaited, "$quiet")
        rows += [
            (name, SENTENCES[name], [name, "", waiting, "", ""]) for name in examination.awaited
        ]
        verdict, meaning = waiting, CRITICALITY
        if examination.criticality:
            word = examination.criticality.partition(":")[0].removesuffix(" with criticality")
            verdict = self._coloured(word, COLOURS.get(word, "$foreground"))
            meaning = f"{CRITICALITY}\nVerdict: {examination.criticality}."
        rows.append(("criticality", meaning, ["criticality", "", verdict, "", ""]))

        table, row = self._table, self._table.cursor_row
        n_columns = len(COLUMNS) if self.size.width >= WIDE else len(COLUMNS) - 1
        table.clear(columns=True)
        table.add_columns(*COLUMNS[:n_columns])
        table.border_title = f"{examination.title} · {examination.seconds:g} s"
        self._meanings = [(name, meaning) for name, meaning, _ in rows]
        for _, _, cells in rows:
            table.add_row(*cells[:n_columns])
        table.move_cursor(row=max(row, 0))

    def _coloured(self, text: str, colour: str) -> Text:
        return Text(text, style=self.app.theme_variables[colour.removeprefix("$")])


def _cells(finding: Finding, coloured: Callable[[str, str], Text]) -> list[str | Text]:
    measure, standing, living = finding.measure, finding.standing, finding.living
    return [
        measure.name,
        "" if measure.value is None else with_unit(number(measure.value), measure),
        coloured(standing, COLOURS[standing]),
        with_unit(f"{living.low:g} – {living.high:g}", measure) if living else "",
        interval(measure.interval_95),
    ]
