"""A question that is answered with yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from bl1.tui.views.page import Page


class Confirm(Page[bool]):
    """Asks; Enter and `y` say yes, Escape and `n` say no, and so do its buttons.

    Args:
        question: a sentence or two.
        yes, no: what the answers do, a word or two each.
    """

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("y", "dismiss(True)", "Yes"),
        Binding("escape,n", "dismiss(False)", "No"),
        Binding("left,right,up,down", "app.focus_next", "Other", show=False),
    ]

    DEFAULT_CSS = """
    Confirm {
        .page {
            width: 60;
            height: auto;
            padding: 1 2;
        }
        Static { margin-bottom: 1; }
        Horizontal { height: auto; align-horizontal: center; }
        Button { margin: 0 1; min-width: 12; }
    }
    """

    def __init__(self, question: str, yes: str, no: str = "Cancel") -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        """The question, and two buttons; yes has the keyboard, so that Enter says it."""
        with Vertical(classes="page"):
            yield Static(self._question, markup=False)
            with Horizontal():
                yield Button(f"{self._yes} (y)", id="yes", variant="primary", compact=True)
                yield Button(f"{self._no} (n)", id="no", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click, or Enter."""
        self.dismiss(event.button.id == "yes")
