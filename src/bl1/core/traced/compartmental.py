"""Cells with a dendrite among point neurons, through Jaxley (extra ``jaxley``).

A cell is a soma with the channels of Hodgkin & Huxley and a passive dendrite of a few compartments.
Its synapses sit on the dendrite, spread over the compartments by their area; its drive enters at
the soma. Jaxley (Deistler et al. 2025, doi:10.1038/s41592-025-02895-w) advances it in twenty
substeps, implicit in v, during which what arrives is constant.

Units. A weight g (1/ms) moves the whole cell as it would move a point neuron: it opens g·C, C being
the capacitance of the whole cell, as the density g·c_m·(area of the cell/area of the dendrite), and
1 µF/cm² per ms is 1 mS/cm². A drive I (mV/ms) is a current of I·C: 1 nF·mV/ms is 1 nA.

A spike is an upward crossing of −20 mV by the soma at the end of a step; nothing is reset.
"""

from functools import cache
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from bl1.core.synapses import nmda_block
from bl1.core.traced.cells import Moved, Numbers, Received
from bl1.core.traced.pytree import fixed, traced
from bl1.errors import Bl1Error

try:
    import jaxley
    from jaxley.channels import HH, Channel, Leak
    from jaxley.integrate import build_init_and_step_fn
except ImportError as error:
    raise Bl1Error("cells with a dendrite need Jaxley: pip install 'bl1[jaxley]'") from error

States: TypeAlias = dict[str, Array]  # in Jaxley, by their names there

SPIKE_MV = np.float32(-20.0)
SUBSTEPS = 20  # of a step: 0.025 ms at the default step
REST_MV = -65.0
CAPACITANCE_UF_PER_CM2 = 1.0
RESISTIVITY_OHM_CM = 150.0
SOMA_RADIUS_UM = 10.0
LEAK_S_PER_CM2 = 1e-4
RECEPTORS = ("ampa", "nmda", "gaba_a", "gaba_b")
REVERSAL = ("e_exc", "e_gaba_a", "e_gaba_b", "mg_mm")


class Receptors(Channel):  # type: ignore[misc]
    """The receptors of :mod:`bl1.core.synapses` as a channel of a compartment, in S/cm²."""

    def __init__(self) -> None:
        self.current_is_in_mA_per_cm2 = True
        super().__init__("receptors")
        self.channel_params = {f"receptors_{name}": 0.0 for name in (*RECEPTORS, *REVERSAL)}
        self.channel_states: dict[str, float] = {}
        self.current_name = "i_receptors"

    def update_states(self, states: Any, dt: Any, v: Any, params: Any) -> dict[str, Array]:
        """Conductances come from without."""
        return {}

    def compute_current(self, states: Any, v: Any, params: Any) -> Any:
        """Current out of the cell (mA/cm²)."""
        p = {name: params[f"receptors_{name}"] for name in (*RECEPTORS, *REVERSAL)}
        g_exc = p["ampa"] + p["nmda"] * nmda_block(v, p["mg_mm"])
        excitation = g_exc * (v - p["e_exc"])
        return excitation + p["gaba_a"] * (v - p["e_gaba_a"]) + p["gaba_b"] * (v - p["e_gaba_b"])


