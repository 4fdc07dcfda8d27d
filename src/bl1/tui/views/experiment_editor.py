"""Changing the keys of an experiment: a table of them, and a field for the value of one."""

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, DataTable, Input, Static

from bl1.errors import Bl1Error
from bl1.tui.widgets.press import Press

if TYPE_CHECKING:
    from bl1.config import Experiment

CHANGED = "•"


class ExperimentEditor(ModalScreen["Experiment"]):
    """A page over the view; it gives the experiment as it was changed.

    Args:
        name: of the file.
        experiment: to begin with.
        as_read: what the file has.
    """

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("escape", "leave", "Done"),
        Binding("d", "remove", "Remove section"),
        Binding("u", "undo", "Undo all"),
    ]

    DEFAULT_CSS = """
    ExperimentEditor {
        align: center middle;
        background: $background 60%;

        #page {
            width: 100;
            max-width: 100%;
            height: 100%;
            padding: 0 1;
            border: round $primary;
            border-title-color: $primary;
            border-subtitle-color: $quiet;
            background: $surface;
        }
        DataTable {
            height: 1fr;
            background: $surface;
            overflow-x: hidden;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
            scrollbar-color: $line;
        }
        #description { height: 2; color: $quiet; }
        #sentence { height: 2; color: $quiet; }
        #sentence.-error { color: $error; }
        #buttons { height: 1; align-horizontal: right; }
        Press { margin-left: 2; }
    }
    """

    def __init__(self, name: str, experiment: "Experiment", as_read: "Experiment") -> None:
        super().__init__()
        self._name = name
        self._experiment, self._as_read = experiment, as_read
        self._candidate: Experiment | None = experiment  # with the value that is being typed

    def compose(self) -> ComposeResult:
        """The table, what the key is, its value, and what is to be said of it."""
        with Vertical(id="page") as page:
            page.border_title = f"{self._name}: keys"
            page.border_subtitle = "Enter changes, d removes a section, u undoes all, Esc ends"
            yield DataTable(cursor_type="row")
            yield Static(id="description", markup=False)
            yield Input(compact=True)
            yield Static(id="sentence", markup=False)
            with Horizontal(id="buttons"):
                yield Press("Remove section", id="remove")
                yield Press("Undo all", id="undo")
                yield Press("Done", id="done")

    def on_mount(self) -> None:
        """Fill the table."""
        self.query_one(DataTable).add_columns("", "key", "value")
        self._fill()

    def on_data_table_row_highlighted(self) -> None:
        """Show what this key is and has."""
        from bl1.config.keys import OPTIONAL_SECTIONS, description_of, values_of

        key = self._key
        description = f"{key}: {description_of(self._experiment, key)}"
        if key in OPTIONAL_SECTIONS:
            description += " Not in the file; {} adds it."
        self.query_one("#description", Static).update(description, layout=False)
        self.query_one(Input).value = values_of(self._experiment)[key]
        self._say("")

    def on_data_table_row_selected(self) -> None:
        """Change it."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look whether a file could hold this."""
        from bl1.config.keys import with_value

        try:
            self._candidate = with_value(self._experiment, self._key, event.value)
            self._say("")
        except Bl1Error as error:
            self._candidate = None
            self._say(str(error))

    def on_input_submitted(self) -> None:
        """Take the value, if it can be."""
        if self._candidate:
            self._experiment = self._candidate
            self._fill()
            self.query_one(DataTable).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """As the keys do."""
        if event.button.id == "remove":
            self.action_remove()
        elif event.button.id == "undo":
            self.action_undo()
        else:
            self.dismiss(self._experiment)

    def action_remove(self) -> None:
        """Remove the section that the key is in, if there need not be one."""
        from bl1.config.keys import section_of, with_value

        key = self._key
        section = section_of(key)
        if section is None:
            self._say(f"{key} is in no section that can be removed")
            return
        try:
            self._experiment = with_value(self._experiment, section, "")
        except Bl1Error as error:  # another section needs it
            self._say(str(error))
            return
        self._fill()
        table = self.query_one(DataTable)
        table.move_cursor(row=table.get_row_index(section))

    def action_undo(self) -> None:
        """Go back to what the file has."""
        self._experiment = self._as_read
        self._fill()

    def action_leave(self) -> None:
        """Leave the field without a change, or the page with all of them."""
        table = self.query_one(DataTable)
        if self.focused is table:
            self.dismiss(self._experiment)
        else:
            self._fill()
            table.focus()

    @property
    def _key(self) -> str:
        """The key that is marked; messages of the table tell of those that were."""
        table = self.query_one(DataTable)
        return f"{table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value}"

    def _fill(self) -> None:
        """Every key with its value, a dot before those that differ from the file's."""
        from bl1.config.keys import values_of

        table, before = self.query_one(DataTable), values_of(self._as_read)
        row = table.cursor_row
        table.clear()
        for key, value in values_of(self._experiment).items():
            dot = "" if before.get(key) == value else CHANGED
            table.add_row(dot, key, Text(value), key=key)  # which has no markup
        table.move_cursor(row=row)

    def _say(self, sentence: str) -> None:
        said = self.query_one("#sentence", Static)
        said.update(sentence or "Enter takes it", layout=False)
        said.set_class(bool(sentence), "-error")
