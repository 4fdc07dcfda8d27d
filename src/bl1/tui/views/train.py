"""Train: a culture learns a game, and everything that it does is to be seen."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Button

from bl1.tui.background import FRAME_S
from bl1.tui.replay import Replay
from bl1.tui.snapshot import Snapshot
from bl1.tui.training_port import Renewal, TrainingPort, Wish
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.train_keys import KEYS, LEGEND
from bl1.tui.views.view import View
from bl1.tui.widgets.bands import Response, Stimulus, Weights
from bl1.tui.widgets.curve import LearningCurve
from bl1.tui.widgets.game import GameField
from bl1.tui.widgets.gauges import Gauges
from bl1.tui.widgets.kept import Kept
from bl1.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from bl1.tui.choice import Choice

SPEEDS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
FIRST_SPEED = 3
BORDER = 2
WIDE, VERY_WIDE, NEVER = 110, 150, 10**6  # columns
LEAST_CURVE = 5
SPINS_PER_FRAME = 1 / 3
N_TURNS = 6


class Stage(Horizontal, Kept):
    """What is played, beside what plays it."""


class MenuButton(Button, Kept):
    """Opens the menu by a click."""


class TrainView(View):
    """The game, the signal through the culture, the numbers and the learning curve.

    Thirty times a second `tick` takes the worker's latest snapshot and hands it down to the
    pictures; keys change what the worker does.
    """

    TITLE = "Train"

    BINDINGS = KEYS
    LEGEND = LEGEND

    DEFAULT_CSS = """
    TrainView {
        layout: vertical;
        layers: pictures buttons;

        #stage { height: 1fr; }
        GameField { width: 1fr; height: 1fr; }
        Bands { width: 9; height: 1fr; }
        Gauges { width: 30; height: 1fr; }
        LearningCurve { height: 1fr; }
        Timeline { height: 3; }
        #menu {
            layer: buttons;
            dock: right;
            min-width: 0;
            width: auto;
            margin-right: 2;
            padding: 0 1;
            color: $primary;
        }

        .-absent { display: none; }
    }
    """

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    speed: reactive[int] = reactive(FIRST_SPEED, repaint=False)
    playing: reactive[bool] = reactive(True, repaint=False)
    replay: reactive[Replay | None] = reactive(None, repaint=False)

    def __init__(self, worker: TrainingPort) -> None:
        super().__init__(id=self.TITLE)
        self._worker = worker
        self._n_ticks = 0
        self._replay_frame = 0
        self._parts: tuple[bool, bool] = (False, True)
        self._mine, self._beside = GameField(id="mine"), GameField(id="beside")
        self._bands = Stimulus(), Response(), Weights()
        self._gauges, self._curve, self._timeline = Gauges(), LearningCurve(), Timeline()

    def compose(self) -> ComposeResult:
        """The signal's way from left to right, and below it what came of it."""
        with Stage(id="stage"):
            yield self._mine
            yield self._beside
            yield from self._bands
            yield self._gauges
        yield self._curve
        yield self._timeline
        yield MenuButton("Menu", compact=True, id="menu")

    def on_mount(self) -> None:
        """Look at the worker, thirty times a second."""
        self.query_one(Button).can_focus = False
        self.tick_every(FRAME_S)

    def tick(self) -> None:
        """Show what the worker published last."""
        if not self.in_front:
            return
        self._n_ticks += 1
        self.snapshot = self._worker.snapshot
        self.playing = self._worker.playing
        self._mine.notice = self._worker.status
        self._mine.spin = int(self._n_ticks * SPINS_PER_FRAME)
        if self.replay:
            self._mine.snapshot = self.replay.scene(self._replay_frame)
            self._replay_frame = (self._replay_frame + 1) % self.replay.n_frames
            self._entitle()
        self._renew_readings(self._n_ticks % N_TURNS)

    def watch_snapshot(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        """Show the game, and say who plays."""
        if before is None or (snapshot and before.title != snapshot.title):
            self.replay = None
            for turn in range(N_TURNS):
                self._renew_readings(turn)
        beside = snapshot.control if snapshot else None
        if not self.replay:
            self._mine.snapshot = snapshot.mine.scene if snapshot else None
        self._beside.snapshot = beside.scene if beside else None
        parts = beside is not None, snapshot is None or snapshot.signal.weights is not None
        if parts != self._parts:
            self._parts = parts
            self._share_out()
        self._entitle()

    def _renew_readings(self, turn: int) -> None:
        """Show a part of what is read rather than watched: bands ten times a second, others five.

        Each in a frame of its own, so that no frame takes long.
        """
        if turn % 3 == 0:
            for bands in self._bands:
                bands.snapshot = self.snapshot.signal if self.snapshot else None
        elif turn == 1:
            self._gauges.snapshot = self.snapshot
        elif turn == 4:
            self._curve.snapshot = self._timeline.snapshot = self.snapshot

    def watch_speed(self, speed: int) -> None:
        """Tell the worker."""
        self._worker.steps_per_frame = speed
        self._worker.wake()
        self._entitle()

    def watch_playing(self, playing: bool) -> None:
        """Tell the worker."""
        self._worker.playing = playing
        self._worker.wake()
        self._entitle()

    def watch_replay(self, replay: Replay | None) -> None:
        """From its first picture on; or go back to what is played now."""
        self._replay_frame = 0
        if replay is None and self.snapshot:
            self._mine.snapshot = self.snapshot.mine.scene
        self._entitle()

    def action_pause(self) -> None:
        """Pause, or go on."""
        self.playing = not self.playing

    def action_speed(self, change: int) -> None:
        """Go to the next speed, up or down."""
        position = SPEEDS.index(self.speed) + change
        self.speed = SPEEDS[min(max(position, 0), len(SPEEDS) - 1)]

    def action_ask(self, wish: Wish) -> None:
        """Have the worker do something."""
        if self._worker.status:
            self.notify(f"as soon as this is over: {self._worker.status}")
        self._worker.ask(wish)

    def action_renew(self, wish: Renewal) -> None:
        """Begin again in some way, if that is meant."""
        snapshot = self._worker.snapshot
        if snapshot and wish != "fresh" and not snapshot.choice.names[wish.removeprefix("next_")]:
            self.action_ask(wish)  # it is refused
        else:
            self._if_meant(partial(self.action_ask, wish))

    def again(self, options: Mapping[str, Any]) -> None:
        """Begin again what ended some time ago, by its `Trained.options`, if that is meant."""
        self._if_meant(partial(self._worker.again, options))

    def _if_meant(self, begin: Callable[[], None]) -> None:
        """Begin something; where that ends what is worth keeping, ask first."""
        snapshot = self._worker.snapshot
        if snapshot is None or not snapshot.worth_keeping:
            begin()
            return
        kept = "No file can hold what it has learned; its numbers are kept in Results."
        if snapshot.choice.has_brain:
            kept = "It is kept in Results, and its brain: o goes on with it."
        question = f"End this training after {snapshot.mine.n:,} {snapshot.unit}s? {kept}"
        self.app.push_screen(
            Confirm(question, "Begin again", "Go on"), lambda yes: begin() if yes else None
        )

    def action_replay(self) -> None:
        """The best rally, the worst, and back to what is played now."""
        best, worst = (self.snapshot.best, self.snapshot.worst) if self.snapshot else (None, None)
        if self.replay:
            self.replay = worst if self.replay.hit else None
        elif best or worst:
            self.replay = best or worst
        else:
            self.notify("there is no rally to replay yet; those of Pong are kept")

    @on(Button.Pressed, "#menu")
    def action_menu(self) -> None:
        """Choose what is trained."""
        from bl1.tui.views.train_menu import TrainMenu  # here, since it imports Numba

        if self.snapshot is None:
            self.notify("there is a menu as soon as the first culture is built")
            return
        menu = TrainMenu(self.snapshot.choice, self.snapshot.seed)
        self.app.push_screen(menu, self._begin)

    def action_load(self) -> None:
        """Choose a brain to go on with."""
        from bl1.tui.kept_brains import kept_brains  # here, since it imports Numba
        from bl1.tui.views.brain_list import BrainList

        self.app.push_screen(BrainList(kept_brains(self._worker.autosaves)), self._load)

    def _load(self, path: Path | None) -> None:
        if path:
            self._worker.load(path)

    def _begin(self, choice: "Choice | None") -> None:
        if choice:
            self._worker.begin(choice)

    def _entitle(self) -> None:
        snapshot, field = self.snapshot, self._mine
        if self.replay:
            what, way = ("best", "the worst") if self.replay.hit else ("worst", "back")
            outcome = f"{'hit' if self.replay.hit else 'missed'} {self.replay.n_balls:,}"
            ball = self.replay.ball(self._replay_frame)
            field.entitle(f"replay: {what} rally, {outcome}", f"ball {ball:,}  v: {way}")
        else:
            field.entitle(self._title(), self._state())
        if snapshot and snapshot.control:
            lag = f"{snapshot.control_lag:,} steps behind" if snapshot.control_lag else ""
            self._beside.entitle(snapshot.control.name, lag)

    def _title(self) -> str:
        """What is trained, in as many words as there is room for."""
        snapshot, is_wide = self.snapshot, self.size.width >= WIDE
        if snapshot is None:
            return "Pong"
        if snapshot.control:
            return snapshot.short_title if is_wide else snapshot.mine.name
        return snapshot.title if is_wide else snapshot.short_title

    def _state(self) -> str:
        """What is done with it."""
        snapshot = self.snapshot
        if snapshot and snapshot.evaluated:
            return "frozen: {} {:,} of {:,}".format(snapshot.unit, *snapshot.evaluated)
        if not self.playing:
            return "‖ paused"
        return f"► {self.speed:,} step{'s' if self.speed > 1 else ''} a frame"

    def on_resize(self) -> None:
        """There is another size to fill."""
        self._share_out()
        self._entitle()

    def _share_out(self) -> None:
        """Share out the room: the field has a whole number of pixels to a band."""
        width, height = self.size
        timeline = 5 if height >= 44 else 3
        room = height - timeline - max(LEAST_CURVE, height // 3) - BORDER
        n_lines = max(8, room // 8 * 8)
        below = height - n_lines - BORDER
        self.query_one("#stage").styles.height = n_lines + BORDER
        self._timeline.styles.height = timeline
        self._timeline.set_class(below < timeline, "-absent")
        self._curve.set_class(below < timeline + LEAST_CURVE, "-absent")
        has_control, has_weights = self._parts
        self._beside.styles.width = "1fr" if width >= WIDE else width // 4
        self._beside.set_class(not has_control or width < 30, "-absent")
        few, many = (WIDE, VERY_WIDE) if has_control else (72, WIDE)
        least_widths = (few, many, few) if has_weights else (few, few, NEVER)
        for bands, least_width in zip(self._bands, least_widths, strict=True):
            bands.styles.width = 16 if width >= VERY_WIDE else 11
            bands.set_class(width < least_width, "-absent")
        self._gauges.styles.width = 48 if width >= VERY_WIDE else 34 if width >= WIDE else 27
        self._gauges.styles.padding = (0, 1 if width >= WIDE else 0)
        self._gauges.set_class(width < 56, "-absent")
