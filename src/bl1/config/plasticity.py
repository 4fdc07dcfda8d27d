"""How synapses change: on four timescales, each rule switched on by its section."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

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
    """Short-term plasticity by the kind of the presynaptic cell (milliseconds to seconds)."""

    excitatory: StpParameters
    inhibitory: StpParameters


class StdpConfig(Section):
    """Spike-timing dependent plasticity of excitatory synapses (seconds to minutes)."""

    a_plus: Fraction = Field(
        0.005, description="growth per pair, target after arrival, as a share of w_max - w_min"
    )
    a_minus: Fraction = Field(
        0.00525, description="decline per pair, arrival after target, as a share of w_max - w_min"
    )
    tau_plus_ms: TimeConstant = Field(20.0, description="window of growth (ms)")
    tau_minus_ms: TimeConstant = Field(50.0, description="window of decline (ms)")
    w_min: float = Field(
        0.0, ge=0, le=1000, description="smallest weight; not above the initial weights"
    )
    w_max: Positive = Field(0.1, description="largest weight; not below the initial weights")
    pairing: Literal["all_to_all", "nearest"] = Field(
        "all_to_all", description="which pairs of spikes count"
    )
    bounds: Literal["additive", "multiplicative"] = Field(
        "additive", description="whether changes shrink as a weight nears its bound"
    )

    @field_validator("w_max")
    @classmethod
    def _bounds_are_ordered(cls, w_max: float, info: ValidationInfo) -> float:
        if w_max <= info.data.get("w_min", 0.0):
            raise expected(f"more than w_min ({info.data['w_min']:g})", value=w_max)
        return w_max


class RewardConfig(Section):
    """Reward-modulated STDP: with this section, timing only makes synapses eligible."""

    tau_eligibility_ms: float = Field(
        1000.0, ge=10, le=1e6, description="how long a synapse stays eligible (ms)"
    )
    learning_rate: float = Field(1.0, ge=0, le=1e4, description="weight per reward and eligibility")
    baseline_rate: Fraction = Field(
        0.1, description="how far each reward moves the baseline that is taken off it"
    )


def _within_tau(interval_s: float, info: ValidationInfo) -> float:
    """An update changes a share interval_s/tau_s, which is at most all."""
    tau_s = info.data.get("tau_s", interval_s)
    if interval_s > tau_s:
        raise expected(f"at most tau_s ({tau_s:g})", value=interval_s)
    return interval_s


class HomeostaticConfig(Section):
    """Scaling of a cell's excitatory input toward a target rate (hours to days)."""

    target_rate_hz: Positive = Field(1.0, description="rate at which nothing changes (Hz)")
    tau_s: Positive = Field(100.0, description="time constant of scaling (s)")
    tau_rate_s: Positive = Field(10.0, description="time over which a cell averages its rate (s)")
    interval_s: float = Field(1.0, ge=0.01, le=1e6, description="time between two updates (s)")
    max_scale: float = Field(5.0, ge=1, le=1e3, description="largest factor, and 1/smallest")

    @field_validator("interval_s")
    @classmethod
    def _updates_are_many_in_tau(cls, interval_s: float, info: ValidationInfo) -> float:
        return _within_tau(interval_s, info)


class StructuralConfig(Section):
    """Creation and pruning of excitatory synapses by activity and distance (days)."""

    target_rate_hz: Positive = Field(1.0, description="rate at which nothing forms (Hz)")
    tau_s: Positive = Field(100.0, description="time constant of turnover (s)")
    tau_rate_s: Positive = Field(10.0, description="time over which a cell averages its rate (s)")
    interval_s: float = Field(1.0, ge=0.01, le=1e6, description="time between two updates (s)")
    prune_below: float = Field(
        0.0, ge=0, le=1000, description="weight below which a synapse is pruned"
    )
    max_synapses: int | None = Field(
        None,
        ge=1,
        le=4_000_000_000,
        description="most synapses in all; no more form. None: twice as many as at the start",
    )

    @field_validator("interval_s")
    @classmethod
    def _updates_are_many_in_tau(cls, interval_s: float, info: ValidationInfo) -> float:
        return _within_tau(interval_s, info)
