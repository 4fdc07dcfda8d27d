"""A session of episodes: a game with discrete actions, a substrate and an agent, step by step.

    sensed values → a bump for each → response of the substrate → action → game → reward

Each episode is a function of the seed and its number, and begins with the cells at rest, so that
every agent meets the same episodes, and a run that goes on from what an agent had learned between
two episodes is equal, to the bit, to one that was never stopped.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bl1.games.episodic import EpisodicGame
from bl1.loop.agents.discrete import DiscreteAgent
from bl1.loop.encoding import BumpEncoder
from bl1.loop.episode_log import Episode, EpisodeLog
from bl1.loop.feedback import Feedback
from bl1.loop.substrate import Identity, Substrate

EVENT = 0.5  # a reward of this size or more, either way, is an event that feedback answers
_EVALUATION_EPISODES = 1 << 40  # added to an episode's number: episodes that no training run meets


def episode_seed(seed: int, number: int) -> int:
    """The seed of an episode, a whole number below 2³¹."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0]) >> 1


class EpisodicSession:
    """Runs an agent on a substrate in a game of episodes.

    Between episodes the game may be lent to another session.

    Args:
        game, substrate, agent: the parts.
        seed: of the episodes.
        first_episode: the number of the episode to begin with.
        first_step: how many game steps lie before it.
        feedback: what the substrate is made to feel after an event; None for nothing.

    Attributes:
        log: what happened in every episode.
        stimulus: the bumps of the last step, (16 · k,), in 0..1.
        features: the response to them, (16 · k,).
        episode: the one that is being played so far, or the last one.
    """

    def __init__(
        self,
        game: EpisodicGame,
        substrate: Substrate,
        agent: DiscreteAgent,
        seed: int,
        *,
        first_episode: int = 0,
        first_step: int = 0,
        feedback: Feedback | None = None,
    ) -> None:
        self.game = game
        self.substrate = substrate
        self.agent = agent
        self.seed = seed
        self.first_episode = first_episode
        self.feedback = feedback
        self.log = EpisodeLog()
        self.stimulus: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self.features: NDArray[np.float64] = np.zeros(0)
        self.episode = Episode(0.0, 0)
        self._next_step = first_step
        self._encode = BumpEncoder()

    def run_episode(self, after_step: Callable[[], None] = lambda: None) -> Episode:
        """Run the next episode to its end; `after_step` is called at the reset and at each step."""
        for _ in self.steps():
            after_step()
        return self.log[-1]

    def steps(self) -> Iterator[Episode]:
        """Run the next episode step by step: what it is so far, at the reset and at each step.

        By the last step it is in the log.
        """
        game, agent = self.game, self.agent
        number = self.first_episode + len(self.log)
        _, counts = game.reset(seed=episode_seed(self.seed, number))
        self.substrate.rest(self._next_step)
        agent.begin_episode()
        total, steps, ended = 0.0, 0, False
        self.episode = Episode(total, steps, counts)
        yield self.episode
        self._respond()
        while not ended:
            action = agent.act(self.features)
            _, reward, terminated, truncated, counts = game.step(np.int64(action))
            reward, ended = float(reward), terminated or truncated
            if self.feedback is not None and abs(reward) >= EVENT:
                for answer in self.feedback.answer(reward > 0.0, self._next_step + steps):
                    self.substrate.respond(answer)
            if not terminated:
                self._respond()
            agent.learn(reward, None if terminated else self.features)
            total, steps = total + reward, steps + 1
            self.episode = Episode(total, steps, counts)
            if ended:
                self._next_step += steps
                self.log.append(self.episode)
            yield self.episode

    def _respond(self) -> None:
        self.stimulus = np.concatenate([self._encode(value) for value in self.game.sensed])
        self.features = self.substrate.respond(self.stimulus)

    def greedy(self, game: EpisodicGame | None = None) -> "EpisodicSession":
        """A session of its own with the agent frozen, in episodes that were never met.

        The session itself is left as it is; in the midst of an episode it needs its game, so that
        another must be given.
        """
        return EpisodicSession(
            game or self.game,
            self.substrate.fresh(),
            self.agent.frozen(),
            self.seed,
            first_episode=_EVALUATION_EPISODES,
            feedback=self.feedback,
        )

    def control(self, agent: DiscreteAgent) -> "EpisodicSession":
        """A session of another agent without neurons in the same episodes, to compare with."""
        return EpisodicSession(
            self.game, Identity(), agent, self.seed, first_episode=self.first_episode
        )
