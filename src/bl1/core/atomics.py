"""Atomic operations on an int64 array, for threads that meet inside compiled code."""

import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

#: Give the core to another thread (a C function of the running process).
yield_core = types.ExternalFunction(
    "SwitchToThread" if sys.platform == "win32" else "sched_yield", types.int32()
)


def pointer_to(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Address of the element that the first two arguments, array and index, name."""
    array_type = signature.args[0]
    array = context.make_array(array_type)(context, builder, args[0])
    return cgutils.get_item_pointer(context, builder, array_type, array, [args[1]])


@intrinsic
def atomic_load(typing_context: Any, array: Any, index: Any) -> Any:
    """array[index], after which everything that its writer had stored before can be seen."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature, args)
        return builder.load_atomic(pointer, ordering="acquire", align=8, typ=ir.IntType(64))

    return types.int64(array, types.intp), generate


@intrinsic
def atomic_store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """array[index] = value, seen by others only after all that this thread stored before."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature, args)
        builder.store_atomic(args[2], pointer, ordering="release", align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), generate


@intrinsic
def atomic_claim(typing_context: Any, array: Any, index: Any, expected: Any, value: Any) -> Any:
    """If array[index] is ``expected``, make it ``value``; True for the one thread that did."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature, args)
        outcome = builder.cmpxchg(pointer, args[2], args[3], "acq_rel", "acquire")
        return builder.extract_value(outcome, 1)

    return types.boolean(array, types.intp, types.int64, types.int64), generate
