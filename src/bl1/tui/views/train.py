"""Train: a culture learns Pong, and everything that it does is to be seen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.reactive import reactive

from bl1.tui.background import FRAME_S
from bl1.tui.snapshot import Snapshot
from bl1.tui.views.view import View
from bl1.tui.widgets.bands import Response, Stimulus, Weights
from bl1.tui.widgets.curve import LearningCurve
from bl1.tui.widgets.game import GameField
from bl1.tui.widgets.gauges import Gauges
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.timeline import Timeline
from bl1.tui.worker import Wish, Worker

SPEEDS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
FIRST_SPEED = 3
BORDER = 2
WIDE, VERY_WIDE = 110, 150
LEAST_CURVE = 5
SPINS_PER_FRAME = 1 / 3
_SPEED = Binding.Group("Speed", compact=True)


class TrainView(View):
    """The game, the signal through the culture, the numbers and the learning curve.

    Thirty times a second `tick` takes the worker's latest snapshot and hands it down to the
    pictures; keys change what the worker does.
    """

    TITLE = "Train"

    BINDINGS: ClassVar[list[Binding]] = [
        Binding("space", "pause", "Pause", key_display="Space", tooltip="pause, and go on"),
        Binding(
            "plus,equals_sign",
            "speed(1)",
            "Faster",
            key_display="+",
            tooltip="more game steps between two frames, up to 10,000",
            group=_SPEED,
        ),
        Binding(
            "minus",
            "speed(-1)",
            "Slower",
            key_display="-",
            tooltip="fewer, down to 1",
            group=_SPEED,
        ),
        Binding("r", "ask('fresh')", "New", tooltip="begin again with another seed"),
        Binding(
            "b",
            "ask('next_substrate')",
            "Cells",
            tooltip="begin again on: a culture, no cells at all (identity), "
            "a bank whose bands are shuffled, a bank of separate cells",
        ),
        Binding(
            "m",
            "ask('next_paddle')",
            "Paddle",
            tooltip="begin again with a paddle that jumps (teleport) or has inertia",
        ),
        Binding(
            "g",
            "ask('evaluate')",
            "Greedy",
            tooltip="freeze the readout and let it play 500 new balls without exploring",
        ),
        Binding("w", "ask('save')", "Save", tooltip="write the brain to brains/pong_brain.yaml"),
        Binding("o", "ask('load')", "Load", tooltip="go on with that brain, or the one shipped"),
    ]

    LEGEND = (
        (
            "game",
            "The ball flies to the right, where the paddle must be. The paddle glows "
            "green after a hit and red after a miss.",
        ),
        (
            "sees",
            "The height of the ball, as a bump of stimulation over sixteen bands of cells; "
            "a band lies at the height that it stands for.",
        ),
        ("fires", "The answer of the cells: the share of each band in their spikes."),
        (
            "reads",
            "The weights of the readout, all that is learned: warm bands send the paddle up, "
            "cold ones down.",
        ),
        (
            "gauges",
            "Hit rate of the latest balls and of all; exploration (σ, in field heights); firing "
            "rate of a cell; balls; hits in a row; game steps a second; the culture's time by "
            "wall time.",
        ),
        (
            "hit rate",
            "The learning curve. A paddle that never moves is at the dotted line: what lies above "
            "it was learned. `g` adds a line for the frozen readout.",
        ),
        ("balls", "A mark for each ball, the newest last: hits above, misses below."),
    )

    DEFAULT_CSS = """
    TrainView {
        layout: vertical;

        #stage { height: 1fr; }
        GameField { width: 1fr; height: 1fr; }
        Bands { width: 9; height: 1fr; }
        Gauges { width: 30; height: 1fr; }
        LearningCurve { height: 1fr; }
        Timeline { height: 3; }

        .-absent { display: none; }
    }
    """

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    speed: reactive[int] = reactive(FIRST_SPEED, repaint=False)
    playing: reactive[bool] = reactive(True, repaint=False)

    def __init__(self, worker: Worker) -> None:
        super().__init__(id=self.TITLE)
        self._worker = worker
        self._n_ticks = 0

    def compose(self) -> ComposeResult:
        """The signal's way from left to right, and below it what came of it."""
        with Horizontal(id="stage"):
            yield GameField()
            yield Stimulus()
            yield Response()
            yield Weights()
            yield Gauges()
        yield LearningCurve()
        yield Timeline()

    def on_mount(self) -> None:
        """Look at the worker, thirty times a second."""
        self.set_interval(FRAME_S, self.tick)

    def tick(self) -> None:
        """Show what the worker published last."""
        if not self.display:  # another tab is in front
            return
        self._n_ticks += 1
        self.snapshot = self._worker.snapshot
        self.playing = self._worker.playing
        field = self.query_one(GameField)
        field.notice = self._worker.status
        field.spin = int(self._n_ticks * SPINS_PER_FRAME)

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Hand it down, and say who plays."""
        for picture in self.query(Picture):
            picture.snapshot = snapshot
        self._entitle()

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

    def _entitle(self) -> None:
        snapshot = self.snapshot
        state = f"► {self.speed:,} step{'s' if self.speed > 1 else ''} a frame"
        if not self.playing:
            state = "‖ paused"
        if snapshot and snapshot.evaluated_balls:
            state = "greedy: ball {:,} of {:,}".format(*snapshot.evaluated_balls)
        title = "Pong"
        if snapshot:
            title = snapshot.title if self.size.width >= WIDE else snapshot.short_title
        self.query_one(GameField).entitle(title, state)

    def on_resize(self) -> None:
        """Share out the room: the field has a whole number of pixels to a band."""
        width, height = self.size
        timeline = 5 if height >= 44 else 3
        room = height - timeline - max(LEAST_CURVE, height // 3) - BORDER
        n_lines = max(8, room // 8 * 8)
        below = height - n_lines - BORDER
        self.query_one("#stage").styles.height = n_lines + BORDER
        self.query_one(Timeline).styles.height = timeline
        self.query_one(Timeline).set_class(below < timeline, "-absent")
        self.query_one(LearningCurve).set_class(below < timeline + LEAST_CURVE, "-absent")
        bands = 16 if width >= VERY_WIDE else 11
        for kind, least_width in ((Stimulus, 72), (Response, WIDE), (Weights, 72)):
            self.query_one(kind).styles.width = bands
            self.query_one(kind).set_class(width < least_width, "-absent")
        gauges = self.query_one(Gauges)
        gauges.styles.width = 48 if width >= VERY_WIDE else 34 if width >= WIDE else 27
        gauges.styles.padding = (0, 1 if width >= WIDE else 0)
        gauges.set_class(width < 56, "-absent")
        self._entitle()
