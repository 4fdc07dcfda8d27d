"""Who is wired to whom: probability falls exponentially with distance.

A pair of cells at distance d is connected with p(d) = p_max · exp(−d/λ), each direction on its
own, never to itself. On an unbounded dish of density ρ a cell then reaches on average
2π ρ p_max λ² others. Real dishes are bounded: here an axon that meets the wall turns back, like
light from a mirror, so its targets are those of a straight axon in the mirrored dish. Mean
degree is then the same near a wall as in the middle, and the same on a small dish as on a large
one. A pair may be reached more than once, by paths of different length: rarely where the dish is
many λ wide, and many times over where it is not (a dish of 2 λ is a toy). Paths longer than 16 λ
(2 in a million) are left out.

The delay of a synapse is that of its release plus path length over the velocity of the axon,
rounded to a step and at least one.

Finding the pairs. Cells are binned into a grid of pitch λ/2 or more. For two grid cells the largest
possible p is known; pairs are skipped by a geometric law at that rate and the few that remain are
thinned to their own p(d). The result is exactly that of tossing a coin for every pair, and the
work grows with the synapses found, not with the square of the cells.

Ages. A culture that grows has another p(d) each day (:mod:`bl1.network.growth`), and one dish must
stay one dish. Every synapse that any age may have is drawn, by an envelope that no p(d) exceeds,
with a threshold of its own; those whose threshold lies below the present p(d) are kept. The draws
depend on the envelope alone, so growth adds synapses, pruning removes those that came last, and
those that stay keep target, delay and the draw of their weight.
"""

import itertools
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import uint64
from numpy.typing import NDArray

from bl1.config import AXON_REACH_LAMBDAS
from bl1.core.jit import announce_first_compile, compiled, inlined
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.network.placement import Grid

MOST_SYNAPSES = 4_200_000_000  # they are numbered in 32 bits
_TO_UNIT = 2.0**-53

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def grid_for(side_um: float, lambda_um: float, n_cells: int) -> Grid:
    """The grid on which cells are placed and pairs are found: of pitch λ/2, or a cell a square."""
    return Grid(side_um, max(lambda_um / 2.0, side_um / math.sqrt(n_cells)))


def expected_out_degree(density_per_mm2: float, lambda_um: float, p_max: float) -> float:
    """2π ρ p_max λ²: synapses that a cell makes on average (self excluded)."""
    return 2.0 * math.pi * density_per_mm2 * 1e-6 * p_max * lambda_um**2


