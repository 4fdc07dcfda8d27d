"""What ends behind the screen is kept, whatever ends first."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from bl1.config import load_experiment
from bl1.loop.brain import load_brain
from bl1.tui.app import Cockpit
from bl1.tui.backstage import BRAINS, RUNS, opened
from bl1.tui.runs import RunStore, data_folder
from bl1.tui.trained import Trained
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.results import ResultsView
from bl1.tui.views.simulate import SimulateView
from bl1.tui.widgets.experiment_choice import ExperimentChoice
from bl1.tui.widgets.run_settings import RunSettings

from .conftest import ManualWorker, backstage_of, cockpit_of


def kept(path: Path) -> list[tuple[str, str, int, bool]]:
    store = RunStore(path)
    found = [(run.kind, run.name, run.seed, run.complete) for run in store.runs()]
    store.close()
    return found


async def test_a_simulation_is_kept_measured_and_made_again(worker: ManualWorker) -> None:
    cockpit = cockpit_of(worker)
    behind = cockpit._backstage
    small = load_experiment("wagenaar_calibrated").plated(200).changed(duration_s=2.0)
    async with cockpit.run_test(size=(120, 36)) as pilot:
        behind.simulation.run("wagenaar_calibrated", small, 3)
        for _ in range(600):
            await pilot.pause(0.05)
            runs = behind.runs.runs()
            if runs and runs[0].picture:
                break
        (run,) = runs
        assert (run.kind, run.name, run.seed, run.complete) == (
            "simulation", "wagenaar_calibrated", 3, True,
        )  # fmt: skip
        assert run.config["culture"]["n_neurons"] == 200 and run.measures["seconds"] == 2.0
        assert run.measures["bursts per minute"] is None  # 2 s are not enough data
        assert run.picture and run.picture.read_bytes()[1:4] == b"PNG"
        name, rest = behind.last_run
        assert name == "wagenaar_calibrated" and rest.startswith(", seed 3: 2 s at ")
        await pilot.press("5")
        await pilot.pause()
        assert pilot.app.query_one(ResultsView)._runs == [run]
        await pilot.press("r")
        assert pilot.app.query_one("ContentSwitcher").current == SimulateView.TITLE
        choice, settings = cockpit.query_one(ExperimentChoice), cockpit.query_one(RunSettings)
        assert (settings.cells, settings.seconds, settings.seed) == (200, 2.0, 3)
        await pilot.pause()
        assert choice.name_of_file == "wagenaar_calibrated (run)"
        assert choice.experiment == small
        for _ in range(600):
            await pilot.pause(0.05)
            again = behind.runs.runs()[0]
            if again.id != run.id and again.picture:
                break
        assert (again.config, again.measures["rate_hz"]) == (run.config, run.measures["rate_hz"])
        await pilot.press("w")
        await pilot.pause()
        assert cockpit.screen.query_one(Input).value == "wagenaar_calibrated_run_2"
        await pilot.press("escape", "j", "k")
        assert choice.experiment == small


async def test_the_dashboard_knows_the_last_run_of_earlier_sessions(worker: ManualWorker) -> None:
    runs = RunStore(None)
    measures = {"hit_rate": 0.81, "mean return": None}
    runs.add("training", "Pong: pursuit on bank", seed=7, config={}, complete=True, wall_s=1.0,
             measures=measures)  # fmt: skip
    cockpit = Cockpit(backstage_of(worker, runs))
    async with cockpit.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        cockpit.look()
        await pilot.pause()
        lines = [strip.text for strip in cockpit.screen._compositor.render_strips()]
        assert "last run: Pong: pursuit on bank, seed 7: 81% hit (" in lines[-2]
        assert " MB" in lines[0]
        await pilot.press("3")
        worker.snapshot = replace(worker.snapshot, realtime_factor=78.4)
        cockpit.look()
        await pilot.pause()
        strips = cockpit.screen._compositor.render_strips()
        assert strips[0].text.rstrip().endswith("78 × real time")


async def test_training_again_asks_before_it_ends_what_is_trained(worker: ManualWorker) -> None:
    cockpit = cockpit_of(worker)
    async with cockpit.run_test(size=(120, 36)) as pilot:
        worker.run(500)
        await pilot.press("r", "enter")
        cockpit.look()
        worker.run(600)
        await pilot.press("5")
        await pilot.pause()
        await pilot.press("r")
        assert isinstance(cockpit.screen, Confirm)
        await pilot.press("n")
        assert worker.snapshot and worker.snapshot.step_count == 600
        await pilot.press("5", "r", "y")
        assert (worker.snapshot.seed, worker.snapshot.step_count) == (1, 0)


def test_closing_keeps_the_training_and_its_brain() -> None:
    path = data_folder() / RUNS
    worker = ManualWorker(autosaves=data_folder() / BRAINS)
    backstage = backstage_of(worker, RunStore(path))
    for part in (backstage.dish, backstage.simulation, backstage.science):
        part.start()
    worker.run(1500)
    ended, said = backstage.close(timeout_s=5)
    assert ended and said
    assert kept(path) == [("training", worker.trainer.finished().name, 1, False)]  # it was ended
    (brain,) = (data_folder() / BRAINS).iterdir()
    assert str(brain) in said and load_brain(brain).training[0].steps == 1500


def test_closing_keeps_what_has_come_of_a_simulation(worker: ManualWorker) -> None:
    path = data_folder() / RUNS
    backstage = backstage_of(worker, RunStore(path))
    for part in (backstage.dish, backstage.simulation, backstage.science):
        part.start()
    long = load_experiment("wagenaar_calibrated").plated(200).changed(duration_s=5000.0)
    backstage.simulation.run("wagenaar_calibrated", long, 0)
    until_s = time.perf_counter() + 30
    while not (moment := backstage.simulation.snapshot) or moment.spikes.duration_s < 1:
        assert time.perf_counter() < until_s
        time.sleep(0.02)
    backstage.close(timeout_s=5)
    assert ("simulation", "wagenaar_calibrated", 0, False) in kept(path)


async def test_what_cannot_be_kept_waits_and_it_is_said_once() -> None:
    path = data_folder() / RUNS
    worker = ManualWorker()
    cockpit = Cockpit(backstage_of(worker, RunStore(path)))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        async with cockpit.run_test(notifications=True) as pilot:
            for _ in range(2):
                other.execute("BEGIN IMMEDIATE")
                cockpit.clear_notifications()
                worker.on_finished(Trained("long", 1, {}, 9, 9, 1, 0.1, None, 1.0, 400, 0.2))
                began_s = time.perf_counter()
                cockpit.look()
                cockpit.look()
                assert time.perf_counter() - began_s < 1  # the screen does not stand still
                await pilot.pause()
                (said,) = cockpit._notifications
                assert "database is locked. What has ended waits" in said.message
                other.execute("ROLLBACK")
                cockpit.look()
    assert kept(path) == [("training", "long", 1, False)] * 2


@pytest.mark.parametrize("damage", ["file", "folder"])
def test_where_runs_cannot_be_kept_it_is_said_and_the_cockpit_opens(damage: str) -> None:
    folder = data_folder()
    if damage == "file":
        folder.mkdir(parents=True)
        (folder / RUNS).write_bytes(b"no database" * 1000)
    else:
        folder.parent.mkdir(parents=True)
        folder.write_text("a file where the folder should be")
    backstage, said = opened(seed=0)
    assert said.count("\n") == 0 and said.endswith(
        "Runs are kept in memory until the cockpit is closed."
    )
    assert str(folder) in said and backstage.runs.path is None
    if damage == "file":
        assert (folder / RUNS).read_bytes().startswith(b"no database")  # left alone
