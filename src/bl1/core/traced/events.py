"""Event-driven weights: a step reads the synapses of the cells that fired, and no others.

The synapses of a cell follow each other in memory. A step takes the cells that fired a few at a
time, in order, until all are done: however many fire, no spike is dropped, and where none fires
nothing is read. Each synapse adds to what arrives at its target after its delay; sums run in the
order (step sent, presynaptic cell), as in the engine.

Gradients reach every weight and every presynaptic cell, also those that did not fire: backward,
each synapse is visited at each step.

On a GPU the rows are read by a kernel of their own, :mod:`bl1.core.traced.event_kernel`.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

from bl1.core.traced.fired import at_ranks, cells_that
from bl1.core.traced.pytree import fixed, traced
from bl1.core.traced.weights import put, slot_of
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error

CELLS_AT_A_TIME = 8  # of 4 to 32 the fastest on a CPU, at 1,000 and at 10,000 cells


@traced
class Rows:
    """The synapses of cells ``first``, ``first`` + 1, ...: row i is starts[i] … starts[i + 1].

    ``places`` says where a synapse's weight goes: delay · n + target.
    """

    starts: Array  # (rows + 1,) int32
    places: Array  # (synapses,) int32
    sources: Array  # (synapses,) int32: the cell that makes each
    n: int = fixed()
    first: int = fixed()
    longest_row: int = fixed()
    multiplicity: int = fixed()  # most synapses of one cell that share target and delay


class UnderWay(NamedTuple):
    """What arrives in the coming step (n,), and a ring (longest, n) of what arrives later.

    The coming step is kept apart, so that a step reads the ring only after it has written to it;
    it is then written in place.
    """

    now: Array
    later: Array


@traced
class EventWeights:
    """Weights by presynaptic cell, with a delay for each.

    Where weights are plastic, a spike arrives with the weight that its synapse had when it left.
    """

    values: Array
    rows: Rows
    longest: int = fixed(default=1)

    @classmethod
    def of(cls, synapses: Synapses, n_neurons: int, cells: slice = slice(None)) -> "EventWeights":
        """The synapses that a range of presynaptic cells makes.

        Raises:
            Bl1Error: a weight is not finite, or they are not synapses of so many cells.
        """
        synapses.check(n_neurons)
        first, last, _ = cells.indices(n_neurons)
        starts = synapses.starts[:: synapses.n_delays][first : last + 1].astype(np.int64)
        chosen = slice(int(starts[0]), int(starts[-1]))
        longest = synapses.min_delay + synapses.n_delays - 1
        if 2 * longest * n_neurons >= 1 << 31 or chosen.stop - chosen.start >= 1 << 31:
            raise Bl1Error(
                f"{n_neurons:,} cells with delays of {longest} steps are too many for event-driven "
                "weights in JAX, expected cells × delays and synapses below 2³¹"
            )
        lengths = np.diff(starts)
        rows = np.repeat(np.arange(first, last, dtype=np.int32), lengths)
        delays = synapses.delays()[chosen]
        places = delays * n_neurons + synapses.targets[chosen]
        rows_of = Rows(
            starts=jnp.asarray((starts - starts[0]).astype(np.int32)),
            places=jnp.asarray(places.astype(np.int32)),
            sources=jnp.asarray(rows),
            n=n_neurons,
            first=first,
            longest_row=int(lengths.max(initial=0)),
            multiplicity=_longest_run((np.diff(places) != 0) | (np.diff(rows) != 0)),
        )
        return cls(jnp.asarray(synapses.weights[chosen]), rows_of, longest)

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.n, self.rows.n

    def nothing_under_way(self) -> UnderWay:
        nothing = jnp.zeros((self.longest, self.rows.n), self.values.dtype)
        return UnderWay(nothing[0], nothing)

    def arriving(self, under_way: UnderWay, step: Array) -> Array:
        return under_way.now

    def send(self, under_way: UnderWay, sent: Array, step: Array) -> UnderWay:
        later = put(under_way.later, jnp.zeros_like(sent), step)  # this row has arrived
        if self.rows.longest_row:
            now = slot_of(step, self.longest) * self.rows.n
            ring = deliver(self.rows, later.reshape(-1), self.values, sent, now)
            later = ring.reshape(later.shape)
        return UnderWay(later[slot_of(step + np.uint32(1), self.longest)], later)

    def with_values(self, values: Array) -> "EventWeights":
        return EventWeights(values, self.rows, self.longest)

    def from_sources(self, ring: Array, step: Array) -> Array:
        delays = self.rows.places // self.rows.n
        return ring[slot_of(step, self.longest, delays), self.rows.sources]

    def from_targets(self, shown: Array) -> Array:
        return shown[self.rows.places % self.rows.n]

    def exist(self) -> Array:
        return jnp.ones(self.values.shape, bool)


def _longest_run(changes: NDArray[np.bool_]) -> int:
    """How many things in a row are the same, at most; told whether each differs from the last."""
    edges = np.concatenate([[-1], np.flatnonzero(changes), [len(changes)]])
    return int(np.diff(edges).max())


@jax.custom_vjp
def deliver(rows: Rows, ring: Array, values: Array, sent: Array, now: Array) -> Array:
    """Add values · sent of each synapse to the ring (longest · n,), ``now`` being its present row.

    ``sent`` (n,) is what each cell sends: 0, or the efficacy of its spike.
    """
    given = rows, ring, values, sent, now
    if jax.default_backend() != "gpu":
        return deliver_by_rows(*given)
    from bl1.core.traced.event_kernel import deliver_by_kernel

    # What is computed may yet have been put on the CPU.
    delivered: Array = lax.platform_dependent(
        *given, cuda=deliver_by_kernel, default=deliver_by_rows
    )
    return delivered


def deliver_by_rows(rows: Rows, ring: Array, values: Array, sent: Array, now: Array) -> Array:
    """:func:`deliver` in plain JAX, some cells at a time."""
    n_rows = len(rows.starts) - 1
    sent = lax.slice_in_dim(sent, rows.first, rows.first + n_rows)
    fired = cells_that(sent != 0)
    some, column = jnp.arange(CELLS_AT_A_TIME), jnp.arange(rows.longest_row)

    def some_left(carry: tuple[Array, Array]) -> Array:
        return carry[1] < fired.n

    def deliver_some(carry: tuple[Array, Array]) -> tuple[Array, Array]:
        ring, n_done = carry
        ranks = n_done + some
        cells = jnp.minimum(at_ranks(fired, ranks), n_rows - 1)
        begin, end = rows.starts[cells][:, None], rows.starts[cells + 1][:, None]
        synapses = begin + column
        is_one = (synapses < end) & (ranks < fired.n)[:, None]
        synapses = jnp.minimum(synapses, len(values) - 1)
        place = places_in_ring(rows.places[synapses], now, len(ring))
        place = jnp.where(is_one, place, len(ring))  # beyond the ring: left out
        amount = values[synapses] * sent[cells][:, None]
        ring = ring.at[place.reshape(-1)].add(amount.reshape(-1), mode="drop")
        return ring, n_done + CELLS_AT_A_TIME

    return lax.while_loop(some_left, deliver_some, (ring, jnp.int32(0)))[0]


def places_in_ring(places: Array, now: Array, size: int) -> Array:
    """Where in a ring of a size the places lie, ``now`` being the place of the present row."""
    place = now + places
    return jnp.where(place >= size, place - size, place)


def _forward(
    rows: Rows, ring: Array, values: Array, sent: Array, now: Array
) -> tuple[Array, tuple[Rows, Array, Array, Array]]:
    return deliver(rows, ring, values, sent, now), (rows, values, sent, now)


def _backward(
    kept: tuple[Rows, Array, Array, Array], of_ring: Array
) -> tuple[None, Array, Array, Array, None]:
    rows, values, sent, now = kept
    of_synapses = of_ring[places_in_ring(rows.places, now, len(of_ring))]
    sum_by_source = partial(jax.ops.segment_sum, num_segments=len(sent), indices_are_sorted=True)
    of_sent = sum_by_source(of_synapses * values, rows.sources)
    return None, of_ring, of_synapses * sent[rows.sources], of_sent, None


deliver.defvjp(_forward, _backward)
