"""YAML files checked against a pydantic model, with errors that a person can act on.

    configs/dish.yaml, line 12: culture.n_neurons is -5, expected a whole number >= 1

What was expected is read from the JSON schema of the model, so that a limit is written once, in
the model. Files are read strictly: no number in quotes, no unknown or repeated key, no NaN.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bl1.atomicfile import replacing
from bl1.errors import Bl1Error

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]
MOST_LISTED = 12


def expected(
    what: str, key: str | Location | None = None, value: object = None
) -> PydanticCustomError:
    """The error for a model's validator to raise where a schema cannot say what was expected.

    Args:
        what: what would have been right, as in "more than tau_nmda_rise_ms (2.0)".
        key: the key within the validated section that is to blame, or the keys that lead to it, if
            the section is not.
        value: its value, for the case that it is a default and so is not in the file.
    """
    return PydanticCustomError(
        "expected", "expected {what}", {"what": what, "key": key, "value": value}
    )


def read(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into `model`; Bl1Error names the file, the line and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Bl1Error(f"{path} is not a text file in UTF-8") from None
    except OSError as error:
        raise Bl1Error(f"cannot read {path}: {error.strerror}") from None
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        tree = YAML(typ="safe", pure=True).load(text)
        document = json.dumps(tree, default=str)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        problem = " ".join(str(error.problem or error.context).split())
        if problem.startswith("but "):  # the second half of a sentence
            problem = f"{error.context}, {problem}"
        raise Bl1Error(f"{path}{line}: not valid YAML: {problem}") from None
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Bl1Error(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if tree is None:
        raise Bl1Error(f"{path} is empty, expected {_described(_schema_of(model), {})}")
    lines = _lines_of(root)
    empty: dict[Location, str] = {
        (key,): f"{key} is empty, expected its keys, {{}} for its defaults, or nothing of that name"
        for key, field in model.model_fields.items()
        if isinstance(tree, dict) and tree.get(key, field) is None and not field.is_required()
    }
    if empty:
        raise Bl1Error(_listed(path, lines, empty))
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        values = json.loads(document)
        raise Bl1Error(_listed(path, lines, _found(error, values, model))) from None


def checked(model: Model) -> Model:
    """A model as it is, or Bl1Error where it holds what its file could not.

    Copies with other values (``model_copy``) are not checked when they are made.
    """
    values = model.model_dump(warnings=False)  # wrong types are told below, as errors
    try:
        return type(model).model_validate(values)
    except ValidationError as error:
        raise Bl1Error("\n".join(_found(error, values, type(model)).values())) from None


def built(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A model of values as JSON has them, or Bl1Error where a file could not hold them."""
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise Bl1Error("\n".join(_found(error, values, model).values())) from None


