"""A worker without a thread, and a moment that is the same on every machine."""

import numpy as np
import pytest
from textual.pilot import Pilot

from bl1.loop.options import SessionOptions
from bl1.loop.substrate import SubstrateKind
from bl1.tui.app import Cockpit
from bl1.tui.snapshot import Arrival, Curve, Snapshot
from bl1.tui.trainer import Trainer
from bl1.tui.views.train import TrainView
from bl1.tui.worker import Wish, Worker


class ManualWorker(Worker):
    """Runs only when a test says so, and obeys at once."""

    def __init__(self, substrate: SubstrateKind = "identity") -> None:
        super().__init__(seed=1)
        self._trainer = Trainer(SessionOptions(substrate=substrate, seed=1))
        self.snapshot = self.trainer.snapshot()

    def start(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def ask(self, wish: Wish) -> None:
        super().ask(wish)
        self._obey(0)
        self.snapshot = self.trainer.snapshot()

    def run(self, n_steps: int) -> None:
        self.trainer.advance(n_steps)
        if sentence := self.trainer.conclusion():
            self.on_report(sentence, False)
        self.snapshot = self.trainer.snapshot()


class StillWorker(Worker):
    """Shows one moment for ever."""

    def __init__(self, moment: Snapshot | None) -> None:
        super().__init__(seed=0)
        self.snapshot = moment

    def start(self) -> None:
        pass

    def wake(self) -> None:
        pass


@pytest.fixture
def worker() -> ManualWorker:
    return ManualWorker()


@pytest.fixture
def moment() -> Snapshot:
    """In the midst of a run, made by hand."""
    n_balls = 60
    hits = np.arange(n_balls) * 7 % 60 < np.arange(n_balls)
    balls = np.arange(10, n_balls + 1)
    overall = hits.cumsum()[balls - 1] / balls
    bands = np.arange(16)
    stimulus = np.exp(-((bands - 11.25) ** 2) / 4.5).astype(np.float32)
    features = stimulus.astype(np.float64) / stimulus.sum()
    features[[2, 8]] += 0.05
    return Snapshot(
        substrate="culture",
        n_neurons=400,
        paddle="teleport",
        seed=0,
        step_count=2280,
        trail=tuple((0.03 * n, 0.5 + 0.0125 * n) for n in range(21)),
        paddle_y=0.7,
        paddle_height=0.2,
        arrival=Arrival(hit=True, age_steps=20),
        n_balls=n_balls,
        n_hits=int(hits.sum()),
        hits=hits,
        rally=3,
        best_rally=9,
        recent_balls=25,
        recent_hit_rate=0.72,
        hit_rate=float(overall[-1]),
        curve=Curve(balls, np.linspace(0.3, 0.72, len(balls)), overall),
        sigma=0.054,
        rate_hz=3.8,
        stimulus=stimulus,
        features=features,
        weights=(bands - 7.5) / 15,
        static_hit_rate=0.2,
        greedy_hit_rate=0.9,
        steps_per_s=90.0,
        realtime_factor=1.8,
    )


async def ticked(pilot: Pilot[None]) -> TrainView:
    """The Train view, after a tick by hand."""
    assert isinstance(pilot.app, Cockpit)
    await pilot.pause()
    view = pilot.app.query_one(TrainView)
    view.tick()
    await pilot.pause()
    return view
