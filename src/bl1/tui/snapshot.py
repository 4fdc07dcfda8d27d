"""A moment of what is trained: all that a view shows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bl1.tui.choice import Choice
    from bl1.tui.replay import Replay


@dataclass(frozen=True)
class Arrival:
    """The last ball that reached the paddle's side, and how many game steps ago it did."""

    hit: bool
    age_steps: int


@dataclass(frozen=True, eq=False)
class PongScene:
    """What is to be seen of Pong; positions are in [0, 1]².

    trail: where this ball was in its last steps, the newest position last.
    curtain: whether the second half of the field is hidden from the culture.
    """

    trail: tuple[tuple[float, float], ...]
    paddle_y: float
    paddle_height: float
    arrival: Arrival | None
    curtain: bool


@dataclass(frozen=True, eq=False)
class FrameScene:
    """What a game draws of itself, uint8 (height, width, 3)."""

    rgb: NDArray[np.uint8]


Scene: TypeAlias = PongScene | FrameScene


@dataclass(frozen=True, eq=False)
class Curve:
    """A learning curve, thinned to a few hundred points: means after so many balls or episodes.

    As long as it would not look any different, snapshots share one.
    """

    after: NDArray[np.int64]
    recent: NDArray[np.float64]
    overall: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Side:
    """One of those who play beside each other: what is trained, or a control.

    n: balls or episodes so far. outcomes: of the latest of them, whether each ball was hit, or what
    each episode came to. recent, overall: their means, of the latest few and of all; None before
    the first. counts: what the game counts, of the rally or the episode under way, by name.
    """

    name: str
    scene: Scene
    n: int
    outcomes: NDArray[Any]
    recent: float | None
    overall: float | None
    counts: dict[str, float]
    curve: Curve

    @property
    def n_hits(self) -> int:
        """Of balls, how many were hit."""
        return round((self.overall or 0.0) * self.n)


@dataclass(frozen=True, eq=False)
class Signal:
    """The way through the cells, band by band.

    k values are sensed, each by bands of its own, of which the first is drawn at the bottom.

    stimulus, response: what the cells are shown and what they answer, each in 0..1, (k, bands).
    weights: of the readout, (bands, columns); None where there is none.
    rate_hz: firing rate of a cell over the last second of the culture's time; None without cells.
    sigma, first_sigma: the exploration now and at first; None where nothing is explored so.
    """

    stimulus: NDArray[np.floating]
    response: NDArray[np.floating]
    weights: NDArray[np.float64] | None
    rate_hz: float | None
    sigma: float | None
    first_sigma: float | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A moment of training, never changed once it is made.

    title, short_title: what is trained, in a few words, and in fewer.
    step_count: game steps since it began. unit, measure: what is counted and what it comes to.
    n_recent: over how many of them a recent mean is taken.
    control: who plays beside it; None for nobody. control_lag: game steps that it is behind.
    n_earlier: balls or episodes that its brain was trained on before it was loaded.
    worth_keeping: whether there is so much of it that it is kept when it ends.
    best, worst: the longest rally, and the most misses in a row; None where there is none.
    static_hit_rate, greedy: of a paddle that never moves, and of the frozen readout.
    evaluated: how many balls or episodes the evaluation under way has come, of how many.
    realtime_factor: the culture's time by wall time.
    """

    choice: "Choice"
    title: str
    short_title: str
    n_neurons: int
    seed: int
    step_count: int
    unit: Literal["ball", "episode"]
    measure: str
    n_recent: int
    mine: Side
    control: Side | None
    control_lag: int
    signal: Signal
    n_earlier: int = 0
    worth_keeping: bool = False
    best: "Replay | None" = None
    worst: "Replay | None" = None
    static_hit_rate: float | None = None
    greedy: float | None = None
    evaluated: tuple[int, int] | None = None
    steps_per_s: float | None = None
    realtime_factor: float | None = None
