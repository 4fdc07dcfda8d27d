"""Dashboard: a living culture at a glance, which can be stimulated."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widgets import Static

from bl1.tui.backstage import NONE_YET
from bl1.tui.dish_snapshot import DishSnapshot
from bl1.tui.dish_worker import DishWorker
from bl1.tui.shortened import shortened
from bl1.tui.views.view import View
from bl1.tui.widgets.dish_map import DishMap
from bl1.tui.widgets.electrode_map import N_SIDE, ElectrodeMap, SitePicked
from bl1.tui.widgets.raster import Raster
from bl1.tui.widgets.rate_trace import RateTrace
from bl1.tui.widgets.stretch import Stretch

PACES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # the culture's time by wall time
FRAME_S = 1 / 12  # nearly every line changes from frame to frame, which costs
SEEN_S = 5.0  # of wall time, in raster and rate
FIRST_SITE = 27
BORDER = 2
WIDE = 60  # columns of the dish, from which there is room for a word more
LEAST_RASTER, LEAST_RATE = 5, 5
_SPEED = Binding.Group("Speed", compact=True)


class DashboardView(View):
    """The dish, the array, the raster and the rate, as the culture lives.

    Twelve times a second `tick` takes the worker's latest snapshot and hands it down. The culture
    lives only while the tab is in front.
    """

    TITLE = "Dashboard"

    BINDINGS: ClassVar[list[Binding]] = [
        Binding("space", "pause", "Pause", key_display="Space", tooltip="pause, and go on"),
        Binding(
            "plus,equals_sign",
            "pace(1)",
            "Faster",
            key_display="+",
            tooltip="let time pass faster, up to 10 × real time",
            group=_SPEED,
        ),
        Binding(
            "minus",
            "pace(-1)",
            "Slower",
            key_display="-",
            tooltip="slower, down to a hundredth of real time",
            group=_SPEED,
        ),
        Binding(
            "up",
            "pick(0, -1)",
            "Electrode",
            key_display="↑↓←→",
            tooltip="pick another electrode; so does a click on the array or the dish",
        ),
        Binding("down", "pick(0, 1)", show=False),
        Binding("left", "pick(-1, 0)", show=False),
        Binding("right", "pick(1, 0)", show=False),
        Binding(
            "s,enter",
            "stimulate",
            "Stimulate",
            key_display="s",
            tooltip="give a pulse there, ±2 µA for 200 µs each; so do Enter and a second click",
        ),
        Binding("r", "reseed", "New", tooltip="plate another culture"),
    ]

    LEGEND = (
        (
            "dish",
            "Every cell at its place, excitatory ones blue, inhibitory ones red, bright as they "
            "fire; in the title, how long a part of a mm is. They are mature, of no age in days in "
            "vitro (`bl1 sim --div` grows younger). In grey the sites of the array, as a cross "
            "the one that is picked. After a pulse time runs at a twentieth of real time for a "
            "moment, so that the wave can be followed.",
        ),
        (
            "array",
            "The 8 × 8 sites of a CL1, bright as they hear spikes. Ground and reference cannot be "
            "used. Below: what the picked one hears.",
        ),
        (
            "raster",
            "A dot for each spike, a row of dots for a cell; some of the cells, evenly chosen.",
        ),
        ("rate", "The mean rate of all cells."),
        ("last run", "What was kept last, also of earlier sessions, how it went, when it ended."),
    )

    DEFAULT_CSS = """
    DashboardView {
        layout: vertical;

        #stage { height: 1fr; }
        DishMap { height: 1fr; }
        #heard { width: 1fr; }
        Raster { height: 1fr; }
        #last-run { height: 1; padding: 0 1; color: $quiet; text-overflow: ellipsis; }

        .-absent { display: none; }
    }
    """

    snapshot: reactive[DishSnapshot | None] = reactive(None, repaint=False)
    site: reactive[int] = reactive(FIRST_SITE, repaint=False)
    pace: reactive[float] = reactive(1.0, repaint=False)
    last_run: reactive[tuple[str, str]] = reactive(NONE_YET, repaint=False)

    def __init__(self, worker: DishWorker) -> None:
        super().__init__(id=self.TITLE)
        self._worker = worker
        self._lives = True  # while the tab is in front
        self._n_ticks = 0

    def compose(self) -> ComposeResult:
        """The dish on the left, what is heard of it on the right."""
        with Horizontal(id="stage"):
            yield DishMap()
            with Vertical(id="heard"):
                yield ElectrodeMap()
                yield Raster()
                yield RateTrace()
        yield Static(id="last-run", markup=False)

    def on_mount(self) -> None:
        """Look at the worker, twelve times a second."""
        self.tick_every(FRAME_S)

    def on_show(self) -> None:
        """The tab comes to the front."""
        self._worker.play(self._lives)

    def on_hide(self) -> None:
        """Another tab is in front."""
        self._lives = self._worker.playing
        self._worker.play(False)

    def tick(self) -> None:
        """Show what the worker published last: the dish, and every other time the rest."""
        if not self.in_front:
            return
        self._n_ticks += 1
        if self._n_ticks % 2:
            self.query_one(DishMap).snapshot = self._worker.snapshot
        else:
            self.snapshot = self._worker.snapshot
            self._entitle()

    def watch_snapshot(self, snapshot: DishSnapshot | None) -> None:
        """Hand it down."""
        if snapshot is None:
            return
        self.query_one(DishMap).snapshot = snapshot
        self.query_one(ElectrodeMap).snapshot = snapshot
        now_s = snapshot.spikes.duration_s
        stretch = Stretch(snapshot.spikes, now_s - SEEN_S * self.pace, now_s, snapshot.plating)
        self.query_one(Raster).snapshot = stretch
        self.query_one(RateTrace).snapshot = stretch

    def watch_site(self, site: int) -> None:
        """Mark it."""
        self.query_one(DishMap).site = site
        self.query_one(ElectrodeMap).site = site
        self._entitle()

    def watch_pace(self, pace: float) -> None:
        """Tell the worker."""
        self._worker.pace = pace
        self._worker.wake()
        self._entitle()

    def watch_last_run(self) -> None:
        """Say it; where there is no room for all of it, the name gives way."""
        name, rest = self.last_run
        room = self.size.width - BORDER - len(f"last run: {rest}")
        told = f"last run: {shortened(name, room)}{rest}"
        self.query_one("#last-run", Static).update(told, layout=False)

    def on_site_picked(self, event: SitePicked) -> None:
        """Pick it, or stimulate there if it was picked."""
        if event.site == self.site:
            self.action_stimulate()
        self.site = event.site

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._worker.play(not self._worker.playing)
        self._entitle()

    def action_pace(self, change: int) -> None:
        """Go to the next pace, up or down."""
        position = PACES.index(self.pace) + change
        self.pace = PACES[min(max(position, 0), len(PACES) - 1)]

    def action_pick(self, right: int, down: int) -> None:
        """Go to the site beside the one that is picked."""
        column, row = divmod(self.site, N_SIDE)
        column = min(max(column + right, 0), N_SIDE - 1)
        self.site = N_SIDE * column + min(max(row + down, 0), N_SIDE - 1)

    def action_stimulate(self) -> None:
        """Give a pulse at the site that is picked."""
        self._worker.stimulate(self.site)

    def action_reseed(self) -> None:
        """Plate another culture."""
        self._worker.reseed()

    def _entitle(self) -> None:
        snapshot = self.snapshot
        state = f"► {self.pace:g} × real time" if self.pace != 1 else "► real time"
        if snapshot and snapshot.wave and snapshot.wave.is_followed:
            state = f"► slow motion: {snapshot.wave.n_cells:,} cells fired"
        if not self._worker.playing:
            state = "‖ paused"
        if self._worker.status:
            state = self._worker.status
        if snapshot is None:
            self.query_one(DishMap).entitle("dish", state)
            return
        plating = snapshot.plating
        dish = self.query_one(DishMap)
        cells = "mature cells" if dish.size.width >= WIDE else "cells"
        title = f"{len(plating.places):,} {cells}, seed {plating.seed}"
        dish.entitle(f"{title}{dish.scale_bar(title)}", state)
        if self.site in plating.unread:
            heard = f"{plating.unread[self.site]}: cannot be used"
        else:
            rate_hz, n_heard = snapshot.site_rates_hz[self.site], plating.n_heard[self.site]
            heard = f"hears {n_heard} cells, {rate_hz:.1f} spikes/s"
        self.query_one(ElectrodeMap).entitle(f"electrode {self.site}", heard)

    def on_resize(self) -> None:
        """Share out the room: the dish is square, the array has whole lines for its sites."""
        self.watch_last_run()
        width, height = self.size
        height -= 1  # the last run
        self.query_one(DishMap).styles.width = min(2 * (height - BORDER) + BORDER, width * 11 // 20)
        electrodes = self.query_one(ElectrodeMap)
        electrodes.styles.height = array = N_SIDE * (2 if height >= 34 else 1) + BORDER
        electrodes.set_class(height < array, "-absent")
        below = height - array
        rate = min(max(below // 3, LEAST_RATE), 8)
        self.query_one(RateTrace).styles.height = rate
        self.query_one(RateTrace).set_class(below < LEAST_RASTER + rate, "-absent")
        self.query_one(Raster).set_class(below < LEAST_RASTER, "-absent")
