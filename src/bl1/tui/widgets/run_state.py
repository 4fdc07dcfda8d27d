"""How far a run has come, in a line."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import ProgressBar, Static

from bl1.tui.simulation_snapshot import SimulationSnapshot

NARROW = 36  # columns, below which there is no room for the bar
WIDE = 72  # from here there is room for the name of what runs


class RunState(Horizontal):
    """Time that was run, time that is left, speed; and a bar."""

    DEFAULT_CSS = """
    RunState {
        height: 1;
        padding: 0 1;

        Static { width: 1fr; color: $quiet; }
        ProgressBar, Bar { width: 10; }
        Bar > .bar--bar, Bar > .bar--complete { background: $line; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told = ""

    def compose(self) -> ComposeResult:
        """Words, and the bar."""
        yield Static(markup=False)
        yield ProgressBar(total=1.0, show_percentage=False, show_eta=False)

    def on_resize(self) -> None:
        """Words go before the bar."""
        self.query_one(ProgressBar).display = self.size.width >= NARROW

    def tell(self, snapshot: SimulationSnapshot | None, is_running: bool, status: str) -> None:
        """Say how it stands; `status` is what there is to wait for."""
        if snapshot:
            ran = snapshot.spikes.duration_s / snapshot.duration_s
            self.query_one(ProgressBar).update(progress=ran)
        told = status or self._words(snapshot, is_running)
        if told != self._told:
            self._told = told
            self.query_one(Static).update(told, layout=False)

    def _words(self, snapshot: SimulationSnapshot | None, is_running: bool) -> str:
        if snapshot is None:
            return "Enter runs it"
        now_s, until_s = snapshot.spikes.duration_s, snapshot.duration_s
        so_far = f"{now_s:.1f} of {until_s:g} s"
        if is_running:
            left_s = snapshot.left_s
            told = so_far if left_s is None else f"{so_far}, {left_s:.0f} s left"
        elif now_s < until_s:
            told = f"stopped at {so_far}"
        else:
            told = f"{until_s:g} s at {snapshot.realtime_factor or 0:.1f} × real time"
        is_wide = self.size.width >= WIDE
        return f"{snapshot.name}, seed {snapshot.seed}: {told}" if is_wide else told
