"""A view on its own: with a theme, and the cockpit's footer."""

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import ContentSwitcher, Footer, Static

from bl1.tui.app import Cockpit
from bl1.tui.background import Background, Request
from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK, MEANINGS_ON_LIGHT
from bl1.tui.views.view import View


class ByHand(Background):
    """A thread that never begins, and obeys at once."""

    def start(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def do(self, request: Request, doing: str = "") -> None:
        super().do(request, doing)
        self._obey(0)


class Themed(App[None]):
    """Nothing, in the cockpit's colours, for a page to lie over."""

    CSS = Cockpit.CSS

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return MEANINGS_ON_DARK if self.current_theme.dark else MEANINGS_ON_LIGHT


class Hosted(Themed):
    """A view in front, and an empty one behind it."""

    BINDINGS = [  # noqa: RUF012
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self, view: View, worker: Background, theme: str = DARK.name, in_front: bool = True
    ) -> None:
        super().__init__()
        self.view, self._worker, self._theme_name = view, worker, theme
        self._first = view.id if in_front else "other"

    def compose(self) -> ComposeResult:
        yield Static("bl1")
        with ContentSwitcher(initial=self._first):
            yield self.view
            yield Container(id="other")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self._theme_name
        self._worker.on_report = lambda sentence, is_error: self.notify(
            sentence, severity="error" if is_error else "information", markup=False
        )
        self.view.focus()

    def bring(self, name: str | None) -> None:
        """Bring the view to the front, or the `other`."""
        self.query_one(ContentSwitcher).current = name
        self.view.focus()

    @property
    def said(self) -> list[tuple[str, str]]:
        """Toasts: how serious, and what."""
        return [(toast.severity, toast.message) for toast in self._notifications]

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips()]
