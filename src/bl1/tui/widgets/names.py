"""A list of names on a page that asks, of which one is taken."""

from typing import ClassVar

from textual.binding import Binding
from textual.widgets import OptionList


class Names(OptionList):
    """A list in which Enter takes what is marked, in its turn after the arrows before it."""

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("enter", "screen.take", "Take"),
    ]

    DEFAULT_CSS = """
    Names {
        padding: 0;
        border: none;
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-color: $line;

        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0; }
        & > .option-list--option-highlighted { color: $primary; background: $panel; }
        &:focus > .option-list--option-highlighted { color: $background; background: $primary; }
    }
    """
