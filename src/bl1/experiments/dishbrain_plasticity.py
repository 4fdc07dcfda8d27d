"""Plasticity of the cultures that play: sections of an experiment file, by a short name.

What came of each is in docs/dishbrain.md. Those that begin with ``third_factor`` have an assumption
that living dishes need not have: predictable stimulation acts as a reward of +1 and unpredictable
as one of −1, on the synapses that spike timing has marked.
"""

import json
from collections.abc import Mapping
from typing import Any

from bl1.config import Experiment
from bl1.errors import Bl1Error
from bl1.yamlfile import nearest

RULES = ("stdp", "reward", "homeostatic", "structural")


def _stdp(a_plus: float, a_minus: float, **more: Any) -> dict[str, Any]:
    taus = {"tau_plus_ms": 20.0, "tau_minus_ms": 20.0}
    return {"a_plus": a_plus, "a_minus": a_minus, **taus, "w_max": 0.24, **more}


PLASTICITY: Mapping[str, Mapping[str, Any]] = {
    "none": {},
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
