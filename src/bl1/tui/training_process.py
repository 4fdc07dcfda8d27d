"""Training in a process of its own, so that neither it nor the screen waits for the other.

In one process they would share Python's one interpreter lock, which costs training more than half
of its pace. The process outlives whoever watches by as long as it takes to keep the brain.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bl1.errors import Bl1Error
from bl1.tui.background import Report, log_file, log_path, sentence_of, told
from bl1.tui.snapshot import Snapshot
from bl1.tui.trained import Trained
from bl1.tui.training_child import STOP
from bl1.tui.training_port import TrainingPort, Wish
from bl1.tui.wire import Receiver

if TYPE_CHECKING:
    from bl1.tui.choice import Choice

CHILD = "bl1.tui.training_child"
STARTING = "starting the process that trains"
#: To glibc: give back what is larger as soon as it is free. Left to itself, it keeps what it was
#: asked for once, and an hour of training leaves holes as large as the log of its balls.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**20)}
CONCLUDE_S = 5.0  # to finish an episode and write a brain, which takes half a second
#: Windows' way to keep a console's signals from a process.
FLAGS = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(
    subprocess, "CREATE_NO_WINDOW", 0
)


class TrainingProcess(TrainingPort):
    """The screen's end of a process that trains.

    Args:
        seed: of the first session, a culture that learns Pong.
        autosaves: the folder for brains whose session ends; None for nowhere.
    """

    def __init__(self, seed: int, autosaves: Path | None = None) -> None:
        self.playing = True
        self.steps_per_frame = 1
        self.snapshot: Snapshot | None = None
        self.on_report: Report = lambda sentence, is_error: None
        self.on_finished: Callable[[Trained], None] = lambda trained: None
        self.autosaves = autosaves
        self._seed = seed
        self._process: subprocess.Popen[bytes] | None = None
        self._busy: tuple[str, float] = STARTING, perf_counter()
        self._ended = Event()
        self._so_far: Trained | None = None
        self._finished: Trained | None = None
        self._said: str | None = None
        self._error: str | None = None

    @property
    def status(self) -> str:
        """Why there is nothing new to see for a while, or nothing."""
        return told(*self._busy)

    @property
    def running(self) -> bool:
        """Whether game steps are being played."""
        return super().running and not self._ended.is_set()

    @property
    def pid(self) -> int | None:
        """Of the process that trains; None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Begin."""
        folder = [str(self.autosaves)] if self.autosaves else []
        self._ended.clear()
        try:
            with log_file() as log:  # the terminal is the screen's
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", CHILD, str(self._seed), *folder],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=MEMORY | os.environ,
                    start_new_session=True,  # a terminal's signals are not for it
                    creationflags=FLAGS,
                )
        except OSError as error:
            self._ended.set()
            self._over(sentence_of(error))
            return
        Thread(target=self._listen, name="what training tells", daemon=True).start()
        self.wake()

    def wake(self) -> None:
        """Have it look again at what it should do."""
        if self._ended.is_set() and self.playing:
            self._over("nothing is trained now; r begins anew")
        self._request("pace", self.playing, self.steps_per_frame)

    def ask(self, wish: Wish) -> None:
        """Have something done as soon as the slice under way is over."""
        self._revive()
        self._request("ask", wish)

    def begin(self, choice: Choice) -> None:
        """Train something else from now on."""
        self._revive()
        self._request("begin", choice)

    def again(self, options: Mapping[str, Any]) -> None:
        """Begin again what ended some time ago, by its `Trained.options`."""
        self._revive()
        self._request("again", dict(options))

    def load(self, path: Path) -> None:
        """Go on with a brain."""
        self._revive()
        self._request("load", path)

    def stop(self, timeout_s: float) -> bool:
        """End it; False if it still runs, which only compiling can be the reason for."""
        if self._process is None or self._ended.is_set():
            return True
        self._request(STOP)
        builds, _ = self._busy
        return self._ended.wait(timeout_s if builds else max(timeout_s, CONCLUDE_S))

    def finished(self) -> Trained | None:
        """What is kept of the last session; so far as it is known, if it has not ended."""
        return self._finished or self._so_far

    def keep(self) -> str | None:
        """Say where the brain of the last session is, which the process has kept.

        Raises:
            Bl1Error: it could not be written.
        """
        if self._error:
            raise Bl1Error(self._error)
        return self._said

    def _request(self, name: str, *arguments: object) -> None:
        if self._process and self._process.stdin:
            with suppress(OSError):  # it has ended, of which `_listen` tells
                pickle.dump((name, arguments), self._process.stdin)
                self._process.stdin.flush()

    def _revive(self) -> None:
        if self._process and self._ended.is_set():
            self._busy, self.playing = (STARTING, perf_counter()), True
            self.start()

    def _listen(self) -> None:
        """Take what the process tells, until it has ended."""
        process = self._process
        assert process and process.stdout
        receiver = Receiver(process.stdout)
        while True:
            try:
                kind, *what = receiver.receive()
            except EOFError:
                break
            match kind:
                case "snapshot":
                    self.snapshot = what[0]
                case "busy":
                    self._busy = what[0], perf_counter()
                case "report":
                    self.on_report(*what)
                case "paused":
                    self.playing = False
                case "so far":
                    (self._so_far,) = what
                case "finished":
                    self._so_far = None
                    self.on_finished(*what)
                case "ended":
                    self._finished, self._said, self._error = what
                    self._over()
                    self._ended.set()
        code = process.wait()
        if hasattr(os, "killpg"):
            with suppress(OSError):  # a Doom that it left behind
                os.killpg(process.pid, signal.SIGKILL)
        if not self._ended.is_set():
            self._ended.set()
            if self._so_far:
                self.on_finished(self._so_far)
                self._so_far = None
            why = signal.strsignal(-code) or "a signal" if code < 0 else f"status {code}"
            self._over(
                f"training ended unexpectedly ({why}): o goes on with the brain kept last, the "
                f"log is {log_path()}"
            )

    def _over(self, sentence: str = "") -> None:
        """Nothing is trained any longer."""
        self.playing, self._busy = False, ("", 0.0)
        if self.snapshot:
            self.snapshot = replace(
                self.snapshot, worth_keeping=False, steps_per_s=None, realtime_factor=None
            )
        if sentence:
            self.on_report(sentence, True)
