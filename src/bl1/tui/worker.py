"""A trainer in a thread of its own: it runs what is trained at the pace of the screen.

The thread publishes a snapshot after each slice, and obeys requests between them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from os import getpid
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bl1.tui.background import FRAME_S, SLICE_S, Background, sentence_of
from bl1.tui.snapshot import Snapshot
from bl1.tui.trained import Trained
from bl1.tui.training_port import TrainingPort, Wish

if TYPE_CHECKING:
    from bl1.tui.choice import Choice
    from bl1.tui.trainer import Trainer

SPEED_WINDOW_S = 1.0
KEEP_S = 60.0  # between two times that the brain is kept, so that a crash costs no more
BUILDING = "building; new kinds compile once"


class Worker(Background, TrainingPort):
    """Runs a trainer in a thread.

    Args:
        seed: of the first session, a culture that learns Pong.
        autosaves: the folder for brains whose session ends; None for nowhere.

    Attributes:
        playing: whether the session runs.
        steps_per_frame: game steps between two frames of the screen, at most.
        snapshot: the latest moment of the session; None until there is one.
        on_finished: told, in this thread, of each session that another takes the place of.
    """

    def __init__(self, seed: int, autosaves: Path | None = None) -> None:
        super().__init__("trainer")
        self.playing = True
        self.steps_per_frame = 1
        self.snapshot: Snapshot | None = None
        self.on_finished: Callable[[Trained], None] = lambda trained: None
        self._seed = seed
        self.autosaves = autosaves
        self._trainer: Trainer | None = None
        self._clock = _FrameClock()
        self._kept_at_s = perf_counter()

    @property
    def trainer(self) -> Trainer:
        """What it runs; for its own thread only."""
        assert self._trainer is not None
        return self._trainer

    @property
    def preparing(self) -> str:
        """It builds a culture, and on the first day it compiles."""
        from bl1.core import jit  # here, since it imports Numba

        return "building the culture" if jit.is_compiled() else jit.COMPILING

    @property
    def pid(self) -> int:
        """Of the process that trains."""
        return getpid()

    def ask(self, wish: Wish) -> None:
        """Have the trainer do something as soon as the slice under way is over."""
        self.do(lambda: getattr(self.trainer, wish)(), BUILDING)

    def begin(self, choice: Choice) -> None:
        """Train something else from now on."""
        self.do(lambda: self.trainer.begin(choice), BUILDING)

    def again(self, options: Mapping[str, Any]) -> None:
        """Begin again what ended some time ago, by its `Trained.options`."""
        from bl1.tui.choice import from_plain

        self.do(lambda: self.trainer.again(from_plain(options)), BUILDING)

    def load(self, path: Path) -> None:
        """Go on with a brain."""
        self.do(lambda: self.trainer.load(path), BUILDING)

    def finished(self) -> Trained | None:
        """What is kept of the last session; for when the thread has ended."""
        return self._trainer.finished() if self._trainer else None

    def keep(self) -> str | None:
        """Keep the brain of the last session, say where, and close its game.

        For when the thread has ended.

        Raises:
            Bl1Error: it cannot be written.
        """
        if self._trainer is None:
            return None
        try:
            return self._trainer.keep()
        finally:
            self._trainer.close()

    def prepare(self) -> None:
        """Build the first session."""
        from bl1.tui.brains import Brains
        from bl1.tui.choice import Choice
        from bl1.tui.trainer import Trainer

        self._trainer = Trainer(Choice().options(self._seed), Brains(self.autosaves))
        self._trainer.on_finished = lambda trained: self.on_finished(trained)
        self.publish(self._trainer.snapshot())

    def wait_s(self) -> float | None:
        """Until the brain may have to be kept, when there is nothing to run."""
        if self.trainer.hurried:
            return 0.0
        if not self.playing:
            return KEEP_S
        return 0.0 if self._clock.n_left(self.steps_per_frame) else self._clock.rest_of_frame_s

    def work(self) -> None:
        """Some game steps."""
        trainer, clock = self.trainer, self._clock
        if trainer.hurried:
            trainer.advance(10**9, SLICE_S)
            if sentence := trainer.conclusion():
                self.on_report(sentence, False)
        elif self.playing:
            clock.count(trainer.advance(clock.n_left(self.steps_per_frame), SLICE_S))
        else:
            clock.rest()
        self.publish(trainer.snapshot(clock.steps_per_s))
        if perf_counter() - self._kept_at_s > KEEP_S:
            self._kept_at_s = perf_counter()
            self._keep_for_a_crash()

    def publish(self, snapshot: Snapshot) -> None:
        """Have it seen."""
        self.snapshot = snapshot

    def recover(self) -> None:
        """Pause."""
        self.playing = False
        self.trainer.calm_down()

    def _keep_for_a_crash(self) -> None:
        try:
            self.trainer.keep()
        except Exception as error:  # which is no reason not to go on
            self.on_report(f"the brain is not kept: {sentence_of(error)}", True)


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
