"""What is behind a tab."""

from typing import ClassVar

from textual.binding import Binding
from textual.containers import Container


class View(Container, can_focus=True):
    """A view; it has the keyboard while its tab is in front.

    Its bindings are its keys, and `LEGEND` tells what is to be seen; `?` shows both.
    """

    TITLE: ClassVar[str]
    BINDINGS: ClassVar[list[Binding]] = []  # type: ignore[assignment]
    LEGEND: ClassVar[tuple[tuple[str, str], ...]] = ()

    DEFAULT_CSS = """
    View {
        width: 1fr;
        height: 1fr;
        background: $background;
    }
    """

    @property
    def in_front(self) -> bool:
        """Whether its tab is, and no page lies over it: else a change would redraw both."""
        return self.display and self.screen.is_current
