"""A page over the view in front: what all of them look like."""

from typing import TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Page(ModalScreen[Result]):
    """A framed box in the middle of the dimmed view; its container has the class `page`."""

    DEFAULT_CSS = """
    Page {
        align: center middle;
        background: $background 60%;

        .page {
            max-width: 100%;
            max-height: 100%;
            padding: 0 1;
            border: round $primary;
            border-title-color: $primary;
            border-subtitle-color: $quiet;
            background: $surface;
        }
    }
    """
