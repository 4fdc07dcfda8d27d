"""Delivery of spikes on a GPU: one program a presynaptic cell, in Pallas (Triton).

The program of a cell that did not fire ends at once; the others read their row, 128 synapses at a
time, and add to what arrives at the targets by atomic operations. Those come in any order, and
sums of floating-point numbers depend on it; so the kernel adds whole numbers, multiples of a power
of two that is small enough for the weights of the step and large enough that no sum overflows. The
same spikes then give the same bits, each time. There is no list of spikes, hence no limit to them.

Error: an amount is rounded to 2⁻³⁰ of (cells that fired · largest amount), or twice that.

Tested in Pallas's interpret mode against :func:`bl1.core.traced.events.deliver_by_rows` (for rows
without two synapses of one target and delay, which that mode adds up wrongly), and for lowering to
Triton. Nothing here was run on a GPU yet: neither that it works there nor how fast it is has been
shown.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from bl1.core.traced.events import Rows, places_in_ring

SYNAPSES_AT_A_TIME = 128
BITS = 30  # of a sum; one more is its sign


def deliver_by_kernel(
    rows: Rows, ring: Array, values: Array, sent: Array, now: Array, *, interpret: bool = False
) -> Array:
    """As :func:`bl1.core.traced.events.deliver`; ``interpret`` runs it without a GPU."""
    n_rows = len(rows.starts) - 1
    sent = lax.slice_in_dim(sent, rows.first, rows.first + n_rows)
    scale = scale_of(values, sent, rows.multiplicity)
    nothing = jnp.zeros(len(ring) + SYNAPSES_AT_A_TIME, jnp.int32)
    units: Array = pl.pallas_call(
        partial(_deliver_row, size=len(ring)),
        grid=(n_rows,),
        out_shape=jax.eval_shape(jnp.zeros_like, nothing),
        input_output_aliases={6: 0},
        compiler_params=triton.CompilerParams(),
        interpret=interpret,
    )(rows.starts, rows.places, values, sent, now[None], scale[None], nothing)
    delivered: Array = ring + units[: len(ring)].astype(ring.dtype) / scale
    return delivered


def scale_of(values: Array, sent: Array, multiplicity: int) -> Array:
    """The power of two by which amounts become whole numbers.

    Nothing adds to one place more than ``multiplicity`` times for each cell that fired.
    """
    fired = jnp.sum(sent != 0, dtype=values.dtype) * multiplicity
    largest_sum = fired * jnp.max(jnp.abs(sent)) * jnp.max(jnp.abs(values))
    largest_sum = jnp.where(largest_sum > 0, largest_sum, 1.0)
    exponent = BITS - jnp.ceil(jnp.log2(largest_sum))
    return jnp.exp2(jnp.clip(exponent, -100.0, 100.0))


def _deliver_row(
    starts: Any,
    places: Any,
    values: Any,
    sent: Any,
    now: Any,
    scale: Any,
    nothing: Any,
    units: Any,
    *,
    size: int,
) -> None:
    """The program of one cell; ``units`` (the ring) holds ``nothing`` when it begins."""
    cell = pl.program_id(0)
    efficacy = sent[cell]

    @pl.when(efficacy != 0)
    def _() -> None:
        begin, end = starts[cell], starts[cell + 1]

        def some_synapses(i: Array, carry: None) -> None:
            lane = jnp.arange(SYNAPSES_AT_A_TIME)
            wanted = begin + i * SYNAPSES_AT_A_TIME + lane
            synapse = jnp.minimum(wanted, end - 1)
            place = places_in_ring(triton.load(places.at[synapse]), now[0], size)
            amount = jnp.floor(triton.load(values.at[synapse]) * efficacy * scale[0] + 0.5)
            # Lanes beyond the row add to places of their own, behind the ring.
            at = jnp.where(wanted < end, place, size + lane)
            triton.atomic_add(units, (at,), amount.astype(jnp.int32))

        lax.fori_loop(0, pl.cdiv(end - begin, SYNAPSES_AT_A_TIME), some_synapses, None)
