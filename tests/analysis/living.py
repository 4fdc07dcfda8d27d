"""Recordings of living cultures (Wagenaar et al. 2006, doi:10.1186/1471-2202-7-11), for tests."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from bl1.core.spikes import SpikeTrain

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "wagenaar2006"
needs_recordings = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recordings of Wagenaar et al. 2006 are not here"
)


def recording(name: str) -> SpikeTrain:
    """Threshold crossings of one recording; channel 60 marks stimuli and is left out."""
    with gzip.open(FOLDER / f"{name}.spk.txt.gz") as file:
        times_s, channels = np.loadtxt(file, unpack=True)
    heard = channels < 60
    steps = np.round(times_s[heard] * 25_000).astype(np.int64)
    ids = channels[heard].astype(np.int32)
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], 0.04, int(steps.max()) + 1, 60)
