"""How an experiment is run: how many cells at most, for how long, and of which seed."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive

from bl1.tui.widgets.press import Press
from bl1.tui.widgets.stepper import Stepper

if TYPE_CHECKING:
    from bl1.config import Experiment

CELLS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
SECONDS = (1, 2, 5, 10, 30, 60, 120, 300, 600)


class RunSettings(Vertical):
    """Three settings, and buttons that start and stop a run; the first run takes seconds."""

    cells: reactive[int] = reactive(5_000)
    seconds: reactive[float] = reactive(60.0)
    seed: reactive[int] = reactive(0)

    DEFAULT_CSS = """
    RunSettings {
        height: 6;
        padding: 0 1;
        border: round $line;
        border-title-color: $foreground;
        border-subtitle-color: $quiet;

        Horizontal { height: 1; }
        #start, #halt { width: 1fr; min-width: 3; text-style: bold; }
        #start { color: $success; margin-right: 2; }
        #halt { color: $error; }
    }
    """

    def compose(self) -> ComposeResult:
        """From above."""
        self.border_title = "run"
        yield Stepper("cells ≤", id="cells")
        yield Stepper("seconds", id="seconds")
        yield Stepper("seed", id="seed")
        with Horizontal():
            yield Press("Run", id="start")
            yield Press("Stop", id="halt")

    def planned(self, experiment: "Experiment") -> "Experiment":
        """An experiment with these numbers of cells and seconds."""
        n_cells = min(experiment.culture.n_neurons, self.cells)
        return experiment.plated(n_cells).lasting(self.seconds)

    def take(self, experiment: "Experiment", seed: int) -> None:
        """Take over all from a run."""
        self.cells = experiment.culture.n_neurons
        self.seconds, self.seed = experiment.duration_s, seed

    def follow(self, before: "Experiment", after: "Experiment") -> None:
        """Take over what an experiment was changed to."""
        if after.culture.n_neurons != before.culture.n_neurons:
            self.cells = after.culture.n_neurons
        if after.duration_s != before.duration_s:
            self.seconds = after.duration_s

    def step(self, name: str, change: int) -> None:
        """Change a setting to the next value, up or down."""
        if name == "cells":
            self.cells = _beside(CELLS, self.cells, change)
        elif name == "seconds":
            self.seconds = _beside(SECONDS, self.seconds, change)
        else:
            self.seed = max(self.seed + change, 0)

    def watch_cells(self, cells: int) -> None:
        """Show it."""
        self.query_one("#cells", Stepper).value = f"{cells:,}"

    def watch_seconds(self, seconds: float) -> None:
        """Show it."""
        self.query_one("#seconds", Stepper).value = f"{seconds:g}"

    def watch_seed(self, seed: int) -> None:
        """Show it."""
        self.query_one("#seed", Stepper).value = f"{seed}"

    def on_stepper_stepped(self, event: Stepper.Stepped) -> None:
        """A setting was changed by the mouse."""
        self.step(event.name, event.change)


def _beside(values: tuple[int, ...], value: float, change: int) -> int:
    """The next of some values that is above another, or below it."""
    if change > 0:
        return next((other for other in values if other > value), values[-1])
    return next((other for other in reversed(values) if other < value), values[0])
