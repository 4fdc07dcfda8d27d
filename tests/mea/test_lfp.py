"""The field potential: the point source's formula, its signs, and a library's opinion."""

import lfpykit
import numpy as np
import pytest

from bl1.config import SynapsesConfig
from bl1.mea.layout import cl1
from bl1.mea.lfp import DENDRITES_UM, lead_field, point_source_uv, synaptic_current


def test_a_point_source_is_as_the_formula_has_it():
    # 1 nA at 100 µm in 0.3 S/m: 1e-9 / (4π · 0.3 · 1e-4) V
    assert point_source_uv(1000.0, 100.0) == pytest.approx(2.652582, rel=1e-6)


def test_the_lead_field_is_that_of_a_library_less_the_return_current():
    rng = np.random.default_rng(0)
    cells_um = rng.uniform(300, 1100, (40, 2))
    layout = cl1()
    x, y = (np.repeat(axis[:, np.newaxis], 2, axis=1) for axis in cells_um.T)
    geometry = lfpykit.CellGeometry(
        x=x + np.array([-0.01, 0.01]), y=y, z=np.zeros_like(x), d=np.full(40, 1.0)
    )
    library = lfpykit.PointSourcePotential(
        geometry, *layout.positions_um.T, z=np.zeros(len(layout)), sigma=0.3
    ).get_transformation_matrix()  # mV per nA
    apart_um = np.linalg.norm(layout.positions_um[:, None] - cells_um[None], axis=2)
    near = (apart_um > 15) & (apart_um < DENDRITES_UM)
    # Twice for the insulator, 0.1 nA for 1 mV/ms, inward currents negative.
    returned = point_source_uv(100.0, DENDRITES_UM)
    expected = -2.0 * (1000.0 * 0.1 * library - returned)
    ours = lead_field(cells_um, layout).toarray()
    assert near.sum() > 20
    assert ours[near] == pytest.approx(expected[near], rel=1e-3)
    assert np.all(ours[apart_um > DENDRITES_UM] == 0)


def test_excitation_is_a_sink_and_inhibition_a_source():
    none = np.zeros(1, np.float32)
    v_mv = np.full(1, -65.0, np.float32)

    def current(**given):
        conductances = {"ampa": none, "nmda": none, "gaba_a": none, "gaba_b": none} | {
            name: np.full(1, g, np.float32) for name, g in given.items()
        }
        return float(synaptic_current(conductances, v_mv, SynapsesConfig())[0])

    assert current(ampa=0.1) == pytest.approx(6.5)
    assert current(gaba_a=0.1) == pytest.approx(-1.0)
    assert current(gaba_b=0.1) == pytest.approx(-3.0)
    # Magnesium blocks all but 6 % of NMDA at −65 mV (Jahr & Stevens 1990).
    assert current(nmda=0.1) == pytest.approx(6.5 / (1 + np.exp(0.062 * 65) / 3.57), rel=1e-3)
    assert lead_field(np.array([[200.0, 250.0]]), cl1()).min() < 0
