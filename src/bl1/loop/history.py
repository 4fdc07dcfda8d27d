"""What happened to every ball of a run: the step at which it arrived, and whether it was hit."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item", np.int64, np.bool_)


class BallLog:
    """Outcomes of balls, nine bytes each, in buffers that double when they are full."""

    def __init__(self) -> None:
        self._steps = np.empty(1024, dtype=np.int64)
        self._hits = np.empty(1024, dtype=np.bool_)
        self.n_balls = 0
        self.n_hits = 0
        self.rally = 0
        self.best_rally = 0

    def append(self, step: int, hit: bool) -> None:
        """Note that a ball arrived in this game step."""
        if self.n_balls == len(self._steps):
            self._steps, self._hits = _doubled(self._steps), _doubled(self._hits)
        self._steps[self.n_balls] = step
        self._hits[self.n_balls] = hit
        self.n_balls += 1
        if hit:
            self.n_hits += 1
            self.rally += 1
            self.best_rally = max(self.best_rally, self.rally)
        else:
            self.rally = 0

    @property
    def steps(self) -> NDArray[np.int64]:
        """The game step of each arrival, shape (n_balls,), ascending."""
        return self._steps[: self.n_balls]

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Whether each ball was hit, shape (n_balls,)."""
        return self._hits[: self.n_balls]

    @property
    def rallies(self) -> NDArray[np.int64]:
        """How many balls in a row were hit up to and with each ball, shape (n_balls,)."""
        balls = np.arange(1, self.n_balls + 1)
        return balls - np.maximum.accumulate(np.where(self.hits, 0, balls))

    @property
    def n_misses(self) -> int:
        """Balls that were missed."""
        return self.n_balls - self.n_hits

    def hit_rate(self, last: int | None = None) -> float | None:
        """Share of balls hit, of all or of the last so many; None before the first ball."""
        if self.n_balls == 0:
            return None
        if last is None:
            return self.n_hits / self.n_balls
        recent = self.hits[-last:]
        return float(np.count_nonzero(recent)) / len(recent)

    def hit_rate_after(
        self, balls: NDArray[np.int64], last: int | None = None
    ) -> NDArray[np.float64]:
        """Share of balls hit when so many (>= 1) had arrived, of all or of the last so many."""
        first = np.maximum(balls - (self.n_balls if last is None else last), 0)
        return self._hits_between(first, balls) / (balls - first)

    def hit_rate_from(self, step: int) -> float | None:
        """Share of balls hit of those that arrived at this step or later; None if none did."""
        hits = self.hits[np.searchsorted(self.steps, step) :]
        return float(np.count_nonzero(hits)) / len(hits) if len(hits) else None

    def hit_rate_by_tenth(self, n_steps: int) -> list[float | None]:
        """Hit rate in each tenth of a run of n_steps; None for a tenth in which no ball arrived."""
        tenths = -(-np.arange(11) * n_steps // 10)  # whole: for fractions the steps would be copied
        edges = np.searchsorted(self.steps, tenths)
        balls, hits = np.diff(edges), self._hits_between(edges[:-1], edges[1:])
        return [float(h) / int(n) if n else None for h, n in zip(hits, balls, strict=True)]

    def mean_rally(self) -> float:
        """Mean number of hits of a rally; a miss ends it, and so does the end of the log."""
        n_rallies = self.n_misses + (1 if self.rally else 0)
        return self.n_hits / n_rallies if n_rallies else 0.0

    def _hits_between(self, first: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        # Counted in place: sums up to every ball would take many times what the log does.
        return np.array(
            [np.count_nonzero(self._hits[i:j]) for i, j in zip(first, end, strict=True)], np.int64
        )


def _doubled(full: NDArray[Item]) -> NDArray[Item]:
    """With as much room again, which takes no memory before it is written."""
    roomy = np.empty(2 * len(full), full.dtype)
    roomy[: len(full)] = full
    return roomy
