"""What is kept of a training session when it is over."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trained:
    """A training session, from where it began or was loaded to where it ended.

    name: of what was trained, in words. options: all it takes to begin it again, JSON-able; see
    `bl1.tui.choice.from_plain`. steps: game steps. rounds: balls or episodes. hits, hit_rate: of
    Pong's balls. mean_return: of episodes, or what a game scores instead. wall_s: how long it took
    from when it was built, pauses included. n_neurons: cells of the culture. seconds: of the
    culture's time.

    It has no end of its own: whoever watches stops it.
    """

    name: str
    seed: int
    options: dict[str, Any]
    steps: int
    rounds: int
    hits: int | None
    hit_rate: float | None
    mean_return: float | None
    wall_s: float
    n_neurons: int
    seconds: float
