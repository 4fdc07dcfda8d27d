"""Cells on the dish, the wiring between them, their receptors and what drives them."""

import math

from pydantic import Field, ValidationInfo, field_validator

from bl1.config.fields import (
    Conductance,
    Fraction,
    Potential,
    Section,
    Share,
    TimeConstant,
    Velocity,
)
from bl1.yamlfile import expected

EXCITATORY_TYPES = (
    "RS",
    "IB",
    "CH",
    "adex_brette_gerstner",
    "adex_adapting",
    "adex_initial_burst",
    "adex_regular_burst",
    "adex_delayed_accelerating",
    "adex_delayed_burst",
    "adex_transient",
    "adex_irregular",
)
INHIBITORY_TYPES = ("FS", "LTS", "adex_tonic")
MOST_NEURONS = 10_000_000


class CultureConfig(Section):
    """Cells on a square dish and the wiring between them.

    A path of length d between two cells is wired with probability p_max·exp(-d/lambda_um). Beside
    the straight path there are those that turn back at the walls, like light from a mirror, so that
    a pair may be wired more than once, with different delays. Density, not the size of the dish, is
    what is given: the dish grows with the number of neurons, so that degree, rates and bursts do
    not depend on it.
    """

    n_neurons: int = Field(ge=1, le=MOST_NEURONS, description="number of neurons")
    density_per_mm2: float = Field(ge=1e-3, le=1e7, description="neurons per mm² of the dish")
    ei_ratio: Fraction = Field(0.8, description="fraction of excitatory neurons")
    cell_types: dict[str, Share] = Field(
        {"RS": 0.64, "IB": 0.08, "CH": 0.08, "FS": 0.16, "LTS": 0.04},
        description="shares of the cell types; excitatory ones are scaled to ei_ratio, FS, LTS "
        "and adex_tonic to the rest (Izhikevich 2003, doi:10.1109/TNN.2003.820440; AdEx: Naud et "
        "al. 2008, doi:10.1007/s00422-008-0264-7)",
    )
    lambda_um: float = Field(200.0, ge=1, le=5000, description="length constant of the wiring (µm)")
    p_max: Fraction = Field(0.21, description="connection probability of a path of length 0")
    g_exc: Conductance = Field(
        0.05,
        description="mean weight of excitatory synapses (peak conductance, in units of the "
        "membrane equation of Izhikevich)",
    )
    g_inh: Conductance = Field(0.20, description="mean weight of inhibitory synapses (same units)")
    weight_jitter: Fraction = Field(0.1, description="half-width of the uniform spread of weights")
    conduction_velocity_m_per_s: tuple[Velocity, Velocity] = Field(
        (0.3, 0.5), description="slowest and fastest axon (m/s), uniform between"
    )
    synaptic_delay_ms: float = Field(
        1.0, ge=0, le=1000, description="delay of the synapse itself (ms)"
    )
    refractory_ms: float = Field(1.0, ge=0, le=1000, description="absolute refractory time (ms)")

    @field_validator("cell_types")
    @classmethod
    def _cell_types_are_known_and_consistent(
        cls, shares: dict[str, float], info: ValidationInfo
    ) -> dict[str, float]:
        known = (*EXCITATORY_TYPES, *INHIBITORY_TYPES)
        for name in shares:
            if name not in known:
                raise expected(f"a known cell type: {', '.join(known)}", key=name)
        ei_ratio = info.data.get("ei_ratio", 0.8)
        for types, wanted in ((EXCITATORY_TYPES, ei_ratio), (INHIBITORY_TYPES, 1 - ei_ratio)):
            if wanted > 0 and not sum(shares.get(name, 0.0) for name in types) > 0:
                raise expected(
                    f"a share above 0 for one of {', '.join(types)}, since ei_ratio is {ei_ratio:g}"
                )
        return shares

    @field_validator("conduction_velocity_m_per_s")
    @classmethod
    def _velocities_are_ordered(cls, velocities: tuple[float, float]) -> tuple[float, float]:
        if velocities[0] > velocities[1]:
            raise expected("the slowest axon first")
        return velocities

    @property
    def side_um(self) -> float:
        """Side of the square dish (µm): √(n_neurons / density_per_mm2)."""
        return 1000.0 * math.sqrt(self.n_neurons / self.density_per_mm2)


class BlockedConfig(Section):
    """Channels that cannot open, as a share of each kind; see :mod:`bl1.network.pharmacology`."""

    ampa: Fraction = Field(0.0, description="AMPA receptors that are blocked")
    nmda: Fraction = Field(0.0, description="NMDA receptors that are blocked")
    gaba_a: Fraction = Field(0.0, description="GABA_A receptors that are blocked")
    gaba_b: Fraction = Field(0.0, description="GABA_B receptors that are blocked")
    sodium: float = Field(
        0.0, ge=0, le=0.9999, description="sodium channels that are blocked: thresholds rise"
    )


class SynapsesConfig(Section):
    """Receptor kinetics. Dual exponentials are scaled to a peak of 1.

    An excitatory weight is shared by AMPA (1 - nmda_ratio) and NMDA (nmda_ratio), an inhibitory one
    by GABA_A (1 - gaba_b_ratio) and GABA_B (gaba_b_ratio).
    """

    nmda_ratio: Fraction = Field(0.0, description="NMDA's share of an excitatory weight")
    gaba_b_ratio: Fraction = Field(0.0, description="GABA_B's share of an inhibitory weight")
    e_exc_mv: Potential = Field(0.0, description="reversal potential of AMPA and NMDA (mV)")
    e_gaba_a_mv: Potential = Field(-75.0, description="reversal potential of GABA_A (mV)")
    e_gaba_b_mv: Potential = Field(-95.0, description="reversal potential of GABA_B (mV)")
    tau_ampa_ms: TimeConstant = Field(2.0, description="AMPA decay (ms)")
    tau_nmda_rise_ms: TimeConstant = Field(2.0, description="NMDA rise (ms)")
    tau_nmda_decay_ms: TimeConstant = Field(100.0, description="NMDA decay (ms)")
    tau_gaba_a_ms: TimeConstant = Field(6.0, description="GABA_A decay (ms)")
    tau_gaba_b_rise_ms: TimeConstant = Field(45.0, description="GABA_B rise (ms)")
    tau_gaba_b_decay_ms: TimeConstant = Field(170.0, description="GABA_B decay (ms)")
    mg_mm: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="Mg²⁺ (mM) that blocks NMDA (doi:10.1523/JNEUROSCI.10-09-03178.1990)",
    )
    blocked: BlockedConfig = BlockedConfig()

    @field_validator("tau_nmda_decay_ms", "tau_gaba_b_decay_ms")
    @classmethod
    def _decay_is_slower_than_rise(cls, decay_ms: float, info: ValidationInfo) -> float:
        rise = str(info.field_name).replace("decay", "rise")
        if decay_ms <= info.data.get(rise, 0.0):
            raise expected(f"more than {rise} ({info.data[rise]:g})", value=decay_ms)
        return decay_ms


class BackgroundConfig(Section):
    """Current that stands for all that is not on the dish: a mean and white noise.

    `std` is that of the current averaged over 1 ms, so that a step of dt draws
    std·√(1 ms/dt) and results do not depend on dt. Units: the current I of Izhikevich.
    """

    mean: float = Field(0.0, ge=-1000, le=1000, description="mean current")
    std: float = Field(
        0.0, ge=0, le=1000, description="standard deviation of the current's 1 ms averages"
    )
