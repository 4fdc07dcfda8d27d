"""Records of arrays that JAX can trace: dataclasses, with some fields fixed when it compiles."""

import dataclasses
from typing import Any, TypeVar, dataclass_transform

import jax
from jax.tree_util import GetAttrKey, Partial

T = TypeVar("T")


def fixed(**options: Any) -> Any:
    """A field that is no array: code is compiled anew for each of its values."""
    return dataclasses.field(metadata={"static": True}, **options)


@dataclass_transform(frozen_default=True, field_specifiers=(fixed, dataclasses.field))
def traced(kind: type[T]) -> type[T]:
    """A frozen dataclass whose fields are arrays (or records of arrays), but for those ``fixed``.

    Equality is identity: arrays have no single truth. JAX finds compiled code by the structure of
    its arguments, and calls two dataclasses with equal fields equal whatever their types (jaxlib
    0.10), so that now and then one surrogate was given the gradient of another. Hence the type is
    here part of the structure.
    """
    record = dataclasses.dataclass(frozen=True, eq=False)(kind)
    fields = dataclasses.fields(record)  # type: ignore[arg-type]
    static = tuple(f.name for f in fields if f.metadata.get("static"))
    arrays = tuple(f.name for f in fields if not f.metadata.get("static"))

    def structure(value: T) -> tuple[type[T], tuple[Any, ...]]:
        return record, tuple(getattr(value, name) for name in static)

    def flatten(value: T) -> tuple[tuple[Any, ...], Any]:
        return tuple(getattr(value, name) for name in arrays), structure(value)

    def flatten_with_keys(value: T) -> tuple[tuple[tuple[Any, Any], ...], Any]:
        keyed = tuple((GetAttrKey(name), getattr(value, name)) for name in arrays)
        return keyed, structure(value)

    def unflatten(aux: tuple[type[T], tuple[Any, ...]], children: Any) -> T:
        return record(
            **dict(zip(static, aux[1], strict=True)), **dict(zip(arrays, children, strict=True))
        )

    jax.tree_util.register_pytree_with_keys(record, flatten_with_keys, unflatten, flatten)
    return record


def as_argument(function: Any) -> Any:
    """A function that JAX takes as an argument; those that are records of arrays as they are."""
    is_record = not jax.tree_util.all_leaves([function])
    return function if is_record else Partial(function)  # type: ignore[no-untyped-call]
