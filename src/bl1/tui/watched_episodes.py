"""A session of episodes as one watches it: Doom, or CartPole."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bl1.games.episodic import EpisodicGame
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.encoding import N_BANDS
from bl1.loop.episode_log import Episode
from bl1.loop.episodes import EpisodicSession
from bl1.loop.episodic import (
    ControlName,
    EpisodicBrain,
    EpisodicOptions,
    EpisodicTraining,
    brain_of,
    control,
    make_game,
    make_session,
    resume_session,
)
from bl1.loop.substrate import GAME_STEP_MS
from bl1.tui.snapshot import Curve, FrameScene, Side, Signal
from bl1.tui.watched import MOST_OUTCOMES, ThinnedCurve, Watched

RECENT_EPISODES = 10
EVALUATION_EPISODES = 20
SCORED = ("cartpole",)  # games of which the own score is shown, which says more than the return


class WatchedEpisodes(Watched):
    """A session of episodes, with the one that is being played."""

    unit = "episode"
    n_recent = RECENT_EPISODES
    n_worth = 1
    n_evaluated = EVALUATION_EPISODES
    step_ms = GAME_STEP_MS

    def __init__(
        self,
        session: EpisodicSession,
        options: EpisodicOptions,
        earlier: tuple[EpisodicTraining, ...] = (),
    ) -> None:
        self.session = session
        self.options: EpisodicOptions = options
        self.game = options.game
        self.measure = "score" if options.game in SCORED else "return"
        self._earlier = earlier
        self.n_earlier = sum(run.episodes for run in earlier)
        self._n_steps = 0
        self._sums = [0.0]  # of the outcomes up to each episode
        self._latest: deque[float] = deque(maxlen=MOST_OUTCOMES)
        self._outcomes = np.zeros(0)
        self._curve = ThinnedCurve(first=1)
        self._rates_hz: deque[float] = deque(maxlen=round(1000 / GAME_STEP_MS))
        self._begin()

    @classmethod
    def new(cls, options: EpisodicOptions) -> "WatchedEpisodes":
        """Build a new session."""
        return cls(make_session(options, _game(options)), options)

    @classmethod
    def resumed(cls, brain: EpisodicBrain) -> "WatchedEpisodes":
        """Go on with a trained brain."""
        session = resume_session(brain, _game(brain.options))
        return cls(session, brain.options, brain.training)

    @property
    def n_steps(self) -> int:
        """Game steps so far."""
        return self._n_steps

    @property
    def n(self) -> int:
        """Episodes that are over."""
        return len(self._sums) - 1

    @property
    def n_neurons(self) -> int:
        """How many cells it has."""
        return self.session.substrate.n_neurons

    @property
    def mean(self) -> float | None:
        """What an episode comes to on average."""
        return self._mean_of_last(self.n)

    def step(self) -> None:
        """Play a game step."""
        session, n_episodes = self.session, len(self.session.log)
        next(self._episode)
        self._n_steps += 1
        rate_hz = session.substrate.rate_hz
        if rate_hz is not None:
            self._rates_hz.append(rate_hz)
        if len(session.log) > n_episodes:
            scored = self.measure == "score"
            outcome = session.episode.counts["score"] if scored else session.episode.reward
            self._sums.append(self._sums[-1] + outcome)
            self._latest.append(outcome)
            self._outcomes = np.array(self._latest)
            self._begin()

    def side(self, name: str) -> Side:
        """What is to be seen of who plays."""
        frame = self.session.game.render()
        assert isinstance(frame, np.ndarray)
        return Side(
            name=name,
            scene=FrameScene(frame),
            n=self.n,
            outcomes=self._outcomes,
            recent=self._mean_of_last(RECENT_EPISODES),
            overall=self.mean,
            counts={"return": self.session.episode.reward, **self.session.episode.counts},
            curve=self._curve.after(self.n, self._points),
        )

    def signal(self) -> Signal:
        """What is to be seen of the cells and the readout."""
        session, k = self.session, len(self.session.game.sensed)
        weights = None
        if isinstance(session.agent, ActorCritic):
            rows = np.array(session.agent.readout.preferences)
            weights = rows.reshape(-1, k, N_BANDS).transpose(2, 1, 0).reshape(N_BANDS, -1)
        return Signal(
            stimulus=session.stimulus.reshape(-1, N_BANDS),
            response=session.features.reshape(-1, N_BANDS),
            weights=weights,
            rate_hz=float(np.mean(self._rates_hz)) if self._rates_hz else None,
            sigma=None,
            first_sigma=None,
        )

    def control(self, name: str) -> "WatchedEpisodes":
        """A control in the same episodes, in a game of its own."""
        beside = control(self.session, cast(ControlName, name), _game(self.options))
        return WatchedEpisodes(beside, self.options)

    def greedy(self) -> "WatchedEpisodes":
        """The agent as it is now, frozen, in episodes that it never met."""
        return WatchedEpisodes(self.session.greedy(_game(self.options)), self.options)

    def brain(self) -> EpisodicBrain:
        """What an actor-critic agent has learned.

        A brain stands between two episodes: the one under way is played to its end.
        """
        n_episodes = self.n
        with suppress(Exception):  # a game that has died does not take with it what was learned
            while self.session.episode.steps and self.n == n_episodes:
                self.step()
        return brain_of(self.session, self.options, self._earlier)

    def close(self) -> None:
        """End the game; Doom is a process of its own."""
        self.session.game.close()

    def _begin(self) -> None:
        """The next episode."""
        self._episode: Iterator[Episode] = self.session.steps()
        next(self._episode)

    def _mean_of_last(self, n: int) -> float | None:
        n = min(n, self.n)
        return (self._sums[-1] - self._sums[-1 - n]) / n if n else None

    def _points(self, episodes: NDArray[np.int64]) -> Curve:
        sums = np.array(self._sums)
        first = np.maximum(episodes - RECENT_EPISODES, 0)
        recent = (sums[episodes] - sums[first]) / (episodes - first)
        return Curve(episodes, recent, sums[episodes] / episodes)


def _game(options: EpisodicOptions) -> EpisodicGame:
    return make_game(options.game, drawn=True)
