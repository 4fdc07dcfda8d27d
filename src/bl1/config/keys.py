"""The keys of an experiment file, dotted: what they hold and are, and how one is changed.

    culture.g_exc    0.12    mean weight of excitatory synapses ...

Values are texts, as YAML has them in one line.
"""

import json
from collections.abc import Mapping
from functools import reduce
from inspect import getdoc, isclass
from typing import Any, get_args

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bl1 import yamlfile
from bl1.config.experiment import Experiment

OPTIONAL_SECTIONS = frozenset(
    name for name, field in Experiment.model_fields.items() if field.default is None
)


def values_of(section: BaseModel) -> dict[str, str]:
    """Every key that can be changed and its value; a section that is not there has none."""
    found: dict[str, str] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            found |= {f"{name}.{key}": text for key, text in values_of(value).items()}
        else:
            found[name] = _in_one_line(value)
    return found


def description_of(experiment: Experiment, key: str) -> str:
    """What a key is."""
    *path, name = key.split(".")
    field = type(reduce(getattr, path, experiment)).model_fields[name]
    if field.description:
        return field.description
    sections = filter(isclass, get_args(field.annotation))
    return next(f"{getdoc(section)}".splitlines()[0] for section in sections)


def section_of(key: str) -> str | None:
    """The section that a key is in, if a file need not have that section; else None."""
    section, dot, _ = key.partition(".")
    return section if dot and section in OPTIONAL_SECTIONS else None


def with_value(experiment: Experiment, key: str, text: str) -> Experiment:
    """The same experiment with another value at a key.

    At the key of a section {} makes it, of defaults, and an empty text removes it.

    Raises:
        Bl1Error: no file could hold it: what was expected, in a sentence.
    """
    values = section = experiment.model_dump(mode="json")
    *path, name = key.split(".")
    for part in path:
        section = section[part]
    section[name] = text if isinstance(section[name], str) else _parsed(text)
    return yamlfile.built(Experiment, values)


def _parsed(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return text  # of which the sentence then says that it is one


def _in_one_line(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_in_one_line(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_in_one_line, value))}]"
    return value if isinstance(value, str) else json.dumps(value)
