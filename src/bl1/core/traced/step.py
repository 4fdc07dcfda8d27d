"""One step of a culture under JAX: a pure function of its state.

The order is that of :mod:`bl1.core.kernels`: spikes whose delay has passed enter the
conductances; each cell feels the mean of its conductances over the step and its drive, and
advances; cells that crossed their peak are reset, and their spike, scaled by short-term plasticity,
is sent; the rules of plasticity change the excitatory weights.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from bl1.config import StpConfig, SynapsesConfig
from bl1.core.traced.cells import Group, Moved, Numbers, Received
from bl1.core.traced.numbers import engine_constants
from bl1.core.traced.pytree import traced
from bl1.core.traced.rules import Rules
from bl1.core.traced.state import NeuronState, SynapseState
from bl1.core.traced.surrogate import Soft, Surrogate
from bl1.core.traced.weights import Weights
from bl1.plasticity.stp import stp_at_spike

#: The numbers of bl1.core.constants that a step needs.
NUMBERS = (
    "dt", "mg_mm", "e_exc", "e_gaba_a", "e_gaba_b",
    "threshold_shift", "shunt", "shunt_current", "to_ampa", "to_nmda", "to_gaba_a", "to_gaba_b",
    "mean_ampa", "mean_nmda_rise", "mean_nmda_decay", "mean_gaba_a", "mean_gaba_b_rise",
    "mean_gaba_b_decay", "keep_ampa", "keep_nmda_rise", "keep_nmda_decay", "keep_gaba_a",
    "keep_gaba_b_rise", "keep_gaba_b_decay", "refractory",
)  # fmt: skip


class StpRates(NamedTuple):
    """Short-term plasticity of each cell's synapses, (n,): U, 1/τ_rec and 1/τ_fac in 1/step."""

    U: Array
    recovery: Array
    decay: Array


@traced
class Model:
    """All of a culture that does not change in a run."""

    groups: tuple[Group, ...]
    w_exc: Weights
    w_inh: Weights
    numbers: Numbers
    stp: StpRates | None
    surrogate: Surrogate | Soft | None
    plasticity: Rules | None


class State(NamedTuple):
    """All of a culture that changes in a run; ``w_exc`` is None where it does not."""

    neurons: NeuronState
    synapses: SynapseState
    plasticity: Any
    w_exc: Array | None


def numbers_of(
    kinetics: SynapsesConfig,
    stp: StpConfig | None,
    n: int,
    n_exc: int,
    refractory_ms: float,
    dt_ms: float,
) -> tuple[Numbers, StpRates | None]:
    """The numbers of a run, as the engine has them, and short-term plasticity cell by cell."""
    k = engine_constants(dt_ms, kinetics=kinetics, stp=stp, refractory_ms=refractory_ms)
    numbers = {name: k[name] for name in NUMBERS}
    if stp is None:
        return numbers, None
    excitatory = np.arange(n) < n_exc
    rates = (np.where(excitatory, k[f"{x}_exc"], k[f"{x}_inh"]) for x in ("u", "rec", "fac"))
    return numbers, StpRates(*map(jnp.asarray, rates))


def advance(model: Model, state: State, drive: Array) -> State:
    """Take a culture through one step under a drive (n,) in mV/ms."""
    step = state.synapses.step
    w_exc = model.w_exc if state.w_exc is None else model.w_exc.with_values(state.w_exc)
    received, synapses = _receive(model, w_exc, state.synapses, drive)
    moved = _move(model, state.neurons, received)
    if isinstance(model.surrogate, Surrogate):
        moved = moved._replace(v=_with_capped_gradient(model, state.neurons, received, moved.v))
    neurons, fired = _fire(model, state.neurons, synapses, moved)
    synapses = _send(model, w_exc, synapses, neurons.spikes, fired)
    plasticity, values = state.plasticity, state.w_exc
    if model.plasticity is not None:
        plasticity, values = model.plasticity(plasticity, w_exc, fired, step)
    return State(neurons, synapses._replace(step=step + np.uint32(1)), plasticity, values)


def _receive(
    model: Model, w_exc: Weights, s: SynapseState, drive: Array
) -> tuple[Received, SynapseState]:
    """What cells feel in this step, and the synapses after it."""
    assert s.under_way is not None
    k = model.numbers
    from_exc = w_exc.arriving(s.under_way[0], s.step)
    from_inh = model.w_inh.arriving(s.under_way[1], s.step)
    ampa = s.ampa + k["to_ampa"] * from_exc
    nmda_rise = s.nmda_rise + k["to_nmda"] * from_exc
    nmda_decay = s.nmda_decay + k["to_nmda"] * from_exc
    gaba_a = s.gaba_a + k["to_gaba_a"] * from_inh
    gaba_b_rise = s.gaba_b_rise + k["to_gaba_b"] * from_inh
    gaba_b_decay = s.gaba_b_decay + k["to_gaba_b"] * from_inh
    received = Received(
        drive=drive,
        ampa=k["mean_ampa"] * ampa,
        nmda=k["mean_nmda_decay"] * nmda_decay - k["mean_nmda_rise"] * nmda_rise,
        gaba_a=k["mean_gaba_a"] * gaba_a,
        gaba_b=k["mean_gaba_b_decay"] * gaba_b_decay - k["mean_gaba_b_rise"] * gaba_b_rise,
    )
    return received, s._replace(
        ampa=ampa * k["keep_ampa"],
        nmda_rise=nmda_rise * k["keep_nmda_rise"],
        nmda_decay=nmda_decay * k["keep_nmda_decay"],
        gaba_a=gaba_a * k["keep_gaba_a"],
        gaba_b_rise=gaba_b_rise * k["keep_gaba_b_rise"],
        gaba_b_decay=gaba_b_decay * k["keep_gaba_b_decay"],
    )


