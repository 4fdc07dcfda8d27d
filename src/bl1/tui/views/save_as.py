"""Asking for the name of an experiment file that is to be written."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from bl1.errors import Bl1Error
from bl1.tui.experiment_files import FOLDER, check_name, suggested_name
from bl1.tui.views.page import Page
from bl1.tui.widgets.press import Press


class SaveAs(Page[str | None]):
    """A field for the name; it gives the name, or None where there is to be no file.

    Args:
        name: of what is saved, from which another may be suggested.
    """

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("escape", "dismiss", "Cancel")
    ]

    DEFAULT_CSS = """
    SaveAs {
        .page {
            width: 60;
            height: auto;
        }
        Input { margin: 1 0 0 0; }
        Static { height: auto; margin: 0 0 1 0; color: $quiet; }
        Static.-error { color: $error; }
        Horizontal { height: 1; align-horizontal: right; }
        Press { margin-left: 2; }
    }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._suggested = suggested_name(name)

    def compose(self) -> ComposeResult:
        """The field, what is to be said of the name, and buttons."""
        with Vertical(classes="page") as page:
            page.border_title = f"save to {FOLDER}/NAME.yaml"
            page.border_subtitle = "Enter saves, Esc does not"
            yield Input(self._suggested, placeholder="name", compact=True)
            yield Static(markup=False)
            with Horizontal():
                yield Press("Save", id="save")
                yield Press("Cancel", id="cancel")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would become of it."""
        try:
            told, is_wrong = check_name(event.value), False
        except Bl1Error as error:
            told, is_wrong = str(error), True
        said = self.query_one(Static)
        said.update(told)
        said.set_class(is_wrong, "-error")

    def on_input_submitted(self) -> None:
        """Take the name, if it can be one."""
        if not self.query_one(Static).has_class("-error"):
            self.dismiss(self.query_one(Input).value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """As Enter and Escape do."""
        if event.button.id == "save":
            self.on_input_submitted()
        else:
            self.dismiss(None)
