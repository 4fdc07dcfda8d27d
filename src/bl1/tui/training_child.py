"""What the process does that trains: play, obey, tell all that is to be seen, and keep the brain.

It hears requests on its standard input, and tells on its standard output; `TrainingProcess` is at
their other ends.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import IO

from bl1.tui.background import sentence_of
from bl1.tui.snapshot import Snapshot
from bl1.tui.wire import Sender
from bl1.tui.worker import Worker

CONCLUDE_S = 600.0  # in which even compiling ends
SO_FAR_S = 1.0  # between two times that is told what would be kept, were this the end
STOP = "stop"

POLITENESS = 5  # training gives way to the screen, whose work is little, where both want a core


class _TellingWorker(Worker):
    """A worker that tells another process all that it publishes."""

    def __init__(self, seed: int, autosaves: Path | None, sender: Sender) -> None:
        super().__init__(seed, autosaves)
        self._sender = sender
        self._told_at_s = 0.0
        self.on_report = lambda sentence, is_error: self.tell("report", sentence, is_error)
        self.on_finished = lambda trained: self.tell("finished", trained)

    def pace(self, playing: bool, steps_per_frame: int) -> None:
        """Play or not, and so many steps in a frame."""
        self.playing, self.steps_per_frame = playing, steps_per_frame
        self.wake()

    def publish(self, snapshot: Snapshot) -> None:
        """Have it seen."""
        super().publish(snapshot)
        self.tell("snapshot", snapshot)
        if perf_counter() - self._told_at_s > SO_FAR_S:
            self._told_at_s = perf_counter()
            self.tell("so far", self.finished())

    def be_busy(self, doing: str) -> None:
        """Something takes a while from now on; or nothing does any longer."""
        self.tell("busy", doing)

    def recover(self) -> None:
        """Pause."""
        super().recover()
        self.tell("paused")

    def _live(self) -> None:
        super()._live()
        if not self._stopping:  # nothing could be built, which has been told
            self.tell("ended", None, None, None)
            os._exit(1)

    def tell(self, kind: str, *what: object) -> None:
        """Send a message, of one thread at a time."""
        with suppress(OSError):  # nobody watches any longer, of which `train` hears
            self._sender.send((kind, *what))


def train(requests: IO[bytes], told: IO[bytes], seed: int, autosaves: Path | None) -> None:
    """What the process does: train, obey, and in the end keep the brain."""
    worker = _TellingWorker(seed, autosaves, Sender(told))
    worker.start()
    with suppress(EOFError, pickle.UnpicklingError):  # whoever watches has ended without a word
        while (request := pickle.load(requests))[0] != STOP:
            name, arguments = request
            getattr(worker, name)(*arguments)
    worker.stop(CONCLUDE_S)
    finished, said, problem = None, None, None
    try:
        said = worker.keep()  # first, since it plays an episode to its end
    except Exception as error:
        problem = sentence_of(error)
    try:
        finished = worker.finished()
    except Exception as error:
        problem = sentence_of(error)
    worker.tell("ended", finished, said, problem)


def _main() -> None:
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is not told
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    train(sys.stdin.buffer, told, int(sys.argv[1]), folder)


if __name__ == "__main__":
    _main()
