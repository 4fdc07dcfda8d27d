"""Training in a process of its own: what it tells, obeys, and keeps however it ends."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bl1.config import shipped
from bl1.errors import Bl1Error
from bl1.tui.app import Cockpit
from bl1.tui.background import log_path
from bl1.tui.choice import Choice
from bl1.tui.kept_brains import SHIPPED_BRAIN
from bl1.tui.runs import RunStore
from bl1.tui.snapshot import Curve, Snapshot
from bl1.tui.trained import Trained
from bl1.tui.training_process import TrainingProcess
from bl1.tui.wire import Receiver, Sender

from .conftest import backstage_of
from .test_worker import wait_for


@dataclass
class Heard:
    """What a process has said."""

    reports: list[tuple[str, bool]] = field(default_factory=list)
    finished: list[Trained] = field(default_factory=list)


def begun(autosaves: Path) -> tuple[TrainingProcess, Heard]:
    training, heard = TrainingProcess(seed=1, autosaves=autosaves), Heard()
    training.on_report = lambda sentence, is_error: heard.reports.append((sentence, is_error))
    training.on_finished = heard.finished.append
    training.steps_per_frame = 10_000
    training.start()
    return training, heard


@pytest.fixture
def training(tmp_path: Path) -> Iterator[tuple[TrainingProcess, Heard]]:
    """A process that trains a bank, whose balls are quick, flat out."""
    process, heard = begun(tmp_path)
    process.begin(Choice(substrate="bank"))
    wait_for(lambda: heard.reports, seconds=120)  # it may have to compile
    assert heard.reports == [("a fresh session of Pong: pursuit on bank", False)]
    heard.reports.clear()
    wait_for(lambda: n_balls(process) > 20, seconds=60)
    yield process, heard
    assert process.stop(timeout_s=10)


def seen(process: TrainingProcess) -> Snapshot:
    assert process.snapshot
    return process.snapshot


def n_balls(process: TrainingProcess) -> int:
    return process.snapshot.mine.n if process.snapshot else 0


def brains(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def test_it_plays_pauses_obeys_and_keeps_the_brain(
    training: tuple[TrainingProcess, Heard], tmp_path: Path
) -> None:
    process, heard = training
    assert process.pid and process.pid != os.getpid()
    assert os.getpgid(process.pid) != os.getpgrp()  # a terminal's signals do not reach it
    wait_for(lambda: process.realtime_factor)
    assert process.running and process.status == ""

    process.playing = False
    process.wake()
    wait_for(lambda: process.realtime_factor is None)
    last = seen(process).step_count
    time.sleep(0.2)
    assert seen(process).step_count == last and not process.running

    process.ask("next_control")
    wait_for(lambda: seen(process).control)
    assert heard.reports == [("beside it: static", False)]
    process.load(shipped("brains") / SHIPPED_BRAIN)
    wait_for(lambda: len(heard.reports) > 1)
    assert heard.reports[1][0].startswith("loaded ") and not heard.reports[1][1]
    wait_for(lambda: heard.finished)
    assert heard.finished[0].options["substrate"] == "bank" and heard.finished[0].rounds > 20
    assert len(brains(tmp_path)) == 1  # that of the bank

    wait_for(lambda: seen(process).choice.substrate == "culture")
    process.playing = True
    process.wake()
    wait_for(lambda: n_balls(process) >= 10, seconds=60)
    assert process.stop(timeout_s=10)
    found, said = process.finished(), process.keep()
    assert found and found.rounds >= 10
    assert said == f"kept the brain in {brains(tmp_path)[1]}"


def test_a_brain_that_cannot_be_kept_is_a_sentence(
    training: tuple[TrainingProcess, Heard], tmp_path: Path
) -> None:
    process, _ = training
    shutil.rmtree(tmp_path)
    tmp_path.write_text("in the way")
    assert process.stop(timeout_s=10)
    with pytest.raises(Bl1Error, match=r"cannot make the folder .*in its place"):
        process.keep()
    tmp_path.unlink()


async def test_a_cockpit_whose_trainer_is_killed_tells_so_keeps_the_run_and_goes_on(
    training: tuple[TrainingProcess, Heard], tmp_path: Path
) -> None:
    process, _ = training
    runs = RunStore(None)
    backstage = backstage_of(process, runs)
    backstage.start = lambda report: setattr(process, "on_report", report)  # it has begun
    cockpit, first = Cockpit(backstage), process.pid
    async with cockpit.run_test(size=(120, 36), notifications=True) as pilot:

        async def shown(words: str) -> None:
            for _ in range(300):
                await pilot.pause(0.1)
                strips = cockpit.screen._compositor.render_strips()
                if words in "\n".join(strip.text for strip in strips):
                    return
            raise AssertionError(f"{words} is not shown")

        await shown("bank")
        await asyncio.sleep(1.5)  # so that it has told how it stands
        assert first
        os.kill(first, signal.SIGKILL)
        await shown("training ended unexpectedly (Killed)")
        assert process.status == "" and process.realtime_factor is None
        assert not process.running and not backstage.running
        cockpit.look()
        (run,) = runs.runs()
        assert not run.complete and run.measures["balls or episodes"] > 10

        await pilot.press("space")
        await shown("nothing is trained now; r begins anew")
        assert not process.playing
        await pilot.press("r")
        await shown("seed 2")
        assert process.pid != first and process.playing
    assert process.stop(timeout_s=10)


def test_what_cannot_be_built_is_told_and_the_log_has_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "sitecustomize.py"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    for code, told in (
        (
            "import bl1.tui.training as t\n"
            "def fail(options): raise ValueError('no cells')\n"
            "t.begun = fail",
            "it stopped at an unexpected ValueError: no cells; more in ",
        ),
        (
            "import sys; sys.modules['bl1.tui.worker'] = None",
            "training ended unexpectedly (status 1)",
        ),
    ):
        broken.write_text(code)
        process, heard = begun(tmp_path / "brains")
        wait_for(lambda process=process: process._ended.is_set(), seconds=60)  # type: ignore[misc]
        wait_for(lambda heard=heard: heard.reports)  # type: ignore[misc]
        ((sentence, is_error),) = heard.reports
        assert sentence.startswith(told) and str(log_path()) in sentence and is_error
        assert not process.playing and process.stop(timeout_s=1)
    log = log_path().read_text()
    assert "ValueError: no cells" in log and "ModuleNotFoundError" in log


def test_it_keeps_the_brain_when_whoever_watches_is_gone(
    training: tuple[TrainingProcess, Heard], tmp_path: Path
) -> None:
    process, _ = training
    assert process._process and process._process.stdin
    process._process.stdin.close()  # which is all that it notices of a screen that was killed
    assert process._process.wait(timeout=10) == 0
    assert process._ended.wait(10)
    assert len(brains(tmp_path)) == 1


def curve() -> Curve:
    return Curve(np.arange(3), np.zeros(3), np.ones(3))


def told(messages: Callable[[Sender], None]) -> Receiver:
    pipe = BytesIO()
    messages(Sender(pipe))
    pipe.seek(0)
    return Receiver(pipe)


def test_what_messages_share_is_sent_once_and_stays_the_same() -> None:
    first, second = curve(), curve()

    def say(sender: Sender) -> None:
        for message in ((first, first), (first, second), (second, 5), 6, (second,)):
            sender.send(message)

    receiver = told(say)
    (a, b), (c, d), (e, five), six, (f,) = (receiver.receive() for _ in range(5))
    assert a is b is c and d is e and d is not c and f is not d
    assert (five, six) == (5, 6)
    assert a.after.tolist() == first.after.tolist() and f.overall.tolist() == [1, 1, 1]
    assert not receiver._things or set(map(id, receiver._things.values())) == {id(f)}
    with pytest.raises(EOFError):
        receiver.receive()


def test_a_message_that_breaks_off_is_the_end() -> None:
    pipe = BytesIO()
    Sender(pipe).send((curve(),))
    with pytest.raises(EOFError):
        Receiver(BytesIO(pipe.getvalue()[:-20])).receive()
