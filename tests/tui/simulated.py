"""Simulations that obey at once, and a moment of one that is the same on every machine."""

import numpy as np
from textual.pilot import Pilot

from bl1.config import load_experiment
from bl1.core.spikes import SpikeTrain
from bl1.tui.simulation_snapshot import Finished, SimulationSnapshot
from bl1.tui.simulation_worker import SimulationWorker
from bl1.tui.themes import DARK
from bl1.tui.views.simulate import SimulateView

from .hosted import ByHand, Hosted

SMALL = load_experiment("wagenaar_calibrated").plated(300).lasting(1.0)


class ManualSimulation(ByHand, SimulationWorker):
    """Runs only when a test says so, and obeys at once."""

    def __init__(self) -> None:
        super().__init__()
        self.finished: list[Finished] = []
        self.on_finished = self.finished.append

    def run_on(self, n_chunks: int = 10**9) -> None:
        for _ in range(n_chunks):
            if not self.running:
                return
            self.work()


class StillSimulation(ManualSimulation):
    """Shows one moment for ever."""

    def __init__(self, moment: SimulationSnapshot | None) -> None:
        super().__init__()
        self.snapshot = moment


def two_thirds() -> SimulationSnapshot:
    """Two thirds of a run, with bursts."""
    n_cells, n_exc = 1000, 800
    rng = np.random.default_rng(1)
    inside = np.concatenate([rng.integers(k, k + 800, 4000) for k in (6000, 19_000, 33_000)])
    steps = np.sort(np.concatenate([inside, rng.integers(0, 40_000, 3000)]))
    ids = np.minimum(rng.exponential(0.3, len(steps)), 0.999) * n_cells
    return SimulationSnapshot(
        run="by hand",
        name="wagenaar_calibrated",
        seed=4,
        spikes=SpikeTrain(steps, ids.astype(np.int32), 0.5, 40_000, n_cells, n_exc),
        counts=np.bincount(ids.astype(int), minlength=n_cells),
        duration_s=30.0,
        realtime_factor=12.5,
    )


def hosted(worker: SimulationWorker, theme: str = DARK.name) -> Hosted:
    return Hosted(SimulateView(worker), worker, theme)


async def ticked(pilot: Pilot[None]) -> SimulateView:
    assert isinstance(pilot.app, Hosted) and isinstance(pilot.app.view, SimulateView)
    await pilot.pause()
    pilot.app.view.tick()
    await pilot.pause()
    return pilot.app.view
