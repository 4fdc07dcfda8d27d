"""The numbers of a run, worked out as for the engine."""

from typing import Any

from bl1.config import BackgroundConfig, RewardConfig, StdpConfig, StpConfig, SynapsesConfig
from bl1.core.constants import constants_of


def engine_constants(
    dt_ms: float,
    *,
    kinetics: SynapsesConfig | None = None,
    stp: StpConfig | None = None,
    stdp: StdpConfig | None = None,
    reward: RewardConfig | None = None,
    refractory_ms: float = 0.0,
) -> Any:
    """The record of :mod:`bl1.core.constants`, without what concerns the engine alone."""
    return constants_of(
        kinetics or SynapsesConfig(),
        stp,
        stdp,
        reward,
        BackgroundConfig(),
        refractory_ms=refractory_ms,
        dt_ms=dt_ms,
        seed=0,
        n_exc=0,
        coupled=True,
        min_delay=1,
        n_delays=1,
    )[0]
