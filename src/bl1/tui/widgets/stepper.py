"""A value between two buttons that lower and raise it."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Static

from bl1.tui.widgets.press import Press


class Stepper(Horizontal):
    """A label and a value, which the view changes when it is asked to.

    Args:
        label: what the value is.
        id: of the widget, which its messages have as well.
    """

    value: reactive[str] = reactive("")

    DEFAULT_CSS = """
    Stepper {
        height: 1;

        .label { width: 1fr; color: $quiet; }
        .value { width: 9; text-align: center; }
        Press { width: 3; min-width: 3; }
    }
    """

    class Stepped(Message):
        """One of the buttons was pressed: `change` is -1 or 1."""

        def __init__(self, name: str, change: int) -> None:
            super().__init__()
            self.name = name
            self.change = change

    def __init__(self, label: str, *, id: str) -> None:
        super().__init__(id=id)
        self._label = label

    def compose(self) -> ComposeResult:
        """From left to right."""
        yield Static(self._label, classes="label")
        yield Press("−", id="down")
        yield Static(classes="value")
        yield Press("+", id="up")

    def watch_value(self, value: str) -> None:
        """Show it."""
        for shown in self.query(".value").results(Static):
            shown.update(value, layout=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Ask for another value."""
        event.stop()
        assert self.id
        self.post_message(self.Stepped(self.id, 1 if event.button.id == "up" else -1))
