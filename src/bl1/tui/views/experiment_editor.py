"""Changing the keys of an experiment: a table of them, and a field for the value of one."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, DataTable, Input, Static

from bl1.errors import Bl1Error
from bl1.tui.views.page import Page
from bl1.tui.widgets.press import Press

if TYPE_CHECKING:
    from bl1.config import Experiment

CHANGED = "•"
TYPING = "-typing"  # the class of the page while a value is typed


class Value(Input):
    """The field. It has the keyboard throughout, and asks the page what each key is for.

    So keys are obeyed in their order, however quickly they come: were the keyboard the table's
    until Enter, what is typed right after it would still go there.
    """

    def on_key(self, event: events.Key) -> None:
        """Obey it, unless it is to be typed."""
        assert isinstance(self.screen, ExperimentEditor)
        if self.screen.obey(event.key):
            event.stop()
            event.prevent_default()

    def on_click(self) -> None:
        """Type here."""
        assert isinstance(self.screen, ExperimentEditor)
        self.screen.begin()


class ExperimentEditor(Page["Experiment"]):
    """A page over the view; it gives the experiment as it was changed.

    Args:
        name: of the file.
        experiment: to begin with.
        as_read: what the file has.
    """

    DEFAULT_CSS = """
    ExperimentEditor {
        .page {
            width: 100;
            height: 100%;
        }
        DataTable {
            height: 1fr;
            background: $surface;
            overflow-x: hidden;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
            scrollbar-color: $line;

            & > .datatable--cursor { color: $background; background: $primary; }
        }
        &.-typing DataTable > .datatable--cursor { color: $foreground; background: $line; }
        Value, Value:focus { background: $surface; }
        Value > .input--cursor { color: $foreground; background: $surface; text-style: none; }
        &.-typing Value { background: $panel; }
        &.-typing Value > .input--cursor { text-style: reverse; }
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
        self._shown = ""  # the key in the field

    def compose(self) -> ComposeResult:
        """The table, what the key is, its value, and what is to be said of it."""
        with Vertical(classes="page") as page:
            page.border_title = f"{self._name}: keys"
            page.border_subtitle = "Enter changes, d removes a section, u undoes all, Esc ends"
            table: DataTable[str | Text] = DataTable(cursor_type="row")
            table.can_focus = False
            yield table
            yield Static(id="description", markup=False)
            yield Value(compact=True, select_on_focus=False)
            yield Static(id="sentence", markup=False)
            with Horizontal(id="buttons"):
                yield Press("Remove section", id="remove")
                yield Press("Undo all", id="undo")
                yield Press("Done", id="done")

    def on_mount(self) -> None:
        """Fill the table."""
        self.query_one(DataTable).add_columns("", "key", "value")
        self._fill()

    def obey(self, key: str) -> bool:
        """Do what a key is for; False if it is to be typed."""
        table, field = self.query_one(DataTable), self.query_one(Value)
        if self.has_class(TYPING):
            actions = {
                "enter": self._take,
                "escape": self._show,
                "left": field.action_cursor_left,
                "right": field.action_cursor_right,
                "home": field.action_home,
                "end": field.action_end,
                "backspace": field.action_delete_left,
                "delete": field.action_delete_right,
            }
            if key in actions:
                actions[key]()
            return key in actions
        actions = {
            "enter": self.begin,
            "escape": self._end,
            "d": self._remove,
            "u": self._undo,
            "up": table.action_cursor_up,
            "down": table.action_cursor_down,
            "pageup": table.action_page_up,
            "pagedown": table.action_page_down,
            "home": table.action_scroll_top,
            "end": table.action_scroll_bottom,
        }
        if key in actions:
            actions[key]()
            if self._key != self._shown:
                self._show()
        return True

    def begin(self) -> None:
        """Type a value in place of the one that is there."""
        if not self.has_class(TYPING):
            self.add_class(TYPING)
            self.query_one(Value).action_select_all()

    def on_data_table_row_highlighted(self) -> None:
        """Another row was clicked; or a key went there, which has shown it already."""
        if self._key != self._shown:
            self._show()

    def on_data_table_row_selected(self) -> None:
        """It was clicked again."""
        self.begin()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look whether a file could hold this."""
        self._looked_at(event.value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """As the keys do."""
        {"remove": self._remove, "undo": self._undo, "done": self._end}[f"{event.button.id}"]()

    def _take(self) -> None:
        """Take what was typed, if a file could hold it."""
        if experiment := self._looked_at(self.query_one(Value).value):
            self._experiment = experiment
            self._fill()

    def _looked_at(self, value: str) -> "Experiment | None":
        """The experiment with a value of the key; None if no file could hold it, which is said."""
        from bl1.config.keys import with_value

        try:
            experiment = with_value(self._experiment, self._key, value)
        except Bl1Error as error:
            self._say(str(error))
            return None
        self._say("")
        return experiment

    def _remove(self) -> None:
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
        self._fill(section)

    def _undo(self) -> None:
        """Go back to what the file has."""
        self._experiment = self._as_read
        self._fill()

    def _end(self) -> None:
        """Leave the page with all changes."""
        self.dismiss(self._experiment)

    def _show(self) -> None:
        """Show what the marked key is and has; what was typed and not taken is forgotten."""
        from bl1.config.keys import OPTIONAL_SECTIONS, description_of, values_of

        self.remove_class(TYPING)
        self._shown = key = self._key
        description = f"{key}: {description_of(self._experiment, key)}"
        if key in OPTIONAL_SECTIONS:
            description += " Not in the file; {} adds it."
        self.query_one("#description", Static).update(description, layout=False)
        field = self.query_one(Value)
        field.value = values_of(self._experiment)[key]
        field.action_home()
        self._say("")

    @property
    def _key(self) -> str:
        """The key that is marked; messages of the table tell of those that were."""
        table = self.query_one(DataTable)
        return f"{table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value}"

    def _fill(self, wanted: str = "") -> None:
        """Every key with its value, a dot before those that differ from the file's; go to one."""
        from bl1.config.keys import values_of

        table, before = self.query_one(DataTable), values_of(self._as_read)
        row = table.cursor_row
        table.clear()
        for key, value in values_of(self._experiment).items():
            dot = "" if before.get(key) == value else CHANGED
            table.add_row(dot, key, Text(value), key=key)  # which has no markup
        table.move_cursor(row=table.get_row_index(wanted) if wanted else row)
        self._show()

    def _say(self, sentence: str) -> None:
        said = self.query_one("#sentence", Static)
        said.update(sentence or "Enter takes it", layout=False)
        said.set_class(bool(sentence), "-error")
