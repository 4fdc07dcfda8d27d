"""Pharmacology: drugs, as the share of channels that they block at a concentration.

A channel that takes part in n binding events is blocked by a concentration c to the share

    b(c) = cⁿ / (cⁿ + IC₅₀ⁿ)          (Hill 1910)

and what several drugs leave of it multiplies. What a blocked channel means is in the equations of
the model: receptors open less (:mod:`bl1.core.synapses`), and without sodium channels the
threshold rises (:mod:`bl1.core.sodium`), so that cells stop spiking, not only listening.

Concentrations of half effect are orders of magnitude: published ones differ between preparations
by factors of two to three and more.

- TTX, sodium channels of neurons: 10 nM (review: Catterall 1980,
  doi:10.1146/annurev.pa.20.040180.000311).
- carbamazepine, sodium channels: 300 µM, an order of magnitude, near the resting potential, where
  cells of a culture are most of the time. It binds to channels that depolarisation has inactivated
  at some 30 µM (Kuo, Chen, Lu & Chen 1997, doi:10.1124/mol.51.6.1077), and hardly to resting ones;
  that preference is not modelled, so it acts at all potentials as it does at rest.
- bicuculline, GABA_A: 1.5 µM (review: Johnston 2013, doi:10.1111/bph.12127).
- APV (D-AP5), NMDA: 5 µM, an order of magnitude.
- CNQX, AMPA: 0.5 µM (Honoré et al. 1988, doi:10.1126/science.2899909).

What they do to the culture of ``wagenaar_calibrated``, and the tests hold the model to it: TTX
silences; bicuculline makes bursts fuller; APV makes them shorter and of fewer spikes; CNQX makes
them rarer, since AMPA starts them; carbamazepine lowers rate and bursts. What the model does not do
as living cultures do is in docs/pharmacology.md.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bl1.config import BlockedConfig, Experiment
from bl1.errors import Bl1Error
from bl1.yamlfile import nearest


@dataclass(frozen=True)
class Drug:
    """What a drug blocks: a channel of :class:`bl1.config.BlockedConfig`, IC₅₀ (µM), Hill's n."""

    channel: str
    ic50_um: float
    hill: float = 1.0

    def blocked(self, concentration_um: float) -> float:
        """Share of the channels that a concentration (µM) blocks."""
        if concentration_um == 0.0:
            return 0.0
        return float(1.0 / (1.0 + (self.ic50_um / concentration_um) ** self.hill))


DRUGS = {
    "TTX": Drug("sodium", 0.010),
    "carbamazepine": Drug("sodium", 300.0),
    "bicuculline": Drug("gaba_a", 1.5),
    "APV": Drug("nmda", 5.0),
    "CNQX": Drug("ampa", 0.5),
}
MOST_SODIUM_BLOCKED = 0.9999


def blocked_by(
    concentrations_um: Mapping[str, float], before: BlockedConfig | None = None
) -> BlockedConfig:
    """Channels that are blocked under drugs.

    Args:
        concentrations_um: of each drug in the medium (µM).
        before: what is blocked without them; None for nothing.

    Raises:
        Bl1Error: there is no such drug, or a concentration is negative or not finite.
    """
    left = {channel: 1.0 - share for channel, share in dict(before or BlockedConfig()).items()}
    for name, concentration_um in concentrations_um.items():
        if name not in DRUGS:
            raise Bl1Error(f"there is no drug '{name}'; {nearest(name, DRUGS)}")
        if not 0 <= concentration_um < math.inf:
            raise Bl1Error(f"{name} is given at {concentration_um} µM, expected a number >= 0")
        drug = DRUGS[name]
        left[drug.channel] *= 1.0 - drug.blocked(concentration_um)
    shares = {channel: 1.0 - share for channel, share in left.items()}
    shares["sodium"] = min(shares["sodium"], MOST_SODIUM_BLOCKED)
    return BlockedConfig(**shares)


def dosed(config: Experiment, concentrations_um: Mapping[str, float]) -> Experiment:
    """The experiment with drugs in its medium from the beginning on.

    For a culture that runs already, :meth:`bl1.core.engine.Engine.block` takes what
    :func:`blocked_by` returns, and gives back the channels when the drug is washed out.

    Args:
        config: the experiment without them.
        concentrations_um: of each drug (µM): ``{"TTX": 1.0}``.
    """
    blocked = blocked_by(concentrations_um, config.synapses.blocked)
    return config.changed(synapses=config.synapses.changed(blocked=blocked))
