"""The menu of what is trained: a game, who learns it, on what, and who plays beside it."""

from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from bl1.errors import Bl1Error
from bl1.tui.choice import WORDS, Choice
from bl1.tui.views.page import Page
from bl1.tui.widgets.names import Names

FIELDS = ("game", "agent", "substrate", "paddle", "control")


class TrainMenu(Page[Choice | None]):
    """A list for each part of a choice; it goes with the choice, or with None.

    Args:
        choice: what is trained now.
        seed: with which the choice would begin.
    """

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("escape,n,q", "dismiss(None)", "Leave"),
        Binding("right,l", "app.focus_next", "Next list"),
        Binding("left,h", "app.focus_previous", "Previous list"),
    ]

    DEFAULT_CSS = """
    TrainMenu {
        .page {
            width: 80;
            height: 15;
        }

        #lists { height: 1fr; overflow-x: auto; scrollbar-size-horizontal: 0; }

        Names {
            width: 14;
            height: 100%;
            border: round $line;
            border-title-color: $foreground;
        }
        Names:focus { border: round $primary; }
        #game { width: 18; }
        #substrate { width: 15; }
        #paddle { width: 13; }
        #control { width: 16; }

        #words { height: 2; color: $quiet; }
        #words.-refused { color: $error; }

        #buttons { height: 1; align-horizontal: right; }
        Button { margin-left: 2; }
    }
    """

    def __init__(self, choice: Choice, seed: int) -> None:
        super().__init__()
        self._choice = choice
        self._seed = seed
        self._names: dict[str, tuple[str, ...]] = {}

    def compose(self) -> ComposeResult:
        """The lists, a sentence on what is marked, the buttons."""
        with Vertical(classes="page") as page:
            page.border_title = "What is trained"
            page.border_subtitle = "Enter begins  Esc leaves all as it is"
            with Horizontal(id="lists"):
                for field in FIELDS:
                    names = Names(id=field)
                    names.border_title = field
                    yield names
            yield Static(id="words", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Begin", variant="primary", compact=True, id="begin")
                yield Button("Leave", compact=True, id="leave")

    def on_mount(self) -> None:
        """Mark what is trained now."""
        for button in self.query(Button):
            button.can_focus = False  # Enter is for what is marked
        self._fill()
        for field in FIELDS:  # at once: a message would come after the next keys
            marked = partial(self._take, field)
            self.watch(self.query_one(f"#{field}"), "highlighted", marked, init=False)
        self.query_one("#game").focus()

    def _take(self, field: str, place: int | None) -> None:
        """Another name is marked; lists that depend on it follow."""
        if place is None:  # it is being filled
            return
        name = self._names[field][place]
        if name != getattr(self._choice, field):
            self._choice = self._choice.changed(field, name)
            self._fill()
        self._explain()

    def on_descendant_focus(self) -> None:
        """Another list has the keyboard."""
        self._explain()

    @on(Button.Pressed, "#begin")
    def action_take(self) -> None:
        """Go with the choice, if it goes together."""
        if not self._refusal:
            self.dismiss(self._choice)

    @on(Button.Pressed, "#leave")
    def leave(self) -> None:
        """Go without."""
        self.dismiss(None)

    def _fill(self) -> None:
        """Have each list hold what it can, and mark the choice in it."""
        for field, names in self._choice.names.items():
            shown = self.query_one(f"#{field}", OptionList)
            if names != self._names.get(field):
                self._names[field] = names
                shown.set_options(Option(self._shown(field, name), id=name) for name in names)
                shown.disabled = not names
            if names:
                shown.highlighted = names.index(getattr(self._choice, field))

    def _explain(self) -> None:
        """Say why the choice is refused, or what is marked in the list that has the keyboard."""
        refusal, field = self._refusal, self.focused.id if self.focused else None
        words = self.query_one("#words", Static)
        words.set_class(bool(refusal), "-refused")
        words.update(refusal or (WORDS[getattr(self._choice, field)].sentence if field else ""))

    def _shown(self, field: str, name: str) -> Text:
        """A name, dim if it is a game that is not installed."""
        is_there = field != "game" or not _refusal(self._choice.changed(field, name), self._seed)
        return Text(WORDS[name].title, style="" if is_there else "dim")

    @property
    def _refusal(self) -> str:
        """Why what is marked cannot be begun, or nothing."""
        return _refusal(self._choice, self._seed)


def _refusal(choice: Choice, seed: int) -> str:
    try:
        choice.options(seed)
    except Bl1Error as error:
        return str(error)
    return ""
