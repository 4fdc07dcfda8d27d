"""Science: what the last recording says of its culture, beside what living cultures do."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from bl1.analysis.measure import Measure
from bl1.tui.examination import CRITICALITY, Examination, Finding
from bl1.tui.science_worker import ScienceWorker
from bl1.tui.views.view import View

TICK_S = 0.2
COLUMNS = ("measure", "value", "verdict", "living cultures", "95 % interval")
WIDE = 100  # from here there is room for all of them
COLOURS = {
    "as in living cultures": "$hit",
    "outside": "$miss",
    "not enough data": "$quiet",
    "no range": "$quiet",
}
SHORT = {"as in living cultures": "as living", "no range": "–"}
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
    ]

    LEGEND = (
        ("value", "What was measured, through the electrodes, as in a living culture."),
        ("95 %", "Its confidence interval; what it is of is told below."),
        (
            "living",
            "The lowest and highest value among recordings of living cultures (Wagenaar, Pine & "
            "Potter 2006), measured by the same code.",
        ),
        (
            "verdict",
            "Whether the value lies in that range. “not enough data” means that it was recorded "
            "for too short a time to say; run longer in Simulate.",
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
        self._shown: Examination | None = None
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
        examination = self._worker.examination
        wanted = examination, self.app.theme, self.size.width >= WIDE
        if examination is not None and wanted != self._filled:
            self._shown, self._filled = examination, wanted
            self._fill(examination)
        self._table.border_subtitle = f"{self._worker.doing} …" if self._worker.doing else ""

    def action_move(self, change: int) -> None:
        """To another measure."""
        table = self._table
        if table.row_count:
            table.move_cursor(row=(table.cursor_row + change) % table.row_count)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Say what the measure means."""
        if self._shown is None:
            return
        if event.cursor_row < len(self._shown.findings):
            finding = self._shown.findings[event.cursor_row]
            self._say(finding.measure.name, finding.meaning)
        else:
            self._say("criticality", criticality_of(self._shown))

    @property
    def _table(self) -> "DataTable[str | Text]":
        return self.query_one(DataTable)

    def _fill(self, examination: Examination) -> None:
        table, row = self._table, self._table.cursor_row
        n_columns = len(COLUMNS) if self.size.width >= WIDE else len(COLUMNS) - 1
        table.clear(columns=True)
        table.add_columns(*COLUMNS[:n_columns])
        table.border_title = f"{examination.title} · {examination.seconds:g} s"
        for finding in examination.findings:
            table.add_row(*_cells(finding, self._coloured)[:n_columns])
        if examination.criticality:
            verdict, _, _ = examination.criticality.partition(":")
            colour = COLOURS.get(verdict, "$foreground")
            table.add_row("criticality", "", self._coloured(verdict, colour))
        table.move_cursor(row=max(row, 0))

    def _coloured(self, text: str, colour: str) -> Text:
        return Text(text, style=self.app.theme_variables[colour.removeprefix("$")])

    def _say(self, title: str, text: str) -> None:
        self.query_one(VerticalScroll).border_title = title
        self.query_one("#meaning", Static).update(text)


def criticality_of(examination: Examination) -> str:
    """The verdict of all signs together, whole."""
    return f"{CRITICALITY}\nVerdict: {examination.criticality}."


def _cells(finding: Finding, coloured: Callable[[str, str], Text]) -> list[str | Text]:
    measure, standing = finding.measure, finding.standing
    return [
        measure.name,
        _value(measure),
        coloured(SHORT.get(standing, standing), COLOURS[standing]),
        f"{finding.living.low:g} – {finding.living.high:g}" if finding.living else "",
        "" if measure.interval_95 is None else " – ".join(map(_number, measure.interval_95)),
    ]


def _value(measure: Measure) -> str:
    if measure.value is None:
        return ""
    return f"{_number(measure.value)} {measure.unit}".rstrip()


def _number(value: float) -> str:
    """Three digits, or four where a number close to 1 needs them."""
    return f"{value:.4f}" if 0.9 < value < 1 else f"{value:.3g}"
