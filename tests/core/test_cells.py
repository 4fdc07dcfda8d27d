"""Cells and populations: what cannot be is refused by name."""

import numpy as np
import pytest

from bl1.core.cells import Cells, Population
from bl1.errors import Bl1Error


def adex(**changed):
    names = ("g_l", "e_l", "v_t", "delta_t", "a", "rate_w", "v_r", "b")
    usual = dict(zip(names, (0.05, -70.0, -50.0, 2.0, 0.01, 0.01, -58.0, 0.3), strict=True))
    return Population("adex", np.array([[value] for value in (usual | changed).values()]))


@pytest.mark.parametrize("name", ["g_l", "delta_t", "rate_w"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_parameters_that_make_no_sense_are_refused(name, value):
    with pytest.raises(Bl1Error, match=f"parameter {name} of adex cell 0 is {value}, expected a"):
        adex(**{name: value})


def test_an_unknown_model_and_a_missing_parameter_are_refused():
    with pytest.raises(
        Bl1Error, match="the model of cells is 'hh', expected izhikevich, adex, lif"
    ):
        Population("hh", np.zeros((4, 1)))
    with pytest.raises(Bl1Error, match=r"izhikevich cells have shape \(3, 2\), expected \(4, cell"):
        Population("izhikevich", np.zeros((3, 2)))
    with pytest.raises(Bl1Error, match="the type of a cell is 'XX', expected one of RS, IB"):
        Cells.of_types(["RS", "XX"])


def test_excitatory_cells_come_first():
    """Who excites is told by who comes first: an inhibitory cell among them would excite."""
    with pytest.raises(Bl1Error, match="cell 1 is an inhibitory FS before excitatory cells"):
        Cells.of_types(["RS", "FS", "RS"])
    assert Cells.of_types(["RS", "RS", "FS"]).n_exc == 2
    with pytest.raises(Bl1Error, match="n_exc is 3, expected 0 to 1, the number of cells"):
        Cells((adex(),), n_exc=3)
