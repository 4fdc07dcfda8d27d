"""What is behind a tab."""

from typing import ClassVar

from textual.binding import Binding
from textual.containers import Container
from textual.timer import Timer

from bl1.tui.widgets.kept import Kept


class View(Container, Kept, can_focus=True):
    """A view; it has the keyboard while its tab is in front.

    Its bindings are its keys, and `LEGEND` tells what is to be seen; `?` shows both.
    """

    TITLE: ClassVar[str]
    BINDINGS: ClassVar[list[Binding]] = []  # type: ignore[assignment]
    LEGEND: ClassVar[tuple[tuple[str, str], ...]] = ()

    _ticking: Timer | None = None

    DEFAULT_CSS = """
    View {
        width: 1fr;
        height: 1fr;
        background: $background;
    }
    """

    def tick_every(self, seconds: float) -> None:
        """Have `tick` called from now on, while its tab is in front: timers are not for nothing."""
        self._ticking = self.set_interval(seconds, self.tick, pause=True)

    def tick(self) -> None:
        """Show what is new; nothing for a view that changes only when it is told to."""

    def on_show(self) -> None:
        """Its tab is in front."""
        if self._ticking:
            self._ticking.resume()

    def on_hide(self) -> None:
        """Another tab is."""
        if self._ticking:
            self._ticking.pause()

    @property
    def in_front(self) -> bool:
        """Whether its tab is, and no page lies over it: else a change would redraw both."""
        return self.display and self.screen.is_current
