"""simulate(): a culture under ``jax.lax.scan``, compiled once for any length, differentiable.

A run goes through one compiled chunk of 1,000 steps again and again; the last takes as many as are
left. Between chunks what was recorded leaves JAX, so minutes of simulated time cost no more memory
than what is kept of them. Under ``jax.grad``, ``jax.jit`` and the like the same step is one scan, a
pure function, whose backward pass keeps the state once in a thousand steps and takes the steps
between again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from bl1.config import StpConfig, SynapsesConfig
from bl1.core.spikes import Spikes
from bl1.core.traced import checks
from bl1.core.traced.cells import Group, checked_groups, inner_at_rest
from bl1.core.traced.pytree import as_argument
from bl1.core.traced.rules import Rules
from bl1.core.traced.state import NeuronState, Record, Result, SynapseState
from bl1.core.traced.step import Model, State, advance, numbers_of
from bl1.core.traced.surrogate import Soft, Surrogate, surrogate_named
from bl1.core.traced.weights import AnyWeights, as_weights, like
from bl1.errors import Bl1Error

CHUNK = 1000  # steps

#: A current (steps, n), one (n,) for all steps, or a function of the step that gives (n,).
Current: TypeAlias = ArrayLike | Callable[[Array], Array]
Drive: TypeAlias = Any  # the same, as something that JAX can take as an argument
Seen: TypeAlias = tuple[Any, Any]  # spikes and v of the cells asked for, None where not kept


def simulate(
    params: Group | Sequence[Group],
    neuron_state: NeuronState,
    syn_state: SynapseState,
    stdp_state: Any = None,
    *,
    W_exc: AnyWeights,
    W_inh: AnyWeights,
    I_external: Current,
    dt: float = 0.5,
    n_steps: int | None = None,
    kinetics: SynapsesConfig | None = None,
    stp: StpConfig | None = None,
    n_exc: int | None = None,
    refractory_ms: float = 1.0,
    surrogate: str | Surrogate | Soft | None = None,
    plasticity: Rules | None = None,
    record: Record | None = None,
) -> Result:
    """Run a culture.

    Args:
        params: a group of cells (:mod:`bl1.core.traced.cells`), or several, one behind the other.
        neuron_state, syn_state: where the run begins; a :class:`Result` holds where it ended.
        stdp_state: state of ``plasticity``: what its ``init`` or an earlier run gave.
        W_exc, W_inh: weights of excitatory and of inhibitory synapses, W[i, j] from cell i to
            cell j, as a JAX array (n, n), a BCOO matrix, or one of the types of
            :mod:`bl1.core.traced.weights`, which know delays.
        I_external: current into each cell (mV/ms): (steps, n), (n,), or a function of the number of
            the step. The function is traced and kept: another one, however alike, is compiled
            anew. One that is a pytree (see :class:`bl1.core.traced.inputs.Background`) is not for
            other numbers.
        dt: step in ms.
        n_steps: steps to take, where I_external does not tell.
        kinetics: receptors; None for the defaults of the experiment file.
        stp: short-term plasticity; it needs ``n_exc``, the number of excitatory cells, which come
            first.
        refractory_ms: absolute refractory period.
        surrogate: what stands for the derivative of a spike, or its name; None for none.
        plasticity: rules that change W_exc; they need ``stdp_state``.
        record: what is kept; None for the raster.

    Raises:
        Bl1Error: shapes that do not fit, weights or currents that are not finite, a step or time
            constant that is not positive, a model or surrogate that is unknown.
    """
    groups = checked_groups(params)
    n = sum(len(group) for group in groups)
    w_exc, w_inh = as_weights(W_exc), as_weights(W_inh)
    kinetics, record = kinetics or SynapsesConfig(), record or Record()
    if not isinstance(record, Record):
        raise Bl1Error(f"record is {record!r}, expected Record(spikes=..., v_of=...)")
    checks.numbers(dt, refractory_ms, kinetics, stp)
    checks.states(n, neuron_state, syn_state, record)
    checks.weights(n, W_exc=w_exc, W_inh=w_inh)
    checks.plasticity(plasticity, stdp_state)
    n_exc = checks.excitatory_cells(n, n_exc, stp)
    drive, n_steps = _drive_of(I_external, n, n_steps, syn_state.step)
    numbers, stp_rates = numbers_of(kinetics, stp, n, n_exc, refractory_ms, dt)
    surrogate = surrogate_named(surrogate)
    model = Model(groups, w_exc, w_inh, numbers, stp_rates, surrogate, plasticity)
    neurons = _complete(groups, neuron_state, jnp.float32 if surrogate else jnp.bool_)
    nothing = w_exc.nothing_under_way(), w_inh.nothing_under_way()
    if syn_state.under_way is None:
        syn_state = syn_state._replace(under_way=nothing)
    checks.under_way(syn_state.under_way, nothing)
    state = State(neurons, syn_state, stdp_state, None if plasticity is None else w_exc.values)
    first_current = _current(drive, 0, syn_state.step)
    if _is_traced((model, state, drive, first_current)):
        checks.recordable_when_traced(record)
        state, kept = _scan(model, state, drive, n_steps, record)
        events = None
    else:
        state, kept, events = _run_in_chunks(model, state, drive, n_steps, record)
    if state.w_exc is not None:
        W_exc = like(W_exc, state.w_exc)
    spikes, v = kept
    return Result(spikes, v, events, state.neurons, state.synapses, state.plasticity, W_exc)


def _is_traced(given: Any) -> bool:
    """Whether this is a call under jax.grad, jax.jit and the like."""
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(given))


def _complete(groups: tuple[Group, ...], neurons: NeuronState, spikes: Any) -> NeuronState:
    """The state of cells in the types that a step gives back."""
    inner = neurons.inner or tuple(inner_at_rest(group) for group in groups)
    v, u = (jnp.asarray(x, jnp.float32) for x in (neurons.v, neurons.u))
    return NeuronState(v, u, jnp.asarray(neurons.spikes, spikes), inner)


# -- drive


def _drive_of(current: Current, n: int, n_steps: int | None, step: Array) -> tuple[Drive, int]:
    """The drive in a form that JAX can take as an argument, and how many steps to take."""
    if current is None:
        raise Bl1Error("I_external is None, expected a current: (steps, n), (n,) or a function")
    if callable(current):
        checks.current_of_a_step(jax.eval_shape(current, step), n)
        return as_argument(current), checks.steps(n_steps)
    current = jnp.asarray(current, jnp.float32)
    checks.current(current, n, n_steps)
    if current.ndim == 2:
        return current, len(current)
    return current, checks.steps(n_steps)


def _current(drive: Drive, i: ArrayLike, step: Array) -> Array:
    """The drive of step i of a stretch, which is step ``step`` of the culture."""
    current: Array = drive(step) if callable(drive) else drive if drive.ndim == 1 else drive[i]
    return current


# -- the run


def _seen(state: State, record: Record) -> Seen:
    """What is kept of a step."""
    spikes = None if record.spikes == "none" else state.neurons.spikes
    return spikes, state.neurons.v[jnp.array(record.v_of, int)] if record.v_of else None


def _run_in_chunks(
    model: Model, state: State, drive: Drive, n_steps: int, record: Record
) -> tuple[State, Seen, Spikes | None]:
    """The run chunk by chunk; only what is asked for stays."""
    n = len(state.neurons.v)
    raster = (
        np.zeros((n_steps, n), state.neurons.spikes.dtype) if record.spikes == "raster" else None
    )
    v = np.zeros((n_steps, len(record.v_of)), np.float32) if record.v_of else None
    steps, ids = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    began = int(state.synapses.step)
    for first in range(0, n_steps, CHUNK):
        count = min(CHUNK, n_steps - first)
        stretch = drive
        if not callable(drive) and drive.ndim == 2:
            stretch = drive[first : first + CHUNK]
            if count < CHUNK:
                stretch = jnp.pad(stretch, ((0, CHUNK - count), (0, 0)))
        state, (spikes, voltage) = _chunk(model, state, stretch, count, record)
        if raster is not None:
            raster[first : first + count] = spikes[:count]
        elif record.spikes == "events":
            at, cells = np.nonzero(np.asarray(spikes)[:count])
            steps.append(at + (began + first))
            ids.append(cells.astype(np.int32))
        if v is not None:
            v[first : first + count] = voltage[:count]
    events = Spikes(np.concatenate(steps), np.concatenate(ids))
    return state, (raster, v), events if record.spikes == "events" else None


@partial(jax.jit, static_argnames="record")
def _chunk(
    model: Model, state: State, drive: Drive, n_steps: int, record: Record
) -> tuple[State, Seen]:
    """Take ``n_steps`` ≤ CHUNK steps; of what is kept, rows beyond them are 0."""

    def step(i: Array, carry: tuple[State, Seen]) -> tuple[State, Seen]:
        state, kept = carry
        state = advance(model, state, _current(drive, i, state.synapses.step))
        seen = _seen(state, record)
        return state, jax.tree.map(lambda rows, row: rows.at[i].set(row), kept, seen)

    seen = _seen(state, record)
    nothing = jax.tree.map(lambda row: jnp.zeros((CHUNK, *row.shape), row.dtype), seen)
    after: tuple[State, Seen] = lax.fori_loop(0, n_steps, step, (state, nothing))
    return after


@partial(jax.jit, static_argnames=("n_steps", "record"))
def _scan(
    model: Model, state: State, drive: Drive, n_steps: int, record: Record
) -> tuple[State, Seen]:
    """Take ``n_steps`` as a pure function; long runs keep the state of each CHUNK only."""

    def step(state: State, current: Array | None) -> tuple[State, Seen]:
        if current is None:
            current = _current(drive, 0, state.synapses.step)
        state = advance(model, state, current)
        return state, _seen(state, record)

    def stretch(state: State, currents: Array | None) -> tuple[State, Seen]:
        return lax.scan(step, state, currents, min(CHUNK, n_steps))

    currents = drive if not callable(drive) and drive.ndim == 2 else None
    whole, rest = divmod(n_steps, CHUNK)
    if whole == 0 or n_steps == CHUNK:
        return stretch(state, currents)
    of_whole = of_rest = None
    if currents is not None:
        of_whole = currents[: whole * CHUNK].reshape(whole, CHUNK, -1)
        of_rest = currents[whole * CHUNK :]
    state, kept = lax.scan(jax.checkpoint(stretch), state, of_whole, whole)
    kept = jax.tree.map(lambda rows: rows.reshape(-1, *rows.shape[2:]), kept)
    state, last = lax.scan(step, state, of_rest, rest)
    return state, jax.tree.map(lambda *parts: jnp.concatenate(parts), kept, last)
