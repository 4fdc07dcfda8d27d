"""Wiring: degree, distance law, delays, and what does not depend on the size of the dish."""

import time

import numpy as np
import pytest

from bl1.config import BackgroundConfig
from bl1.network.connectivity import connect, expected_out_degree, grid_for
from bl1.network.culture import Culture
from bl1.network.placement import place_cells

DENSITY, LAMBDA_UM, P_MAX = 1000.0, 200.0, 0.21


def grow(n, seed=0, density=DENSITY, **changes):
    """Cells and synapses of a dish of ``n`` cells, and (source, target, delay) of each synapse."""
    rng = np.random.default_rng(seed)
    grid = grid_for(1000.0 * np.sqrt(n / density), changes.get("lambda_um", LAMBDA_UM), n)
    positions = place_cells([round(0.8 * n), n - round(0.8 * n)], grid, rng)
    options = {
        "lambda_um": LAMBDA_UM,
        "p_max": P_MAX,
        "g_exc": 0.05,
        "g_inh": 0.2,
        "weight_jitter": 0.1,
        "velocity_m_per_s": np.full(n, 0.4, np.float32),
        "synaptic_delay_ms": 1.0,
        "dt_ms": 0.5,
    } | changes
    wiring = connect(positions, round(0.8 * n), grid, rng=rng, **options)
    rows = np.repeat(np.arange(len(wiring.starts) - 1), np.diff(wiring.starts.astype(np.int64)))
    return positions, wiring, rows // wiring.n_delays, rows % wiring.n_delays + wiring.min_delay


@pytest.mark.parametrize("n", [1000, 5000, 20000])
def test_degree_is_that_of_an_unbounded_dish_at_any_size(n):
    _, wiring, sources, _ = grow(n)
    expected = expected_out_degree(DENSITY, LAMBDA_UM, P_MAX)
    assert len(sources) / n == pytest.approx(expected, rel=0.03)
    out_degree = np.bincount(sources, minlength=n)
    in_degree = np.bincount(wiring.targets, minlength=n)
    # Nearly Poisson: local density varies, the walls do not show.
    assert out_degree.std() < 2.0 * np.sqrt(expected)
    assert in_degree.std() < 2.0 * np.sqrt(expected)


def test_degree_near_a_wall_is_that_of_the_middle():
    positions, _, sources, _ = grow(20000)
    side = 1000.0 * np.sqrt(20000 / DENSITY)
    to_wall = np.minimum(positions, side - positions).min(axis=1)
    degree = np.bincount(sources, minlength=20000)
    assert degree[to_wall < 100].mean() == pytest.approx(degree[to_wall > 800].mean(), rel=0.05)


def test_probability_falls_exponentially_with_distance():
    n = 8000
    positions, wiring, sources, _ = grow(n, seed=1)
    side = 1000.0 * np.sqrt(n / DENSITY)
    inner = (np.minimum(positions, side - positions).min(axis=1) > 1000.0).nonzero()[0]
    found = np.hypot(*(positions[sources] - positions[wiring.targets]).T)
    found = found[np.isin(sources, inner)]
    bins = np.arange(0.0, 1000.0, 50.0)
    expected = np.zeros(len(bins) - 1)
    for cell in inner:
        distance = np.delete(np.hypot(*(positions - positions[cell]).T), cell)
        expected += np.histogram(distance, bins, weights=P_MAX * np.exp(-distance / LAMBDA_UM))[0]
    counts = np.histogram(found, bins)[0]
    assert np.all(np.abs(counts - expected) < 4.0 * np.sqrt(expected))
    assert abs(counts.sum() - expected.sum()) < 3.0 * np.sqrt(expected.sum())


def test_nobody_synapses_on_itself():
    _, wiring, sources, _ = grow(3000)
    assert not np.any(sources == wiring.targets)


def test_rows_are_ordered_by_delay_and_target():
    _, wiring, sources, delays = grow(2000)
    order = np.lexsort((wiring.targets, delays, sources))
    assert np.array_equal(order, np.arange(len(order)))


