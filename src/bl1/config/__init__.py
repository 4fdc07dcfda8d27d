"""The experiment file, section by section."""

from bl1.config.culture import (
    EXCITATORY_TYPES,
    INHIBITORY_TYPES,
    MOST_NEURONS,
    BackgroundConfig,
    BlockedConfig,
    CultureConfig,
    SynapsesConfig,
)
from bl1.config.experiment import (
    AXON_REACH_LAMBDAS,
    LONGEST_S,
    MOST_CHANNELS,
    Experiment,
    load_experiment,
    named,
    save_experiment,
    shipped,
)
from bl1.config.growth import GrowthConfig
from bl1.config.loop import (
    BurstsConfig,
    ClosedLoopConfig,
    Condition,
    FeedbackConfig,
    MeaConfig,
    StimulationConfig,
)
from bl1.config.plasticity import (
    HomeostaticConfig,
    RewardConfig,
    StdpConfig,
    StpConfig,
    StpParameters,
    StructuralConfig,
)

__all__ = [
    "AXON_REACH_LAMBDAS",
    "EXCITATORY_TYPES",
    "INHIBITORY_TYPES",
    "LONGEST_S",
    "MOST_CHANNELS",
    "MOST_NEURONS",
    "BackgroundConfig",
    "BlockedConfig",
    "BurstsConfig",
    "ClosedLoopConfig",
    "Condition",
    "CultureConfig",
    "Experiment",
    "FeedbackConfig",
    "GrowthConfig",
    "HomeostaticConfig",
    "MeaConfig",
    "RewardConfig",
    "StdpConfig",
    "StimulationConfig",
    "StpConfig",
    "StpParameters",
    "StructuralConfig",
    "SynapsesConfig",
    "load_experiment",
    "named",
    "save_experiment",
    "shipped",
]
