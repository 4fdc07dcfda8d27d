"""The list of brains that one may go on with."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bl1.tui.views.page import Page
from bl1.tui.widgets.names import Names

if TYPE_CHECKING:
    from bl1.tui.kept_brains import KeptBrain


class BrainList(Page[Path | None]):
    """A line for each brain; it goes with the file of one, or with None.

    Args:
        brains: the newest first, which is marked.
    """

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("escape,o,q", "dismiss(None)", "Leave"),
        Binding("enter", "take", "Take"),  # also before the list is there
    ]

    DEFAULT_CSS = """
    BrainList {
        .page {
            width: 80;
            height: auto;
        }
        Names { height: auto; max-height: 12; }
        Static { height: 1; margin: 1 0 0 0; color: $quiet; text-overflow: ellipsis; }
    }
    """

    def __init__(self, brains: "Sequence[KeptBrain]") -> None:
        super().__init__()
        self._brains = brains

    def compose(self) -> ComposeResult:
        """The list, and where the marked one is."""
        width = max(len(brain.name) for brain in self._brains)
        with Vertical(classes="page") as page:
            page.border_title = "Go on with a brain"
            page.border_subtitle = "Enter takes it  Esc leaves all as it is"
            yield Names(
                *(
                    Option(f"{brain.when:<11}  {brain.name:<{width}}  {brain.trained}")
                    for brain in self._brains
                ),
                markup=False,
            )
            yield Static(markup=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell where it is."""
        self.query_one(Static).update(f"{self._brains[event.option_index].path}", layout=False)

    def on_option_list_option_selected(self) -> None:
        """A click takes it."""
        self.action_take()

    def action_take(self) -> None:
        """Go with what is marked."""
        marked = [names.highlighted for names in self.query(Names)]
        self.dismiss(self._brains[(marked and marked[0]) or 0].path)
