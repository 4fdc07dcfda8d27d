"""A session of Pong as one watches it."""

from collections import deque
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bl1.games.pong import PADDLE_HEIGHT, Pong
from bl1.loop.agents import Avoidance, RStdp, avoidance
from bl1.loop.agents.rstdp import WINDOW_MS
from bl1.loop.brain import Brain
from bl1.loop.controls import ControlName, control
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session
from bl1.loop.substrate import GAME_STEP_MS
from bl1.loop.trial import evaluation_balls
from bl1.tui.replay import TRAIL_STEPS, RallyRecorder
from bl1.tui.snapshot import Arrival, Curve, PongScene, Side, Signal
from bl1.tui.watched import MOST_OUTCOMES, ThinnedCurve, Watched

RECENT_BALLS = 25  # few enough to see it learn, many enough to trust what is seen
FIRST_BALLS = 10  # a hit rate of fewer tells nothing


class WatchedPong(Watched):
    """A session of Pong, with the flight of its ball and its longest rallies.

    Args:
        session: as it is built, or resumed.
        options: from which it was built.
        n_earlier: balls that its brain was trained on before.
    """

    game = "pong"
    unit = "ball"
    measure = "hit rate"
    n_recent = RECENT_BALLS
    n_worth = FIRST_BALLS

    def __init__(self, session: Session, options: SessionOptions, n_earlier: int = 0) -> None:
        assert isinstance(session.game, Pong)
        self.session = session
        self.n_earlier = n_earlier
        self.options: SessionOptions = options
        self.n_evaluated = evaluation_balls(session)
        self.rallies: RallyRecorder = RallyRecorder(PADDLE_HEIGHT, session.game.curtain)
        self._pong = session.game
        self._flight = [(*self._pong.ball, self._pong.paddle_y)]
        agents = {RStdp: WINDOW_MS, Avoidance: avoidance.STEP_MS}
        self.step_ms = agents.get(type(session.agent), GAME_STEP_MS)
        self._rates_hz: deque[float] = deque(maxlen=round(1000 / self.step_ms))
        self._curve = ThinnedCurve(FIRST_BALLS)
        firsts = {"pursuit": options.pursuit.initial_sigma, "rstdp": options.rstdp.first_sigma}
        self._first_sigma = firsts.get(options.agent)

    @property
    def n_steps(self) -> int:
        """Game steps so far."""
        return self.session.step_count

    @property
    def n(self) -> int:
        """Balls so far."""
        return self.session.log.n_balls

    @property
    def n_neurons(self) -> int:
        """How many cells it has."""
        return self.session.substrate.n_neurons

    @property
    def mean(self) -> float | None:
        """The hit rate."""
        return self.session.log.hit_rate()

    def step(self) -> None:
        """Play a game step."""
        session, log, n_balls = self.session, self.session.log, self.session.log.n_balls
        session.run(1)
        if log.n_balls > n_balls:
            flight = np.array(self._flight, np.float32)
            self.rallies.arrived(flight, bool(log.hits[-1]), log.n_balls)
            self._flight = []
        self._flight.append((*self._pong.ball, self._pong.paddle_y))
        rate_hz = session.rate_hz
        if rate_hz is not None:
            self._rates_hz.append(rate_hz)

    def side(self, name: str) -> Side:
        """What is to be seen of who plays."""
        session, log = self.session, self.session.log
        arrival = None
        if log.n_balls:
            arrival = Arrival(bool(log.hits[-1]), session.step_count - 1 - int(log.steps[-1]))
        trail = tuple((x, y) for x, y, _ in self._flight[-TRAIL_STEPS:])
        return Side(
            name=name,
            scene=PongScene(trail, self._pong.paddle_y, PADDLE_HEIGHT, arrival, self._pong.curtain),
            n=log.n_balls,
            outcomes=log.hits[-MOST_OUTCOMES:],
            recent=log.hit_rate(last=RECENT_BALLS),
            overall=log.hit_rate(),
            counts={"rally": log.rally, "best rally": log.best_rally},
            curve=self._curve.after(log.n_balls, self._points),
        )

    def signal(self) -> Signal:
        """What is to be seen of the cells and the readout."""
        session, agent = self.session, self.session.agent
        stimulus, response = session.stimulus, session.features
        if isinstance(agent, Avoidance):  # has up first, and counts spikes
            stimulus, response = stimulus[::-1], response[:2][::-1] / avoidance.N_GROUP
        weights = agent.weights
        return Signal(
            stimulus=stimulus[None],
            response=response[None],
            weights=None if weights is None else weights[:, None],
            rate_hz=float(np.mean(self._rates_hz)) if self._rates_hz else None,
            sigma=None if self._first_sigma is None else agent.sigma,
            first_sigma=self._first_sigma,
        )

    def control(self, name: str) -> "WatchedPong":
        """A control on the same serves."""
        return WatchedPong(control(self.session, cast(ControlName, name)), self.options)

    def greedy(self) -> "WatchedPong":
        """The agent as it is now, frozen, on serves that it never met."""
        return WatchedPong(self.session.greedy(), self.options)

    def brain(self) -> Brain:
        """What a readout has learned."""
        return self.session.brain()

    def close(self) -> None:
        """Nothing to end."""

    def _points(self, balls: NDArray[np.int64]) -> Curve:
        log = self.session.log
        recent = log.hit_rate_after(balls, last=RECENT_BALLS)
        return Curve(balls, recent, log.hit_rate_after(balls))
