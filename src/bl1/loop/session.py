"""A session: a game, a substrate and an agent, joined step by step.

    sensed value → bump of stimulation → response of the substrate → action → game → reward

Everything that shows or reports a run (the command line, the cockpit, an experiment) reads it
from a session and computes nothing of its own.
"""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.games.game import Game
from bl1.games.pong import BALL_SPEED, Pong
from bl1.loop.agents import (
    Agent,
    Avoidance,
    Embodied,
    Pursuit,
    PursuitSettings,
    RStdp,
    avoidance,
    make_agent,
)
from bl1.loop.agents.rstdp import INPUT_TOTALS
from bl1.loop.brain import Brain, GameRecipe, ReadoutSection, SubstrateRecipe, TrainingRun
from bl1.loop.encoding import N_BANDS, BumpEncoder
from bl1.loop.feedback import Feedback
from bl1.loop.history import BallLog
from bl1.loop.options import SessionOptions, check_seed
from bl1.loop.substrate import CultureSubstrate, Substrate, make_substrate

RECENT_BALLS = 100
_EVALUATION_SERVES = 1 << 40  # added to the seed: serves that no training run meets


class Session:
    """Runs an agent on a substrate in a game (a game that senses one value).

    The outcome is a function of the parts and the seed; how a run is cut into calls of `run`
    does not matter.

    Args:
        game, substrate, agent: the parts.
        seed: of the serves.
        first_ball: the number of the serve to begin with.
        options: from which the parts were built; needed to save a brain.
        earlier: the training that the agent brings along.
        feedback: what the substrate is made to feel after a hit or a miss; None for nothing.

    Attributes:
        log: what happened to every ball.
        step_count: game steps run so far.
        stimulus: the bump of the last step, (16,), in 0..1.
        features: the response to it, (16,), as the agent was given it.
    """

    def __init__(
        self,
        game: Game,
        substrate: Substrate | Embodied,
        agent: Agent,
        seed: int,
        *,
        first_ball: int = 0,
        options: SessionOptions | None = None,
        earlier: tuple[TrainingRun, ...] = (),
        feedback: Feedback | None = None,
    ) -> None:
        self.game = game
        self.substrate = substrate
        self.agent = agent
        self.seed = seed
        self.first_ball = first_ball
        self.options = options
        self.earlier = earlier
        self.feedback = feedback
        self.log = BallLog()
        self.step_count = 0
        self.stimulus: NDArray[np.float32] = np.zeros(N_BANDS, dtype=np.float32)
        self.features: NDArray[np.float64] = np.zeros(N_BANDS)
        self._encode = agent.encode if isinstance(agent, Embodied) else BumpEncoder()
        self._action = np.zeros(1, dtype=np.float32)
        game.reset(seed=seed, options={"first_ball": first_ball})

    def run(self, n_steps: int) -> None:
        """Run so many game steps."""
        game, encode, action = self.game, self._encode, self._action
        respond, act, learn = self.substrate.respond, self.agent.act, self.agent.learn
        feel = self.agent.feel if isinstance(self.agent, RStdp) else respond
        for _ in range(n_steps):
            (value,) = game.sensed
            self.stimulus = encode(value)
            self.features = respond(self.stimulus)
            action[0] = act(self.features)
            _, reward, terminated, truncated, info = game.step(action)
            learn(float(reward))
            if "hit" in info:
                self.log.append(self.step_count, info["hit"])
                if self.feedback is not None:
                    ball = self.first_ball + self.log.n_balls
                    for answer in self.feedback.answer(info["hit"], ball):
                        feel(answer)
            self.step_count += 1
            if terminated or truncated:
                game.reset()

    @property
    def curtain(self) -> bool:
        """Whether the ball is hidden in the second half of its flight."""
        return isinstance(self.game, Pong) and self.game.curtain

    @property
    def rate_hz(self) -> float | None:
        """Mean firing rate of the substrate's cells in the last game step; None without cells."""
        return self.substrate.rate_hz

    @property
    def recent_hit_rate(self) -> float | None:
        """Share of the last hundred balls that were hit; None before the first."""
        return self.log.hit_rate(last=RECENT_BALLS)

    def hit_rate_by_tenth(self) -> list[float | None]:
        """Hit rate in each tenth of the run so far."""
        return self.log.hit_rate_by_tenth(self.step_count)

    def last_fifth_hit_rate(self) -> float | None:
        """Hit rate in the last fifth of the run so far."""
        return self.log.hit_rate_from(4 * self.step_count // 5)

    def greedy(self) -> "Session":
        """A session of its own with the agent frozen, the substrate at rest, and unseen serves.

        The session itself is left as it is.
        """
        game, agent = copy.deepcopy(self.game), self.agent.frozen()
        substrate = agent if isinstance(agent, Embodied) else self.substrate.fresh()
        serves = self.seed + _EVALUATION_SERVES
        return Session(game, substrate, agent, serves, feedback=self.feedback)

    def evaluate_greedy(
        self, n_balls: int, stopped: Callable[[], bool] = lambda: False
    ) -> float | None:
        """Hit rate of the frozen agent over so many balls of `greedy()`.

        `stopped` is asked now and then whether to give up, and then there is None.
        """
        evaluation = self.greedy()
        while evaluation.log.n_balls < n_balls:
            if stopped():
                return None
            evaluation.run(100)
        return float(evaluation.log.hits[:n_balls].mean())

    def brain(self) -> Brain:
        """What the agent has learned, to be saved.

        Raises:
            Bl1Error: the agent is one that does not learn, or learns in a way that no file holds.
        """
        if self.options is None or not isinstance(self.agent, Pursuit):
            raise Bl1Error("there is no brain to save: only a pursuit agent learns one")
        told = replace(self.options, pursuit=PursuitSettings(), feedback=None, window_steps=None)
        if self.options != told:
            raise Bl1Error(
                "this brain cannot be saved: its file holds no settings of pursuit, no feedback "
                "and no window"
            )
        readout = self.agent.readout
        run = TrainingRun(
            steps=self.step_count,
            balls=self.log.n_balls,
            hits=self.log.n_hits,
            best_rally=self.log.best_rally,
            hit_rate_by_tenth=tuple(self.hit_rate_by_tenth()),
        )
        return Brain(
            seed=self.seed,
            game=GameRecipe(
                paddle=self.options.paddle,
                serve=self.options.serve,
                curtain=self.options.curtain,
                reward=self.options.reward,
            ),
            substrate=SubstrateRecipe(
                kind=self.options.substrate, n_neurons=self.substrate.n_neurons
            ),
            readout=ReadoutSection(
                weights=readout.weights, baseline=readout.baseline, steps=readout.steps
            ),
            training=(*self.earlier, run),
        )


def make_session(options: SessionOptions) -> Session:
    """Build a new session of Pong."""
    check_seed(options.seed)
    options.check()
    if options.agent == "avoidance":
        avoiding = Avoidance(options.seed)
        return _build(options, avoiding, avoiding)
    cells = _cells(options)
    if options.agent == "rstdp":
        assert isinstance(cells, CultureSubstrate)
        learner = RStdp(
            cells.culture,
            cells.band_of_cell,
            INPUT_TOTALS[options.substrate],
            options.seed,
            options.rstdp,
            sparse=options.sparse,
        )
        return _build(options, learner, learner)
    agent = make_agent(options.agent, options.seed, options.pursuit, options.sparse)
    return _build(options, cells, agent)


def resume_session(brain: Brain) -> Session:
    """Go on with a trained brain: its readout, its exploration, its next serve."""
    options = brain.options
    cells = _cells(options)
    agent = Pursuit(brain.seed, brain.learned, sparse=options.sparse)
    return _build(options, cells, agent, brain.training)


def _cells(options: SessionOptions) -> Substrate:
    return make_substrate(
        options.substrate, options.seed, options.n_neurons, window_steps=options.window_steps
    )


def _build(
    options: SessionOptions,
    cells: Substrate | Embodied,
    agent: Agent,
    earlier: tuple[TrainingRun, ...] = (),
) -> Session:
    avoids = options.agent == "avoidance"
    game = Pong(
        paddle=options.paddle,
        serve=options.serve,
        reward=options.reward,
        curtain=options.curtain,
        sense="offset" if avoids else "height",
        ball_speed=avoidance.BALL_SPEED if avoids else BALL_SPEED,
    )
    feedback = options.feedback and Feedback(options.feedback, options.seed, N_BANDS)
    return Session(
        game,
        cells,
        agent,
        options.seed,
        first_ball=sum(run.balls for run in earlier),
        options=options,
        earlier=earlier,
        feedback=feedback,
    )