def test_delays_are_release_plus_path_over_velocity():
    n = 8000
    velocity = np.linspace(0.3, 0.5, n).astype(np.float32)
    positions, wiring, sources, delays = grow(n, velocity_m_per_s=velocity)
    straight_um = np.hypot(*(positions[sources] - positions[wiring.targets]).T)
    expected = np.floor((1.0 + straight_um / (1000.0 * velocity[sources])) / 0.5 + 0.5)
    # Axons that turned back at a wall are longer than the straight line, never shorter.
    assert np.all(delays >= expected - 1e-6)
    assert np.mean(delays == expected) > 0.75
    assert delays.min() == 2


def test_weights_spread_uniformly_around_their_mean():
    _, wiring, sources, _ = grow(3000)
    excitatory = wiring.weights[sources < 2400]
    inhibitory = wiring.weights[sources >= 2400]
    assert excitatory.mean() == pytest.approx(0.05, rel=0.01)
    assert inhibitory.mean() == pytest.approx(0.20, rel=0.01)
    assert excitatory.min() >= 0.045 and excitatory.max() <= 0.055
    assert excitatory.std() == pytest.approx(0.05 * 0.1 / np.sqrt(3), rel=0.03)


def test_the_same_seed_wires_the_same_dish():
    first, second, other = grow(1500, seed=5)[1], grow(1500, seed=5)[1], grow(1500, seed=6)[1]
    assert np.array_equal(first.targets, second.targets)
    assert np.array_equal(first.weights, second.weights)
    assert not np.array_equal(first.targets[:1000], other.targets[:1000])


def test_no_pairs_no_synapses():
    _, wiring, _, _ = grow(1)
    assert len(wiring.targets) == 0
    _, wiring, _, _ = grow(200, p_max=0.0)
    assert len(wiring.targets) == 0


def test_axons_far_shorter_than_the_spacing_need_no_large_grid():
    _, wiring, _, _ = grow(500, lambda_um=0.1)
    assert len(wiring.targets) == 0


def test_nearest_neighbours_are_wired_where_p_max_is_one():
    positions, wiring, sources, _ = grow(3000, p_max=1.0)
    wired = set(zip(sources.tolist(), wiring.targets.tolist(), strict=True))
    near = [
        (a, b)
        for a in range(3000)
        for b in np.flatnonzero(np.hypot(*(positions - positions[a]).T) < 10.0).tolist()
        if a != b
    ]
    assert len(near) > 500
    assert np.mean([pair in wired for pair in near]) == pytest.approx(0.967, abs=0.02)


def test_wiring_work_grows_with_synapses_not_with_pairs():
    grow(1000)
    seconds = []
    for n in (10_000, 40_000):
        start = time.process_time()
        grow(n, density=100.0)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 8.0 * seconds[0]  # all pairs would take 16 times as long


def weak(plating):
    """Synapses too weak for one spike to fire another cell."""
    return plating.model_copy(update={"g_exc": 0.001, "g_inh": 0.001})


@pytest.mark.parametrize("kind", ["RS", "FS"])
def test_firing_one_cell_of_a_grown_culture_reaches_its_targets_only(kind):
    dish = Culture.from_config("wagenaar_calibrated", seed=2, n_neurons=400)
    changes = {"background": BackgroundConfig(), "culture": weak(dish.config.culture)}
    dish = Culture.from_config(dish.config.model_copy(update=changes), seed=2)
    cell = dish.cell_types.index(kind)
    running = dish.engine()
    current = np.zeros(400, np.float32)
    current[cell] = 300.0
    assert set(running.run(2, current).ids.tolist()) == {cell}
    running.run(60)
    wiring = dish.synapses
    row = slice(wiring.starts[cell * wiring.n_delays], wiring.starts[(cell + 1) * wiring.n_delays])
    targets = sorted(set(wiring.targets[row].tolist()))
    assert len(targets) > 5
    g = running.conductances()
    reached = "ampa" if kind == "RS" else "gaba_a"
    silent = "gaba_a" if kind == "RS" else "ampa"
    assert np.flatnonzero(g[reached] > 1e-12).tolist() == targets
    assert g[silent].max() < 1e-12
