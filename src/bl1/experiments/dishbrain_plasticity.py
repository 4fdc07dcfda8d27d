"""Plasticity of the cultures that play: sections of an experiment file, by a short name.

``song`` is pair STDP after Song, Miller & Abbott 2000 (doi:10.1038/78829); ``avoidance`` that with
which small networks learn to avoid stimulation (Sinapayen, Masumori & Ikegami 2017,
doi:10.1371/journal.pone.0170388), ``strong`` five times faster; ``scaled`` has homeostatic scaling
beside it. ``third_factor`` has an assumption that living dishes need not have: predictable
stimulation acts as a reward of +1 and unpredictable as one of −1, on the synapses that spike timing
has marked. What came of each is in docs/dishbrain.md.
"""

import json
from collections.abc import Mapping
from typing import Any

from bl1.config import Experiment
from bl1.errors import Bl1Error
from bl1.yamlfile import nearest

RULES = ("stdp", "reward", "homeostatic", "structural")


def _nearest(a_plus: float, a_minus: float, tau_plus_ms: float = 20.0) -> dict[str, Any]:
    """Pair STDP of nearest spikes; weights up to some four times the initial ones."""
    window = {"tau_plus_ms": tau_plus_ms, "tau_minus_ms": 20.0}
    return {"a_plus": a_plus, "a_minus": a_minus, **window, "w_max": 0.24, "pairing": "nearest"}


_SCALING = {"target_rate_hz": 1.5, "tau_s": 20.0, "tau_rate_s": 10.0}
_REWARD = {"tau_eligibility_ms": 500.0, "learning_rate": 8.0, "baseline_rate": 0.2}
PLASTICITY: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "song": {"stdp": {"w_max": 0.24, "tau_minus_ms": 20.0}},
    "avoidance": {"stdp": _nearest(0.01, 0.015)},
    "avoidance_strong": {"stdp": _nearest(0.05, 0.075)},
    "avoidance_scaled": {"stdp": _nearest(0.01, 0.015), "homeostatic": _SCALING},
    "third_factor": {"stdp": _nearest(0.02, 0.0, 10.0), "reward": _REWARD},
    "third_factor_scaled": {
        "stdp": _nearest(0.02, 0.0, 10.0),
        "reward": _REWARD,
        "homeostatic": _SCALING,
    },
}


def with_plasticity(experiment: Experiment, name: str) -> Experiment:
    """The experiment with these rules, and no others.

    Raises:
        Bl1Error: there is no plasticity of that name.
    """
    if name not in PLASTICITY:
        raise Bl1Error(f"there is no plasticity '{name}'; {nearest(name, PLASTICITY)}")
    rules = {rule: PLASTICITY[name].get(rule) for rule in RULES}
    plain = experiment.model_dump(mode="json") | rules
    return Experiment.model_validate_json(json.dumps(plain))
