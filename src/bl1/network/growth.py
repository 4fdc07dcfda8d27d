"""A culture's age: neurites grow, synapses form and are pruned, inhibition matures.

With S(d; d½, τ) = 1/(1 + exp(−(d − d½)/τ)) and d in days in vitro (DIV)::

    λ(d)     = λ / (1 + (1/r₀ − 1) exp(−d/τ))          radius of neurites, r₀ λ at plating
    p(d)     = p_max S_form (1 + o (1 − S_prune))      at most 1
    g_exc(d) = g_exc S_exc
    g_inh(d) = g_inh (i₀ + (1 − i₀) S_inh)
    E(d)     = E_young + (E_GABA − E_young) S_switch

λ, p_max, g_exc, g_inh and E_GABA are those of the experiment file, towards which the culture
matures; all else is in its section ``growth`` (:class:`bl1.config.GrowthConfig`).

What it follows. That neurites spread as circular fields whose overlap makes connections, and that
connectivity overshoots and is then pruned, is the model of van Ooyen & van Pelt 1994 (Activity-
dependent outgrowth of neurons and overshoot phenomena in developing neural networks, J. theor.
Biol. 167:27–43). There activity drives growth; here age does, so that the state at an age is a
formula and not the end of a simulation of weeks. Overlap becomes the exponential p(distance) of
the mature wiring with the present λ. That GABA depolarises young cells and later inhibits is
reviewed by Ben-Ari 2002, doi:10.1038/nrn920.

The numbers are not measurements of a cell or a synapse. They were chosen so that the calibrated
culture, heard through its electrodes, develops like culture 6-2 of Wagenaar, Pine & Potter 2006,
doi:10.1186/1471-2202-7-11: no network bursts at DIV 10, the first by 17, most spikes in bursts at
28. docs/growth.md has what is measured beside the living culture, and what does not fit.
"""

import math

import numpy as np

from bl1.config import Experiment
from bl1.errors import Bl1Error


def logistic(div: float, half_div: float, tau_days: float) -> float:
    """S(d; d½, τ), from 0 to 1 (as a tanh, which cannot overflow)."""
    return 0.5 * (1.0 + math.tanh(0.5 * (div - half_div) / tau_days))


def grown(config: Experiment, div: float) -> Experiment:
    """The experiment with the wiring, weights and reversal potential of an age.

    Args:
        config: the mature culture; its section ``growth`` says how it gets there.
        div: age in days in vitro.

    Raises:
        Bl1Error: the age is negative or not finite.
    """
    if not (isinstance(div, int | float | np.number) and 0 <= div < math.inf):
        raise Bl1Error(f"div is {div}, expected an age in days in vitro: a finite number >= 0")
    g, mature, e_gaba_mv = config.growth, config.culture, config.synapses.e_gaba_a_mv
    radius = 1.0 / (1.0 + (1.0 / g.neurite_start - 1.0) * math.exp(-div / g.neurite_days))
    formed = logistic(div, g.synapse_half_div, g.synapse_days)
    surplus = g.overshoot * (1.0 - logistic(div, g.pruning_half_div, g.pruning_days))
    strength = logistic(div, g.inh_half_div, g.inh_days)
    switched = logistic(div, g.gaba_switch_half_div, g.gaba_switch_days)
    culture = {
        "lambda_um": mature.lambda_um * radius,
        "p_max": min(mature.p_max * formed * (1.0 + surplus), 1.0),
        "g_exc": mature.g_exc * logistic(div, g.exc_half_div, g.exc_days),
        "g_inh": mature.g_inh * (g.inh_start + (1.0 - g.inh_start) * strength),
    }
    shift_mv = (1.0 - switched) * (g.e_gaba_young_mv - e_gaba_mv)
    synapses = {"e_gaba_a_mv": e_gaba_mv + shift_mv}
    return config.model_copy(
        update={
            "culture": mature.model_copy(update=culture),
            "synapses": config.synapses.model_copy(update=synapses),
        }
    )


def envelope(config: Experiment) -> tuple[float, float]:
    """λ (µm) and p_max that the culture exceeds at no age."""
    mature = config.culture
    return mature.lambda_um, min(mature.p_max * (1.0 + config.growth.overshoot), 1.0)