class _Morphology:
    """A cell in Jaxley, and what its step needs."""

    def __init__(self, n_compartments: int, length_um: float, radius_um: float) -> None:
        soma = jaxley.Branch(jaxley.Compartment(), ncomp=1)
        dendrite = jaxley.Branch(jaxley.Compartment(), ncomp=n_compartments)
        cell = jaxley.Cell([soma, dendrite], parents=[-1, 0])
        cell.set("axial_resistivity", RESISTIVITY_OHM_CM)
        cell.set("capacitance", CAPACITANCE_UF_PER_CM2)
        cell.set("v", REST_MV)
        cell.branch(0).set("length", 2.0 * SOMA_RADIUS_UM)
        cell.branch(0).set("radius", SOMA_RADIUS_UM)
        cell.branch(0).insert(HH())
        cell.branch(1).set("length", length_um / n_compartments)
        cell.branch(1).set("radius", radius_um)
        cell.branch(1).insert(Leak())
        cell.branch(1).insert(Receptors())
        cell.set("Leak_gLeak", LEAK_S_PER_CM2)
        cell.set("Leak_eLeak", REST_MV)
        cell.branch(0).comp(0).stimulate(jnp.zeros(1), verbose=False)
        with jax.ensure_compile_time_eval():  # Jaxley keeps these arrays in the cell
            cell.to_jax()
            init, self.step = build_init_and_step_fn(cell)
            self.at_rest, self.params = init([])
        soma_cm2 = 4.0 * np.pi * SOMA_RADIUS_UM**2 * 1e-8
        dendrite_cm2 = 2.0 * np.pi * radius_um * length_um * 1e-8
        area_cm2 = soma_cm2 + dendrite_cm2
        self.capacitance_nf = 1e3 * CAPACITANCE_UF_PER_CM2 * area_cm2
        #: S/cm² on the dendrite for a conductance of 1/ms.
        self.density = np.float32(1e-3 * CAPACITANCE_UF_PER_CM2 * area_cm2 / dendrite_cm2)

    def advance(
        self, states: States, drive: Array, receptors: dict[str, Array], dt_ms: Array
    ) -> States:
        """One cell through a step: a drive (mV/ms) at the soma, receptors on the dendrite."""
        params = dict(self.params)
        for name, value in receptors.items():
            params[f"receptors_{name}"] = jnp.full_like(params[f"receptors_{name}"], value)
        current_na = {"i": drive[None] * self.capacitance_nf}

        def substep(states: States, _: None) -> tuple[States, None]:
            after = self.step(states, params, current_na, delta_t=dt_ms / SUBSTEPS)
            return jax.tree.map(lambda new, old: new.astype(old.dtype), after, states), None

        after: States = lax.scan(substep, states, None, SUBSTEPS)[0]
        return after


@cache
def morphology(n_compartments: int, length_um: float, radius_um: float) -> _Morphology:
    """The one morphology of these measures."""
    return _Morphology(n_compartments, length_um, radius_um)


@traced
class Compartmental:
    """A group of n cells with a dendrite; ``u`` of these cells stays 0.

    Attributes:
        n: cells.
        n_compartments: of the dendrite.
        length_um, radius_um: of the dendrite, an unbranched cylinder.
    """

    n: int = fixed()
    n_compartments: int = fixed(default=4)
    length_um: float = fixed(default=400.0)
    radius_um: float = fixed(default=1.0)

    def __len__(self) -> int:
        return self.n

    @property
    def _form(self) -> _Morphology:
        return morphology(self.n_compartments, self.length_um, self.radius_um)

    def inner_at_rest(self) -> States:
        """Jaxley's states of the cells: (n, compartments) each, the soma first."""
        at_rest = self._form.at_rest
        return {name: jnp.tile(value, (self.n, 1)) for name, value in at_rest.items()}

    def advance(self, received: Received, v: Array, u: Array, inner: States, k: Numbers) -> Moved:
        """One step; ``v`` is that of the soma, which ``inner`` holds too."""
        density = {name: getattr(received, name) * self._form.density for name in RECEPTORS}
        constant = {name: k[name] for name in REVERSAL}

        def advance(states: States, drive: Array, density: dict[str, Array]) -> States:
            return self._form.advance(states, drive, density | constant, k["dt"])

        after = jax.vmap(advance)(inner, received.drive, density)
        v_next = after["v"][:, 0].astype(v.dtype)
        crossed = (v < SPIKE_MV) & (v_next >= SPIKE_MV)
        peak = jnp.full_like(v, SPIKE_MV)
        return Moved(v_next, u, crossed, peak, v_next, u, v_next, after)
