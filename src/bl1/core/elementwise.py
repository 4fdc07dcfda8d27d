"""The operations that equations need beside arithmetic, on whatever they are given.

The equations of the models use arithmetic and these functions only, so that one definition serves
plain numbers, NumPy arrays, arrays that JAX traces, and the compiled engine (see
:mod:`bl1.core.jit`), where each becomes one instruction without a branch.
"""

from typing import Any

import numpy as np


def namespace(x: Any) -> Any:
    """The library whose array ``x`` is; NumPy for plain numbers."""
    return x.__array_namespace__() if hasattr(x, "__array_namespace__") else np


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """Choose elementwise."""
    return namespace(condition).where(condition, if_true, if_false)


def u32(x: Any) -> Any:
    """The low 32 bits of an integer, as an unsigned one."""
    return x.astype(np.uint32) if hasattr(x, "astype") else np.uint32(x)


def f32(x: Any) -> Any:
    """A number below 2³¹ in single precision."""
    return x.astype(np.float32) if hasattr(x, "astype") else np.float32(x)
