r"""Pursuit: a linear readout that learns by node perturbation where to send the paddle.

From features x (16,), which sum to 1, and weights w,

$$ \mu = \mathrm{clip}(\tfrac12 + w \cdot x,\ 0, 1), \qquad
   \text{target} = \mathrm{clip}(\mu + \sigma_t\,\xi,\ 0, 1), \quad \xi \sim N(0, 1), $$

and after the reward R of the step

$$ \Delta w = \eta\,(R - \bar R_k)\,(\text{target} - \mu)\,x, \qquad
   \Delta \bar R_k = \beta\,(R - \bar R_k), $$

which climbs the reward (REINFORCE, Williams 1992, doi:10.1007/BF00992696; the perturbation is of
the output alone). The baseline R̄ makes it converge, since a reward that is high because a ball is
easy must not be credited to the perturbation. It is kept by k, the band of the largest feature:
where the culture's response seems to come from, not where the ball is, which no agent is told.

A readout that points out of the field, w·x + ½ ∉ [0, 1], is brought back to its edge by the
smallest change that does it, w += (μ − ½ − w·x) x / x·x: beyond the edge the reward is flat, and
nothing else would bring it back.

Exploration anneals as σ_t = max(σ_0 / (1 + t/τ), σ_∞). The floor of a tenth of half a paddle costs
next to no ball, and leaves a step of learning (which falls with σ²) for late errors.

Where rewards are sparse, a reward of 0 is none: nothing is learned from it, t stands still, and the
perturbation ξ stays the same until a reward tells what it was worth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.config.fields import Fraction, LearningRate, Positive, Section
from bl1.loop import draws
from bl1.loop.encoding import N_BANDS

BIAS = 0.5


class PursuitSettings(Section):
    """How a pursuit agent learns, by the symbols of the module's text.

    learning_rate: η; sparse_learning_rate: η where rewards are sparse. baseline_rate: β.
    initial_sigma, final_sigma: σ_0, σ_∞, in heights of the field. sigma_halving_steps: τ, rewards
    until the exploration is half of what it was.
    """

    learning_rate: LearningRate = 1.0
    sparse_learning_rate: LearningRate = 6.0
    baseline_rate: Fraction = 0.1
    initial_sigma: Fraction = 0.3
    final_sigma: Fraction = 0.01
    sigma_halving_steps: Positive = 500.0


@dataclass(frozen=True)
class Readout:
    """All that a pursuit agent has learned.

    weights: w, one for each band. baseline: R̄_k, None for a band that was never the largest.
    steps: how many rewards were heard, which is also where the exploration stands.
    """

    weights: tuple[float, ...] = (0.0,) * N_BANDS
    baseline: tuple[float | None, ...] = (None,) * N_BANDS
    steps: int = 0


class Pursuit:
    """A readout that learns (see the module's text)."""

    def __init__(
        self,
        seed: int,
        readout: Readout | None = None,
        settings: PursuitSettings | None = None,
        sparse: bool = False,
    ) -> None:
        readout = readout or Readout()
        self._settings = settings or PursuitSettings()
        self._sparse = sparse
        self._noise = draws.normal(seed, "pursuit")
        self._weights = np.array(readout.weights, dtype=np.float64)
        self._baseline = list(readout.baseline)
        self._steps = readout.steps
        self._features = np.zeros(N_BANDS)
        self._perturbation = 0.0
        self._overshoot = 0.0

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The readout's weights, a copy."""
        return self._weights.copy()

    @property
    def sigma(self) -> float:
        """The exploration now."""
        how = self._settings
        annealed = how.initial_sigma / (1.0 + self._steps / how.sigma_halving_steps)
        return max(annealed, how.final_sigma)

    @property
    def readout(self) -> Readout:
        """What was learned so far."""
        return Readout(tuple(self._weights.tolist()), tuple(self._baseline), self._steps)

    def act(self, features: NDArray[np.float64]) -> float:
        """Where the readout points, give or take the exploration."""
        aim = BIAS + float(self._weights.dot(features))
        mean = min(max(aim, 0.0), 1.0)
        target = mean + self.sigma * self._noise[self._steps]
        target = min(max(target, 0.0), 1.0)
        self._features = features
        self._perturbation = target - mean
        self._overshoot = aim - mean
        return target

    def learn(self, reward: float) -> None:
        """Climb the reward, and learn what to expect of it."""
        if self._sparse and reward == 0.0:
            return
        self._steps += 1
        band = int(self._features.argmax())
        if self._features[band] == 0.0:  # nothing fired: no weight to credit, no place to expect at
            return
        expected = self._baseline[band]
        if expected is None:
            self._baseline[band] = reward
            return
        surprise = reward - expected
        how = self._settings
        rate = how.sparse_learning_rate if self._sparse else how.learning_rate
        self._weights += (rate * surprise * self._perturbation) * self._features
        self._baseline[band] = expected + how.baseline_rate * surprise
        if self._overshoot != 0.0:
            x = self._features
            self._weights -= (self._overshoot / float(x @ x)) * x

    def frozen(self) -> "FrozenReadout":
        """A copy that neither explores nor learns."""
        return FrozenReadout(self._weights.copy())


class FrozenReadout:
    """A trained readout at work: the mean of what a pursuit agent would do."""

    sigma = 0.0

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self._weights = weights

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The readout's weights, a copy."""
        return self._weights.copy()

    def act(self, features: NDArray[np.float64]) -> float:
        """Where the readout points."""
        return min(max(BIAS + float(self._weights.dot(features)), 0.0), 1.0)

    def learn(self, reward: float) -> None:
        """It does not learn any more."""

    def frozen(self) -> "FrozenReadout":
        """It is frozen as it is."""
        return self