def write(path: Path, model: BaseModel) -> None:
    """Write `model` as YAML at one stroke: the file is either the old one or the whole new one."""
    yaml = YAML()
    yaml.width = 100
    try:
        with replacing(path) as file:
            yaml.dump(model.model_dump(mode="json", exclude_none=True), file)
    except OSError as error:
        raise Bl1Error(f"cannot write {path}: {error.strerror}") from None


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the known one that was meant, or all of them."""
    names = sorted(known)
    matches = difflib.get_close_matches(name, names, n=1)
    return f"did you mean '{matches[0]}'?" if matches else f"known: {', '.join(names)}"


def _listed(path: Path, lines: Mapping[Location, int], found: Mapping[Location, str]) -> str:
    """One line for each thing found, in the order of the file."""

    def line(location: Location) -> int:
        while location and location not in lines:
            location = location[:-1]
        return lines.get(location, 0)

    # What is wrong inside a value makes the value wrong too, and is the better thing to say.
    inner = {location[:depth] for location in found for depth in range(len(location))}
    ordered = sorted((line(at), sentence) for at, sentence in found.items() if at not in inner)
    sentences = [
        f"{path}, line {number}: {sentence}" if number else f"{path}: {sentence}"
        for number, sentence in ordered
    ]
    if len(sentences) > MOST_LISTED:
        sentences[MOST_LISTED:] = [f"... and {len(sentences) - MOST_LISTED} more"]
    return "\n".join(sentences)


def _lines_of(node: Node, location: Location = ()) -> dict[Location, int]:
    """The line, counted from 1, of each key and list item of a document."""
    lines: dict[Location, int] = {}
    if isinstance(node, MappingNode):
        children = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        children = [(index, value, value) for index, value in enumerate(node.value)]
    else:
        return lines
    for name, start, value in children:
        lines[(*location, name)] = start.start_mark.line + 1
        lines |= _lines_of(value, (*location, name))
    return lines


def _found(error: ValidationError, tree: Any, model: type[BaseModel]) -> dict[Location, str]:
    """A sentence for each thing that is wrong, by where it is."""
    return dict(_sentence(details, tree, model) for details in error.errors())


def _sentence(details: ErrorDetails, tree: Any, model: type[BaseModel]) -> tuple[Location, str]:
    location: Location = details["loc"]
    context = details.get("ctx", {})
    schema = _schema_of(model)
    if details["type"] == "extra_forbidden":
        section, key = location[:-1], str(location[-1])
        known = _at(schema, schema, section).get("properties", {})
        return (
            location,
            f"{_dotted(section) or 'the file'} has no key '{key}'; {nearest(key, known)}",
        )
    if details["type"] == "missing":
        wanted = _described(_at(schema, schema, location), schema)
        return location, f"{_dotted(location)} is missing, expected {wanted}"
    if details["type"] == "expected":
        keys = context["key"] or ()
        location = (*location, *([keys] if isinstance(keys, str) else keys))
        wanted = context["what"]
    else:
        wanted = _described(_at(schema, schema, location), schema)
    value = _value_at(tree, location, default=context.get("value"))
    return location, f"{_dotted(location) or 'the file'} is {_shown(value)}, expected {wanted}"


def _dotted(location: Location) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).removeprefix(".")


def _value_at(tree: Any, location: Location, default: Any) -> Any:
    for part in location:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return default
    return tree


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    text = f"the text {value!r}" if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _at(schema: dict[str, Any], root: dict[str, Any], location: Location) -> dict[str, Any]:
    """The part of a JSON schema that describes the value at `location`."""
    schema = _resolved(schema, root)
    if not location:
        return schema
    part, rest = location[0], location[1:]
    if isinstance(part, int):
        items = schema.get("prefixItems", [])
        inner = items[part] if part < len(items) else schema.get("items", {})
    else:
        inner = schema.get("properties", {}).get(part) or schema.get("additionalProperties") or {}
    return _at(inner, root, rest)


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and for an optional section go to what it is when it is there."""
    for option in schema.get("anyOf", []):
        if option.get("type") != "null":
            schema = option
    if "$ref" in schema:
        return _resolved(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    return schema


def _described(schema: dict[str, Any], root: dict[str, Any]) -> str:
    """A JSON schema in words: "a whole number >= 1", "one of fep, silent"."""
    schema = _resolved(schema, root)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    match schema.get("type"):
        case "integer" | "number" as kind:
            signs = {
                "minimum": ">=",
                "exclusiveMinimum": ">",
                "maximum": "<=",
                "exclusiveMaximum": "<",
            }
            limits = [f"{sign} {schema[key]:.16g}" for key, sign in signs.items() if key in schema]
            noun = "a whole number" if kind == "integer" else "a number"
            return f"{noun} {' and '.join(limits)}".strip()
        case "array":
            items = schema.get("prefixItems") or [schema.get("items", {})]
            count = len(items) if "prefixItems" in schema else schema.get("minItems")
            inner = _described(items[0], root)
            return f"a list of {count}, each {inner}" if count else f"a list, each {inner}"
        case "object":
            keys = ", ".join(schema.get("required", []))
            return f"a mapping with at least {keys}" if keys else "a mapping"
        case "boolean":
            return "true or false"
    return "a text"
