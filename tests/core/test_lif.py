"""Leaky integrate-and-fire cells against their closed form."""

import numpy as np
import pytest
from circuits import SILENT

from bl1.config import SynapsesConfig
from bl1.core.cells import Cells, Population
from bl1.core.engine import Engine


def lif_cells(n, *, tau_m_ms=20.0, e_l=-60.0, v_t=-50.0, v_r=-60.0, refractory_ms=5.0):
    parameters = np.tile([[1 / tau_m_ms], [e_l], [v_t], [v_r], [refractory_ms]], n)
    return Cells((Population("lif", parameters.astype(np.float32)),), n_exc=n)


@pytest.mark.parametrize("drive_mv", [10.5, 15.0, 40.0])
def test_rate_is_that_of_the_closed_form(drive_mv):
    """T = t_ref + τ ln(RI / (RI − (V_T − E_L))), the input RI given in mV."""
    cell = Engine(
        lif_cells(1), None, kinetics=SynapsesConfig(), stp=None, background=SILENT,
        refractory_ms=0.0, dt_ms=0.1,
    )  # fmt: skip
    spikes = cell.run(100_000, [drive_mv / 20.0])
    expected_ms = 5.0 + 20.0 * np.log(drive_mv / (drive_mv - 10.0))
    assert np.diff(spikes.steps).mean() * 0.1 == pytest.approx(expected_ms, abs=0.11)


def test_it_is_held_at_reset_for_the_refractory_time():
    cell = Engine(
        lif_cells(1), None, kinetics=SynapsesConfig(), stp=None, background=SILENT,
        refractory_ms=0.0, dt_ms=0.1,
    )  # fmt: skip
    while not len(cell.run(1, [5.0]).ids):
        pass
    held = []
    while cell.v_mv[0] == -60.0:
        held.append(len(cell.run(1, [5.0]).ids))
    assert len(held) - 1 == 50 and sum(held) == 0
