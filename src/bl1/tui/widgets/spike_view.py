"""Raster and rate of a run above each other, scrolled and zoomed together."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive

from bl1.tui.sight import Sight
from bl1.tui.simulation_snapshot import SimulationSnapshot
from bl1.tui.widgets.raster import Raster
from bl1.tui.widgets.rate_trace import RateTrace
from bl1.tui.widgets.stretch import AXIS_WIDTH, Stretch

ZOOM = 2.0
WHEEL_ZOOM, WHEEL_SCROLL = 1.25, 0.1  # the wheel turns often


class SpikeView(Vertical):
    """A stretch of a run; all of it when another run begins.

    What is shorter follows the run as it goes on, until one scrolls back.
    """

    snapshot: reactive[SimulationSnapshot | None] = reactive(None, repaint=False)
    sight: reactive[Sight | None] = reactive(None, repaint=False)

    DEFAULT_CSS = """
    SpikeView {
        width: 1fr;
        height: 1fr;

        Raster { height: 1fr; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._follows = True

    def compose(self) -> ComposeResult:
        """One above the other."""
        yield Raster()
        yield RateTrace()

    def watch_snapshot(
        self, before: SimulationSnapshot | None, snapshot: SimulationSnapshot | None
    ) -> None:
        """Show what is new of it, or another run from its beginning."""
        if snapshot is None:
            return
        if before is None or snapshot.run is not before.run:
            self._follows = True
            self.sight = Sight.of_all(snapshot.duration_s)
        elif self._follows and self.sight:
            self.sight = self.sight.following(snapshot.spikes.duration_s)
        self._show()

    def watch_sight(self) -> None:
        """Show another stretch."""
        self._show()

    def scroll_by(self, spans: float) -> None:
        """See a stretch that is so many times its length later."""
        if self.sight and self.snapshot:
            self.sight = self.sight.scrolled(spans)
            self._follows = self.sight.end_s >= self.snapshot.spikes.duration_s

    def zoom(self, factor: float, at: float = 0.5) -> None:
        """See a shorter stretch, around a share of it."""
        if self.sight:
            self.sight = self.sight.zoomed(factor, at)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Earlier; with Ctrl, closer."""
        self._turn(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Later; with Ctrl, from farther off."""
        self._turn(event, -1)

    def _turn(self, event: events.MouseScrollUp | events.MouseScrollDown, direction: int) -> None:
        event.stop()
        if not event.ctrl:
            self.scroll_by(-direction * WHEEL_SCROLL)
            return
        plot = self.query_one(Raster).content_region.shrink((0, 0, 0, AXIS_WIDTH))
        at = (event.screen_x - plot.x) / max(plot.width, 1)
        self.zoom(WHEEL_ZOOM**direction, min(max(at, 0.0), 1.0))

    def _show(self) -> None:
        if self.snapshot and self.sight:
            run, spikes = self.snapshot.run, self.snapshot.spikes
            stretch = Stretch(spikes, self.sight.start_s, self.sight.end_s, run)
            self.query_one(Raster).snapshot = stretch
            self.query_one(RateTrace).snapshot = stretch
