"""What the tests of files share."""

import numpy as np
import pytest
from recording.recordings import recorded

from bl1.core.spikes import SpikeTrain
from bl1.mea.layout import cl1
from bl1.recording import Recording


@pytest.fixture(scope="session")
def recording() -> Recording:
    return recorded(cl1())


@pytest.fixture(scope="session")
def cells() -> SpikeTrain:
    rng = np.random.default_rng(1)
    steps, ids = np.divmod(np.sort(rng.choice(2000 * 50, 300, replace=False)), 50)
    return SpikeTrain(steps, ids.astype(np.int32), 0.5, 2000, 50, 40, {"seed": 1})
