"""What happened in every episode of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Episode:
    """One episode: its rewards added up, its game steps, and what the game counted."""

    reward: float
    steps: int
    counts: dict[str, float] = field(default_factory=dict)


class EpisodeLog(list[Episode]):
    """The episodes of a run, in order."""

    @property
    def n_steps(self) -> int:
        """Game steps in all."""
        return sum(episode.steps for episode in self)

    def mean_return(self, last: int = 0) -> float | None:
        """Mean return of all episodes or of the last so many; None before the first."""
        return _mean([episode.reward for episode in self[-last:]])

    def summary(self) -> dict[str, Any]:
        """Means over episodes: return, length, and what the game counts, by its name.

        `accuracy` is the share of all shots that did not miss, None without a shot.
        """
        names = self[0].counts if self else ()
        counts = {name: fmean(episode.counts[name] for episode in self) for name in names}
        shots = counts.get("shots")
        return {
            "return": self.mean_return(),
            "return_by_tenth": self.return_by_tenth(),
            "episode_steps": _mean([episode.steps for episode in self]),
            "accuracy": 1.0 - counts["misses"] / shots if shots else None,
            **counts,
        }

    def return_by_tenth(self) -> list[float | None]:
        """Mean return in each tenth of the episodes; None for a tenth without one."""
        tenths = np.array_split([episode.reward for episode in self], 10)
        return [_mean(tenth.tolist()) for tenth in tenths]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
