"""A training session as the cockpit drives it: run, renew, evaluate, save, load.

No thread and no screen: `bl1.tui.worker` runs a trainer beside the screen, and
`bl1 tui --headless` runs one without any.
"""

from collections import deque
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from bl1.config import shipped
from bl1.errors import Bl1Error
from bl1.games.pong import PADDLE_HEIGHT, PADDLES, Pong
from bl1.loop.brain import load_brain, save_brain
from bl1.loop.controls import control
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session, make_session, resume_session
from bl1.loop.substrate import GAME_STEP_MS, SUBSTRATE_KINDS
from bl1.tui.snapshot import Arrival, Curve, Snapshot

BRAIN = Path("brains/pong_brain.yaml")  # yours
SHIPPED_BRAIN = "trained_culture.yaml"
RECENT_BALLS = 25  # few enough to see it learn, many enough to trust what is seen
GREEDY_BALLS = 500
STATIC_BALLS = 500
CURVE_POINTS = 400
FIRST_BALLS = 10  # a hit rate of fewer tells nothing
TRAIL_STEPS = 24
RATE_STEPS = round(1000 / GAME_STEP_MS)


class Trainer:
    """Holds one session and what is asked of it.

    A request returns a sentence that says what was done; one that cannot be met raises a
    `Bl1Error` and leaves the session as it was.
    """

    def __init__(self, options: SessionOptions) -> None:
        self._evaluation: Session | None = None
        self._greedy_hit_rate: float | None = None
        self._adopt(make_session(options))

    def advance(self, n_steps: int, seconds: float = float("inf")) -> int:
        """Run up to n_steps game steps, or until so much wall time has passed; returns how many.

        While a greedy evaluation is under way, the steps are its own.
        """
        until_s = perf_counter() + seconds
        step = self._evaluate_step if self._evaluation else self._train_step
        for n_done in range(1, n_steps + 1):
            step()
            if perf_counter() >= until_s or (self._evaluation and self._evaluation_is_over()):
                return n_done
        return n_steps

    @property
    def evaluating(self) -> bool:
        """Whether a greedy evaluation is under way."""
        return self._evaluation is not None

    def conclusion(self) -> str | None:
        """What the greedy evaluation found, once, when it is over."""
        if self._evaluation is None or not self._evaluation_is_over():
            return None
        hit_rate = self._evaluation.log.hit_rate() or 0.0
        self._greedy_hit_rate = hit_rate
        self._evaluation = None
        return f"frozen and greedy it hits {hit_rate:.1%} of {GREEDY_BALLS} new balls"

    def abandon_evaluation(self) -> None:
        """Go back to training."""
        self._evaluation = None

    def fresh(self) -> str:
        """Begin again with the next seed."""
        self._adopt(make_session(replace(self._options, seed=self._options.seed + 1)))
        return f"a fresh {self._options.substrate}, seed {self._options.seed}"

    def next_substrate(self) -> str:
        """Begin again on the next kind of substrate."""
        position = SUBSTRATE_KINDS.index(self._options.substrate) + 1
        substrate = SUBSTRATE_KINDS[position % len(SUBSTRATE_KINDS)]
        options = replace(self._options, substrate=substrate, n_neurons=None)
        self._adopt(make_session(options))
        return f"a fresh session on the {substrate} substrate"

    def next_paddle(self) -> str:
        """Begin again with the next paddle."""
        position = PADDLES.index(self._options.paddle) + 1
        paddle = PADDLES[position % len(PADDLES)]
        self._adopt(make_session(replace(self._options, paddle=paddle)))
        return f"a fresh session with the {paddle} paddle"

    def evaluate(self) -> None:
        """Let the readout as it is now play unseen balls, without exploring or learning."""
        self._evaluation = self.session.greedy()

    def save(self) -> str:
        """Write the brain to `brains/pong_brain.yaml` in the working directory."""
        brain = self.session.brain()
        try:
            BRAIN.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise Bl1Error(f"cannot make the folder {BRAIN.parent}: {error.strerror}") from None
        save_brain(brain, BRAIN)
        return f"saved {BRAIN}"

    def load(self) -> str:
        """Go on with `brains/pong_brain.yaml`, or with the shipped brain where there is none."""
        path = BRAIN if BRAIN.exists() else shipped("brains") / SHIPPED_BRAIN
        brain = load_brain(path)
        self._adopt(resume_session(brain))
        n_balls = sum(run.balls for run in brain.training)
        return f"loaded {path}, trained on {n_balls:,} balls"

    def snapshot(self, steps_per_s: float | None = None) -> Snapshot:
        """The session as it stands."""
        session, log, game = self.session, self.session.log, self._game
        arrival = None
        if log.n_balls:
            age_steps = session.step_count - 1 - int(log.steps[-1])
            arrival = Arrival(bool(log.hits[-1]), age_steps)
        return Snapshot(
            substrate=self._options.substrate,
            n_neurons=session.substrate.n_neurons,
            paddle=self._options.paddle,
            seed=session.seed,
            step_count=session.step_count,
            trail=tuple(self._trail),
            paddle_y=game.paddle_y,
            paddle_height=PADDLE_HEIGHT,
            arrival=arrival,
            n_balls=log.n_balls,
            n_hits=log.n_hits,
            hits=log.hits,
            rally=log.rally,
            best_rally=log.best_rally,
            recent_balls=RECENT_BALLS,
            recent_hit_rate=log.hit_rate(last=RECENT_BALLS),
            hit_rate=log.hit_rate(),
            curve=self._learning_curve(),
            sigma=session.agent.sigma,
            rate_hz=float(np.mean(self._rates_hz)) if self._rates_hz else None,
            stimulus=session.stimulus,
            features=session.features,
            weights=session.agent.weights,
            static_hit_rate=self._static_hit_rate,
            greedy_hit_rate=self._greedy_hit_rate,
            evaluated_balls=(
                (self._evaluation.log.n_balls, GREEDY_BALLS) if self._evaluation else None
            ),
            steps_per_s=steps_per_s,
            realtime_factor=None if steps_per_s is None else steps_per_s * GAME_STEP_MS / 1000,
        )

    def _adopt(self, session: Session) -> None:
        assert session.options is not None and isinstance(session.game, Pong)
        static = control(session, "static")
        while static.log.n_balls < STATIC_BALLS:
            static.run(100)
        self._static_hit_rate = static.log.hit_rate() or 0.0
        self.session = session
        self._options = session.options
        self._game = session.game
        self._trail = deque([self._game.ball], maxlen=TRAIL_STEPS)
        self._rates_hz: deque[float] = deque(maxlen=RATE_STEPS)
        self._evaluation = None
        self._greedy_hit_rate = None
        self._n_balls_on_curve = -1

    def _train_step(self) -> None:
        self.session.run(1)
        ball = self._game.ball
        if ball[0] <= self._trail[-1][0]:
            self._trail.clear()
        self._trail.append(ball)
        rate_hz = self.session.rate_hz
        if rate_hz is not None:
            self._rates_hz.append(rate_hz)

    def _evaluate_step(self) -> None:
        assert self._evaluation is not None
        self._evaluation.run(1)

    def _evaluation_is_over(self) -> bool:
        assert self._evaluation is not None
        return self._evaluation.log.n_balls >= GREEDY_BALLS

    def _learning_curve(self) -> Curve:
        log = self.session.log
        if log.n_balls != self._n_balls_on_curve:
            n_points = min(max(log.n_balls - FIRST_BALLS + 1, 0), CURVE_POINTS)
            balls = np.linspace(FIRST_BALLS, log.n_balls, n_points).round().astype(np.int64)
            recent = log.hit_rate_after(balls, last=RECENT_BALLS)
            self._curve = Curve(balls, recent, log.hit_rate_after(balls))
            self._n_balls_on_curve = log.n_balls
        return self._curve
