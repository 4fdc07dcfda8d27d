"""A moment of a training session: all that a view shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Curve:
    """The learning curve, thinned to a few hundred points: hit rates after so many balls.

    As long as no ball arrives, a session's snapshots share one.
    """

    balls: NDArray[np.int64]
    recent: NDArray[np.float64]
    overall: NDArray[np.float64]


@dataclass(frozen=True)
class Arrival:
    """The last ball that reached the paddle's side, and how many game steps ago it did."""

    hit: bool
    age_steps: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A moment of a training session, never changed once it is made.

    Positions are in [0, 1]², rates of balls are shares, None where there is nothing to tell.

    trail: where this ball was in its last steps, the newest position last.
    hits: whether each ball so far was hit, (n_balls,).
    recent_balls: over how many balls the recent hit rate is taken.
    rate_hz: firing rate of a cell over the last second of the culture's time.
    static_hit_rate, greedy_hit_rate: of a paddle that never moves, and of the frozen readout.
    evaluated_balls: how far the greedy evaluation under way has come, of how many.
    realtime_factor: the culture's time by wall time.
    """

    substrate: str
    n_neurons: int
    paddle: str
    seed: int
    step_count: int
    trail: tuple[tuple[float, float], ...]
    paddle_y: float
    paddle_height: float
    arrival: Arrival | None
    n_balls: int
    n_hits: int
    hits: NDArray[np.bool_]
    rally: int
    best_rally: int
    recent_balls: int
    recent_hit_rate: float | None
    hit_rate: float | None
    curve: Curve
    sigma: float
    rate_hz: float | None
    stimulus: NDArray[np.float32]
    features: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    static_hit_rate: float
    greedy_hit_rate: float | None = None
    evaluated_balls: tuple[int, int] | None = None
    steps_per_s: float | None = None
    realtime_factor: float | None = None

    @property
    def title(self) -> str:
        """Who plays, in a few words."""
        cells = f" of {self.n_neurons:,}" if self.n_neurons else ""
        return f"{self.substrate}{cells} · {self.paddle} paddle · seed {self.seed}"

    @property
    def short_title(self) -> str:
        """Who plays, in fewer words."""
        return f"{self.substrate}, {self.paddle}, seed {self.seed}"
