"""A session as one watches it: played step by step, and all that is to be seen of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from bl1.tui.choice import Options
from bl1.tui.replay import RallyRecorder
from bl1.tui.snapshot import Curve, Side, Signal

CURVE_POINTS = 400
MOST_OUTCOMES = 4000  # that are shown, which fill several lines of the largest screen


class Watched(ABC):
    """A session of a game, of Pong or of episodes.

    Attributes:
        options: from which it was built; of a control, those of what it stands beside.
        game: the name of the game in files: pong, or as in `bl1.loop.episodic`.
        step_ms: how much of the culture's time a game step is.
        unit, measure: what is counted, and what it comes to.
        n_recent: over how many of them a recent mean is taken.
        n_worth: how many of them are worth keeping.
        n_earlier: on how many of them the brain had been trained that it goes on with.
        n_evaluated: how many of them an evaluation takes.
        rallies: what can be replayed; None where nothing can.
    """

    options: Options
    game: str
    step_ms: float
    unit: Literal["ball", "episode"]
    measure: str
    n_recent: int
    n_worth: int
    n_evaluated: int
    n_earlier: int = 0
    rallies: RallyRecorder | None = None

    @property
    @abstractmethod
    def n_steps(self) -> int:
        """Game steps so far."""

    @property
    @abstractmethod
    def n(self) -> int:
        """Balls or episodes so far."""

    @property
    @abstractmethod
    def n_neurons(self) -> int:
        """How many cells it has."""

    @property
    @abstractmethod
    def mean(self) -> float | None:
        """The mean of what they came to; None before the first."""

    @abstractmethod
    def step(self) -> None:
        """Play a game step."""

    @abstractmethod
    def side(self, name: str) -> Side:
        """What is to be seen of who plays."""

    @abstractmethod
    def signal(self) -> Signal:
        """What is to be seen of the cells and the readout."""

    @abstractmethod
    def control(self, name: str) -> "Watched":
        """A control on the same serves, or in the same episodes, from the first one on."""

    @abstractmethod
    def greedy(self) -> "Watched":
        """The agent as it is now, frozen, at what it never met."""

    @abstractmethod
    def brain(self) -> BaseModel:
        """What its agent has learned.

        Raises:
            Bl1Error: no file holds it.
        """

    @abstractmethod
    def close(self) -> None:
        """End what would not end by itself."""


class ThinnedCurve:
    """A learning curve that is worked out anew once it has grown by as much as can be seen.

    Args:
        first: after how many balls or episodes it begins.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._due = 0
        self._curve: Curve

    def after(self, n: int, work_out: Callable[[NDArray[np.int64]], Curve]) -> Curve:
        """The curve after so many; `work_out` is given where its points are."""
        if n >= self._due:
            n_points = min(max(n - self._first + 1, 0), CURVE_POINTS)
            self._curve = work_out(np.linspace(self._first, n, n_points).round().astype(np.int64))
            self._due = n + max(n // CURVE_POINTS, 1)
        return self._curve
