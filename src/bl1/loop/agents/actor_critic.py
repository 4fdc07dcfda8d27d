r"""Actor and critic: a linear readout that learns actions whose rewards come late.

From features x (m,) the critic expects V = v·x of reward to come, and the actor draws an action,

$$ P(a) = \frac{e^{z_a}}{\sum_b e^{z_b}}, \qquad z = W x. $$

What came of it, the reward r and the features x′ that followed, makes the temporal-difference error

$$ \delta = r + \gamma\,v \cdot x' - v \cdot x $$

(without the middle term where the episode ended), which is the third factor of both rules: it acts
on what eligibility traces have kept of the steps before,

$$ e^v \leftarrow \gamma\lambda\,e^v + x, \qquad
   e^W_{ai} \leftarrow \gamma\lambda\,e^W_{ai} + ([a = \text{chosen}] - P(a))\,x_i, $$
$$ \Delta v = \alpha\,\delta\,e^v, \qquad \Delta W = \beta\,\delta\,e^W. $$

Two elements of this kind that learn to balance a pole: Barto, Sutton & Anderson 1983,
doi:10.1109/TSMC.1983.6313077. The same with spiking cells, the error in the part of dopamine:
Frémaux, Sprekeler & Gerstner 2013, doi:10.1371/journal.pcbi.1003024.

With γ = .98 and λ = .9 a reward reaches back some 8 steps by the traces and some 50 by what the
critic expects. Rewards are meant to be of the order of 1. Nothing anneals: the policy explores less
as its preferences W x grow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.loop import draws

DISCOUNT = 0.98  # γ, a step
TRACE_DECAY = 0.9  # λ
CRITIC_RATE = 0.1  # α
ACTOR_RATE = 0.5  # β


@dataclass(frozen=True)
class ActorCriticReadout:
    """All that an actor and critic have learned, between two episodes.

    preferences: W, a row for each action. values: v. steps: how many rewards were heard, which is
    also where the random numbers stand.
    """

    preferences: tuple[tuple[float, ...], ...]
    values: tuple[float, ...]
    steps: int = 0


class ActorCritic:
    """A readout that learns (see the module's text).

    Args:
        seed: of the choices.
        n_actions, n_features: sizes.
        readout: what to go on with; None for one that has learned nothing.

    Attributes:
        probabilities: P(a) of each action, in the last choice.
    """

    def __init__(
        self,
        seed: int,
        n_actions: int,
        n_features: int,
        readout: ActorCriticReadout | None = None,
    ) -> None:
        self._seed = seed
        self._preferences = np.zeros((n_actions, n_features))
        self._values = np.zeros(n_features)
        self._steps = 0
        if readout is not None:
            self._preferences[:] = readout.preferences
            self._values[:] = readout.values
            self._steps = readout.steps
        self._draws = draws.uniform(seed, "actor-critic")
        self._actor_trace = np.zeros_like(self._preferences)
        self._critic_trace = np.zeros_like(self._values)
        self._features = np.zeros(n_features)
        self.probabilities = np.zeros(n_actions)
        self._action = 0

    @property
    def readout(self) -> ActorCriticReadout:
        """What was learned so far."""
        rows = tuple(tuple(row) for row in self._preferences.tolist())
        return ActorCriticReadout(rows, tuple(self._values.tolist()), self._steps)

    def value(self, features: NDArray[np.float64]) -> float:
        """V: the reward that the critic expects from here on."""
        return float(self._values.dot(features))

    def begin_episode(self) -> None:
        """Forget what was done."""
        self._actor_trace[:] = 0.0
        self._critic_trace[:] = 0.0

    def act(self, features: NDArray[np.float64]) -> int:
        """Draw an action."""
        z = self._preferences.dot(features)
        odds = np.exp(z - z.max()).cumsum()
        drawn = self._draws[self._steps] * odds[-1]
        self._action = int(odds.searchsorted(drawn, side="right"))
        self.probabilities = np.diff(odds, prepend=0.0) / odds[-1]
        self._features = features
        return self._action

    def learn(self, reward: float, following: NDArray[np.float64] | None) -> None:
        """Compare with what was expected, and credit the steps before."""
        expected = self.value(self._features)
        to_come = 0.0 if following is None else DISCOUNT * self.value(following)
        error = reward + to_come - expected
        self._critic_trace *= DISCOUNT * TRACE_DECAY
        self._critic_trace += self._features
        self._actor_trace *= DISCOUNT * TRACE_DECAY
        self._actor_trace -= np.multiply.outer(self.probabilities, self._features)
        self._actor_trace[self._action] += self._features
        self._values += CRITIC_RATE * error * self._critic_trace
        self._preferences += ACTOR_RATE * error * self._actor_trace
        self._steps += 1

    def frozen(self) -> "FrozenActor":
        """A copy that neither explores nor learns."""
        return FrozenActor(self._seed, self._preferences.copy())


class FrozenActor:
    """A trained actor at work: the action that it prefers; of equals, one at random."""

    def __init__(self, seed: int, preferences: NDArray[np.float64]) -> None:
        self._seed, self._preferences = seed, preferences
        self._draws = draws.uniform(seed, "actor-critic, frozen")
        self._steps = 0

    def begin_episode(self) -> None:
        """Nothing to forget."""

    def act(self, features: NDArray[np.float64]) -> int:
        """The action that is preferred."""
        z = self._preferences.dot(features)
        best = np.flatnonzero(z == z.max())
        chosen = best[int(self._draws[self._steps] * len(best))]
        self._steps += 1
        return int(chosen)

    def learn(self, reward: float, following: NDArray[np.float64] | None) -> None:
        """It does not learn any more."""

    def frozen(self) -> "FrozenActor":
        """The same from its first action on."""
        return FrozenActor(self._seed, self._preferences)