def _move(model: Model, neurons: NeuronState, received: Received) -> Moved:
    """All groups through the step, one after the other."""
    parts, first = [], 0
    for i, group in enumerate(model.groups):
        span = slice(first, first + len(group))
        mine = Received(*(x[span] for x in received))
        v, u, inner = neurons.v[span], neurons.u[span], neurons.inner[i]
        parts.append(group.advance(mine, v, u, inner, model.numbers))
        first += len(group)
    *columns, inners = zip(*parts, strict=True)
    if len(parts) == 1:
        return parts[0]._replace(inner=inners)
    return Moved._make([*map(jnp.concatenate, columns), inners])


def _with_capped_gradient(
    model: Model, neurons: NeuronState, received: Received, v_next: Array
) -> Array:
    """The membrane after the step, with a gradient that does not grow from step to step.

    The upstroke of a spike expands differences of v several hundredfold. A surrogate cuts the
    gradient at the reset, where the true one would shrink again, so that through a recurrent
    culture it would grow by orders of magnitude with each spike. Hence where ∂v⁺/∂v exceeds 1, all
    derivatives of v⁺ are divided by it.
    """

    def flow(v: Array) -> Array:
        return _move(model, neurons._replace(v=v), received).v

    _, gain = jax.jvp(flow, (neurons.v,), (jnp.ones_like(neurons.v),))
    fixed, gain = lax.stop_gradient((v_next, gain))
    return fixed + (v_next - fixed) / jnp.maximum(jnp.abs(gain), 1.0)


def _fire(
    model: Model, before: NeuronState, synapses: SynapseState, moved: Moved
) -> tuple[NeuronState, Array]:
    """Reset the cells that crossed their peak, and tell which of them fired.

    A cell that crosses again while it is absolutely refractory goes back to its reset potential
    without a spike. The gradient does not pass the reset of v; u keeps its own.
    """
    silent_steps = synapses.step - synapses.last_spike
    fired = moved.crossed & (silent_steps >= model.numbers["refractory"])
    v_crossed = jnp.where(fired, lax.stop_gradient(moved.v_after_spike), moved.v_held)
    u_jump = lax.stop_gradient(moved.u_after_spike - before.u)
    u_crossed = jnp.where(fired, before.u + u_jump, before.u)
    v = jnp.where(moved.crossed, v_crossed, moved.v)
    u = jnp.where(moved.crossed, u_crossed, moved.u)
    spikes = fired
    if model.surrogate is not None:
        straight = before.v - lax.stop_gradient(before.v)
        beyond_mv = jnp.where(moved.crossed, straight, moved.v - moved.peak_mv)
        spikes = model.surrogate.spikes(beyond_mv, fired)
        if isinstance(model.surrogate, Surrogate) and model.surrogate.through_reset:
            v = v + (spikes - lax.stop_gradient(spikes)) * (moved.v_held - moved.peak_mv)
    return NeuronState(v, u, spikes, moved.inner), fired


def _send(
    model: Model, w_exc: Weights, s: SynapseState, spikes: Array, fired: Array
) -> SynapseState:
    """Send the spikes of this step, scaled by short-term plasticity."""
    assert s.under_way is not None
    sent = spikes.astype(s.ampa.dtype)
    resources, utilisation = s.resources, s.utilisation
    if model.stp is not None:
        silent_steps = (s.step - s.last_spike).astype(sent.dtype)
        resources, utilisation, efficacy = stp_at_spike(
            resources,
            utilisation,
            model.stp.U,
            jnp.exp(-silent_steps * model.stp.recovery),
            jnp.exp(-silent_steps * model.stp.decay),
        )
        sent = sent * efficacy
        resources = jnp.where(fired, resources, s.resources)
        utilisation = jnp.where(fired, utilisation, s.utilisation)
    return s._replace(
        resources=resources,
        utilisation=utilisation,
        last_spike=jnp.where(fired, s.step, s.last_spike),
        under_way=(
            w_exc.send(s.under_way[0], sent, s.step),
            model.w_inh.send(s.under_way[1], sent, s.step),
        ),
    )
