"""Cultures of spiking neurons on a dish, electrodes under them, a loop around them, a game in it.

The names below load their modules when they are first used, so that `import bl1` costs
milliseconds: `bl1.Culture.from_config("wagenaar_calibrated")` pays for what it uses.
"""

from typing import TYPE_CHECKING

from bl1.lazy import offered

if TYPE_CHECKING:
    from bl1 import analysis
    from bl1.config import Experiment, load_experiment
    from bl1.core.spikes import SpikeTrain
    from bl1.network.culture import Culture
    from bl1.recording import Recording, load

__version__ = "0.1.0"
__all__ = [
    "Culture",
    "Experiment",
    "Recording",
    "SpikeTrain",
    "__version__",
    "analysis",
    "load",
    "load_experiment",
]

_HOME = {
    "Culture": "bl1.network.culture",
    "Experiment": "bl1.config",
    "Recording": "bl1.recording",
    "SpikeTrain": "bl1.core.spikes",
    "analysis": "bl1.analysis",
    "load": "bl1.recording",
    "load_experiment": "bl1.config",
}
__getattr__, __dir__ = offered(__name__, _HOME)
