"""The tabs that are still to come, each with a sentence that says what will be there."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from bl1.tui.views.view import View


class Coming(View):
    """A view of one sentence."""

    SENTENCE: ClassVar[str]

    DEFAULT_CSS = """
    Coming {
        align: center middle;

        Static {
            width: auto;
            max-width: 60;
            padding: 1 3;
            border: round $line;
            border-title-color: $primary;
            border-title-align: center;
            text-align: center;
            color: $quiet;
        }
    }
    """

    def compose(self) -> ComposeResult:
        """The sentence, in a box."""
        sentence = Static(self.SENTENCE)
        sentence.border_title = self.TITLE
        yield sentence


class Dashboard(Coming):
    """The dish at a glance."""

    TITLE = "Dashboard"
    SENTENCE = (
        "Here you will see a dish at a glance: its spikes, rates, bursts and electrodes, live."
    )


class Simulate(Coming):
    """A culture from an experiment file."""

    TITLE = "Simulate"
    SENTENCE = (
        "Here you will run a culture from an experiment file, and stimulate it while it lives."
    )


class Science(Coming):
    """Published experiments."""

    TITLE = "Science"
    SENTENCE = (
        "Here you will repeat published experiments, with their controls and statistics "
        "beside them."
    )


class Results(Coming):
    """Saved runs."""

    TITLE = "Results"
    SENTENCE = "Here you will find your saved runs and brains, compare them and export figures."
