"""Homeostatic scaling: a cell that fires too little strengthens all its excitatory input, together.

Each cell scales what it receives from excitatory cells by a factor s, toward its target rate r*::

    s' = s (1 − r/r*)/τ,      1/s_max ≤ s ≤ s_max

where r is the cell's own rate, averaged over τ_rate. Scaling is multiplicative, so the ratios
between a cell's weights, which hold what it has learned, stay (Turrigiano et al. 1998,
doi:10.1038/36103; van Rossum, Bi & Turrigiano 2000, doi:10.1523/JNEUROSCI.20-23-08812.2000).
At the target nothing changes, not even by rounding.
"""

from typing import Any

import numpy as np

from bl1.core.elementwise import where

_1 = np.float32(1.0)


def averaged_rate(rate_hz: Any, count: Any, elapsed_s: float, tau_rate_s: float) -> Any:
    """A rate (Hz) averaged over τ_rate, after ``count`` spikes in a further ``elapsed_s``."""
    kept = np.float32(np.exp(-elapsed_s / tau_rate_s))
    return rate_hz * kept + count * ((_1 - kept) / np.float32(elapsed_s))


def scale_after(scale: Any, rate_hz: Any, target_hz: float, share: float, max_scale: float) -> Any:
    """The factor s a ``share`` of τ later, to first order.

    The step is s (1 + c) upward and s / (1 − c) downward, c = share (1 − r/r*), so that s stays
    above 0 however high the rate.
    """
    change = np.float32(share) * (_1 - rate_hz / np.float32(target_hz))
    size = where(change > 0, change, -change)
    scale = scale * where(change > 0, _1 + size, _1 / (_1 + size))
    most = np.float32(max_scale)
    scale = where(scale > most, most, scale)
    return where(scale < _1 / most, _1 / most, scale)
