"""Weights by their type: what a step sends through them, and when it arrives.

W[i, j] is the peak conductance (1/ms) that a spike of cell i, the presynaptic one, opens in cell j.
Three types serve three purposes::

    DenseWeights    all pairs of cells: small cultures, gradients, synapses that form and vanish
    SparseWeights   synapses as coordinates (BCOO): every synapse is visited at every step
    EventWeights    rows by presynaptic cell: only those of cells that fired are read
                    (:mod:`bl1.core.traced.events`)

A JAX array or a BCOO matrix is taken as the first or the second, with a delay of one step. A spike
of step t with a delay of d ≥ 1 steps enters the conductances of step t + d.

Rules of plasticity see all types alike, as ``values`` and as what the two ends of each synapse look
like in that shape.
"""

from typing import Any, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.experimental.sparse import BCOO
from numpy.typing import ArrayLike

from bl1.core.traced.pytree import fixed, traced
from bl1.errors import Bl1Error

MOST_DELAY_STEPS = 65_535


class Weights(Protocol):
    """What a step and the rules of plasticity need of any type of weights.

    ``longest`` is the longest delay in steps. A *ring* holds what cells showed in that many steps,
    one row a step, row t mod longest for step t; it is written after it was read.
    """

    @property
    def longest(self) -> int: ...

    @property
    def values(self) -> Array: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """(cells, cells)."""
        ...

    def nothing_under_way(self) -> Any:
        """What is under way before the first step."""
        ...

    def arriving(self, under_way: Any, step: Array) -> Array:
        """What arrives at each cell (n,) in a step."""
        ...

    def send(self, under_way: Any, sent: Array, step: Array) -> Any:
        """What is under way once cells have sent their spikes (n,) of a step."""
        ...

    def with_values(self, values: Array) -> Any:
        """The same synapses with other weights."""
        ...

    def from_sources(self, ring: Array, step: Array) -> Array:
        """What the source of each synapse showed when what now arrives left it."""
        ...

    def from_targets(self, shown: Array) -> Array:
        """What the target of each synapse shows."""
        ...

    def exist(self) -> Array:
        """Whether there is a synapse at each place of ``values``."""
        ...


def put(ring: Array, row: Array, step: Array) -> Array:
    """A ring with the row of a step written."""
    written: Array = lax.dynamic_update_index_in_dim(ring, row, slot_of(step, len(ring)), 0)
    return written


def slot_of(step: Array, longest: int, before: Array | int = 0) -> Array:
    """The row of a ring for a step, or for one that many (≤ longest) steps before it."""
    now = (step % np.uint32(longest)).astype(jnp.int32)
    return (now + (longest - before)) % longest


@traced
class DenseWeights:
    """A matrix of weights; 0 where there is no synapse.

    ``steps`` (n, n) are the delays, None where all are ``longest``.
    """

    values: Array
    steps: Array | None = None
    longest: int = fixed(default=1)

    @classmethod
    def of(cls, weights: ArrayLike, delay_steps: ArrayLike = 1) -> "DenseWeights":
        """Weights (n, n) and their delays, (n, n) or one for all."""
        steps = _checked_delays(delay_steps, np.shape(weights))
        values = jnp.asarray(weights, jnp.float32)
        if steps.ndim == 0:
            return cls(values, None, int(steps))
        return cls(values, jnp.asarray(steps), int(steps.max(initial=1)))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def nothing_under_way(self) -> Array:
        return jnp.zeros((self.longest, len(self.values)), self.values.dtype)

    def arriving(self, under_way: Array, step: Array) -> Array:
        from_sources = self.from_sources(under_way, step)
        if self.steps is None:
            return jnp.matmul(from_sources[:, 0], self.values, precision=lax.Precision.HIGHEST)
        return jnp.sum(from_sources * self.values, axis=0)

    def send(self, under_way: Array, sent: Array, step: Array) -> Array:
        return put(under_way, sent, step)

    def with_values(self, values: Array) -> "DenseWeights":
        return DenseWeights(values, self.steps, self.longest)

    def from_sources(self, ring: Array, step: Array) -> Array:
        if self.steps is None:
            return ring[slot_of(step, self.longest)][:, None]
        sources = jnp.arange(len(self.values))[:, None]
        return ring[slot_of(step, self.longest, self.steps), sources]

    def from_targets(self, shown: Array) -> Array:
        return shown[None, :]

    def exist(self) -> Array:
        return self.values != 0


