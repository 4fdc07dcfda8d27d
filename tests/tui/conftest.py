"""A worker without a thread, and a moment that is the same on every machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from bl1.games.doom_arena import DoomArena
from bl1.loop.substrate import SubstrateKind
from bl1.tui.app import Cockpit
from bl1.tui.background import Background, Request
from bl1.tui.backstage import Backstage
from bl1.tui.brains import Brains
from bl1.tui.choice import Choice
from bl1.tui.dish_worker import DishWorker
from bl1.tui.runs import RunStore
from bl1.tui.science_worker import ScienceWorker
from bl1.tui.simulation_worker import SimulationWorker
from bl1.tui.snapshot import Arrival, Curve, FrameScene, PongScene, Side, Signal, Snapshot
from bl1.tui.trainer import Trainer
from bl1.tui.views.train import N_TURNS, TrainView
from bl1.tui.worker import Worker

from .hosted import ByHand


class ManualWorker(ByHand, Worker):
    """Runs only when a test says so, and obeys at once."""

    def __init__(
        self, substrate: SubstrateKind = "identity", autosaves: Path | None = None
    ) -> None:
        super().__init__(seed=1, autosaves=autosaves)
        options = Choice(substrate=substrate).options(seed=1)
        self._trainer = Trainer(options, Brains(autosaves))
        self._trainer.on_finished = lambda trained: self.on_finished(trained)
        self.snapshot = self.trainer.snapshot()

    def do(self, request: Request, doing: str = "") -> None:
        super().do(request, doing)
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


class BareDish(DishWorker):
    """Nothing is plated on it: what lives on a dish is for the tests of the Dashboard."""

    def play(self, playing: bool) -> None:
        pass


class StillCockpit(Cockpit):
    """Does not tell how much memory there is, which is never the same."""

    def look(self) -> None:
        pass


_STARTED: list[Background] = []


def backstage_of(worker: Worker, runs: RunStore | None = None) -> Backstage:
    """All that works behind a screen that shows this worker; its runs are kept in memory."""
    parts = BareDish(1), SimulationWorker(), ScienceWorker()
    _STARTED.extend(parts)
    return Backstage(worker, *parts, runs or RunStore(None))


def cockpit_of(worker: Worker) -> Cockpit:
    """A cockpit that shows this worker."""
    return Cockpit(backstage_of(worker))


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is written to a person's own folders, and no thread outlives its test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    while _STARTED:
        _STARTED.pop().stop(timeout_s=5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without ./configs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
    scene = PongScene(
        trail=tuple((0.03 * n, 0.5 + 0.0125 * n) for n in range(21)),
        paddle_y=0.7,
        paddle_height=0.2,
        arrival=Arrival(hit=True, age_steps=20),
        curtain=False,
    )
    mine = Side(
        name="culture",
        scene=scene,
        n=n_balls,
        outcomes=hits,
        recent=0.72,
        overall=float(overall[-1]),
        counts={"rally": 3, "best rally": 9},
        curve=Curve(balls, np.linspace(0.3, 0.72, len(balls)), overall),
    )
    return Snapshot(
        choice=Choice(),
        title="Pong · culture of 400 · teleport · seed 0",
        short_title="culture, teleport, seed 0",
        n_neurons=400,
        seed=0,
        step_count=2280,
        unit="ball",
        measure="hit rate",
        n_recent=25,
        mine=mine,
        control=None,
        control_lag=0,
        signal=Signal(
            stimulus=stimulus[None],
            response=features[None],
            weights=((bands - 7.5) / 15)[:, None],
            rate_hz=3.8,
            sigma=0.054,
            first_sigma=0.3,
        ),
        static_hit_rate=0.2,
        greedy=0.9,
        steps_per_s=90.0,
        realtime_factor=1.8,
    )


@pytest.fixture
def compared(moment: Snapshot) -> Snapshot:
    """The same beside a control that stands still and mostly misses."""
    mine = moment.mine
    assert isinstance(mine.scene, PongScene)
    scene = replace(mine.scene, paddle_y=0.5, arrival=Arrival(hit=False, age_steps=2))
    hits = np.arange(mine.n) % 5 == 0
    curve = replace(mine.curve, recent=np.linspace(0.3, 0.16, len(mine.curve.after)))
    counts = {"rally": 0, "best rally": 1}
    beside = Side("static", scene, mine.n, hits, 0.16, 0.2, counts, curve)
    return replace(moment, choice=Choice(control="static"), control=beside)


@pytest.fixture
def arena(moment: Snapshot) -> Snapshot:
    """In the midst of the thirtieth episode of Doom, drawn by its own game."""
    game = DoomArena("rgb_array")
    game.reset(seed=1)
    for _ in range(13):
        game.step(2)
    frame = game.render()
    assert frame is not None
    episodes = np.arange(1, 30)
    returns = -13 + 33 * (1 - np.exp(-episodes / 8)) + np.sin(episodes)
    overall = returns.cumsum() / episodes
    recent = np.array([returns[max(n - 10, 0) : n].mean() for n in episodes])
    counts = {"return": 3.5, "kills": 5.0, "shots": 8.0, "ammunition": 17.0}
    mine = Side(
        name="culture",
        scene=FrameScene(frame),
        n=len(episodes),
        outcomes=returns,
        recent=float(recent[-1]),
        overall=float(overall[-1]),
        counts=counts,
        curve=Curve(episodes, recent, overall),
    )
    bumps = np.stack([np.exp(-((np.arange(16) - place) ** 2) / 4.5) for place in (6.0, 11.0)])
    weights = np.sin(np.arange(16)[:, None] / 3 + np.arange(8))
    return replace(
        moment,
        choice=Choice("arena", "actor-critic"),
        title="Doom arena · culture of 800 · seed 0",
        short_title="Doom arena, culture, seed 0",
        unit="episode",
        measure="return",
        n_recent=10,
        mine=mine,
        signal=Signal(bumps, bumps / bumps.sum(axis=1, keepdims=True), weights, 3.4, None, None),
        static_hit_rate=None,
        greedy=None,
    )


async def ticked(pilot: Pilot[None]) -> TrainView:
    """The Train view, after ticks by hand."""
    assert isinstance(pilot.app, Cockpit)
    await pilot.pause()
    view = pilot.app.query_one(TrainView)
    for _ in range(N_TURNS):
        view.tick()
    await pilot.pause()
    return view
