"""What changes as a culture runs under JAX, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from bl1.core.spikes import Spikes
from bl1.errors import Bl1Error

LONG_AGO = np.uint32(1 << 31)


class NeuronState(NamedTuple):
    """Cells at the end of a step, (n,) each.

    Attributes:
        v: membrane potential (mV).
        u: recovery (Izhikevich, mV/ms), adaptation (AdEx, mV/ms) or what is left of the refractory
            time (LIF, ms).
        spikes: whether each cell fired in the step before.
        inner: what the cells of each group have beyond v and u; empty for all at rest.
    """

    v: Array
    u: Array
    spikes: Array
    inner: tuple[Any, ...] = ()


class SynapseState(NamedTuple):
    """Conductances (n,) in 1/ms, short-term plasticity, and spikes on their way.

    Attributes:
        ampa, nmda_rise, nmda_decay, gaba_a, gaba_b_rise, gaba_b_decay: conductances; those of NMDA
            and GABA_B are the decaying less the rising one.
        resources, utilisation: R and u of :mod:`bl1.plasticity.stp` after each cell's last spike.
        last_spike: step of the last spike, modulo 2³².
        step: steps taken, modulo 2³².
        under_way: what excitatory and inhibitory cells have sent and is still to arrive; None
            where nothing is.
    """

    ampa: Array
    nmda_rise: Array
    nmda_decay: Array
    gaba_a: Array
    gaba_b_rise: Array
    gaba_b_decay: Array
    resources: Array
    utilisation: Array
    last_spike: Array
    step: Array
    under_way: tuple[Any, Any] | None = None


def create_synapse_state(n_neurons: int) -> SynapseState:
    """Synapses at rest: no conductance is open, nothing is under way."""
    if n_neurons < 1:
        raise Bl1Error(f"n_neurons is {n_neurons}, expected a whole number >= 1")
    zero = jnp.zeros(n_neurons, jnp.float32)
    return SynapseState(
        *(zero,) * 6,
        resources=jnp.ones(n_neurons, jnp.float32),
        utilisation=zero,
        last_spike=jnp.full(n_neurons, LONG_AGO),
        step=jnp.uint32(0),
    )


@dataclass(frozen=True)
class Record:
    """What a run keeps.

    Attributes:
        spikes: as a ``raster`` (steps, cells), as ``events`` (for long runs: a few bytes a spike),
            or ``none``.
        v_of: cells whose membrane potential is kept at every step.
    """

    spikes: Literal["raster", "events", "none"] = "raster"
    v_of: Sequence[int] = ()

    def __post_init__(self) -> None:
        if self.spikes not in ("raster", "events", "none"):
            raise Bl1Error(f"spikes are kept as '{self.spikes}', expected raster, events or none")
        object.__setattr__(self, "v_of", tuple(int(cell) for cell in self.v_of))


class Result(NamedTuple):
    """A run: what was kept of it, and the state it ended in, from which another goes on.

    Attributes:
        spike_history: (steps, n): whether each cell fired; float32, with a gradient, where the run
            had a surrogate. None where no raster was kept.
        v_history: (steps, cells asked for) in mV; None where none was.
        events: spikes as (step, cell); None where they were not kept so.
        neuron_state, syn_state, stdp_state: the last state, and that of plasticity.
        W_exc: the excitatory weights, changed where they are plastic, of the type they had.
    """

    spike_history: Array | NDArray[np.generic] | None
    v_history: Array | NDArray[np.float32] | None
    events: Spikes | None
    neuron_state: NeuronState
    syn_state: SynapseState
    stdp_state: Any
    W_exc: Any
