"""A run, without a screen: it is the culture's, and what came of it is kept."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.network.culture import Culture
from bl1.tui.simulation import Simulation
from bl1.tui.simulation_snapshot import Finished
from bl1.tui.simulation_worker import SimulationWorker

from .simulated import SMALL, ManualSimulation


def test_a_run_is_that_of_the_culture_and_heard_as_it_is_recorded() -> None:
    simulation = Simulation("small", SMALL, seed=2, chunk_s=0.01)
    while not simulation.is_over:
        simulation.advance()
    found = simulation.finished()
    culture = Culture.from_config(SMALL, seed=2)
    assert found.spikes.hash() == culture.run(1.0).hash()
    assert found.events.hash() == record(culture, 1.0).hash() and len(found.events)
    assert (found.complete, found.seconds, found.events.duration_s) == (True, 1.0, 1.0)
    assert found.rate_hz == found.spikes.rate_hz() > 0
    assert found.spikes.metadata["config"] == SMALL.model_dump(mode="json")
    moment = simulation.snapshot()
    assert moment.counts.tolist() == np.bincount(found.spikes.ids, minlength=300).tolist()
    assert moment.left_s == 0.0


def test_moments_stay_as_they_are_while_the_run_goes_on() -> None:
    simulation = Simulation("small", SMALL, seed=2, chunk_s=0.0)
    moments = []
    while not simulation.is_over and len(moments) < 500:
        simulation.advance()
        moments.append((simulation.snapshot(), simulation.snapshot().spikes.hash()))
    assert all(moment.spikes.hash() == before for moment, before in moments)
    assert all(moment.spikes.is_possible() for moment, _ in moments)
    assert all(moment.counts.sum() == len(moment.spikes) for moment, _ in moments)


def test_a_stopped_run_keeps_what_came_and_another_takes_its_place() -> None:
    worker = ManualSimulation()
    reports: list[tuple[str, bool]] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.run("first", SMALL.lasting(1000), seed=2)
    worker.halt()
    assert not worker.finished  # nothing had come
    worker.run("first", SMALL.lasting(1000), seed=2)
    worker.run_on(8)
    worker.run("second", SMALL, seed=3)
    (first,) = worker.finished
    assert (first.name, first.complete) == ("first", False)
    whole = Culture.from_config(SMALL, seed=2).run(first.seconds)
    assert first.spikes.hash() == whole.hash() and 0 < first.seconds < 1000
    worker.run_on(2)
    assert worker.stop(timeout_s=1)
    assert [found.name for found in worker.finished] == ["first", "second"]
    assert not worker.running and reports == []


def test_a_run_that_is_stopped_at_once_has_no_rate() -> None:
    worker = ManualSimulation()
    worker.run("long", SMALL.lasting(1000), seed=2)
    worker.run_on(1)  # a step
    worker.halt()
    (found,) = worker.finished
    assert found.seconds < 0.5 and found.rate_hz is None


def test_a_run_that_fails_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = ManualSimulation()
    worker.run("small", SMALL, seed=2)
    worker.run_on(3)
    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "advance", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            worker.work()
    worker.recover()
    assert [found.complete for found in worker.finished] == [False]
    assert not worker.running and worker.wait_s() is None


def test_a_run_that_a_file_has_is_run_again_or_refused() -> None:
    worker = ManualSimulation()
    worker.again("small", SMALL.model_dump(mode="json", exclude_none=True), seed=2)
    worker.run_on()
    (found,) = worker.finished
    assert found.experiment == SMALL and found.seed == 2
    with pytest.raises(Bl1Error, match="has no key 'colour'"):
        worker.again("small", SMALL.model_dump(mode="json") | {"colour": 1}, seed=2)


def test_in_its_thread_it_runs_tells_and_says_what_cannot_be() -> None:
    worker = SimulationWorker()
    reports: list[tuple[str, bool]] = []
    finished: list[Finished] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.on_finished = finished.append

    def wait_for(what: Callable[[], object]) -> None:
        until_s = time.perf_counter() + 120  # it may have to compile
        while not what():
            assert time.perf_counter() < until_s, reports
            time.sleep(0.01)

    worker.start()
    worker.run("deaf", SMALL.plated(1), seed=0)
    wait_for(lambda: reports)
    assert reports[0][1] and "hears any of the 1 cells" in reports[0][0]
    worker.run("small", SMALL, seed=0)
    wait_for(lambda: finished)
    assert finished[0].complete and worker.snapshot
    assert worker.snapshot.spikes.duration_s == 1.0
    worker.run("long", SMALL.lasting(1e6), seed=0)
    wait_for(lambda: worker.realtime_factor)
    worker.halt()
    wait_for(lambda: len(finished) == 2)
    assert reports[1][0].startswith("stopped long at ")
    worker.run("longer", SMALL.lasting(1e6), seed=0)
    wait_for(lambda: worker.realtime_factor)
    assert worker.stop(timeout_s=5)
    assert [found.complete for found in finished] == [True, False, False]
