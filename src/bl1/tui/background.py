"""Work in a thread of its own, so that the screen answers at once whatever is computed.

A thread works in short slices and obeys requests between them. The screen reads what it publishes,
asks, and never touches what it works on.
"""

import gc
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from traceback import format_exception
from typing import IO, TypeAlias

from platformdirs import user_log_path

from bl1 import __version__
from bl1.errors import Bl1Error

#: Told a sentence, and whether it is an error.
Report: TypeAlias = Callable[[str, bool], None]
#: What the thread is asked to do; returns a sentence that says what was done, if any.
Request: TypeAlias = Callable[[], str | None]

FRAME_S = 1 / 30
SLICE_S = 0.02
YIELD_S = 0.0005  # between slices, so that the screen gets the interpreter
PATIENCE_S = 0.2  # what takes no longer is not worth a notice


class Background:
    """A thread that works in slices.

    A kind of it says how it prepares (`prepare`), how long it may listen before the next slice
    (`wait_s`), what a slice is (`work`), and how it goes on after a slice that failed (`recover`).

    Args:
        name: of the thread.

    Attributes:
        on_report: told, in this thread, a sentence and whether it is an error.
    """

    def __init__(self, name: str) -> None:
        self.on_report: Report = lambda sentence, is_error: None
        self._busy: tuple[str, float] | None = None
        self._requests: queue.SimpleQueue[tuple[Request, str] | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._live, name=f"bl1 {name}", daemon=True)

    def prepare(self) -> None:
        """Build what is worked on; runs once, first thing in the thread."""

    def wait_s(self) -> float | None:
        """How long to listen for requests before the next slice: None for good."""
        raise NotImplementedError

    def work(self) -> None:
        """A slice of work, some `SLICE_S` long; publishes what the screen may read."""
        raise NotImplementedError

    def recover(self) -> None:
        """Stop what failed, so that the next slice does not fail as well."""

    @property
    def preparing(self) -> str:
        """What `prepare` does, in a few words."""
        return "getting ready"

    @property
    def status(self) -> str:
        """Why there is nothing new to see for a while, or nothing."""
        return told(*self._busy) if self._busy else ""

    def be_busy(self, doing: str) -> None:
        """Something takes a while from now on; or nothing does any longer."""
        self._busy = (doing, perf_counter()) if doing else None

    def start(self) -> None:
        """Prepare, and work."""
        self._thread.start()

    def do(self, request: Request, doing: str = "") -> None:
        """Have something done as soon as the slice under way is over; `doing` says what."""
        self._requests.put((request, doing))

    def wake(self) -> None:
        """Have the thread look again at what it should do."""
        self._requests.put(None)

    def stop(self, timeout_s: float) -> bool:
        """End the thread; False if it still runs, which only compiling can be the reason for."""
        self._stopping = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _live(self) -> None:
        try:
            self.be_busy(self.preparing)
            self.prepare()
            # What is loaded by now stays. Without this the garbage collector walks through all of
            # Numba about once a second, and the screen stands still for a tenth of one.
            gc.freeze()
        except Exception as error:
            self.on_report(sentence_of(error), True)
            return
        finally:
            self.be_busy("")
        while not self._stopping:
            try:
                self._obey(self.wait_s())
                if not self._stopping:
                    self.work()
            except Exception as error:
                self.recover()
                self.on_report(sentence_of(error), True)

    def _obey(self, timeout_s: float | None) -> None:
        try:
            asked = self._requests.get(timeout=timeout_s)
        except queue.Empty:
            return
        if asked is None or self._stopping:
            return
        request, doing = asked
        self.be_busy(doing)
        try:
            if sentence := request():
                self.on_report(sentence, False)
        except Bl1Error as error:
            self.on_report(str(error), True)
        finally:
            self.be_busy("")


def told(doing: str, since_s: float) -> str:
    """What is done since then, and for how long, once that is worth a notice."""
    passed_s = perf_counter() - since_s
    if not doing or passed_s < PATIENCE_S:
        return ""
    return doing if passed_s < 1 else f"{doing} · {passed_s:.0f} s"


def sentence_of(error: Exception) -> str:
    """What went wrong, for a person."""
    if isinstance(error, Bl1Error):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, OSError) and error.filename:
        return f"cannot use {error.filename}: {error.strerror}"
    return f"it stopped at an unexpected {type(error).__name__}: {error}; more in {_logged(error)}"


def log_path() -> Path:
    """Where errors that nobody expected are told to a developer."""
    return user_log_path("bl1", appauthor=False) / "cockpit.log"


def log_file() -> IO[str]:
    """That file, open to be written on; or nowhere, where it cannot be."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError:  # what is told on the screen is all there is then
        return open(os.devnull, "w", encoding="utf-8")


def _logged(error: Exception) -> Path:
    """Add an error that nobody expected to the log, with the way to it."""
    with suppress(OSError), log_file() as log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} bl1 {__version__}\n")
        log.writelines(format_exception(error))
    return log_path()
