"""Asking for memory before it is needed."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from bl1.core.atomics import pointer_to


@intrinsic
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Bring the cache line of array[index] closer; the index may lie outside the array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature, args)
        i32 = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch",
            [pointer.type],
            ir.FunctionType(ir.VoidType(), [pointer.type, *[i32] * 3]),
        )
        read, keep, data = i32(0), i32(3), i32(1)
        builder.call(function, [pointer, read, keep, data])
        return context.get_dummy_value()

    return types.void(array, types.uintp), generate
