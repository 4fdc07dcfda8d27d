"""Cells against converged solutions, published patterns, and the traps of the explicit scheme."""

import numba
import numpy as np
import pytest
from circuits import SILENT, drive, engine

from bl1.core.izhikevich import CELL_TYPES, izhikevich_flow

CURRENTS = (4.0, 5.0, 7.0, 10.0, 15.0, 25.0)


@numba.njit
def converged_count(a, b, c, d, current, seconds, dt=0.001):
    """Spikes of plain Euler at a step of 1 µs, in double precision."""
    v, u, spikes = -65.0, -65.0 * b, 0
    for _ in range(int(seconds * 1000.0 / dt)):
        slope = 0.04 * v * v + 5.0 * v + 140.0 - u + current
        v, u = v + dt * slope, u + dt * a * (b * v - u)
        if v >= 30.0:
            v, u, spikes = c, u + d, spikes + 1
    return spikes


def spikes_under(kind, current, seconds, dt_ms=0.5):
    cell = engine([kind], dt_ms=dt_ms)
    return cell.run(round(1000 * seconds / dt_ms), drive(1, c0=current)).steps * dt_ms


@pytest.mark.parametrize("kind", CELL_TYPES)
@pytest.mark.parametrize("current", CURRENTS)
def test_rates_agree_with_a_converged_solution(kind, current):
    cell = CELL_TYPES[kind]
    expected = converged_count(cell.a, cell.b, cell.c, cell.d, current, 10.0)
    found = len(spikes_under(kind, current, 10.0))
    assert abs(found - expected) <= max(1, 0.0081 * expected)


@pytest.mark.parametrize(
    ("kind", "current", "published"),
    [("RS", 5, 11), ("RS", 10, 23), ("RS", 15, 34), ("IB", 10, 34), ("IB", 15, 63),
     ("CH", 10, 87), ("CH", 15, 130), ("FS", 5, 46), ("FS", 10, 137), ("FS", 15, 231),
     ("LTS", 10, 78), ("LTS", 15, 117)],
)  # fmt: skip
def test_first_second_of_the_f_i_curve(kind, current, published):
    assert abs(len(spikes_under(kind, current, 1.0)) - published) <= max(1, 0.02 * published)


def test_regular_spiking_cells_adapt():
    intervals = np.diff(spikes_under("RS", 10.0, 1.0))
    assert intervals[0] < 0.7 * intervals[-1]
    assert np.ptp(intervals[-5:]) <= 1.0


def test_intrinsically_bursting_cells_burst_first_and_then_fire_singly():
    intervals = np.diff(spikes_under("IB", 10.0, 1.0))
    assert intervals[0] < 6.0
    assert intervals[-5:].min() > 15.0


def test_chattering_cells_fire_in_bursts_throughout():
    intervals = np.diff(spikes_under("CH", 10.0, 1.0))[-30:]
    assert intervals.min() < 5.0
    assert intervals.max() > 20.0


def test_fast_spiking_cells_fire_fast_without_adapting():
    intervals = np.diff(spikes_under("FS", 10.0, 1.0))
    assert intervals.mean() < 10.0
    assert np.ptp(intervals[2:]) <= 1.0


def test_low_threshold_cells_fire_where_regular_ones_stay_silent():
    assert len(spikes_under("RS", 3.0, 1.0)) <= 1
    assert len(spikes_under("LTS", 3.0, 1.0)) > 10


@pytest.mark.parametrize("conductance", [0.1, 1.0, 6.0, 50.0, 1000.0])
@pytest.mark.parametrize("v", [-120.0, -75.0, -65.0, -40.0])
def test_inhibition_of_any_strength_never_excites(conductance, v):
    """Explicit Euler fires 195 times in 200 ms at a GABA_A conductance of 6."""
    f = np.float32
    reversal, g, v, u = f(-75.0), f(conductance), f(v), f(-13.0)
    for _ in range(400):
        previous = v
        free, _, fires_free = izhikevich_flow(v, u, f(0), f(0), f(0.02), f(0.2), f(0.5))
        v, u, crossed = izhikevich_flow(v, u, g * reversal, g, f(0.02), f(0.2), f(0.5))
        if crossed:
            assert fires_free and conductance < 1.0
            return
        assert fires_free or v <= max(previous, free, reversal + 1.0)
        assert v >= min(previous, reversal) - 4.0
    assert reversal - 4.0 < v < -60.0


@pytest.mark.parametrize("conductance", [6.0, 50.0, 1000.0])
@pytest.mark.parametrize("v", [0.0, 29.0])
def test_strong_inhibition_stops_a_spike_on_its_way(conductance, v):
    f = np.float32
    reversal, g, v, u = f(-75.0), f(conductance), f(v), f(-13.0)
    for _ in range(400):
        previous = v
        v, u, crossed = izhikevich_flow(v, u, g * reversal, g, f(0.02), f(0.2), f(0.5))
        assert not crossed
        assert v <= max(previous, reversal + 2.0)
    assert reversal - 4.0 < v < -70.0


def test_a_stronger_inhibition_never_gives_more_spikes():
    counts = []
    for weight in (0.0, 0.01, 0.1, 1.0, 10.0, 1000.0):
        circuit = engine(["RS", "FS"], [(1, 0, weight, 2)])
        counts.append(int((circuit.run(2000, drive(2, c0=8.0, c1=10.0)).ids == 0).sum()))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 10 and counts[-1] <= 1


def test_no_cell_fires_within_its_refractory_period():
    limited = engine(["FS"], refractory_ms=2.0).run(2000, drive(1, c0=5000.0))
    assert np.diff(limited.steps).min() == 4
    unlimited = engine(["FS"], refractory_ms=0.5).run(2000, drive(1, c0=5000.0))
    assert np.diff(unlimited.steps).min() == 1


def test_a_refractory_cell_goes_back_to_its_reset():
    cell = engine(["FS"], refractory_ms=2.0)
    current = drive(1, c0=5000.0)
    fired = {int(step) for step in cell.run(20, current).steps}
    for _ in range(20):
        spikes = cell.run(1, current)
        if not len(spikes.ids) and min(cell.step_count - 1 - step for step in fired) < 4:
            assert cell.v_mv[0] == -65.0
        fired.update(int(step) for step in spikes.steps)


def test_halving_dt_moves_no_rate_by_more_than_two_percent():
    for kind in CELL_TYPES:
        coarse = len(spikes_under(kind, 8.0, 10.0, dt_ms=0.5))
        fine = len(spikes_under(kind, 8.0, 10.0, dt_ms=0.25))
        assert abs(coarse - fine) <= max(1, 0.02 * fine), kind


def test_a_cell_without_input_rests():
    cell = engine(["RS"], background=SILENT)
    assert len(cell.run(4000).ids) == 0
    assert cell.v_mv[0] == pytest.approx(-70.0, abs=0.01)  # root of 0.04v² + 5v + 140 − 0.2v
