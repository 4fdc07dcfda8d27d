"""Groups of cells of one model under JAX: parameters, and the step of such cells.

The equations are those of :mod:`bl1.core.izhikevich`, :mod:`bl1.core.adex` and
:mod:`bl1.core.lif`. Cells of several models form one culture as a sequence of groups, each a
contiguous range that is advanced in one fused pass.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from bl1.core.adex import adex_flow, adex_reset
from bl1.core.cells import Cells, Population
from bl1.core.izhikevich import V_PEAK_MV, izhikevich_flow, izhikevich_reset
from bl1.core.lif import lif_flow
from bl1.core.synapses import nmda_block
from bl1.core.traced.pytree import traced
from bl1.errors import Bl1Error

#: Where the spike of an AdEx cell counts as begun, for surrogates: from here the rest of the way
#: to infinity takes no time.
ADEX_PEAK_MV = np.float32(0.0)

Numbers: TypeAlias = dict[str, Any]  # of a run: see bl1.core.constants


class Received(NamedTuple):
    """What cells receive in a step, (n,) each: drive in mV/ms, mean conductances in 1/ms."""

    drive: Array
    ampa: Array
    nmda: Array  # without the block by magnesium
    gaba_a: Array
    gaba_b: Array


class Moved(NamedTuple):
    """Cells at the end of a step, before anything is made of their spikes, (n,) each."""

    v: Array
    u: Array
    crossed: Array  # whether they went beyond their peak
    peak_mv: Array
    v_after_spike: Array
    u_after_spike: Array
    v_held: Array  # where a cell goes that crosses while it is refractory
    inner: Any = None


@runtime_checkable
class Group(Protocol):
    """Cells of one model."""

    def __len__(self) -> int: ...

    def advance(self, received: Received, v: Array, u: Array, inner: Any, k: Numbers) -> Moved:
        """Take the cells through one step."""
        ...


def inner_at_rest(group: Group) -> Any:
    """What cells have beyond v and u in a fresh culture; None for point neurons."""
    return group.inner_at_rest() if hasattr(group, "inner_at_rest") else None


def through_synapses(received: Received, v: Array, k: Numbers) -> tuple[Array, Array]:
    """Current I + ΣgE (mV/ms) and conductance Σg (1/ms) of a membrane at v."""
    g_exc = received.ampa + received.nmda * nmda_block(v, k["mg_mm"])
    conductance = g_exc + received.gaba_a + received.gaba_b
    current = (
        received.drive
        + k["e_exc"] * g_exc
        + k["e_gaba_a"] * received.gaba_a
        + k["e_gaba_b"] * received.gaba_b
    )
    return current, conductance


@traced
class Izhikevich:
    """Parameters (n,) as in :class:`bl1.core.izhikevich.CellType`."""

    a: Array
    b: Array
    c: Array
    d: Array

    def __len__(self) -> int:
        return len(self.a)

    def advance(self, received: Received, v: Array, u: Array, inner: Any, k: Numbers) -> Moved:
        """One step of :mod:`bl1.core.izhikevich`."""
        dt = k["dt"]
        current, g = through_synapses(received, v, k)
        current, g = current + k["shunt_current"], g + k["shunt"]
        v_next, u_next, crossed = izhikevich_flow(v, u, current, g, self.a, self.b, dt)
        v_reset, u_reset = izhikevich_reset(
            v, u, v_next, current, g, self.a, self.b, self.c, self.d, dt
        )
        return Moved(v_next, u_next, crossed, jnp.full_like(v, V_PEAK_MV), v_reset, u_reset, self.c)


@traced
class Adex:
    """Parameters (n,) in the order of :data:`bl1.core.cells.MODELS`, divided by C."""

    g_l: Array
    e_l: Array
    v_t: Array
    delta_t: Array
    a: Array
    rate_w: Array
    v_r: Array
    b: Array

    def __len__(self) -> int:
        return len(self.a)

    def advance(self, received: Received, v: Array, u: Array, inner: Any, k: Numbers) -> Moved:
        """One step of :mod:`bl1.core.adex`."""
        current, g = through_synapses(received, v, k)
        v_t = self.v_t + k["threshold_shift"]
        membrane = self.g_l, self.e_l, v_t, self.delta_t, self.a, self.rate_w
        v_next, w_next, crossed = adex_flow(v, u, current, g, *membrane, k["dt"])
        v_reset, w_reset = adex_reset(v, u, current, g, *membrane, self.v_r, self.b, k["dt"])
        return Moved(
            v_next, w_next, crossed, jnp.full_like(v, ADEX_PEAK_MV), v_reset, w_reset, self.v_r
        )


@traced
class Lif:
    """Parameters (n,) in the order of :data:`bl1.core.cells.MODELS`, divided by C."""

    g_l: Array
    e_l: Array
    v_t: Array
    v_r: Array
    refractory_ms: Array

    def __len__(self) -> int:
        return len(self.g_l)

    def advance(self, received: Received, v: Array, u: Array, inner: Any, k: Numbers) -> Moved:
        """One step of :mod:`bl1.core.lif`."""
        current, g = through_synapses(received, v, k)
        v_t = self.v_t + k["threshold_shift"]
        v_next, held_ms, crossed = lif_flow(v, u, current, g, self.g_l, self.e_l, v_t, k["dt"])
        return Moved(v_next, held_ms, crossed, v_t, self.v_r, self.refractory_ms, self.v_r)


GROUPS: dict[str, type] = {"izhikevich": Izhikevich, "adex": Adex, "lif": Lif}


def group_of(population: Population) -> Group:
    """The cells of a population."""
    group: Group = GROUPS[population.model](*map(jnp.asarray, population.parameters))
    return group


def groups_of(cells: Cells) -> tuple[Group, ...]:
    """All cells of a culture, in their order."""
    return tuple(group_of(population) for population in cells.populations)


def _check_parameters(kind: str, parameters: dict[str, Array]) -> None:
    """One finite value a cell of each."""
    first, *_ = map(np.shape, parameters.values())
    for name, values in parameters.items():
        shape = np.shape(values)
        if len(shape) != 1 or shape != first:
            wanted = first if len(first) == 1 else "(cells,)"
            raise Bl1Error(
                f"{name} of {kind} cells has shape {shape}, expected {wanted}, one value a cell"
            )
        if not isinstance(values, jax.core.Tracer) and not np.all(np.isfinite(np.asarray(values))):
            raise Bl1Error(f"{name} of {kind} cells holds a number that is not finite")


def checked_groups(params: Group | Sequence[Group]) -> tuple[Group, ...]:
    """One group or several as several.

    Raises:
        Bl1Error: something is no group of cells, or its parameters differ in length.
    """
    if isinstance(params, Group):
        groups: tuple[Any, ...] = (params,)
    else:
        groups = tuple(params) if isinstance(params, Sequence) else (params,)
    for group in groups:
        if not isinstance(group, Group):
            raise Bl1Error(
                f"params hold a {type(group).__name__}, expected groups of cells of the models "
                f"{', '.join(GROUPS)} or compartmental"
            )
        if type(group) in GROUPS.values():
            _check_parameters(type(group).__name__, vars(group))
    return groups
