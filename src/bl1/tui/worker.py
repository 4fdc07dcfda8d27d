"""A trainer in a thread of its own, so that the screen answers at once whatever it computes.

The thread runs the session in slices, obeys requests between them and publishes a snapshot after
each. The screen sets `playing` and `steps_per_frame`, reads `snapshot` and `status`, and never
touches the session.
"""

from __future__ import annotations

import gc
import queue
import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from bl1.errors import Bl1Error
from bl1.tui.snapshot import Snapshot

if TYPE_CHECKING:
    from bl1.tui.trainer import Trainer

Request: TypeAlias = Literal["fresh", "next_substrate", "next_paddle", "evaluate", "save", "load"]
Report: TypeAlias = Callable[[str, bool], None]

FRAME_S = 1 / 30
SLICE_S = 0.02
YIELD_S = 0.0005  # between slices, so that the screen gets the interpreter
SPEED_WINDOW_S = 1.0
PATIENCE_S = 0.2  # what takes no longer is not worth a notice


class Worker:
    """Runs a trainer in a thread.

    Args:
        seed: of the first session, a culture.

    Attributes:
        playing: whether the session runs.
        steps_per_frame: game steps between two frames of the screen, at most.
        snapshot: the latest moment of the session; None until there is one.
        on_report: told, in the worker's thread, a sentence and whether it is an error.
    """

    def __init__(self, seed: int) -> None:
        self.playing = True
        self.steps_per_frame = 1
        self.snapshot: Snapshot | None = None
        self.on_report: Report = lambda sentence, is_error: None
        self._seed = seed
        self._busy: tuple[str, float] | None = None
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._live, name="bl1 trainer", daemon=True)

    @property
    def status(self) -> str:
        """Why there is nothing new to see for a while, or nothing."""
        busy = self._busy
        return busy[0] if busy and perf_counter() - busy[1] > PATIENCE_S else ""

    def start(self) -> None:
        """Build the session and run it."""
        self._thread.start()

    def ask(self, request: Request) -> None:
        """Have the trainer do something as soon as the slice under way is over."""
        self._requests.put(request)

    def wake(self) -> None:
        """Have the thread look at `playing` again."""
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
            self._busy = (_building(), perf_counter())
            from bl1.loop.options import SessionOptions
            from bl1.tui.trainer import Trainer

            trainer = Trainer(SessionOptions(substrate="culture", seed=self._seed))
            # What is loaded by now stays. Without this the garbage collector walks through all of
            # Numba about once a second, and the screen stands still for a tenth of one.
            gc.collect()
            gc.freeze()
        except Exception as error:
            self.on_report(_sentence(error), True)
            return
        finally:
            self._busy = None
        self._run(trainer)

    def _run(self, trainer: Trainer) -> None:
        clock = _FrameClock()
        self.snapshot = trainer.snapshot()
        while not self._stopping:
            try:
                self._obey(trainer, self._wait_s(trainer, clock))
                self._advance(trainer, clock)
                self.snapshot = trainer.snapshot(clock.steps_per_s)
            except Exception as error:
                self.playing = False
                trainer.abandon_evaluation()
                self.on_report(_sentence(error), True)

    def _advance(self, trainer: Trainer, clock: _FrameClock) -> None:
        if trainer.evaluating:
            trainer.advance(10**9, SLICE_S)
            self._tell(trainer.conclusion())
        elif self.playing:
            clock.count(trainer.advance(clock.n_left(self.steps_per_frame), SLICE_S))
        else:
            clock.rest()

    def _wait_s(self, trainer: Trainer, clock: _FrameClock) -> float | None:
        """How long to listen for requests: for good when there is nothing to run."""
        if trainer.evaluating:
            return YIELD_S
        if not self.playing:
            return None
        return YIELD_S if clock.n_left(self.steps_per_frame) else clock.rest_of_frame_s

    def _obey(self, trainer: Trainer, timeout_s: float | None) -> None:
        try:
            request = self._requests.get(timeout=timeout_s)
        except queue.Empty:
            return
        if request is None or self._stopping:
            return
        self._busy = ("building the substrate", perf_counter())
        try:
            self._tell(getattr(trainer, request)())
        except Bl1Error as error:
            self.on_report(_sentence(error), True)
        finally:
            self._busy = None

    def _tell(self, sentence: str | None) -> None:
        if sentence:
            self.on_report(sentence, False)


class _FrameClock:
    """Deals out game steps frame by frame, and tells how many of them a second holds."""

    def __init__(self) -> None:
        self.steps_per_s: float | None = None
        self._frame_start = perf_counter()
        self._n_done = 0
        self._history: deque[tuple[float, int]] = deque()

    def n_left(self, steps_per_frame: int) -> int:
        """Steps that are still due in this frame, or in a new one if it is over."""
        if self.rest_of_frame_s == 0.0:
            # On the beat, unless more than a frame behind it.
            self._frame_start = max(self._frame_start + FRAME_S, perf_counter() - FRAME_S)
            self._n_done = 0
        return max(steps_per_frame - self._n_done, 0)

    @property
    def rest_of_frame_s(self) -> float:
        """What remains of the frame."""
        return max(self._frame_start + FRAME_S - perf_counter(), 0.0)

    def count(self, n_steps: int) -> None:
        """So many steps were done just now."""
        now_s = perf_counter()
        self._n_done += n_steps
        self._history.append((now_s, n_steps))
        while now_s - self._history[0][0] > SPEED_WINDOW_S:
            self._history.popleft()
        passed_s = now_s - self._history[0][0]
        if passed_s > SPEED_WINDOW_S / 4:
            self.steps_per_s = sum(n for _, n in list(self._history)[1:]) / passed_s

    def rest(self) -> None:
        """Nothing runs."""
        self._history.clear()
        self.steps_per_s = None


def _building() -> str:
    from bl1.core import jit  # here, since it imports Numba

    return "building the culture" if jit.is_compiled() else jit.COMPILING


def _sentence(error: Exception) -> str:
    if isinstance(error, Bl1Error):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for this session"
    if isinstance(error, OSError) and error.filename:
        return f"cannot use {error.filename}: {error.strerror}"
    return f"the session stopped at an unexpected {type(error).__name__}: {error}"
