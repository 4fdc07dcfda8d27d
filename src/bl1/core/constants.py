"""The numbers of a run, worked out once from the experiment file."""

import math
from typing import Any, TypeAlias

import numpy as np

from bl1.config import (
    BackgroundConfig,
    BlockedConfig,
    RewardConfig,
    StdpConfig,
    StpConfig,
    StpParameters,
    SynapsesConfig,
)
from bl1.core.izhikevich import sodium_shunt
from bl1.core.layout import LOOKAHEAD
from bl1.core.noise import mix
from bl1.core.sodium import threshold_shift_mv
from bl1.core.synapses import decay_per_step, dual_exponential_scale, mean_over_step

#: What the kernels need to know, in one record (a record is cheap to hand to compiled code) and in
#: float32, so that no operation is widened.
CONSTANTS = np.dtype(
    [
        ("dt", np.float32),
        ("mean", np.float32),  # background current, mV/ms
        ("std", np.float32),  # its standard deviation per step
        ("mg_mm", np.float32),
        ("e_exc", np.float32),  # reversal potentials, mV
        ("e_gaba_a", np.float32),
        ("e_gaba_b", np.float32),
        ("threshold_shift", np.float32),  # by blocked sodium channels, mV: AdEx and LIF cells
        ("shunt", np.float32),  # the same for Izhikevich cells: 1/ms, and its current at 0 mV
        ("shunt_current", np.float32),
        ("to_ampa", np.float32),  # what an arriving weight adds to each conductance
        ("to_nmda", np.float32),
        ("to_gaba_a", np.float32),
        ("to_gaba_b", np.float32),
        ("mean_ampa", np.float32),  # mean over a step of a conductance, of its value at the start
        ("mean_nmda_rise", np.float32),
        ("mean_nmda_decay", np.float32),
        ("mean_gaba_a", np.float32),
        ("mean_gaba_b_rise", np.float32),
        ("mean_gaba_b_decay", np.float32),
        ("keep_ampa", np.float32),  # what is left of it after the step
        ("keep_nmda_rise", np.float32),
        ("keep_nmda_decay", np.float32),
        ("keep_gaba_a", np.float32),
        ("keep_gaba_b_rise", np.float32),
        ("keep_gaba_b_decay", np.float32),
        ("u_exc", np.float32),  # STP: U, and 1/τ in 1/step, of excitatory and inhibitory cells
        ("rec_exc", np.float32),
        ("fac_exc", np.float32),
        ("u_inh", np.float32),
        ("rec_inh", np.float32),
        ("fac_inh", np.float32),
        ("a_plus", np.float32),  # STDP
        ("a_minus", np.float32),
        ("keep_plus", np.float32),  # what is left of a trace after a step
        ("keep_minus", np.float32),
        ("w_min", np.float32),
        ("w_max", np.float32),
        ("nearest", np.float32),  # 1 or 0
        ("soft", np.float32),  # 1 or 0
        ("eligibility", np.float32),  # dt/τ_e
        ("stp", np.bool_),
        ("rewarded", np.bool_),  # STDP acts on the eligibility
        ("coupled", np.bool_),  # False: cells without synapses, a lighter pass
        ("n_exc", np.int64),  # slots before the first of an inhibitory cell
        ("refractory", np.uint32),  # steps
        ("min_delay", np.int64),  # steps
        ("n_delays", np.int64),
        ("epoch", np.int64),  # steps between two exchanges of spikes, 1 or 2
        ("seed", np.uint32),
    ]
)

#: What an arriving weight adds to a receptor that has no part in it: too little to change a sum,
#: and enough that a conductance at rest (see AT_REST in bl1.core.passes) does not fade into
#: denormal numbers, with which a culture runs ten times slower.
LEAST_SHARE = 1e-11

Constants: TypeAlias = Any  # an array of one such record; in compiled code, the record


