"""Simulate: run the culture of an experiment file, as it is or changed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Button

from bl1.errors import Bl1Error
from bl1.tui.background import FRAME_S
from bl1.tui.experiment_files import save_as
from bl1.tui.simulation_snapshot import SimulationSnapshot
from bl1.tui.simulation_worker import SimulationWorker
from bl1.tui.views.experiment_editor import ExperimentEditor
from bl1.tui.views.save_as import SaveAs
from bl1.tui.views.view import View
from bl1.tui.widgets.experiment_choice import ExperimentChoice
from bl1.tui.widgets.histogram import Histogram
from bl1.tui.widgets.rate_trace import RateTrace
from bl1.tui.widgets.run_settings import RunSettings
from bl1.tui.widgets.run_state import RunState
from bl1.tui.widgets.spike_view import ZOOM, SpikeView

if TYPE_CHECKING:
    from bl1.config import Experiment

LEAST_RATE = 5
SCROLL = 0.1  # of what is seen
TO_AN_END = 1e9
NARROW, WIDE, VERY_WIDE = 60, 110, 150
LOW, HIGH = 18, 30
_CELLS = Binding.Group("Cells", compact=True)
_SECONDS = Binding.Group("Seconds", compact=True)
_ZOOM = Binding.Group("Zoom", compact=True)


class SimulateView(View):
    """What to run on the left, what comes of it on the right."""

    TITLE = "Simulate"

    BINDINGS: ClassVar[list[Binding]] = [
        Binding(
            "j,down", "choose(1)", show=False, key_display="j ↓", tooltip="the next experiment file"
        ),
        Binding("k,up", "choose(-1)", show=False, key_display="k ↑", tooltip="the one before"),
        Binding("r,enter", "run", "Run", key_display="r", tooltip="run it; so does Enter"),
        Binding("x", "halt", "Stop", tooltip="stop the run, and keep what came of it so far"),
        Binding(
            "minus",
            "step('cells', -1)",
            "Fewer",
            key_display="-",
            tooltip="fewer cells at most",
            group=_CELLS,
        ),
        Binding(
            "plus,equals_sign",
            "step('cells', 1)",
            "More",
            key_display="+",
            tooltip="more cells at most, up to 100,000",
            group=_CELLS,
        ),
        Binding(
            "left_square_bracket",
            "step('seconds', -1)",
            "Shorter",
            key_display="[",
            tooltip="a shorter run",
            group=_SECONDS,
        ),
        Binding(
            "right_square_bracket",
            "step('seconds', 1)",
            "Longer",
            key_display="]",
            tooltip="a longer run, up to ten minutes of the culture's time",
            group=_SECONDS,
        ),
        Binding("s", "step('seed', 1)", "Seed", tooltip="the next seed, which is another culture"),
        Binding(
            "z",
            f"zoom({ZOOM})",
            "Closer",
            tooltip="see a shorter stretch; so does Ctrl with the wheel",
            group=_ZOOM,
        ),
        Binding("Z", f"zoom({1 / ZOOM})", "Farther", tooltip="see a longer one", group=_ZOOM),
        Binding(
            "left",
            f"scroll(-{SCROLL})",
            show=False,
            key_display="←",
            tooltip="earlier; so does the wheel",
        ),
        Binding("right", f"scroll({SCROLL})", show=False, key_display="→", tooltip="later"),
        Binding(
            "pageup",
            "scroll(-1)",
            show=False,
            key_display="PageUp",
            tooltip="earlier by all that is seen",
        ),
        Binding(
            "pagedown",
            "scroll(1)",
            show=False,
            key_display="PageDown",
            tooltip="later by as much",
        ),
        Binding(
            "home",
            f"scroll(-{TO_AN_END})",
            show=False,
            key_display="Home",
            tooltip="to the beginning",
        ),
        Binding("end", f"scroll({TO_AN_END})", show=False, key_display="End", tooltip="to the end"),
        Binding("e", "edit", "Edit", tooltip="change keys of the file, for runs from here"),
        Binding("w", "save", "Save", tooltip="write it, as it was changed, to ./configs"),
    ]

    LEGEND = (
        (
            "configs",
            "The experiment files that bl1 brings along, and yours in ./configs. A dot marks those "
            "that were changed here; above them stands that of a run made again from Results. "
            "Below: which sections of the file a run has no use for.",
        ),
        (
            "run",
            "At most so many cells, at the density of the file; so many seconds of the culture's "
            "time; the seed of the dish.",
        ),
        (
            "raster",
            "A dot for each spike, a row of dots for a cell; some of the cells, evenly chosen.",
        ),
        ("rate", "The mean rate of all cells over the same time."),
        (
            "rates",
            "How many cells fire how fast, in the run so far. Silent are those that have not fired "
            "since it began: in a few seconds most of them, in a minute few.",
        ),
    )

    DEFAULT_CSS = """
    SimulateView {
        layout: horizontal;

        #setup { width: 30; }
        Histogram { height: 1fr; }
        #seen { width: 1fr; }

        .-absent { display: none; }
    }
    """

    snapshot: reactive[SimulationSnapshot | None] = reactive(None, repaint=False)

    def __init__(self, worker: SimulationWorker) -> None:
        super().__init__(id=self.TITLE)
        self._worker = worker

    def compose(self) -> ComposeResult:
        """Files, settings and the rates of the cells; raster, rate and progress."""
        with Vertical(id="setup"):
            yield ExperimentChoice()
            yield RunSettings()
            yield Histogram()
        with Vertical(id="seen"):
            yield SpikeView()
            yield RunState()

    def on_mount(self) -> None:
        """Look at the worker, thirty times a second."""
        self.tick_every(FRAME_S)

    def on_show(self) -> None:
        """The tab comes to the front."""
        self.query_one(ExperimentChoice).look()

    def tick(self) -> None:
        """Show what the worker published last."""
        if self.in_front:
            self.snapshot = self._worker.snapshot
            worker, state = self._worker, self.query_one(RunState)
            state.tell(worker.snapshot, worker.running, worker.status)

    def watch_snapshot(self, snapshot: SimulationSnapshot | None) -> None:
        """Hand it down."""
        if snapshot:
            self.query_one(SpikeView).snapshot = snapshot
            self.query_one(Histogram).snapshot = snapshot

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Run or stop."""
        if event.button.id == "start":
            self.action_run()
        else:
            self.action_halt()

    def action_choose(self, change: int) -> None:
        """Choose the file above or below."""
        self.query_one(ExperimentChoice).go(change)

    def action_step(self, name: str, change: int) -> None:
        """Change a setting of the run."""
        self.query_one(RunSettings).step(name, change)

    def action_run(self) -> None:
        """Run what is chosen."""
        choice = self.query_one(ExperimentChoice)
        if experiment := choice.experiment:
            settings = self.query_one(RunSettings)
            planned = settings.planned(experiment)
            changed = "" if choice.experiment == choice.as_read else ", changed"
            self._worker.run(choice.name_of_file + changed, planned, settings.seed)

    def again(self, name: str, config: Mapping[str, Any], seed: int) -> None:
        """Make a run again, and have it chosen, so that the settings are those of what runs.

        Raises:
            Bl1Error: this version of bl1 does not know such an experiment.
        """
        experiment = self._worker.again(name, config, seed)
        self.query_one(ExperimentChoice).bring(name, experiment)
        self.query_one(RunSettings).take(experiment, seed)

    def action_halt(self) -> None:
        """Stop what runs."""
        self._worker.halt()

    def action_scroll(self, spans: float) -> None:
        """See what is earlier or later."""
        self.query_one(SpikeView).scroll_by(spans)

    def action_zoom(self, factor: float) -> None:
        """See a shorter stretch, or a longer one."""
        self.query_one(SpikeView).zoom(factor)

    def action_edit(self) -> None:
        """Change what is chosen."""
        choice = self.query_one(ExperimentChoice)
        if choice.experiment and choice.as_read:
            editor = ExperimentEditor(choice.name_of_file, choice.experiment, choice.as_read)
            self.app.push_screen(editor, self._change_to)

    def action_save(self) -> None:
        """Write what is chosen under a name."""
        choice = self.query_one(ExperimentChoice)
        if choice.experiment:
            self.app.push_screen(SaveAs(choice.name_of_file), self._save_as)

    def _change_to(self, changed: "Experiment | None") -> None:
        choice = self.query_one(ExperimentChoice)
        if changed and choice.experiment:
            self.query_one(RunSettings).follow(choice.experiment, changed)
            choice.change_to(changed)

    def _save_as(self, name: str | None) -> None:
        choice = self.query_one(ExperimentChoice)
        if not (name and choice.experiment):
            return
        try:
            path = save_as(name, choice.experiment)
        except Bl1Error as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.notify(f"saved {path}", markup=False)
        choice.look(name)

    def on_resize(self) -> None:
        """Share out the room."""
        width, height = self.size
        setup = self.query_one("#setup")
        setup.styles.width = 44 if width >= VERY_WIDE else 36 if width >= WIDE else 30
        setup.set_class(width < NARROW, "-absent")
        choice = self.query_one(ExperimentChoice)
        choice.set_class(height < HIGH, "-low")
        choice.set_class(height < LOW, "-lowest")
        rate = self.query_one(SpikeView).query_one(RateTrace)
        rate.styles.height = max(LEAST_RATE, height // 4)
        rate.set_class(height < 2 * LEAST_RATE + 1, "-absent")
