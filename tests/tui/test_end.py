"""The cockpit's end in a terminal, while something is built or compiled."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from bl1.tui.backstage import BRAINS, RUNS
from bl1.tui.runs import RunStore, data_folder

from .test_worker import wait_for

PROMPT_S = 6.0  # a second for the threads, and what a slow machine takes to close the rest
#: Any culture but the first takes 8 s to build.
SLOW = """
import time
import bl1.tui.training as training, bl1.tui.trainer as trainer
begun = training.begun
def slow(options):
    if options.seed > 0:
        open({mark!r}, "w").close()
        time.sleep(8)
    return begun(options)
trainer.begun = slow
"""


class Terminal:
    """A cockpit in a terminal of 80 × 24."""

    def __init__(self) -> None:
        self._own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bl1"], stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.told = b""
        self._reading = Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        while True:
            try:
                self.told += os.read(self._own, 1 << 16)
            except OSError:  # it has ended
                return

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._own, keys.encode())

    def children(self) -> list[psutil.Process]:
        """What trains."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how: Callable[["Terminal"], None]) -> float:
        """End it in some way; how long that takes (s)."""
        start_s = time.perf_counter()
        how(self)
        self.process.wait(timeout=60)
        took_s = time.perf_counter() - start_s
        self._reading.join(5)
        return took_s


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Terminal]]:
    """Opens cockpits; nothing that they start outlives the test."""
    monkeypatch.chdir(tmp_path)
    begun: list[psutil.Process] = []

    def opened() -> Terminal:
        terminal = Terminal()
        wait_for(lambda: b"Dashboard" in terminal.told and terminal.children(), seconds=120)
        begun.extend([psutil.Process(terminal.process.pid), *terminal.children()])
        return terminal

    yield opened
    for process in begun:
        if process.is_running():
            process.kill()


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (lambda terminal: terminal.process.send_signal(signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda terminal: terminal.press("q"), 0),
    ],
    ids=["SIGTERM", "q"],
)
def test_it_ends_at_once_while_it_compiles(
    terminal: Callable[[], Terminal],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[Terminal], None],
    status: int,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    opened = terminal()
    wait_for(lambda: b"compiling the kernels" in opened.told, seconds=120)
    assert opened.end(how) < PROMPT_S
    assert opened.process.returncode == status
    assert b"Traceback" not in opened.told


def test_what_was_trained_is_kept_though_another_is_being_built(
    terminal: Callable[[], Terminal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "builds"
    (tmp_path / "sitecustomize.py").write_text(SLOW.format(mark=str(mark)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    opened = terminal()
    opened.press("+" * 8)
    wait_for(lambda: b"real time" in opened.told, seconds=120)
    time.sleep(3)  # it has learned something, and told so
    opened.press("ry")
    wait_for(mark.exists, seconds=20)
    time.sleep(0.5)
    assert opened.end(lambda it: it.process.send_signal(signal.SIGTERM)) < PROMPT_S
    assert opened.process.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in opened.told
    store = RunStore(data_folder() / RUNS)
    (run,) = store.runs()
    store.close()
    assert run.kind == "training" and not run.complete
    assert run.measures["balls or episodes"] >= 10
    wait_for(lambda: list((data_folder() / BRAINS).glob("*.yaml")), seconds=30)
