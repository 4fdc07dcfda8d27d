"""Background noise as a function of (seed, step, neuron), not of a stream.

A counter-based generator needs no state, so the noise that a cell gets does not depend on how
many threads run or where a run was cut. A 32-bit hash of the counter gives 32 fair coins; their
sum, with a uniform dither of one unit to make it continuous, is scaled to unit variance.

Over 10⁷ draws: mean 0 ± 3e-4, variance 1 ± 5e-4, skewness 0, excess kurtosis −0.06; of a
Gaussian's share beyond 2, 3 and 4 standard deviations it has 0.98, 0.77 and 0.52, and none
beyond 5.8. The membrane sums several draws within its time constant, which brings the tails
closer still.
"""

from typing import Any

import numpy as np

from bl1.core.elementwise import f32, u32

_SCALE = np.float32(1.0 / np.sqrt(8.0 + 1.0 / 12.0))  # 32 coins: variance 8; dither: 1/12
_TWO_TO_MINUS_24, _MEAN = np.float32(2.0**-24), np.float32(16.5)


def mix(x: Any) -> Any:
    """Scramble 32 bits (a bijection): every input bit flips each output bit in half the cases.

    Multiply–xorshift rounds with constants found by search for low bias
    (C. Wellons, "Prospecting for hash functions", 2018: lowbias32).
    """
    x = u32(x ^ u32(x >> u32(16)))
    x = u32(x * u32(0x7FEB352D))
    x = u32(x ^ u32(x >> u32(15)))
    x = u32(x * u32(0x846CA68B))
    return u32(x ^ u32(x >> u32(16)))


def key_of(seed: Any, low: Any, high: Any) -> Any:
    """The 32-bit key of a step, given as its low and its high 32 bits."""
    return mix(u32(mix(u32(low ^ seed)) + u32(u32(high ^ u32(0x9E3779B9)) * u32(0x85EBCA6B))))


def step_key(seed: Any, step: Any) -> Any:
    """The 32-bit key of one step of a run; ``seed`` is 32 bits, ``step`` up to 63 bits."""
    return key_of(seed, u32(step & 0xFFFFFFFF), u32(step >> 32))


def count_ones(x: Any) -> Any:
    """Number of set bits of 32 (written so that compilers see a population count)."""
    x = u32(x - u32(u32(x >> u32(1)) & u32(0x55555555)))
    x = u32(u32(x & u32(0x33333333)) + u32(u32(x >> u32(2)) & u32(0x33333333)))
    x = u32(u32(x + u32(x >> u32(4))) & u32(0x0F0F0F0F))
    return u32(u32(x * u32(0x01010101)) >> u32(24))


def standard_normal(key: Any, neuron: Any) -> Any:
    """Zero-mean, unit-variance noise (float32) of ``neuron`` under a :func:`step_key`."""
    x = u32(u32(neuron * u32(0x9E3779B1)) ^ key)
    x = u32(x ^ u32(x >> u32(16)))
    x = u32(x * u32(0x7FEB352D))
    x = u32(u32(x ^ u32(x >> u32(15))) + key)
    x = u32(x * u32(0x846CA68B))
    bits = u32(x ^ u32(x >> u32(16)))
    dither = f32(u32(u32(bits * u32(0x9E3779B1)) >> u32(8))) * _TWO_TO_MINUS_24
    coins = f32(count_ones(bits))
    return (coins + dither - _MEAN) * _SCALE
