"""A motor layer beside a culture: cells that listen to it, and whose spikes move a paddle.

Every excitatory cell of the culture reaches every motor cell, by synapses that learn. Interneurons
that all motor cells excite, and that inhibit them all, let the first band to fire hold the others
down (a soft winner-take-all).
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bl1.config import RewardConfig, StdpConfig, SynapsesConfig
from bl1.core.engine import Engine
from bl1.loop.encoding import N_BANDS
from bl1.network.circuit import CircuitBuilder
from bl1.network.culture import Culture

MOTOR_PER_BAND = 4
N_MOTOR = MOTOR_PER_BAND * N_BANDS
N_INTERNEURONS = 4
TO_INTERNEURON = 0.3  # peak conductances (1/ms): one motor spike fires the interneurons,
FROM_INTERNEURON = 0.0125  # and together they hold a motor cell down for some 10 ms
INITIAL_SPREAD = 0.1  # half-width of the initial weights, as a share of their mean
#: Of cells that have no kinetics of their own: slow enough that sensory spikes add up.
FEED_FORWARD = SynapsesConfig(tau_ampa_ms=5.0, tau_gaba_a_ms=10.0)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class MotorCulture:
    """A running culture with its motor layer.

    Attributes:
        sensory: the culture's cells, in the order that it has them.
        motor: the motor cells, band by band.
        plastic: which synapses lead from the one to the other.
        targets: the motor cell that each of these reaches.
    """

    engine: Engine
    sensory: Ints
    motor: Ints
    plastic: Ints
    targets: Ints

    @classmethod
    def of(
        cls,
        culture: Culture,
        input_total: float,
        rules: tuple[StdpConfig, RewardConfig] | None,
        seed: int,
    ) -> "MotorCulture":
        """Wire a motor layer to a culture.

        Args:
            culture: its synapses stay as they grew.
            input_total: what the learning inputs of a motor cell weigh together (1/ms).
            rules: by which they learn; None for a copy that does not.
            seed: of their initial weights, and of the background noise.
        """
        builder = CircuitBuilder()
        sensory = builder.add_culture("sensory", culture)
        motor = builder.add("motor", ["RS"] * N_MOTOR)
        interneurons = builder.add("interneurons", ["FS"] * N_INTERNEURONS)
        rng = np.random.default_rng([seed, crc32(b"motor layer")])
        n_exc = culture.n_exc
        spread = rng.uniform(1 - INITIAL_SPREAD, 1 + INITIAL_SPREAD, (n_exc, N_MOTOR))
        delay = culture.synapses.min_delay if culture.synapses else 1
        builder.connect(sensory[:n_exc], motor, spread * input_total / n_exc, delay)
        builder.connect(motor, interneurons, TO_INTERNEURON, delay)
        builder.connect(interneurons, motor, FROM_INTERNEURON, delay)
        circuit = builder.build()
        config, ids, wired = culture.config, circuit.ids, circuit.synapses
        learners = np.isin(np.arange(len(circuit.cells)), ids["motor"])
        engine = Engine(
            circuit.cells,
            wired,
            kinetics=config.synapses if culture.synapses else FEED_FORWARD,
            stp=config.stp,
            stdp=rules[0] if rules else None,
            reward=rules[1] if rules else None,
            learners=learners if rules else None,
            background=config.background,
            refractory_ms=config.culture.refractory_ms,
            dt_ms=config.dt_ms,
            seed=seed,
        )
        excitatory = wired.sources() < circuit.cells.n_exc
        plastic = np.flatnonzero(learners[wired.targets] & excitatory)
        targets = wired.targets[plastic].astype(np.int64)
        return cls(engine, ids["sensory"], ids["motor"], plastic, targets)
