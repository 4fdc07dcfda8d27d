"""What changes slowly: rules that act between two stays in compiled code, at fixed steps.

A rule acts whenever the steps taken are a multiple of its ``every_steps``, however the run is
chunked, so that the result does not depend on that. The equations are in :mod:`bl1.plasticity`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bl1.config import HomeostaticConfig, RewardConfig, StdpConfig, StructuralConfig
from bl1.core.cells import Cells
from bl1.core.layout import Float, Int, Memory
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.plasticity.homeostatic import averaged_rate, scale_after

MOST_ELIGIBILITY_TAUS = 10  # e^10 is as much as eligibility may be scaled up


@dataclass(frozen=True)
class Dish:
    """Where cells lie and how their axons run: what a new synapse depends on."""

    positions_um: NDArray[np.float32]  # (n, 2)
    side_um: float
    lambda_um: float  # length constant of the wiring
    velocity_m_per_s: NDArray[np.float32]  # (n) of each cell's axon
    synaptic_delay_ms: float
    g_exc: float  # weight of a new synapse


class PlasticCulture(Protocol):
    """What a rule may see and change of a running culture."""

    @property
    def step_count(self) -> int: ...

    @property
    def memory(self) -> Memory: ...

    @property
    def synapses(self) -> Synapses: ...

    @property
    def n_exc_synapses(self) -> int:
        """Excitatory synapses; they come first."""
        ...

    def rewire(self, synapses: Synapses, eligibility: Float | None) -> None:
        """Replace the synapses."""
        ...


class SlowRule(Protocol):
    """A rule of plasticity that acts at intervals."""

    every_steps: int

    def see(self, ids: Int) -> None:
        """Take note of the cells that fired since the last call."""
        ...

    def act(self, culture: PlasticCulture) -> None:
        """Change the synapses; called when an interval is over."""
        ...

    def state(self) -> dict[str, NDArray[np.generic]]:
        """What a checkpoint must hold; the arrays themselves, for a restore to write to."""
        ...


def interval_of(config: HomeostaticConfig | StructuralConfig, dt_ms: float) -> tuple[int, float]:
    """How often a rule acts: steps, and seconds."""
    steps = max(round(1000.0 * config.interval_s / dt_ms), 1)
    return steps, steps * dt_ms / 1000.0


class Activity:
    """The rate of each cell, averaged over τ_rate; at first taken to be the target."""

    def __init__(
        self, n_neurons: int, target_rate_hz: float, tau_rate_s: float, interval_s: float
    ) -> None:
        self.rate_hz = np.full(n_neurons, target_rate_hz, np.float32)
        self.counts = np.zeros(n_neurons, np.int64)
        self._tau_rate_s, self._interval_s = tau_rate_s, interval_s

    def see(self, ids: Int) -> None:
        """Take note of the cells that fired."""
        self.counts += np.bincount(ids, minlength=len(self.counts))

    def end_interval(self) -> None:
        """Bring the rates up to date with the spikes of an interval."""
        self.rate_hz[:] = averaged_rate(
            self.rate_hz, self.counts.astype(np.float32), self._interval_s, self._tau_rate_s
        )
        self.counts[:] = 0


class Scaling:
    """Homeostatic scaling of the excitatory input of each cell."""

    def __init__(
        self, config: HomeostaticConfig, stdp: StdpConfig | None, n_neurons: int, dt_ms: float
    ) -> None:
        self._config = config
        self._bounds = (stdp.w_min, stdp.w_max) if stdp else (0.0, np.inf)
        self.every_steps, interval_s = interval_of(config, dt_ms)
        self._share = interval_s / config.tau_s
        self._activity = Activity(n_neurons, config.target_rate_hz, config.tau_rate_s, interval_s)
        self._scale = np.ones(n_neurons, np.float32)

    def see(self, ids: Int) -> None:
        self._activity.see(ids)

    def act(self, culture: PlasticCulture) -> None:
        self._activity.end_interval()
        before = self._scale.copy()
        self._scale[:] = scale_after(
            before,
            self._activity.rate_hz,
            self._config.target_rate_hz,
            self._share,
            self._config.max_scale,
        )
        synapses, plastic = culture.synapses, slice(culture.n_exc_synapses)
        factor = (self._scale / before)[synapses.targets[plastic]]
        np.clip(synapses.weights[plastic] * factor, *self._bounds, out=synapses.weights[plastic])

    def state(self) -> dict[str, NDArray[np.generic]]:
        return {
            "scaling_rate_hz": self._activity.rate_hz,
            "scaling_counts": self._activity.counts,
            "scaling_factor": self._scale,
        }


class Fading:
    """Moves t₀ of the eligibility on before e·exp((t − t₀)/τ_e) grows large."""

    def __init__(self, tau_eligibility_ms: float, dt_ms: float) -> None:
        self.every_steps = max(round(MOST_ELIGIBILITY_TAUS * tau_eligibility_ms / dt_ms), 1)
        self._kept = np.float32(np.exp(-self.every_steps * dt_ms / tau_eligibility_ms))

    def see(self, ids: Int) -> None:
        """Eligibility fades whoever fires."""

    def act(self, culture: PlasticCulture) -> None:
        m = culture.memory
        np.multiply(m.eligibility, self._kept, out=m.eligibility)
        m.eligible_since[0] = culture.step_count

    def state(self) -> dict[str, NDArray[np.generic]]:
        return {}


def slow_rules(
    synapses: Synapses,
    cells: Cells,
    stdp: StdpConfig | None,
    reward: RewardConfig | None,
    homeostatic: HomeostaticConfig | None,
    structural: StructuralConfig | None,
    dish: Dish | None,
    dt_ms: float,
    seed: int,
) -> list[SlowRule]:
    """The rules that an experiment file switches on, in the order in which they act."""
    rules: list[SlowRule] = []
    if reward:
        rules.append(Fading(reward.tau_eligibility_ms, dt_ms))
    if homeostatic:
        rules.append(Scaling(homeostatic, stdp, len(cells), dt_ms))
    if structural:
        if dish is None:
            raise Bl1Error("structural plasticity depends on distance, expected a dish")
        from bl1.core.turnover import Turnover  # SciPy's trees take a while to load

        rules.append(Turnover(structural, dish, synapses, cells.n_exc, dt_ms, seed))
    return rules
