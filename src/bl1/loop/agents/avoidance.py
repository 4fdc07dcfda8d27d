"""Learning by stimulation avoidance: plain spike timing, and no reward at all.

100 cells: two groups of ten sensory cells, which are stimulated while the ball is above, or below,
the paddle; two groups of ten motor cells, whose every spike moves the paddle up, or down; 40
excitatory cells and 20 inhibitory ones between them. While the ball is off by more than
`DEAD_ZONE`, a pulse fires that side's sensory cells every 10 ms. When the motor groups, counted
with a time constant of 3 ms, differ by a spike or more, and that toward the ball, the stimulation
stops for 40 ms.

That is all. A motor spike strengthens the synapses that brought it about; where the stimulus goes
on, the next pulse finds the motor trace still there and takes more away than was given (A₋ > A₊);
where the spike ended the stimulus, nothing is taken. What is kept is the way from each side to the
motor cells that end it. Sinapayen, Masumori & Ikegami 2017, doi:10.1371/journal.pone.0170388;
Masumori et al. 2020, doi:10.1162/artl_a_00314.

The game is played in steps of 10 ms with a ball that flies .005 a step. Four controls take one
thing away each: see `Contingency`, and `plastic`.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bl1.config import BackgroundConfig, StdpConfig, SynapsesConfig
from bl1.core.engine import Engine
from bl1.network.circuit import Circuit, CircuitBuilder

STEP_MS = 10.0  # of the game, and from pulse to pulse
BALL_SPEED = 0.005  # heights of the field, a game step
DEAD_ZONE = 0.07
PADDLE_STEP = 0.006  # a motor spike
PULSE_MS = 1.0
PULSE_CURRENT = 30.0  # Izhikevich's I: fires a cell
RELIEF_MS = 40.0
REFRACTORY_MS = 10.0  # between two reliefs
TAU_COUNT_MS = 3.0
LEAST_DIFFERENCE = 1.0  # spikes

ANOTHER = 1 << 32  # added to a seed: a culture that no seed of a person's gives

N_GROUP, N_HIDDEN, N_INHIBITORY = 10, 40, 20
P_CONNECT = 0.2
#: Peak conductances (1/ms). At rest, 65 mV below its reversal potential, an excitatory synapse of
#: 1/130 with a decay of 2 ms moves a cell by 1 mV.
TO_MOTOR, EXCITATORY, INHIBITORY, W_MAX = 2 / 130, 1.5 / 130, 4 / 40, 8 / 130
KINETICS = SynapsesConfig(tau_ampa_ms=2.0, tau_gaba_a_ms=2.0)
NOISE = BackgroundConfig(mean=0.0, std=4.0)
STDP = StdpConfig(
    a_plus=0.05 / 8,
    a_minus=0.075 / 8,
    tau_plus_ms=20.0,
    tau_minus_ms=20.0,
    w_max=W_MAX,
    pairing="nearest",
)

Ints = NDArray[np.int64]
Contingency: TypeAlias = Literal["closed_loop", "open_loop", "never_relieved", "reversed"]


class Avoidance:
    """A culture that learns to end its stimulation: substrate and agent in one.

    Args:
        seed: of wiring, initial weights and background.
        contingency: what ends the stimulation: motor spikes toward the ball (closed_loop), the
            moments of ``relieved_ms`` whatever it does (open_loop), nothing (never_relieved), or
            motor spikes away from the ball (reversed).
        relieved_ms: when another culture was relieved; for open_loop.
        plastic: whether synapses change.
        learned: weights to begin with.

    Attributes:
        relieved_ms: when stimulation was ended.
    """

    weights: NDArray[np.float64] | None = None
    sigma = 0.0

    def __init__(
        self,
        seed: int,
        contingency: Contingency = "closed_loop",
        relieved_ms: Sequence[float] = (),
        *,
        plastic: bool = True,
        learned: NDArray[np.float32] | None = None,
    ) -> None:
        self._seed, self._contingency = seed, contingency
        self._others_ms = {int(at_ms // STEP_MS): at_ms for at_ms in relieved_ms}  # by game step
        circuit = _circuit(seed)
        learners = np.arange(len(circuit.cells)) < circuit.cells.n_exc
        self.engine = Engine(
            circuit.cells,
            circuit.synapses,
            kinetics=KINETICS,
            stp=None,
            stdp=STDP if plastic else None,
            learners=learners if plastic else None,
            background=NOISE,
            seed=seed,
        )
        if learned is not None:
            self.engine.synapses.weights[:] = learned
        n = self.engine.n_neurons
        self._pulses = np.zeros((2, n), np.float32)
        self._direction = np.zeros(n, np.int64)
        for side, (sense, motor, way) in enumerate((("above", "up", 1), ("below", "down", -1))):
            self._pulses[side, circuit.ids[sense]] = PULSE_CURRENT
            self._direction[circuit.ids[motor]] = way
        self._pulse_steps = round(PULSE_MS / self.engine.dt_ms)
        self._rest_steps = round(STEP_MS / self.engine.dt_ms) - self._pulse_steps
        self.relieved_ms: list[float] = []
        self._step = 0
        self._counts = np.zeros(2)  # of motor spikes, up and down, that fade
        self._last_relief_ms = self._silent_until_ms = -np.inf
        self._paddle_y = 0.5
        self._n_spikes = 0

    @property
    def n_neurons(self) -> int:
        """All cells."""
        return self.engine.n_neurons

    @property
    def rate_hz(self) -> float:
        """Mean firing rate of a cell in the last game step."""
        return self._n_spikes / (self.n_neurons * STEP_MS / 1000.0)

    @staticmethod
    def encode(offset: float | None) -> NDArray[np.float32]:
        """Which side is stimulated, (above, below), of a ball's offset as Pong tells it.

        1/2 is level with the paddle, and 1 a whole field above it.
        """
        above = 2.0 * (offset - 0.5) if offset is not None else 0.0
        return np.array((above > DEAD_ZONE, above < -DEAD_ZONE), np.float32)

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """Live for 10 ms under this stimulus; the motor spikes, (up, down)."""
        now_ms = self._step * STEP_MS
        off = bool(stimulus.any())
        if off and now_ms >= self._silent_until_ms:
            side = int(stimulus.argmax())
            first = self.engine.run(self._pulse_steps, self._pulses[side])
            second = self.engine.run(self._rest_steps)
            steps = np.concatenate((first.steps, second.steps))
            ids = np.concatenate((first.ids, second.ids))
        else:
            steps, ids = self.engine.run(self._pulse_steps + self._rest_steps)
        self._n_spikes = len(ids)
        moved = self._direction[ids]
        spike_ms = ((steps + 1) * self.engine.dt_ms - now_ms)[moved != 0]
        moved = moved[moved != 0]
        wanted = float(stimulus[0] - stimulus[1]) if off else 0.0
        self._relieve(now_ms, spike_ms, moved, wanted)
        self._step += 1
        return np.array((np.count_nonzero(moved > 0), np.count_nonzero(moved < 0)), np.float64)

    def act(self, features: NDArray[np.float64]) -> float:
        """Where the paddle is after these motor spikes."""
        self._paddle_y += PADDLE_STEP * float(features[0] - features[1])
        self._paddle_y = min(max(self._paddle_y, 0.0), 1.0)
        return self._paddle_y

    def learn(self, reward: float) -> None:
        """Nobody tells it how good it was."""

    def frozen(self) -> "Avoidance":
        """A copy at rest whose synapses stay as they are; its stimulation still ends."""
        learned = self.engine.synapses.weights.copy()
        return Avoidance(self._seed, plastic=False, learned=learned)

    def fresh(
        self, contingency: Contingency = "closed_loop", *, plastic: bool = True
    ) -> "Avoidance":
        """The same culture as it was when it was first built, under any contingency."""
        return Avoidance(self._seed, contingency, plastic=plastic)

    def yoked(self) -> "Avoidance":
        """Another culture, relieved as often as this one was, whatever it does.

        It must be another: the same one would do, up to the first difference, what this one did.
        And the moments must be others, half a run away: both meet the same balls, and when this
        one was relieved tells where they were.
        """
        run_ms = self._step * STEP_MS
        moments_ms = sorted((at_ms + run_ms / 2) % run_ms for at_ms in self.relieved_ms)
        return Avoidance(self._seed + ANOTHER, "open_loop", moments_ms)

    def _relieve(
        self, now_ms: float, spike_ms: NDArray[np.float64], moved: NDArray[np.int64], wanted: float
    ) -> None:
        """End the stimulation if the motor spikes of this game step, or the control, say so.

        Pulses come at the beginning of game steps only, so that it is soon enough to look at a
        step's spikes when it is over.

        Args:
            spike_ms: when motor spikes came, from the beginning of the step.
            moved: 1 for those that moved the paddle up, −1 for those that moved it down.
            wanted: the same for the way to the ball; 0 where it is level.
        """
        if self._contingency == "open_loop":
            if self._step in self._others_ms:
                self._relief(self._others_ms[self._step])
            return
        if self._contingency == "reversed":
            wanted = -wanted
        before_ms = 0.0
        for at_ms, way in zip(spike_ms.tolist(), moved.tolist(), strict=True):
            self._counts *= np.exp((before_ms - at_ms) / TAU_COUNT_MS)
            before_ms = at_ms
            self._counts[0 if way > 0 else 1] += 1.0
            enough = wanted * (self._counts[0] - self._counts[1]) >= LEAST_DIFFERENCE
            rested = now_ms + at_ms - self._last_relief_ms >= REFRACTORY_MS
            if enough and rested and self._contingency != "never_relieved":
                self._relief(now_ms + at_ms)
        self._counts *= np.exp((before_ms - STEP_MS) / TAU_COUNT_MS)

    def _relief(self, at_ms: float) -> None:
        self._last_relief_ms = at_ms
        self._silent_until_ms = at_ms + RELIEF_MS
        self.relieved_ms.append(at_ms)


def _circuit(seed: int) -> Circuit:
    """100 cells wired at random; sensory cells reach all motor cells, and nothing excites them."""
    rng = np.random.default_rng(seed)
    builder = CircuitBuilder()
    above, below, up, down = (
        builder.add(name, ["RS"] * N_GROUP) for name in ("above", "below", "up", "down")
    )
    hidden = builder.add("hidden", ["RS"] * N_HIDDEN)
    inhibitory = builder.add("inhibitory", ["FS"] * N_INHIBITORY)

    def connect(sources: Ints, targets: Ints, largest: float, p: float = P_CONNECT) -> None:
        shape = len(sources), len(targets)
        weights = rng.uniform(0.0, largest, shape)
        weights[(rng.random(shape) >= p) | (sources[:, None] == targets)] = np.nan
        builder.connect(sources, targets, weights)

    sensory, motor = np.concatenate((above, below)), np.concatenate((up, down))
    connect(sensory, motor, TO_MOTOR, p=1.0)
    connect(sensory, hidden, EXCITATORY)
    inner = np.concatenate((motor, hidden))
    connect(inner, inner, EXCITATORY)
    excitatory = np.concatenate((sensory, inner))
    connect(excitatory, inhibitory, EXCITATORY)
    connect(inhibitory, np.concatenate((excitatory, inhibitory)), INHIBITORY)
    return builder.build()
