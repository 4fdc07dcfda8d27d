"""The network that is measured: the same regime at any size.

About 100 synapses a neuron, all four receptors, short-term plasticity, background noise, conduction
delays; 2 to 5 Hz at 400 as at 100,000 neurons. Two variants, in the same regime: one whose
excitatory synapses also change by STDP, and one in which half of the cells are AdEx.
"""

from typing import Literal

from bl1.config import (
    BackgroundConfig,
    CultureConfig,
    Experiment,
    StdpConfig,
    StpConfig,
    StpParameters,
    SynapsesConfig,
)

Variant = Literal["engine", "stdp", "hybrid"]
HYBRID = {"RS": 0.4, "adex_adapting": 0.4, "FS": 0.1, "adex_tonic": 0.1}

#: Neurons and the simulated seconds that are timed.
ENGINE_SECONDS = {400: 20.0, 1_000: 20.0, 10_000: 5.0, 100_000: 1.0}


def bench_experiment(n_neurons: int, variant: Variant = "engine") -> Experiment:
    """The measured network at a size."""
    experiment = Experiment(
        name="bench",
        duration_s=ENGINE_SECONDS.get(n_neurons, 1.0),
        culture=CultureConfig(
            n_neurons=n_neurons, density_per_mm2=1895.0, g_exc=0.05, g_inh=0.10, p_max=0.21
        ),
        synapses=SynapsesConfig(nmda_ratio=0.1, gaba_b_ratio=0.01),
        stp=StpConfig(
            excitatory=StpParameters(U=0.5, tau_rec_ms=800.0, tau_fac_ms=0.0),
            inhibitory=StpParameters(U=0.04, tau_rec_ms=100.0, tau_fac_ms=1000.0),
        ),
        background=BackgroundConfig(mean=5.0, std=5.0),
    )
    if variant == "stdp":
        return experiment.model_copy(update={"stdp": StdpConfig(w_max=0.1)})
    if variant == "hybrid":
        plating = experiment.culture.model_copy(update={"cell_types": HYBRID})
        return experiment.model_copy(update={"culture": plating})
    return experiment
