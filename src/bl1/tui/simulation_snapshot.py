"""A moment of a simulation, and what is left of one when it ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bl1.config import Experiment
    from bl1.core.spikes import SpikeTrain
    from bl1.recording.recording import Recording


@dataclass(frozen=True, eq=False)
class SimulationSnapshot:
    """A moment of a simulation, never changed once it is made.

    run: tells this run from others.
    spikes: of the cells, all so far.
    counts: how often each cell has fired, (n_cells,).
    duration_s: of the culture's time, when the run is over.
    realtime_factor: the culture's time by wall time; None at first.
    """

    run: object
    name: str
    seed: int
    spikes: "SpikeTrain"
    counts: NDArray[np.int64]
    duration_s: float
    realtime_factor: float | None

    @property
    def left_s(self) -> float | None:
        """Wall time that is left; None while nobody knows."""
        if not self.realtime_factor:
            return None
        return (self.duration_s - self.spikes.duration_s) / self.realtime_factor


@dataclass(frozen=True, eq=False)
class Finished:
    """A simulation that has ended.

    experiment: as it was run.
    seconds: of the culture's time that were run.
    complete: whether these are all; False if it was stopped.
    wall_s: how long it took, with building.
    spikes: of the cells.
    events: what the electrodes of the experiment's array heard.
    rate_hz: mean rate of a cell; None where too little was run to tell.
    """

    name: str
    seed: int
    experiment: "Experiment"
    seconds: float
    complete: bool
    wall_s: float
    realtime_factor: float | None
    spikes: "SpikeTrain"
    events: "Recording"
    rate_hz: float | None
