"""Random draws by position: the n-th draw is a function of seed, purpose and n alone.

An agent that is saved after n steps and goes on elsewhere meets the draws that it would have met,
and nothing but n need be kept. Blocks come from Philox, a counter-based generator (Salmon et al.
2011, doi:10.1145/2063384.2063405).
"""

from collections.abc import Callable
from typing import Generic, TypeVar
from zlib import crc32

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

Draw = TypeVar("Draw")
_BLOCK = 512


class Draws(Generic[Draw]):
    """An endless sequence, read by position.

    Args:
        seed: a whole number >= 0.
        purpose: what the draws are for; other purposes get independent draws.
        draw: makes a list of so many draws from a generator.
    """

    def __init__(
        self, seed: int, purpose: str, draw: Callable[[Generator, int], list[Draw]]
    ) -> None:
        self._key = np.array([seed, crc32(purpose.encode())], dtype=np.uint64)
        self._draw = draw
        self._block = -1
        self._values: list[Draw] = []

    def __getitem__(self, position: int) -> Draw:
        block, offset = divmod(position, _BLOCK)
        if block != self._block:
            # The counter's last word: a block's own draws count up in the first.
            generator = Generator(Philox(key=self._key, counter=[0, 0, 0, block]))
            self._values = self._draw(generator, _BLOCK)
            self._block = block
        return self._values[offset]


def normal(seed: int, purpose: str) -> Draws[float]:
    """Standard normal numbers."""
    return Draws(seed, purpose, lambda generator, n: generator.standard_normal(n).tolist())


def normals(seed: int, purpose: str, size: int) -> Draws[NDArray[np.float32]]:
    """Arrays of standard normal numbers, of shape (size,)."""

    def draw(generator: Generator, n: int) -> list[NDArray[np.float32]]:
        return list(generator.standard_normal((n, size), dtype=np.float32))

    return Draws(seed, purpose, draw)


def uniform(seed: int, purpose: str) -> Draws[float]:
    """Numbers uniform in [0, 1)."""
    return Draws(seed, purpose, lambda generator, n: generator.random(n).tolist())


def permutations(seed: int, purpose: str, size: int) -> Draws[NDArray[np.int64]]:
    """Permutations of 0..size-1, arrays of shape (size,)."""

    def draw(generator: Generator, n: int) -> list[NDArray[np.int64]]:
        return list(generator.permuted(np.tile(np.arange(size), (n, 1)), axis=1))

    return Draws(seed, purpose, draw)
