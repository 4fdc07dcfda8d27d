"""The cockpit: five tabs, a footer of keys, help, two themes."""

import asyncio
import signal
from contextlib import suppress
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import ContentSwitcher, Footer, Static, Tab, Tabs

from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK, MEANINGS_ON_LIGHT
from bl1.tui.views.coming import Dashboard, Results, Science, Simulate
from bl1.tui.views.help import HelpScreen
from bl1.tui.views.train import TrainView
from bl1.tui.views.view import View
from bl1.tui.worker import Worker

VIEWS: tuple[type[View], ...] = (Dashboard, Simulate, TrainView, Science, Results)
ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Cockpit(App[None]):
    """bl1 in a terminal. It opens on Train, where the worker's culture learns at once.

    Args:
        worker: runs the session; the cockpit starts it, and whoever made it ends it.
    """

    TITLE = "bl1"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding(
            "tab",
            "turn(1)",
            "Next tab",
            key_display="Tab",
            tooltip="the next tab",
            priority=True,
            show=False,
        ),
        Binding("shift+tab", "turn(-1)", "Previous tab", priority=True, show=False),
        *(
            Binding(
                str(number),
                f"open('{view.TITLE}')",
                view.TITLE,
                tooltip=view.TITLE,
                show=False,
            )
            for number, view in enumerate(VIEWS, start=1)
        ),
        Binding("t", "switch_theme", "Theme", tooltip="dark or light", show=False),
        Binding(
            "ctrl+p",
            "command_palette",
            "Palette",
            key_display="Ctrl+P",
            tooltip="every command by its name, more themes",
            show=False,
        ),
        Binding("question_mark", "help", "Help", key_display="?", tooltip="this page"),
        Binding("q", "quit", "Quit", tooltip="quit; a brain is kept only if it was saved"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    CSS = """
    Screen { background: $background; }

    #bar { height: 1; background: $panel; }
    #name { width: auto; padding: 0 2 0 1; color: $accent; text-style: bold; }

    Tabs { height: 1; width: 1fr; }
    Tabs Underline { display: none; }
    Tab { padding: 0 1; color: $quiet; }
    Tab.-active { background: $background; color: $primary; text-style: bold; }

    ContentSwitcher { height: 1fr; }
    Footer { background: $panel; }
    Footer.-compact KeyGroup.-compact { padding-left: 0; }
    Footer.-compact FooterLabel { margin: 0 1 0 0; }
    ToastRack { align: right top; dock: top; margin: 0; }
    Toast { width: auto; max-width: 72; margin: 0; padding: 0 1; background: $panel; }
    """

    class Reported(Message):
        """The worker has something to say."""

        def __init__(self, sentence: str, is_error: bool) -> None:
            super().__init__()
            self.sentence = sentence
            self.is_error = is_error

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours with a meaning, for themes that do not name them."""
        return MEANINGS_ON_DARK if self.current_theme.dark else MEANINGS_ON_LIGHT

    def compose(self) -> ComposeResult:
        """The tabs, the view in front, the keys."""
        with Horizontal(id="bar"):
            yield Static("bl1", id="name")
            yield Tabs(
                *(
                    Tab(f"{number} {view.TITLE}", id=view.TITLE)
                    for number, view in enumerate(VIEWS, start=1)
                ),
                active=TrainView.TITLE,
            )
        with ContentSwitcher(initial=TrainView.TITLE):
            for view in VIEWS:
                yield TrainView(self._worker) if view is TrainView else view(id=view.TITLE)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Start the worker, and end in good order when the system asks for it."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.query_one(Tabs).can_focus = False
        for name in ENDING_SIGNALS:
            with suppress(NotImplementedError, AttributeError):  # not on Windows
                asyncio.get_running_loop().add_signal_handler(
                    getattr(signal, name), self._end, getattr(signal, name)
                )
        self._worker.on_report = self._pass_on
        self._worker.start()

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Bring a view to the front and give it the keyboard."""
        assert event.tab.id
        self.query_one(ContentSwitcher).current = event.tab.id
        self.query_one(f"#{event.tab.id}", View).focus()

    def on_cockpit_reported(self, event: Reported) -> None:
        """Show what the worker said last, on the line of the tabs."""
        self.clear_notifications()
        self.notify(
            event.sentence, severity="error" if event.is_error else "information", markup=False
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Tabs stay where they are while a page lies over them."""
        return action != "turn" or len(self.screen_stack) == 1

    def action_turn(self, change: int) -> None:
        """Go to a tab beside this one."""
        titles = [view.TITLE for view in VIEWS]
        position = titles.index(self._front.TITLE) + change
        self.action_open(titles[position % len(titles)])

    def action_open(self, title: str) -> None:
        """Go to a tab."""
        self.query_one(Tabs).active = title

    def action_switch_theme(self) -> None:
        """From dark to light, and back."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_help(self) -> None:
        """Explain the view in front."""
        self.push_screen(HelpScreen(self._front, self.BINDINGS))

    def _pass_on(self, sentence: str, is_error: bool) -> None:
        """From the worker's thread to the screen's."""
        self.post_message(self.Reported(sentence, is_error))

    def _end(self, number: int) -> None:
        self.exit(return_code=128 + number)

    @property
    def _front(self) -> View:
        return self.query_one(f"#{self.query_one(Tabs).active}", View)
