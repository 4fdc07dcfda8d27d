"""A button for the mouse alone: the keyboard stays with the view."""

from textual.widgets import Button


class Press(Button, can_focus=False):
    """A button of one line; the view has a key for what it does."""

    DEFAULT_CSS = """
    Press {
        height: 1;

        &.-style-default { background: $panel; color: $primary; }
        &.-style-default:hover { background: $line; }
    }
    """

    def __init__(self, label: str, *, id: str) -> None:
        super().__init__(label, id=id, compact=True)