def scramble(x: int) -> int:
    """One output of splitmix64 for a counter (Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    x = uint64((x ^ (x >> uint64(30))) * uint64(0xBF58476D1CE4E5B9))
    x = uint64((x ^ (x >> uint64(27))) * uint64(0x94D049BB133111EB))
    return uint64(x ^ (x >> uint64(31)))


#: Ciura 2001, doi:10.1007/3-540-44669-9_12, and on by a factor of 2.25.
GAPS = (8861, 3938, 1750, 701, 301, 132, 57, 23, 10, 4, 1)

inlined(scramble)


@compiled
def _visit_pairs(
    positions: Floats,
    order: Ints,
    cell_starts: Ints,
    n_grid: int,
    pitch: float,
    lambda_um: float,
    p_max: float,
    envelope_lambda_um: float,
    envelope_p_max: float,
    seed: int,
    first_row: int,
    last_row: int,
    velocity: Floats,
    release_ms: float,
    dt: float,
    next_free: Ints,
    targets: NDArray[np.uint32],
    delays: NDArray[np.uint16],
    fill: bool,
    ages: bool,
) -> None:
    """Find every synapse within the envelope that the sources in some rows of the grid may make.

    ``fill`` False counts the synapses of each source in ``next_free``; True writes them to
    ``targets`` and ``delays`` from there on; where the culture ``ages``, 2 · target + 1 for a
    synapse that is there now and 2 · target for one that is not. Both passes draw the same
    numbers, since the draws depend on (seed, grid cell, mirrored grid cell) only.
    """
    side = n_grid * pitch
    reach = AXON_REACH_LAMBDAS * envelope_lambda_um
    reach_cells = math.ceil(reach / pitch)
    for source_row in range(first_row, last_row):
        for source_column in range(n_grid):
            source_cell = source_row * n_grid + source_column
            source_begin = cell_starts[source_cell]
            n_sources = cell_starts[source_cell + 1] - source_begin
            if n_sources == 0:
                continue
            for row in range(source_row - reach_cells, source_row + reach_cells + 1):
                tile_y = row // n_grid
                flip_y = tile_y % 2 != 0
                cell_y = row - tile_y * n_grid
                cell_y = n_grid - 1 - cell_y if flip_y else cell_y
                gap_y = max(abs(row - source_row) - 1, 0) * pitch
                for column in range(source_column - reach_cells, source_column + reach_cells + 1):
                    gap_x = max(abs(column - source_column) - 1, 0) * pitch
                    gap = math.sqrt(gap_x * gap_x + gap_y * gap_y)
                    if gap > reach:
                        continue
                    tile_x = column // n_grid
                    flip_x = tile_x % 2 != 0
                    cell_x = column - tile_x * n_grid
                    cell_x = n_grid - 1 - cell_x if flip_x else cell_x
                    target_cell = cell_y * n_grid + cell_x
                    target_begin = cell_starts[target_cell]
                    n_targets = cell_starts[target_cell + 1] - target_begin
                    if n_targets == 0:
                        continue
                    bound = envelope_p_max * math.exp(-gap / envelope_lambda_um)
                    log_miss = math.log1p(-bound) if bound < 1.0 else -np.inf
                    state = scramble(
                        uint64(seed)
                        + uint64(source_cell) * uint64(0x9E3779B97F4A7C15)
                        + uint64(row + (1 << 20)) * uint64(0xD1342543DE82EF95)
                        + uint64(column + (1 << 20)) * uint64(0xA0761D6478BD642F)
                    )
                    pair = -1
                    n_pairs = n_sources * n_targets
                    while True:
                        state += uint64(0x9E3779B97F4A7C15)
                        uniform = 1.0 - float(scramble(state) >> uint64(11)) * _TO_UNIT
                        skip = math.log(uniform) / log_miss
                        if skip >= n_pairs - pair - 1:
                            break
                        pair += 1 + int(skip)
                        source = order[source_begin + pair // n_targets]
                        target = order[target_begin + pair % n_targets]
                        if source == target:
                            continue
                        x, y = positions[target, 0], positions[target, 1]
                        x = tile_x * side + (side - x if flip_x else x)
                        y = tile_y * side + (side - y if flip_y else y)
                        path = math.hypot(x - positions[source, 0], y - positions[source, 1])
                        state += uint64(0x9E3779B97F4A7C15)
                        threshold = float(scramble(state) >> uint64(11)) * _TO_UNIT * bound
                        envelope = envelope_p_max * math.exp(-path / envelope_lambda_um)
                        if threshold >= envelope or path > reach:
                            continue
                        if fill:
                            delay = (release_ms + path / velocity[source]) / dt
                            name = target
                            if ages:
                                name += target + (threshold < p_max * math.exp(-path / lambda_um))
                            targets[next_free[source]] = name
                            delays[next_free[source]] = max(1, int(delay + 0.5))
                        next_free[source] += 1


@inlined
def _sort(keys: Ints) -> None:
    """Shellsort: about as fast as Numba's own sort for rows of synapses, which takes a second and
    a half to compile."""
    for gap in GAPS:
        for i in range(gap, len(keys)):
            key, at = keys[i], i
            while at >= gap and keys[at - gap] > key:
                keys[at] = keys[at - gap]
                at -= gap
            keys[at] = key


@compiled
def _sort_rows(
    row_starts: Ints,
    first: int,
    last: int,
    min_delay: int,
    n_delays: int,
    targets: NDArray[np.uint32],
    delays: NDArray[np.uint16],
    starts: NDArray[np.uint32],
) -> None:
    """Order the synapses of some sources by delay, then target; index them by (source, delay)."""
    for source in range(first, last):
        begin, end = row_starts[source], row_starts[source + 1]
        keys = delays[begin:end].astype(np.int64) << 32 | targets[begin:end].astype(np.int64)
        _sort(keys)
        at = 0
        for j in range(n_delays):
            starts[source * n_delays + j] = begin + at
            while at < len(keys) and keys[at] >> 32 == min_delay + j:
                targets[begin + at] = keys[at] & 0xFFFFFFFF
                at += 1


@compiled
def _draw_weights(
    row_starts: Ints, n_exc: int, g_exc: float, g_inh: float, jitter: float, seed: int
) -> Floats:
    """g · (1 + jitter · U(−1, 1)) for each synapse, by the kind of its presynaptic cell."""
    weights = np.empty(row_starts[-1], np.float32)
    for source in range(len(row_starts) - 1):
        g = g_exc if source < n_exc else g_inh
        for synapse in range(row_starts[source], row_starts[source + 1]):
            draw = scramble(uint64(seed) + uint64(synapse) * uint64(0x9E3779B97F4A7C15))
            weights[synapse] = g * (
                1.0 + jitter * (2.0 * float(draw >> uint64(11)) * _TO_UNIT - 1.0)
            )
    return weights


@compiled
def _keep_present(starts: NDArray[np.uint32], targets: NDArray[np.uint32], weights: Floats) -> int:
    """Close up the synapses that are there now, in place, and name their targets; how many."""
    n = 0
    for row in range(len(starts) - 1):
        begin, end = starts[row], starts[row + 1]
        starts[row] = n
        for synapse in range(begin, end):
            if targets[synapse] & 1:
                targets[n] = targets[synapse] >> 1
                weights[n] = weights[synapse]
                n += 1
    starts[-1] = n
    return n


def _on_all_cores(work: Callable[[int, int], None], n: int) -> None:
    """Share out ``work(first, last)`` over 0 … n; its parts must not meet."""
    parts = min(os.cpu_count() or 1, n)
    bounds = [n * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(work, *span) for span in itertools.pairwise(bounds)]:
            done.result()


def connect(
    positions_um: Floats,
    n_exc: int,
    grid: Grid,
    *,
    lambda_um: float,
    p_max: float,
    g_exc: float,
    g_inh: float,
    weight_jitter: float,
    velocity_m_per_s: Floats,
    synaptic_delay_ms: float,
    dt_ms: float,
    rng: np.random.Generator,
    envelope: tuple[float, float] | None = None,
) -> Synapses:
    """Wire cells on a dish.

    Args:
        positions_um: (n, 2), the ``n_exc`` excitatory cells first.
        grid: from :func:`grid_for`.
        velocity_m_per_s: (n,) conduction velocity of each cell's axon.
        envelope: λ (µm) and p_max that no age of the culture exceeds, of which the present ones
            are one; None for a culture that has one age only.
        rng: seeds the draws.

    Returns:
        Rows are presynaptic: ``targets`` of row i are the cells that cell i reaches.
    """
    n = len(positions_um)
    widest = envelope or (lambda_um, p_max)
    expected = n * expected_out_degree(n / grid.side_um**2 * 1e6, *widest)
    if expected > MOST_SYNAPSES:
        raise Bl1Error(
            f"about {expected:,.0f} synapses are more than the {MOST_SYNAPSES:,} that fit; "
            "lower n_neurons, density_per_mm2, lambda_um or p_max"
        )
    pair_seed, weight_seed = rng.integers(0, 1 << 62, size=2)
    cell = grid.cell_of(positions_um)
    order = np.argsort(cell, kind="stable")
    cell_starts = np.searchsorted(cell[order], np.arange(grid.n**2 + 1))
    announce_first_compile()
    velocity_um_per_ms = (velocity_m_per_s * 1000.0).astype(np.float32)

    def visit(next_free: Ints, targets: NDArray[np.uint32], delays: NDArray[np.uint16]) -> None:
        def rows(first: int, last: int) -> None:
            _visit_pairs(
                positions_um, order, cell_starts, grid.n, grid.pitch_um, lambda_um, p_max,
                *widest, pair_seed, first, last, velocity_um_per_ms, synaptic_delay_ms, dt_ms,
                next_free, targets, delays, len(targets) > 0, envelope is not None,
            )  # fmt: skip

        _on_all_cores(rows, grid.n)

    counts = np.zeros(n, np.int64)
    visit(counts, np.empty(0, np.uint32), np.empty(0, np.uint16))
    row_starts = np.concatenate(([0], np.cumsum(counts)))
    targets = np.empty(row_starts[-1], np.uint32)
    delays = np.empty(row_starts[-1], np.uint16)
    if len(targets):
        visit(row_starts[:-1].copy(), targets, delays)
    min_delay = int(delays.min(initial=np.iinfo(np.uint16).max)) if len(delays) else 1
    n_delays = int(delays.max(initial=1)) - min_delay + 1
    starts = np.empty(n * n_delays + 1, np.uint32)
    _on_all_cores(
        lambda first, last: _sort_rows(
            row_starts, first, last, min_delay, n_delays, targets, delays, starts
        ),
        n,
    )
    starts[-1] = row_starts[-1]
    weights = _draw_weights(row_starts, n_exc, g_exc, g_inh, weight_jitter, weight_seed)
    if envelope:
        present = _keep_present(starts, targets, weights)
        targets, weights = targets[:present].copy(), weights[:present].copy()
    return Synapses(starts, targets, weights, min_delay, n_delays)
