"""The cockpit: five tabs, a line of what runs, a footer of keys, help, two themes."""

import asyncio
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

import psutil
from rich.text import Text
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Static, Tab, Tabs

from bl1.errors import Bl1Error
from bl1.tui.background import sentence_of
from bl1.tui.backstage import Backstage
from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK, MEANINGS_ON_LIGHT
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.dashboard import DashboardView
from bl1.tui.views.help import HelpScreen
from bl1.tui.views.results import ResultsView
from bl1.tui.views.science import ScienceView
from bl1.tui.views.simulate import SimulateView
from bl1.tui.views.train import TrainView
from bl1.tui.views.view import View
from bl1.tui.widgets.kept import Kept

VIEWS: tuple[type[View], ...] = (DashboardView, SimulateView, TrainView, ScienceView, ResultsView)
ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
LOOK_S = 0.5  # between two looks at what runs and what has ended
SMALLEST = Size(60, 16)
WIDE = 120  # from here there is room for words
MB = 1_000_000


class Top(Horizontal, Kept):
    """The line of the tabs."""


class Views(ContentSwitcher, Kept):
    """The views, one of which is in front."""


class Keys(Footer, Kept):
    """The line of the keys."""


class Cockpit(App[None]):
    """bl1 in a terminal. It opens on Train, where a culture learns at once.

    Args:
        backstage: what works behind the screen; the cockpit starts it, and whoever made it ends it.
        first_words: what is to be said at the start, if anything.
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
        Binding("q", "ask_to_quit", "Quit", tooltip="quit; asks once while something runs"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    CSS = """
    #top { height: 1; background: $panel; }
    #name { width: auto; padding: 0 2 0 1; color: $accent; text-style: bold; }

    #running { width: auto; padding: 0 1; color: $quiet; }
    #small { display: none; width: 1fr; height: 1fr; padding: 1 2; }

    Tabs { height: 1; width: 1fr; }
    Tabs Underline { display: none; }
    Tab { padding: 0 1; color: $quiet; }
    Tab.-active { background: $background; color: $primary; text-style: bold; }

    ContentSwitcher { height: 1fr; }
    .-small {
        ContentSwitcher, #top, Footer { display: none; }
        #small { display: block; }
    }
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

    def __init__(self, backstage: Backstage, first_words: str = "") -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self._backstage = backstage
        self._first_words = first_words
        self._cannot_keep = False
        self._processes = {os.getpid(): psutil.Process()}
        self._status_line = Static(id="running")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours with a meaning, for themes that do not name them."""
        return MEANINGS_ON_DARK if self.current_theme.dark else MEANINGS_ON_LIGHT

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette lists: the tabs, and the keys of the view in front."""
        yield from super().get_system_commands(screen)
        for view in VIEWS:
            yield SystemCommand(view.TITLE, "Go to this tab", partial(self.action_open, view.TITLE))
        front = self._front
        for binding in front.BINDINGS:
            if binding.tooltip:
                action = partial(front.run_action, binding.action)
                yield SystemCommand(
                    f"{front.TITLE}: {binding.description}", binding.tooltip, action
                )

    def compose(self) -> ComposeResult:
        """The tabs, the view in front, the keys."""
        with Top(id="top"):
            yield Static("bl1", id="name")
            yield Tabs(
                *(
                    Tab(f"{number} {view.TITLE}", id=view.TITLE)
                    for number, view in enumerate(VIEWS, start=1)
                ),
                active=TrainView.TITLE,
            )
            yield self._status_line
        yield Static(id="small")
        with Views(initial=TrainView.TITLE):
            yield DashboardView(self._backstage.dish)
            yield SimulateView(self._backstage.simulation)
            yield TrainView(self._backstage.training)
            yield ScienceView(self._backstage.science)
            yield ResultsView(self._backstage.runs)
        yield Keys(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Start what works, and end in good order when the system asks for it."""
        self.query_one(Tabs).can_focus = False
        for name in ENDING_SIGNALS:
            with suppress(NotImplementedError, AttributeError):  # not on Windows
                asyncio.get_running_loop().add_signal_handler(
                    getattr(signal, name), self._end, getattr(signal, name)
                )
        self._backstage.start(self._pass_on)
        self.set_interval(LOOK_S, self.look)
        if self._first_words:
            self.notify(self._first_words, severity="warning", markup=False, timeout=15)

    def on_resize(self, event: Resize) -> None:
        """There are sizes in which nothing can be shown."""
        width, height = event.size
        is_small = width < SMALLEST.width or height < SMALLEST.height
        self.screen_stack[0].set_class(is_small, "-small")
        self.query_one("#small", Static).update(
            f"The terminal is {width} × {height}; the cockpit needs {SMALLEST.width} × "
            f"{SMALLEST.height}. Make it larger, or q quits."
        )

    def look(self) -> None:
        """Tell what runs, and keep what has ended."""
        status = self._status()
        is_longer_or_shorter = len(status) != len(str(self._status_line.content))
        self._status_line.update(status, layout=is_longer_or_shorter)
        try:
            is_new = self._backstage.keep()
            for dashboard in self.query(DashboardView):
                dashboard.last_run = self._backstage.last_run
            if is_new:
                for results in self.query(ResultsView):
                    if results.is_attached:  # which it no longer is while the cockpit closes
                        results.refresh_runs()
        except Bl1Error as error:
            if not self._cannot_keep:  # or it would be said at every look
                said = f"{error}. What has ended waits, and is kept as soon as it can be."
                self.notify(said, severity="error", markup=False)
            self._cannot_keep = True
        else:
            self._cannot_keep = False

    def _status(self) -> str:
        """What runs, how fast, and the memory; where it is narrow, what the view in front does."""
        behind, is_wide = self._backstage, self.size.width >= WIDE
        parts = [
            f"{name} {_pace(factor)}×" if is_wide else f"{_pace(factor)} × real time"
            for name, title, thread in (
                ("dish", DashboardView.TITLE, behind.dish),
                ("simulation", SimulateView.TITLE, behind.simulation),
                ("training", TrainView.TITLE, behind.training),
            )
            if (factor := thread.realtime_factor) is not None
            and (is_wide or title == self._front.TITLE)
        ]
        if behind.science.running and is_wide:
            parts.append("measuring")
        if is_wide or not parts:
            parts.append(f"{self._memory_mb():.0f} MB")
        return " · ".join(parts)

    def _memory_mb(self) -> float:
        """Of the screen, and of what trains in a process of its own."""
        total = 0
        for pid in {os.getpid(), self._backstage.training.pid or os.getpid()}:
            with suppress(psutil.Error):  # it has just ended
                if pid not in self._processes:
                    self._processes[pid] = psutil.Process(pid)
                total += self._processes[pid].memory_info().rss
        return total / MB

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Bring a view to the front and give it the keyboard."""
        assert event.tab.id
        self._bring(event.tab.id)

    def on_results_view_again(self, event: ResultsView.Again) -> None:
        """Make a run again, in the view of its kind."""
        run = event.run
        if run.kind == "training":
            self.action_open(TrainView.TITLE)
            self.query_one(TrainView).again(run.config)
            return
        try:
            self.query_one(SimulateView).again(run.name, run.config, run.seed)
        except Bl1Error as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.action_open(SimulateView.TITLE)

    def on_results_view_examined(self, event: ResultsView.Examined) -> None:
        """Show in Science what was found in an earlier run."""
        self._backstage.science.show(event.examination)
        self.action_open(ScienceView.TITLE)

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
        """Go to a tab, at once: the next key is for it, though the tabs tell so only later."""
        self.query_one(Tabs).active = title
        self._bring(title)

    def _bring(self, title: str) -> None:
        view = self.query_one(f"#{title}", View)
        # Textual keeps a map of what is where, and asks it for the view as that is shown. Were the
        # map out of date then, it would hold the view already, which would not be told of its size
        # nor that it is in front. To ask before brings it up to date.
        _ = view.region
        self.query_one(ContentSwitcher).current = title
        self.screen_stack[0].set_focus(view)

    def action_switch_theme(self) -> None:
        """From dark to light, and back."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_ask_to_quit(self) -> None:
        """Quit; while something runs, only if that is meant."""
        running = self._backstage.running
        if not running:
            self.exit()
            return
        sentence = f"{'; '.join(running)}. ".capitalize()
        question = f"{sentence}Quit? What has come so far is kept, and so is the brain."
        self.push_screen(
            Confirm(question, "Quit", "Go on"), lambda yes: self.exit() if yes else None
        )

    def action_help(self) -> None:
        """Explain the view in front."""
        self.push_screen(HelpScreen(self._front, self.BINDINGS))

    def _fatal_error(self) -> None:
        """End with a sentence; what Textual would print in its place is in the log."""
        assert self._exception
        self.panic(Text(sentence_of(self._exception)))

    def _pass_on(self, sentence: str, is_error: bool) -> None:
        """From the worker's thread to the screen's."""
        self.post_message(self.Reported(sentence, is_error))

    def _end(self, number: int) -> None:
        self.exit(return_code=128 + number)

    @property
    def _front(self) -> View:
        return self.query_one(f"#{self.query_one(Tabs).active}", View)


def _pace(factor: float) -> str:
    """The culture's time by wall time, in digits that do not flicker."""
    digits = 0 if factor >= 10 else 1 if factor >= 1 else 2
    return f"{factor:,.{digits}f}"
