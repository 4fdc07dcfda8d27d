"""`?`: the keys of the view in front, and what is to be seen on it."""

from collections.abc import Iterable

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from bl1.tui.views.page import Page
from bl1.tui.views.view import View

KEY_WIDTH = 9


class HelpScreen(Page[None]):
    """A page over the view; it goes with Escape, `?` or `q`.

    Args:
        view: the view that it explains.
        everywhere: the bindings that every view has.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape,question_mark,q", "dismiss", "Close"),
    ]

    DEFAULT_CSS = """
    HelpScreen {
        .page {
            width: 76;
            height: auto;
            padding: 0 2;
            scrollbar-size-vertical: 1;
            scrollbar-gutter: stable;
            scrollbar-background: $surface;
            scrollbar-color: $line;
        }

        Static { padding-right: 1; }  /* before the scrollbar */
        .heading {
            margin-top: 1;
            color: $primary;
            text-style: bold;
        }
    }
    """

    def __init__(self, view: View, everywhere: Iterable[Binding]) -> None:
        super().__init__()
        self._view = view
        self._everywhere = list(everywhere)

    def compose(self) -> ComposeResult:
        """Keys first, then what they act upon."""
        with VerticalScroll(classes="page") as page:
            page.border_title = f"{self._view.TITLE}: help"
            page.border_subtitle = "Esc closes"
            if self._view.BINDINGS:
                yield Static("Keys of this view", classes="heading")
                yield Static(_table(_keys(self._view.BINDINGS)))
            if self._view.LEGEND:
                yield Static("On this screen", classes="heading")
                yield Static(_table(self._view.LEGEND))
            yield Static("Keys everywhere", classes="heading")
            yield Static(_table(_keys(self._everywhere)))


def _keys(bindings: Iterable[Binding]) -> list[tuple[str, str]]:
    return [
        (binding.key_display or binding.key, binding.tooltip)
        for binding in bindings
        if binding.tooltip
    ]


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True, min_width=KEY_WIDTH)
    table.add_column()
    for row in rows:
        table.add_row(*row)
    return table
