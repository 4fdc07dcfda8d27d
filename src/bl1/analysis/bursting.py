"""Network bursts: when the whole culture fires, for how long, who takes part and who leads.

Which stretches are bursts is what the detectors say (:mod:`bl1.analysis.detectors`); what is
measured on them is the same for all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.analysis import detectors
from bl1.analysis.detectors import Stretches
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

DETECTORS: dict[str, Callable[..., Stretches]] = {
    "wagenaar": detectors.wagenaar,
    "isi_n": detectors.isi_n,
    "max_interval": detectors.max_interval,
    "population_rate": detectors.population_rate,
}


@dataclass(frozen=True)
class Bursts:
    """The network bursts of a recording.

    Attributes:
        method: the detector that found them.
        starts_s, ends_s: (bursts,) first and last spike of each (s).
        n_spikes: (bursts,) spikes in each.
        n_recruited: (bursts,) units that took part in each.
        leaders: (bursts,) the unit that began each.
        recording_s: how long the recording is.
        n_active: units that fired at all in it.
        n_all_spikes: spikes of the recording.
    """

    method: str
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    n_spikes: NDArray[np.int64]
    n_recruited: NDArray[np.int64]
    leaders: NDArray[np.int32]
    recording_s: float
    n_active: int
    n_all_spikes: int

    def __len__(self) -> int:
        return len(self.starts_s)

    @property
    def per_minute(self) -> float:
        """Bursts a minute."""
        return 60.0 * len(self) / self.recording_s if self.recording_s else 0.0

    @property
    def durations_s(self) -> NDArray[np.float64]:
        """(bursts,) from first to last spike (s)."""
        return self.ends_s - self.starts_s

    @property
    def inter_burst_intervals_s(self) -> NDArray[np.float64]:
        """(bursts - 1,) from the start of a burst to that of the next (s)."""
        return np.diff(self.starts_s)

    @property
    def recruitment(self) -> NDArray[np.float64]:
        """(bursts,) share of the active units that took part."""
        return self.n_recruited / max(self.n_active, 1)

    @property
    def share_of_spikes(self) -> float:
        """Spikes within bursts, as a share of all; 0 where there are none."""
        return float(self.n_spikes.sum() / max(self.n_all_spikes, 1))

    def led(self, n_units: int) -> NDArray[np.int64]:
        """(n_units,) how many bursts each unit began."""
        return np.bincount(self.leaders, minlength=n_units)

    def leading_units(self, significance: float = 0.05) -> NDArray[np.int64]:
        """Units that begin more bursts than they would if every recruited unit led as often.

        A one-sided binomial test of each unit against the chance 1/(mean number recruited), at
        ``significance`` shared among the active units (Bonferroni). That a few cells lead most
        bursts is what Eckmann et al. 2008 (doi:10.1088/1367-2630/10/1/015011) found.
        """
        if not len(self):
            return np.empty(0, np.int64)
        from scipy.stats import binom

        counts = np.bincount(self.leaders)
        chance = 1.0 / max(float(self.n_recruited.mean()), 1.0)
        p = binom.sf(counts - 1, len(self), chance)
        return np.flatnonzero((counts > 0) & (p < significance / max(self.n_active, 1)))


def bursts(spikes: SpikeTrain, method: str = "wagenaar", **parameters: Any) -> Bursts:
    """The network bursts of a spike train.

    Args:
        spikes: of a culture's cells or of electrodes.
        method: "wagenaar", "isi_n", "max_interval" or "population_rate".
        parameters: those of the detector, as :mod:`bl1.analysis.detectors` has them.

    Raises:
        Bl1Error: there is no such detector, or it has no such parameter.
    """
    if method not in DETECTORS:
        raise Bl1Error(f"there is no burst detector '{method}', expected one of {list(DETECTORS)}")
    try:
        found = DETECTORS[method](spikes, **parameters)
    except TypeError as error:
        names = ", ".join(detectors.parameters_of(DETECTORS[method]))
        raise Bl1Error(
            f"detector {method} takes {names}; it was given {sorted(parameters)}"
        ) from error
    times_s = spikes.times_s
    first = np.searchsorted(times_s, found.starts_s, "left")
    last = np.searchsorted(times_s, found.ends_s, "right")
    return Bursts(
        method=method,
        starts_s=found.starts_s,
        ends_s=found.ends_s,
        n_spikes=last - first,
        n_recruited=found.n_recruited,
        leaders=found.leaders,
        recording_s=spikes.duration_s,
        n_active=len(np.unique(spikes.ids)),
        n_all_spikes=len(spikes),
    )