@traced
class SparseWeights:
    """Weights as coordinates: synapse s reaches from ``sources[s]`` to ``targets[s]``.

    ``steps`` are the delays, None where all are ``longest``.
    """

    values: Array
    sources: Array
    targets: Array
    steps: Array | None = None
    n: int = fixed(default=0)
    longest: int = fixed(default=1)

    @classmethod
    def of(cls, weights: BCOO, delay_steps: ArrayLike = 1) -> "SparseWeights":
        """A BCOO matrix and the delays of its entries, one each or one for all."""
        steps = _checked_delays(delay_steps, weights.data.shape)
        of_entries = None if steps.ndim == 0 else jnp.asarray(steps)
        return cls(
            weights.data.astype(jnp.float32),
            weights.indices[:, 0],
            weights.indices[:, 1],
            of_entries,
            weights.shape[0],
            int(steps.max(initial=1)),
        )

    @property
    def shape(self) -> tuple[int, int]:
        return self.n, self.n

    def nothing_under_way(self) -> Array:
        return jnp.zeros((self.longest, self.n), self.values.dtype)

    def arriving(self, under_way: Array, step: Array) -> Array:
        arriving = self.values * self.from_sources(under_way, step)
        return jax.ops.segment_sum(arriving, self.targets, self.n)

    def send(self, under_way: Array, sent: Array, step: Array) -> Array:
        return put(under_way, sent, step)

    def with_values(self, values: Array) -> "SparseWeights":
        return SparseWeights(values, self.sources, self.targets, self.steps, self.n, self.longest)

    def from_sources(self, ring: Array, step: Array) -> Array:
        if self.steps is None:
            return ring[slot_of(step, self.longest)][self.sources]
        return ring[slot_of(step, self.longest, self.steps), self.sources]

    def from_targets(self, shown: Array) -> Array:
        return shown[self.targets]

    def exist(self) -> Array:
        return jnp.ones(self.values.shape, bool)


def _checked_delays(delay_steps: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    steps = np.asarray(delay_steps)
    if steps.ndim and steps.shape != shape:
        raise Bl1Error(f"the delays have shape {steps.shape}, expected {shape}, one each, or ()")
    if not np.issubdtype(steps.dtype, np.integer):
        raise Bl1Error(f"the delays are {steps.dtype}, expected whole numbers of steps")
    if steps.size and not 1 <= steps.min() <= steps.max() <= MOST_DELAY_STEPS:
        what = f"{steps.min()} to {steps.max()}"
        raise Bl1Error(f"the delays are {what} steps, expected 1 to {MOST_DELAY_STEPS}")
    return steps.astype(np.int32)


AnyWeights: TypeAlias = Array | BCOO | Weights


def as_weights(weights: AnyWeights) -> Weights:
    """Weights of any type; arrays and BCOO matrices with a delay of one step."""
    if isinstance(weights, BCOO):
        return SparseWeights.of(weights)
    if isinstance(weights, jax.Array | np.ndarray):
        return DenseWeights.of(weights)
    if not hasattr(weights, "arriving"):
        raise Bl1Error(
            f"weights are a {type(weights).__name__}, expected a JAX array, a BCOO matrix, "
            "DenseWeights, SparseWeights or EventWeights"
        )
    return weights


def like(given: AnyWeights, values: Array) -> AnyWeights:
    """Other values in the type that was given."""
    if isinstance(given, BCOO):
        return BCOO((values, given.indices), shape=given.shape)
    if isinstance(given, jax.Array | np.ndarray):
        return values
    changed: Weights = given.with_values(values)
    return changed
