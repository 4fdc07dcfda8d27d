"""Checkpoints: everything that the future of a run depends on, as arrays that can be stored."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error

Arrays = dict[str, NDArray[Any]]

#: Entries whose length differs between two checkpoints of one culture; those of synapses only where
#: synapses come and go.
PENDING, OF_SYNAPSES = "pending_", "synapse_"


def fingerprint_of(*parts: Any) -> str:
    """SHA-256 of arrays and texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).data)
    return digest.hexdigest()


def check(found: Mapping[str, NDArray[Any]], mine: Arrays, *, rewired: bool) -> None:
    """Raise Bl1Error where ``found`` cannot stand in for ``mine``, a checkpoint of this culture.

    ``rewired`` says whether its synapses come and go.
    """
    of_any_length = (PENDING, OF_SYNAPSES) if rewired else (PENDING,)
    for name, value in mine.items():
        if name not in found:
            raise Bl1Error(f"the checkpoint is damaged: {name} is missing")
        other = found[name]
        if name == "fingerprint" and other != value:
            raise Bl1Error(
                "the checkpoint is of another culture: its cells, synapses, receptors, "
                f"plasticity, background, step or seed differ (fingerprint {str(other)[:12]}, "
                f"expected {str(value)[:12]})"
            )
        same_shape = other.shape == value.shape or (
            name.startswith(of_any_length) and other.ndim == value.ndim
        )
        if other.dtype.kind != value.dtype.kind or not same_shape:
            raise Bl1Error(
                f"the checkpoint is damaged: {name} is {other.dtype} of shape {other.shape}, "
                f"expected {value.dtype} of shape {value.shape}"
            )
        if other.dtype.kind == "f" and not np.all(np.isfinite(other)):
            raise Bl1Error(f"the checkpoint is damaged: {name} holds a number that is not finite")
