"""The worker's thread: pace, requests, mishaps, end."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bl1.loop.session import Session
from bl1.tui.snapshot import Snapshot
from bl1.tui.views.train import TrainView
from bl1.tui.worker import Worker

from .conftest import cockpit_of


def wait_for(what: Callable[[], object], seconds: float = 10) -> None:
    until_s = time.perf_counter() + seconds
    while not what():
        assert time.perf_counter() < until_s
        time.sleep(0.005)


def seen(worker: Worker) -> Snapshot:
    assert worker.snapshot is not None
    return worker.snapshot


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that has begun, with what it reports in `reports`."""
    worker = Worker(seed=1)
    worker.start()
    wait_for(lambda: worker.snapshot, seconds=120)  # it may have to compile
    yield worker
    assert worker.stop(timeout_s=5)


def test_it_paces_itself(worker: Worker) -> None:
    worker.steps_per_frame = 3
    first, start_s = seen(worker).step_count, time.perf_counter()
    time.sleep(1.0)
    n_steps = seen(worker).step_count - first
    assert n_steps <= 90 * (time.perf_counter() - start_s) + 6
    assert n_steps > 20


def test_flat_out_it_is_many_times_faster_and_can_be_paused(worker: Worker) -> None:
    worker.steps_per_frame = 10_000
    first = seen(worker).step_count
    wait_for(lambda: seen(worker).step_count > first + 2000)
    worker.playing = False
    worker.wake()
    time.sleep(0.2)
    last = seen(worker).step_count
    time.sleep(0.2)
    assert seen(worker).step_count == last


def test_it_obeys_while_it_runs_flat_out(worker: Worker) -> None:
    worker.steps_per_frame = 10_000
    reports: list[tuple[str, bool]] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.ask("fresh")
    wait_for(lambda: seen(worker).seed == 2)
    assert reports == [("a fresh culture, seed 2", False)]
    assert worker.status == ""


def test_a_mishap_is_a_sentence_and_a_pause(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[tuple[str, bool]] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))

    def fail(session: Session, n_steps: int) -> None:
        raise FloatingPointError("the membranes are NaN")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "run", fail)
        wait_for(lambda: reports)
        time.sleep(0.1)
    assert len(reports) == 1
    sentence, is_error = reports[0]
    assert is_error and "the membranes are NaN" in sentence and "\n" not in sentence
    assert not worker.playing

    last = seen(worker).step_count
    worker.playing = True
    worker.wake()
    wait_for(lambda: seen(worker).step_count > last)


def test_the_brain_is_kept_while_it_learns_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bl1.tui.worker.KEEP_S", 0.0)
    folder = tmp_path / "brains"
    worker = Worker(seed=1, autosaves=folder)
    reports: list[tuple[str, bool]] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.steps_per_frame = 10_000
    worker.start()
    wait_for(lambda: list(folder.glob("*.yaml")), seconds=120)
    (first,) = folder.glob("*.yaml")
    before = first.read_text()
    wait_for(lambda: first.read_text() != before)
    assert reports == []
    assert worker.stop(timeout_s=5)
    assert list(folder.iterdir()) == [first]

    folder.rename(tmp_path / "moved")
    folder.write_text("in the way")
    worker._keep_for_a_crash()
    assert reports == []  # nothing was learned since
    worker.trainer.advance(1)
    worker._keep_for_a_crash()
    sentence, is_error = reports[0]
    assert is_error and sentence.startswith("the brain is not kept: cannot make the folder")


async def test_the_cockpit_shows_what_the_thread_does() -> None:
    worker = Worker(seed=1)
    async with cockpit_of(worker).run_test(size=(120, 36)) as pilot:
        for _ in range(1200):
            await pilot.pause(0.1)
            if worker.snapshot and worker.snapshot.step_count > 10:
                break
        assert seen(worker).step_count > 10
        pilot.app.query_one(TrainView).speed = 10_000
        await asyncio.sleep(0.3)
        start_s = time.perf_counter()
        pilot.app.simulate_key("space")
        while worker.playing:
            await asyncio.sleep(0.001)
        assert time.perf_counter() - start_s < 0.5
        await pilot.press("q")
    assert worker.stop(timeout_s=5)
