"""Spikes counted in bins of time."""

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error


def bins_of(spikes: SpikeTrain, bin_ms: float) -> tuple[NDArray[np.int64], int]:
    """Bin of each spike, and how many whole bins the train has.

    A spike at step s lies in bin floor(s · dt / bin). The time after the last whole bin is left
    out: its spikes have bins that are not below the number of bins.

    Args:
        spikes: of a culture or a recording.
        bin_ms: width of a bin (ms), at least one step.

    Raises:
        Bl1Error: a bin is shorter than a step, or the train is shorter than a bin.
    """
    if not spikes.dt_ms * (1 - 1e-9) <= bin_ms < float("inf"):
        raise Bl1Error(
            f"bin_ms is {bin_ms}, expected at least one step of the spikes ({spikes.dt_ms:g} ms)"
        )
    steps_per_bin = bin_ms / spikes.dt_ms
    if abs(steps_per_bin - round(steps_per_bin)) < 1e-6 * steps_per_bin:
        whole = round(steps_per_bin)
        bins, n_bins = spikes.steps // whole, spikes.n_steps // whole
    else:
        bins = np.floor(spikes.steps / steps_per_bin).astype(np.int64)
        n_bins = int(spikes.n_steps / steps_per_bin)
    if n_bins < 1:
        raise Bl1Error(
            f"the spikes cover {spikes.duration_s:g} s, expected at least one bin of {bin_ms:g} ms"
        )
    return bins, n_bins


def population_counts(spikes: SpikeTrain, bin_ms: float) -> NDArray[np.int64]:
    """(bins,) spikes of all units in each whole bin of ``bin_ms``; see :func:`bins_of`."""
    bins, n_bins = bins_of(spikes, bin_ms)
    return np.bincount(bins[bins < n_bins], minlength=n_bins)
