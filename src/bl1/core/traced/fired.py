"""Which cells fired, by their rank among those that did: the first, the second, ...

Looking for ranks takes two short searches, one for their blocks of 32 cells and one within those.
On a CPU that is two to four times faster than a search over all cells (``lax.top_k``), which would
take a third of a step.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

BLOCK = 32


class Fired(NamedTuple):
    """Cells that fired, in blocks."""

    flags: Array  # (blocks, BLOCK)
    ends: Array  # (blocks): how many fired up to the end of each block

    @property
    def n(self) -> Array:
        """How many fired."""
        return self.ends[-1]


def cells_that(flags: Array) -> Fired:
    """The cells whose flag (n,) is set."""
    blocks = jnp.pad(flags, (0, -len(flags) % BLOCK)).reshape(-1, BLOCK)
    return Fired(blocks, jnp.cumsum(jnp.sum(blocks, axis=1, dtype=jnp.int32)))


def at_ranks(fired: Fired, ranks: Array) -> Array:
    """The cells at some ranks, counted from 0; behind the last rank, any cell."""
    block = jnp.sum(fired.ends <= ranks[:, None], axis=1)
    block = jnp.minimum(block, len(fired.ends) - 1)
    flags = fired.flags[block]
    until_block = fired.ends[block] - jnp.sum(flags, axis=1, dtype=jnp.int32)
    within = jnp.cumsum(flags, axis=1, dtype=jnp.int32)
    lane = jnp.sum(within <= (ranks - until_block)[:, None], axis=1)
    return block * BLOCK + jnp.minimum(lane, BLOCK - 1)