def constants_of(
    kinetics: SynapsesConfig,
    stp: StpConfig | None,
    stdp: StdpConfig | None,
    reward: RewardConfig | None,
    background: BackgroundConfig,
    *,
    refractory_ms: float,
    dt_ms: float,
    seed: int,
    n_exc: int,
    coupled: bool,
    min_delay: int,
    n_delays: int,
) -> Constants:
    """The numbers of a run in the form that the kernels use."""
    taus = {
        "ampa": kinetics.tau_ampa_ms,
        "nmda_rise": kinetics.tau_nmda_rise_ms,
        "nmda_decay": kinetics.tau_nmda_decay_ms,
        "gaba_a": kinetics.tau_gaba_a_ms,
        "gaba_b_rise": kinetics.tau_gaba_b_rise_ms,
        "gaba_b_decay": kinetics.tau_gaba_b_decay_ms,
    }
    without = StpParameters(U=1.0, tau_rec_ms=1.0, tau_fac_ms=0.0)
    plasticity = {}
    for name, synapse in (
        ("exc", stp.excitatory if stp else without),
        ("inh", stp.inhibitory if stp else without),
    ):
        plasticity[f"u_{name}"] = synapse.U
        plasticity[f"rec_{name}"] = _rate_per_step(synapse.tau_rec_ms, dt_ms)
        plasticity[f"fac_{name}"] = _rate_per_step(synapse.tau_fac_ms, dt_ms)
    constants = np.zeros(1, CONSTANTS)
    for name, value in {
        "dt": dt_ms,
        "mean": background.mean,
        "std": background.std / math.sqrt(dt_ms),  # white noise: std is that of a 1 ms mean
        "mg_mm": kinetics.mg_mm,
        "e_exc": kinetics.e_exc_mv,
        "e_gaba_a": kinetics.e_gaba_a_mv,
        "e_gaba_b": kinetics.e_gaba_b_mv,
        **channels_of(kinetics, kinetics.blocked),
        **{f"mean_{name}": mean_over_step(tau, dt_ms) for name, tau in taus.items()},
        **{f"keep_{name}": decay_per_step(tau, dt_ms) for name, tau in taus.items()},
        **plasticity,
        **(_stdp_numbers(stdp, dt_ms) if stdp else {}),
        "eligibility": dt_ms / reward.tau_eligibility_ms if reward else 0.0,
        "stp": stp is not None,
        "rewarded": reward is not None,
        "coupled": coupled,
        "n_exc": n_exc,
        "refractory": round(refractory_ms / dt_ms),
        "min_delay": min_delay,
        "n_delays": n_delays,
        "epoch": epoch_of(min_delay, coupled=coupled, stdp=stdp is not None),
        "seed": mix(np.array([seed & 0xFFFFFFFF], np.uint32))[0],
    }.items():
        constants[name] = value
    return constants


def channels_of(kinetics: SynapsesConfig, blocked: BlockedConfig) -> dict[str, float]:
    """The numbers that depend on which channels are blocked."""
    nmda_scale = dual_exponential_scale(kinetics.tau_nmda_rise_ms, kinetics.tau_nmda_decay_ms)
    gaba_b_scale = dual_exponential_scale(kinetics.tau_gaba_b_rise_ms, kinetics.tau_gaba_b_decay_ms)
    shares = {
        "to_ampa": (1.0 - kinetics.nmda_ratio) * (1.0 - blocked.ampa),
        "to_nmda": kinetics.nmda_ratio * nmda_scale * (1.0 - blocked.nmda),
        "to_gaba_a": (1.0 - kinetics.gaba_b_ratio) * (1.0 - blocked.gaba_a),
        "to_gaba_b": kinetics.gaba_b_ratio * gaba_b_scale * (1.0 - blocked.gaba_b),
    }
    shunt, shunt_current = sodium_shunt(blocked.sodium)
    return {
        **{name: max(share, LEAST_SHARE) for name, share in shares.items()},
        "threshold_shift": threshold_shift_mv(blocked.sodium),
        "shunt": shunt,
        "shunt_current": shunt_current,
    }


def epoch_of(min_delay: int, *, coupled: bool, stdp: bool) -> int:
    """Steps that a range of cells may take before it must see what the others fired.

    With STDP one: what arrives at a step must meet the traces of the step before.
    """
    if stdp:
        return 1
    return min(min_delay, LOOKAHEAD) if coupled else LOOKAHEAD


def _stdp_numbers(stdp: StdpConfig, dt_ms: float) -> dict[str, float]:
    return {
        "a_plus": stdp.a_plus,
        "a_minus": stdp.a_minus,
        "keep_plus": decay_per_step(stdp.tau_plus_ms, dt_ms),
        "keep_minus": decay_per_step(stdp.tau_minus_ms, dt_ms),
        "w_min": stdp.w_min,
        "w_max": stdp.w_max,
        "nearest": float(stdp.pairing == "nearest"),
        "soft": float(stdp.bounds == "multiplicative"),
    }


def _rate_per_step(tau_ms: float, dt_ms: float) -> float:
    """dt/τ; a τ of 0 means that nothing is left after one step."""
    return dt_ms / tau_ms if tau_ms else 1e6
