"""What simulate() refuses, each by its name and with what was expected."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bl1.config import StpConfig, SynapsesConfig
from bl1.core.traced.rules import Rules
from bl1.core.traced.state import NeuronState, Record, SynapseState
from bl1.core.traced.weights import Weights
from bl1.errors import Bl1Error

LONGEST_STEP_MS = 1.0  # as in the experiment file
LONGEST_MS = 1000.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) or (
        isinstance(value, jax.Array) and value.ndim == 0
    )


def _has_nan(values: Any) -> bool:
    if isinstance(values, jax.core.Tracer):
        return False
    return not bool(np.all(np.isfinite(np.asarray(values, np.float64))))


def numbers(
    dt: float, refractory_ms: float, kinetics: SynapsesConfig, stp: StpConfig | None
) -> None:
    """Time constants are times."""
    if not (_is_number(dt) and 0 < dt <= LONGEST_STEP_MS):
        raise Bl1Error(
            f"dt is {dt!r}, expected the length of a step in ms, a number > 0 and <= "
            f"{LONGEST_STEP_MS:g}"
        )
    if not (_is_number(refractory_ms) and 0 <= refractory_ms <= LONGEST_MS):
        raise Bl1Error(
            f"refractory_ms is {refractory_ms!r}, expected a number >= 0 and <= {LONGEST_MS:g}"
        )
    sections: dict[str, Any] = {"kinetics": kinetics}
    if stp is not None:
        sections |= {"stp.excitatory": stp.excitatory, "stp.inhibitory": stp.inhibitory}
    for section, values in sections.items():
        for name, value in dict(values).items():
            least = ">= 0" if name == "tau_fac_ms" else "> 0"
            if name.startswith("tau") and not (value > 0 or (value == 0 and least == ">= 0")):
                raise Bl1Error(f"{name} of {section} is {value}, expected a number {least} ms")


def states(n: int, neurons: NeuronState, synapses: SynapseState, record: Record) -> None:
    """The states are of so many cells, and the cells asked for exist."""
    named = {"neuron_state": neurons._asdict(), "syn_state": synapses._asdict()}
    for name, state in named.items():
        for field, value in state.items():
            if field not in ("inner", "step", "under_way") and jnp.shape(value) != (n,):
                raise Bl1Error(
                    f"{name}.{field} has shape {jnp.shape(value)}, expected ({n},), one value for "
                    "each cell in params"
                )
            if field in ("v", "u", "ampa", "gaba_a") and _has_nan(value):
                raise Bl1Error(f"{name}.{field} holds a number that is not finite")
    for cell in record.v_of:
        if not 0 <= cell < n:
            raise Bl1Error(f"record asks for v of cell {cell}, expected cells 0 to {n - 1}")


def weights(n: int, **named: Weights) -> None:
    """Weights between so many cells, finite and not negative."""
    for name, w in named.items():
        if w.shape != (n, n):
            raise Bl1Error(f"{name} has shape {w.shape}, expected ({n}, {n}), cells × cells")
        if isinstance(w.values, jax.core.Tracer):
            continue
        values = np.asarray(w.values)
        usable = np.isfinite(values) & (values >= 0)
        if not usable.all():
            at = tuple(map(int, np.unravel_index(np.argmin(usable), values.shape)))
            where = f"[{', '.join(map(str, at))}]" if len(at) == 2 else f" of synapse {at[0]}"
            raise Bl1Error(f"{name}{where} is {values[at]}, expected a finite number >= 0 (1/ms)")


def plasticity(rule: Any, state: Any) -> None:
    """Rules and their state come together."""
    if rule is not None and not isinstance(rule, Rules):
        raise Bl1Error(f"plasticity is a {type(rule).__name__}, expected Rules((...,))")
    if rule is not None and state is None:
        raise Bl1Error("plasticity has no state, expected stdp_state=plasticity.init(W_exc)")
    if rule is None and state is not None:
        raise Bl1Error("stdp_state is given without a rule, expected plasticity=")


def excitatory_cells(n: int, n_exc: int | None, stp: StpConfig | None) -> int:
    """The number of excitatory cells, where it matters."""
    if stp is not None and n_exc is None:
        raise Bl1Error("stp differs between kinds of cells, expected n_exc, how many excite")
    if n_exc is not None and not 0 <= n_exc <= n:
        raise Bl1Error(f"n_exc is {n_exc}, expected 0 to {n}, the number of cells")
    return n if n_exc is None else n_exc


def under_way(found: Any, expected: Any) -> None:
    """What is under way fits the delays of the weights."""
    shapes = [[jnp.shape(x) for x in jax.tree.leaves(given)] for given in (found, expected)]
    if shapes[0] != shapes[1]:
        raise Bl1Error(
            f"syn_state.under_way has shapes {shapes[0]}, expected {shapes[1]}; it is of weights "
            "with other delays"
        )


def current_of_a_step(values: Any, n: int) -> None:
    """What a function of the step gives."""
    if jnp.shape(values) != (n,):
        raise Bl1Error(f"I_external gives shape {jnp.shape(values)} for a step, expected ({n},)")


def current(values: jax.Array, n: int, n_steps: int | None) -> None:
    """A current into each cell, of one step or of each."""
    shape = values.shape
    if shape != (n,) and not (len(shape) == 2 and shape[1] == n):
        raise Bl1Error(f"I_external has shape {shape}, expected (steps, {n}) or ({n},)")
    if len(shape) == 2 and not shape[0]:
        raise Bl1Error("I_external has no steps, expected one or more")
    if len(shape) == 2 and n_steps not in (None, shape[0]):
        raise Bl1Error(f"n_steps is {n_steps}, but I_external has {shape[0]} steps")
    if not isinstance(values, jax.core.Tracer) and not bool(jnp.all(jnp.isfinite(values))):
        raise Bl1Error("I_external holds a number that is not finite, expected currents in mV/ms")


def steps(n_steps: int | None) -> int:
    """How many steps to take where the current does not tell."""
    if n_steps is None:
        raise Bl1Error("I_external has no time axis, expected n_steps beside it")
    if not isinstance(n_steps, int | np.integer) or n_steps < 0:
        raise Bl1Error(f"n_steps is {n_steps!r}, expected a whole number >= 0")
    return int(n_steps)


def recordable_when_traced(record: Record) -> None:
    """Events have no fixed number, which a traced function must have."""
    if record.spikes == "events":
        raise Bl1Error(
            "spikes cannot be kept as events under jax.grad or jax.jit, expected a raster or none"
        )
