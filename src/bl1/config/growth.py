"""How a culture comes of age: the numbers of :mod:`bl1.network.growth`."""

from typing import Annotated

from pydantic import Field

from bl1.config.fields import Fraction, Potential, Section

Age = Annotated[float, Field(ge=0, le=1000)]
Days = Annotated[float, Field(ge=0.1, le=1000)]


class GrowthConfig(Section):
    """Development in days in vitro (DIV) towards the values of the other sections.

    A `_half_div` is the age at which half the way is done, `_days` the time constant of the
    logistic curve around it.
    """

    neurite_start: float = Field(
        0.1, ge=1e-3, le=1, description="radius of neurites at plating, as a share of lambda_um"
    )
    neurite_days: Days = Field(3.0, description="time constant of their growth (days)")
    synapse_half_div: Age = Field(12.0, description="synapse formation: half done (DIV)")
    synapse_days: Days = Field(4.0, description="synapse formation: time constant (days)")
    overshoot: float = Field(
        0.1, ge=0, le=10, description="synapses formed beyond p_max, as a share of it"
    )
    pruning_half_div: Age = Field(38.0, description="pruning of that surplus: half done (DIV)")
    pruning_days: Days = Field(4.0, description="pruning of that surplus: time constant (days)")
    exc_half_div: Age = Field(6.0, description="growth of excitatory weights: half done (DIV)")
    exc_days: Days = Field(3.0, description="growth of excitatory weights: time constant (days)")
    inh_start: Fraction = Field(
        0.04, description="young inhibitory weights, as a share of the mature ones"
    )
    inh_half_div: Age = Field(19.0, description="growth of inhibitory weights: half done (DIV)")
    inh_days: Days = Field(4.0, description="growth of inhibitory weights: time constant (days)")
    e_gaba_young_mv: Potential = Field(
        -50.0, description="reversal potential of GABA_A in young cells (mV)"
    )
    gaba_switch_half_div: Age = Field(10.0, description="shift of that potential: half done (DIV)")
    gaba_switch_days: Days = Field(1.5, description="shift of that potential: time constant (days)")
