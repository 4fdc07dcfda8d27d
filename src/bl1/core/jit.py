"""How bl1 compiles: one policy for floating point, caching and inlining.

Floating point: products and sums may be fused (``contract``) and the sign of zero ignored
(``nsz``). Nothing may be reassociated, so a sum has one order and a run has the same bits at any
number of threads. Bits are promised on one type of machine, not across types.

Caching: compiled code is kept in the user's cache directory under a digest of bl1's own source,
so that a cached kernel never outlives an edit to an equation that it inlined. (Where that directory
cannot be written, Numba caches beside the source, without this safeguard.)
"""

import hashlib
import shutil
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.extending import overload, register_jitable
from platformdirs import user_cache_path

from bl1.core.elementwise import f32, u32, where

FLOATING_POINT = {"contract", "nsz"}
COMPILING = "compiling the kernels once, 10 to 60 s"
INLINE: Any = {"forceinline": True, "error_model": "numpy", "fastmath": FLOATING_POINT}


@overload(where, jit_options=INLINE)
def _select(condition: Any, if_true: Any, if_false: Any) -> Callable[..., Any]:
    def select(condition: Any, if_true: Any, if_false: Any) -> Any:
        return if_true if condition else if_false

    return select


@overload(u32, jit_options=INLINE)
def _to_uint32(x: Any) -> Callable[..., Any]:
    def convert(x: Any) -> Any:
        return numba.uint32(x)

    return convert


@overload(f32, jit_options=INLINE)
def _to_float32(x: Any) -> Callable[..., Any]:
    def convert(x: Any) -> Any:
        return numba.float32(numba.int32(x))  # from signed numbers: one vector instruction

    return convert


@cache
def cache_directory() -> Path:
    """Directory of the compiled kernels of exactly this source."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(numba.__version__.encode())
    for folder in ("analysis", "config", "core", "mea", "network", "plasticity"):
        for source in sorted((package / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return user_cache_path("bl1", appauthor=False) / "kernels" / digest.hexdigest()[:16]


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a kernel that is called from Python; it runs without the GIL."""
    settings: Any = numba.config
    previous = settings.CACHE_DIR
    settings.CACHE_DIR = str(cache_directory())
    try:
        return numba.njit(
            cache=True, nogil=True, error_model="numpy", fastmath=FLOATING_POINT, **options
        )(function)
    finally:
        settings.CACHE_DIR = previous


def compiled_step(function: Callable[..., Any]) -> Any:
    """Compile a part of the step: it cannot allocate, and counts no references.

    Numba else counts a reference to each array of the memory, atomically, at every block of cells
    and every call: more than half of the time of a step.
    """
    return compiled(function, _nrt=False)


def inlined(function: Callable[..., Any]) -> Any:
    """Let kernels call a plain function: its body becomes part of theirs."""
    return register_jitable(**INLINE)(function)


def is_compiled() -> bool:
    """Whether kernels of exactly this source are in the cache."""
    return any(cache_directory().rglob("*.nbi"))


@cache
def announce_first_compile() -> None:
    """Tell the person at the terminal why the first run of a new version waits.

    Also clears away kernels of other versions that nobody has compiled for a month.
    """
    if is_compiled():
        return
    print(f"bl1: {COMPILING} ...", file=sys.stderr, flush=True)
    mine = cache_directory()
    month_ago = time.time() - 30 * 86_400
    for other in mine.parent.glob("*"):
        if other != mine and other.stat().st_mtime < month_ago:
            shutil.rmtree(other, ignore_errors=True)
