"""Records of arrays that JAX can trace: dataclasses, with some fields fixed when it compiles."""

import dataclasses
from typing import Any, TypeVar, dataclass_transform

import jax
from jax.tree_util import Partial

T = TypeVar("T")


def fixed(**options: Any) -> Any:
    """A field that is no array: code is compiled anew for each of its values."""
    return dataclasses.field(metadata={"static": True}, **options)


@dataclass_transform(frozen_default=True, field_specifiers=(fixed, dataclasses.field))
def traced(kind: type[T]) -> type[T]:
    """A frozen dataclass whose fields are arrays (or records of arrays), but for those ``fixed``.

    Equality is identity: arrays have no single truth.
    """
    return jax.tree_util.register_dataclass(dataclasses.dataclass(frozen=True, eq=False)(kind))


def as_argument(function: Any) -> Any:
    """A function that JAX takes as an argument; those that are records of arrays as they are."""
    is_record = not jax.tree_util.all_leaves([function])
    return function if is_record else Partial(function)  # type: ignore[no-untyped-call]
