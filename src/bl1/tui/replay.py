"""A replay of Pong: the longest rally so far, and the most misses in a row."""

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bl1.tui.snapshot import Arrival, PongScene

#: Ball x, ball y and paddle y at each game step of a ball's flight, (n, 3).
Flight: TypeAlias = NDArray[np.float32]

MOST_FLIGHTS = 40  # of a rally that are kept, the last ones: a minute of watching
TRAIL_STEPS = 24
FRAMES_PER_FLIGHT = 40  # at 30 a second: a ball takes a second and a third, however fast it was


@dataclass(frozen=True, eq=False)
class Replay:
    """Balls in a row that all were hit, or all missed.

    n_balls: how many. last_ball: the number of the last one, from 1 on.
    flights: of the last of them.
    """

    hit: bool
    n_balls: int
    last_ball: int
    flights: tuple[Flight, ...]
    paddle_height: float
    curtain: bool

    @property
    def n_frames(self) -> int:
        """How many pictures it has."""
        return len(self._frames)

    def scene(self, frame: int) -> PongScene:
        """One of its pictures."""
        flight, step = self._frames[frame]
        positions = self.flights[flight][max(step + 1 - TRAIL_STEPS, 0) : step + 1].tolist()
        trail = tuple((x, y) for x, y, _ in positions)
        arrival = Arrival(self.hit, step) if flight else None
        return PongScene(trail, positions[-1][2], self.paddle_height, arrival, self.curtain)

    def ball(self, frame: int) -> int:
        """The number of the ball on a picture."""
        return self.last_ball - len(self.flights) + 1 + self._frames[frame][0]

    @cached_property
    def _frames(self) -> list[tuple[int, int]]:
        """The flight and the game step of each picture; the last step of a flight is always one."""
        frames = []
        for number, flight in enumerate(self.flights):
            stride = max(len(flight) // FRAMES_PER_FLIGHT, 1)
            first = (len(flight) - 1) % stride
            frames += [(number, step) for step in range(first, len(flight), stride)]
        return frames


class RallyRecorder:
    """Keeps the flights of the longest series of hits, and of misses."""

    def __init__(self, paddle_height: float, curtain: bool) -> None:
        self.best: Replay | None = None
        self.worst: Replay | None = None
        self._paddle_height, self._curtain = paddle_height, curtain
        self._series: deque[Flight] = deque(maxlen=MOST_FLIGHTS)
        self._hit = False
        self._length = 0

    def arrived(self, flight: Flight, hit: bool, ball: int) -> None:
        """A ball has come to the paddle's side."""
        if hit != self._hit:
            self._series.clear()
            self._hit, self._length = hit, 0
        self._series.append(flight)
        self._length += 1
        longest = self.best if hit else self.worst
        if longest is None or self._length > longest.n_balls:
            replay = Replay(
                hit, self._length, ball, tuple(self._series), self._paddle_height, self._curtain
            )
            if hit:
                self.best = replay
            else:
                self.worst = replay
