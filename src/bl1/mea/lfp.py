"""Local field potential: the slow voltage that synaptic currents make at the electrodes.

A point current I in a medium of conductivity σ makes at distance r the potential

    φ = I / (4πσr)

On a dish the electrodes lie in an insulator, which mirrors every source and doubles it (Ness et
al. 2015, doi:10.1007/s12021-015-9265-6). What flows into a cell at its synapses flows out of it
elsewhere. A cell of the model is a point, so the current is taken as a source at the cell whose
return is spread evenly over a sphere of the reach R of its dendrites; outside of it the two cancel:

    φ = 2 I/(4πσ) · (1/r − 1/R)   for r < R, else 0

Without the return every cell of the dish would be heard by every electrode, and bursts would be
ten times too loud. R = 150 µm is the reach of dendrites in culture, roughly: the shape of this
potential in time says more than its height.

The synaptic current into a cell is I = C Σ g (E − v), with C = 100 pF for a regular-spiking cell
(Izhikevich 2007, Dynamical Systems in Neuroscience, ch. 8): 1 mV/ms of the model is 100 pA. An
inward current takes charge from the medium: φ is negative where cells are excited.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bl1.config import SynapsesConfig
from bl1.core.synapses import nmda_block
from bl1.mea.layout import Layout

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CONDUCTIVITY_S_PER_M = 0.3
CAPACITANCE_PF = 100.0
NEAREST_UM = 15.0  # a cell is no point and an electrode neither: their radii
MIRRORED = 2.0
DENDRITES_UM = 150.0


def point_source_uv(current_pa: float, distance_um: float) -> float:
    """Potential (µV) of a point current (pA) at a distance (µm): I/(4πσr)."""
    potential_v = 1e-12 * current_pa / (4e-6 * np.pi * CONDUCTIVITY_S_PER_M * distance_um)
    return float(1e6 * potential_v)


def lead_field(positions_um: NDArray[np.floating], layout: Layout) -> "csr_matrix":
    """(electrodes, cells) potential (µV) at each electrode for 1 mV/ms into each cell.

    Distances below 15 µm count as 15 µm.
    """
    from scipy.sparse import csr_matrix
    from scipy.spatial import cKDTree

    pairs = cKDTree(layout.places_um).sparse_distance_matrix(
        cKDTree(positions_um), DENDRITES_UM, output_type="ndarray"
    )
    apart_um = np.maximum(pairs["v"], NEAREST_UM)
    unit_uv = -MIRRORED * point_source_uv(CAPACITANCE_PF, 1.0)
    potential_uv = (unit_uv * (1 / apart_um - 1 / DENDRITES_UM)).astype(np.float32)
    return csr_matrix(
        (potential_uv, (pairs["i"], pairs["j"])), shape=(len(layout), len(positions_um))
    )


def synaptic_current(
    conductances: Mapping[str, NDArray[np.float32]],
    v_mv: NDArray[np.float32],
    synapses: SynapsesConfig,
) -> NDArray[np.float32]:
    """(n,) synaptic current into each cell (mV/ms): Σ g (E − v), NMDA with its block.

    Args:
        conductances: of :meth:`bl1.core.Engine.conductances` (1/ms).
        v_mv: membrane potentials (mV).
        synapses: reversal potentials and magnesium.
    """
    g = conductances
    block = nmda_block(v_mv, np.float32(synapses.mg_mm))
    excitatory = (g["ampa"] + g["nmda"] * block) * (np.float32(synapses.e_exc_mv) - v_mv)
    gaba_a = g["gaba_a"] * (np.float32(synapses.e_gaba_a_mv) - v_mv)
    gaba_b = g["gaba_b"] * (np.float32(synapses.e_gaba_b_mv) - v_mv)
    current: NDArray[np.float32] = excitatory + gaba_a + gaba_b
    return current
