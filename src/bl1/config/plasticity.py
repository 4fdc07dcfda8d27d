"""How synapses change: on four timescales, each rule switched on by its section."""

from pydantic import Field, field_validator

from bl1.config.fields import Fraction, Positive, Section, TimeConstant
from bl1.yamlfile import expected


class StpParameters(Section):
    """Short-term plasticity of one kind of synapse (Tsodyks & Markram)."""

    U: float = Field(ge=1e-3, le=1, description="release probability of the first spike")
    tau_rec_ms: TimeConstant = Field(description="recovery from depression (ms)")
    tau_fac_ms: float = Field(
        ge=0, le=1e6, description="decay of facilitation (ms); 0: no facilitation"
    )

    @field_validator("tau_fac_ms")
    @classmethod
    def _none_or_a_time_constant(cls, tau_ms: float) -> float:
        if 0 < tau_ms < 0.01:
            raise expected("0, or a number >= 0.01")
        return tau_ms


class StpConfig(Section):
    """Short-term plasticity by the kind of the presynaptic cell."""

    excitatory: StpParameters
    inhibitory: StpParameters


class StdpConfig(Section):
    """Spike-timing dependent plasticity of excitatory synapses."""

    a_plus: Fraction = Field(0.005, description="growth per pair, pre before post")
    a_minus: Fraction = Field(0.00525, description="decline per pair, post before pre")
    tau_plus_ms: TimeConstant = Field(20.0, description="window of growth (ms)")
    tau_minus_ms: TimeConstant = Field(50.0, description="window of decline (ms)")
    w_max: Positive = Field(0.1, description="largest weight; not below the initial weights")
