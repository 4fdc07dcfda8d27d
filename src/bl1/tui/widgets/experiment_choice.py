"""The experiment files to choose from, and the changes that were made to them here."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bl1.errors import Bl1Error
from bl1.tui.experiment_files import experiment_files

if TYPE_CHECKING:
    from bl1.config import Experiment

FIRST = "wagenaar_calibrated"
CHANGED = " •"
OF_RUN = " (run)"  # what is chosen is that of a run, not a file
LEFT_ASIDE = (
    "stimulation",
    "reward",
    "bursts",
    "closed_loop",
)  # sections a plain run has no use for


class ConfigList(OptionList, can_focus=False):
    """Names of files; the keyboard stays with the view."""


class ExperimentChoice(Vertical):
    """A list of experiment files, what the chosen one is for, and what of it is not run."""

    DEFAULT_CSS = """
    ExperimentChoice {
        height: auto;

        ConfigList {
            height: auto;
            padding: 0;
            border: round $line;
            border-title-color: $foreground;
            border-subtitle-color: $quiet;
            background: $background;
            scrollbar-size-vertical: 1;
        }
        Static { height: auto; padding: 0 2; color: $quiet; }
        #description { max-height: 5; }
        #description.-error { color: $error; }

        &.-low #description { display: none; }
        &.-low #description.-error { display: block; }
        &.-lowest #aside { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._chosen: Path | None = None
        self._read: dict[Path, Experiment | str] = {}  # a sentence where it cannot be read
        self._changed: dict[Path, Experiment] = {}
        self._of_run: dict[Path, Experiment] = {}

    def compose(self) -> ComposeResult:
        """The list, a description, and a line of what is left aside."""
        files = ConfigList(markup=False)
        files.border_title = "configs"
        yield files
        yield Static(id="description", markup=False)
        yield Static(id="aside")

    @property
    def name_of_file(self) -> str:
        """The name of the file that is chosen."""
        return self._chosen.stem if self._chosen else ""

    @property
    def experiment(self) -> "Experiment | None":
        """What is chosen, with its changes; None where the file cannot be read."""
        changed = self._changed.get(self._chosen) if self._chosen else None
        return changed or self.as_read

    @property
    def as_read(self) -> "Experiment | None":
        """What is chosen, as its file has it."""
        found = self._read.get(self._chosen) if self._chosen else None
        return None if isinstance(found, str) else found

    def look(self, name: str | None = None) -> None:
        """Look which files there are, and read them anew; choose one by its name."""
        files, wanted = self.query_one(ConfigList), name or self.name_of_file or FIRST
        self._read = dict(self._of_run)
        paths = [*self._of_run, *experiment_files()]
        files.clear_options()
        files.add_options([Option(self._label(path), id=f"{path}") for path in paths])
        stems = [path.stem for path in paths]
        files.highlighted = stems.index(wanted) if wanted in stems else 0

    def bring(self, name: str, experiment: "Experiment") -> None:
        """Choose the experiment of a run, which stands beside the files."""
        shown = f"{name.removesuffix(OF_RUN)}{OF_RUN}"
        path = Path(f"{shown}.yaml")
        self._of_run = {path: experiment}
        self._changed.pop(path, None)
        self.look(shown)

    def go(self, change: int) -> None:
        """Choose the file above or below."""
        files = self.query_one(ConfigList)
        if files.highlighted is not None:
            files.highlighted = min(max(files.highlighted + change, 0), files.option_count - 1)

    def change_to(self, experiment: "Experiment") -> None:
        """Run this in place of what the chosen file says; the file stays as it is."""
        path = self._chosen
        assert path
        self._changed[path] = experiment
        if experiment == self.as_read:
            del self._changed[path]
        self.query_one(ConfigList).replace_option_prompt(f"{path}", self._label(path))
        self._describe()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another file is chosen: read it."""
        event.stop()
        self._chosen = path = Path(f"{event.option_id}")
        if path not in self._read:
            from bl1.config import load_experiment  # here, since it imports pydantic

            try:
                self._read[path] = load_experiment(path)
            except Bl1Error as error:
                self._read[path] = str(error)
        if path in self._changed:
            self.change_to(self._changed[path])  # which may have been saved
        self._describe()

    def _label(self, path: Path) -> str:
        return path.stem + (CHANGED if path in self._changed else "")

    def _describe(self) -> None:
        description, experiment = self.query_one("#description", Static), self.experiment
        description.set_class(experiment is None, "-error")
        unused = [name for name in LEFT_ASIDE if getattr(experiment, name, None)]
        aside = self.query_one("#aside", Static)
        aside.set_class(not unused, "-absent")
        aside.update(f"not used here: {', '.join(unused)}")
        size = ""
        if experiment:
            size = f"{experiment.culture.n_neurons:,} cells, {experiment.duration_s:g} s"
            description.update(experiment.description)
        elif self._chosen:
            description.update(f"{self._read[self._chosen]}")
        self.query_one(ConfigList).border_subtitle = size
