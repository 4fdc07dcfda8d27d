r"""R-STDP: a culture learns Pong by its own synapses, under a reward.

The culture is shown the ball; in a game step of 50 ms the band of its motor layer that fires most
says where the paddle should go (see :mod:`bl1.loop.motor`). A current into each motor cell, redrawn
at each step, explores: σ_t ξ, ξ ~ N(0, 1), with σ_t falling linearly.

A motor spike makes those synapses eligible that have just been active (the causal side of spike
timing only, see :mod:`bl1.plasticity.reward`), and a reward R changes them by

$$ \Delta w_{ji} = \eta\,(R - \bar R_k)\,e_{ji}, \qquad \Delta \bar R_k = \rho\,(R - \bar R_k), $$

after which each motor cell's inputs are scaled back to the total that they began with (see
:mod:`bl1.plasticity.normalisation`). The baseline R̄ is kept by k, the band of the sensory cells
where the culture is driven most, by what it is shown. After Wunderlich et al. 2019,
doi:10.3389/fnins.2019.00260; why the baseline: Frémaux, Sprekeler & Gerstner 2010,
doi:10.1523/JNEUROSCI.6249-09.2010.

Where rewards are sparse, a step without one is not a reward of 0: nothing is learned from it, and
eligibility must wait.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bl1.config import RewardConfig, StdpConfig
from bl1.config.fields import Current, Fraction, LearningRate, Section, TimeConstant
from bl1.loop import draws
from bl1.loop.decoding import BandDecoder
from bl1.loop.encoding import N_BANDS, BumpEncoder
from bl1.loop.motor import MOTOR_PER_BAND, N_MOTOR, MotorCulture
from bl1.loop.substrate import GAME_STEP_MS
from bl1.network.culture import Culture
from bl1.plasticity.normalisation import normalise

WINDOW_MS = 50.0  # of a game step
LARGEST_SHARE = 0.42  # of a motor cell's inputs, that one synapse may hold
A_PLUS = 0.05  # eligibility by a pair of spikes, as a share of the largest weight
#: What the learning inputs of a motor cell weigh together (1/ms), by substrate: much where cells
#: fire little, where short-term depression takes most of a weight, or AMPA is quick.
INPUT_TOTALS = {"bank": 0.74, "culture": 24.0, "bursting": 8.0, "memory": 8.0}
BUMP_WIDTH = 1.0  # bands: where neighbours are driven alike, their synapses cannot tell them apart


class RStdpSettings(Section):
    """What can be tuned.

    Attributes:
        amplitude: current into a sensory cell at the peak of the bump (Izhikevich's I).
        tau_plus_ms: of the trace that a sensory spike leaves.
        tau_eligibility_ms: how long a synapse stays eligible.
        learning_rate: η, what a pair of spikes adds under a reward 1 above the expected, as a
            share of the mean initial weight.
        baseline_rate: ρ.
        first_sigma, last_sigma: of the exploration (Izhikevich's I).
        exploration_steps: game steps from the first to the last.
    """

    amplitude: Current = 20.0
    tau_plus_ms: TimeConstant = 20.0
    tau_eligibility_ms: TimeConstant = 50.0
    learning_rate: LearningRate = 0.335
    baseline_rate: Fraction = 0.5
    first_sigma: Current = 4.0
    last_sigma: Current = 0.5
    exploration_steps: int = Field(4000, ge=1)


class RStdp:
    """A culture that learns by its own synapses: substrate and agent in one.

    Args:
        culture: the cells that are shown the ball, with whatever synapses they have.
        band_of_cell: the band of each, ints in 0..15.
        input_total: what the learning inputs of a motor cell weigh together (1/ms).
        seed: of initial weights, exploration and background.
        settings: what can be tuned.
        sparse: whether a reward of 0 is none.
        learns: False for a control that explores and does not learn.
        learned: weights of a frozen copy, which neither explores nor learns.
    """

    weights: NDArray[np.float64] | None = None

    def __init__(
        self,
        culture: Culture,
        band_of_cell: NDArray[np.int64],
        input_total: float,
        seed: int,
        settings: RStdpSettings | None = None,
        *,
        sparse: bool = False,
        learns: bool = True,
        learned: NDArray[np.float32] | None = None,
    ) -> None:
        self._settings = s = settings or RStdpSettings()
        self._culture, self._band_of_cell, self._seed = culture, band_of_cell, seed
        self._input_total = input_total
        self._sparse = sparse
        self._frozen, self._learns = learned is not None, learns and learned is None
        w_max = LARGEST_SHARE * input_total
        stdp = StdpConfig(a_plus=A_PLUS, a_minus=0.0, tau_plus_ms=s.tau_plus_ms, w_max=w_max)
        rate = s.learning_rate * input_total / culture.n_exc / (A_PLUS * w_max)
        third = RewardConfig(
            tau_eligibility_ms=s.tau_eligibility_ms, learning_rate=rate, baseline_rate=0.0
        )
        rules = (stdp, third) if self._learns else None
        self._circuit = MotorCulture.of(culture, input_total, rules, seed)
        self.engine = self._circuit.engine
        if learned is not None:
            self.engine.synapses.weights[self._circuit.plastic] = learned
        self._totals = np.full(self.engine.n_neurons, input_total)
        self._current = np.zeros(self.engine.n_neurons, np.float32)
        self._noise = draws.normals(seed, "R-STDP exploration", N_MOTOR)
        self._ties = draws.uniform(seed, "R-STDP ties")
        self._n_steps = round(WINDOW_MS / self.engine.dt_ms)
        self._motor_bands = BandDecoder(np.arange(N_MOTOR) // MOTOR_PER_BAND)
        self._baseline: list[float | None] = [None] * (N_BANDS + 1)  # the last: nothing is seen
        self.encode = BumpEncoder(BUMP_WIDTH)
        self._band = 0
        self._target = 0.5
        self._steps = 0
        self._n_spikes = 0

    @property
    def n_neurons(self) -> int:
        """All cells, those of the motor layer too."""
        return self.engine.n_neurons

    @property
    def rate_hz(self) -> float:
        """Mean firing rate of a cell in the last game step."""
        return self._n_spikes / (self.n_neurons * WINDOW_MS / 1000.0)

    @property
    def sigma(self) -> float:
        """The exploration now (Izhikevich's I)."""
        if self._frozen:
            return 0.0
        s = self._settings
        done = min(self._steps / s.exploration_steps, 1.0)
        return s.first_sigma + (s.last_sigma - s.first_sigma) * done

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """Show a bump to the sensory cells; the share of each band in the motor spikes, (16,)."""
        cells, current = self._circuit, self._current
        current[cells.sensory] = self._settings.amplitude * stimulus[self._band_of_cell]
        current[cells.motor] = self.sigma * self._noise[self._steps]
        ids = self.engine.run(self._n_steps, current).ids
        self._n_spikes = len(ids)
        self._band = int(stimulus.argmax()) if stimulus.any() else N_BANDS
        first = self._circuit.motor[0]
        return self._motor_bands(ids[(ids >= first) & (ids < first + N_MOTOR)] - first)

    def feel(self, stimulus: NDArray[np.float32]) -> None:
        """Be stimulated for 20 ms, outside of the game: nothing is explored, nothing decided."""
        cells, current = self._circuit, self._current
        current[cells.sensory] = self._settings.amplitude * stimulus[self._band_of_cell]
        current[cells.motor] = 0.0
        self.engine.run(round(GAME_STEP_MS / self.engine.dt_ms), current)

    def act(self, features: NDArray[np.float64]) -> float:
        """The height of the band that fired most; the last one where none fired."""
        (best,) = np.nonzero(features == features.max())
        if features[best[0]] > 0.0:
            self._target = float(best[int(self._ties[self._steps] * len(best))]) / (N_BANDS - 1)
        return self._target

    def learn(self, reward: float) -> None:
        """Change the synapses that are eligible, and learn what to expect."""
        self._steps += 1
        if not self._learns or (self._sparse and reward == 0.0):
            return
        expected = self._baseline[self._band]
        if expected is None:
            self._baseline[self._band] = reward
            return
        surprise = reward - expected
        self._baseline[self._band] = expected + self._settings.baseline_rate * surprise
        self.engine.reward(surprise)
        weights, plastic = self.engine.synapses.weights, self._circuit.plastic
        scaled = weights[plastic]
        normalise(scaled, self._circuit.targets, self._totals)
        weights[plastic] = scaled

    def frozen(self) -> "RStdp":
        """A copy at rest that neither explores nor learns."""
        learned = self.engine.synapses.weights[self._circuit.plastic]
        return RStdp(
            self._culture,
            self._band_of_cell,
            self._input_total,
            self._seed,
            self._settings,
            learned=learned,
        )

    def fresh(self, learns: bool = True) -> "RStdp":
        """The same culture as it was when it was first built."""
        return RStdp(
            self._culture,
            self._band_of_cell,
            self._input_total,
            self._seed,
            self._settings,
            sparse=self._sparse,
            learns=learns,
        )
