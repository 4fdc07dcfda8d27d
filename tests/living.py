"""Recordings of living cultures, where they lie beside the repository; they are not part of it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "wagenaar2006"
needs_living = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"recordings of living cultures are not at {FOLDER}"
)
# Name, and what was measured independently of the code here: network bursts a minute, median
# duration (s), median interval (s) and its CV, recruitment, share of spikes in bursts.
BURSTING = {
    "6-2-17": (2.2, 0.77, 23.0, 0.93, 0.22, 0.39),
    "6-2-28": (0.93, 1.19, 48.8, 0.92, 0.76, 0.87),
    "6-1-31": (8.3, 0.53, 6.9, 0.52, 0.21, 0.73),
    "Sparse_-_7-3-35": (11.6, 0.57, 4.9, 1.00, 0.34, 0.87),
}


def path_of(name: str) -> Path:
    """The file of a recording."""
    return FOLDER / f"{name}.spk.txt.gz"
