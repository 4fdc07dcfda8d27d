"""Measures recordings in a thread of its own, one after the other, and draws their pictures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bl1.atomicfile import make_folder
from bl1.errors import Bl1Error
from bl1.tui.background import Background

if TYPE_CHECKING:
    from bl1.core.spikes import SpikeTrain
    from bl1.tui.examination import Examination

MEASURING = "measuring rates and bursts"
LOOKING = "looking for avalanches and criticality"


class ScienceWorker(Background):
    """Examines what it is given.

    Attributes:
        examination: the latest; None until there is one.
        doing: what is measured now; "" while nothing is.
        running: whether something is, or is to be.
        on_examined: told, in this thread, the number of the run and what was found in it.
        on_drawn: told, in this thread, the number of the run and its picture.
    """

    realtime_factor: float | None = None  # measuring has no pace

    def __init__(self) -> None:
        super().__init__("science")
        self.examination: Examination | None = None
        self.doing = ""
        self._asked: deque[str] = deque()  # what is not done yet
        self.on_examined: Callable[[int, Examination], None] = lambda run_id, found: None
        self.on_drawn: Callable[[int, Path], None] = lambda run_id, path: None

    @property
    def running(self) -> bool:
        """Whether something is measured, or is to be."""
        return bool(self._asked)

    def wait_s(self) -> float | None:
        """There is nothing to do but what is asked."""
        return None

    def work(self) -> None:
        """Nothing."""

    def examine(
        self, run_id: int, title: str, recording: SpikeTrain, spikes: SpikeTrain, seed: int
    ) -> None:
        """Measure what electrodes heard, and draw the spikes of the cells to a file."""
        self._ask(MEASURING, lambda: self._measure(run_id, title, recording, seed))
        self._ask("drawing", lambda: self.on_drawn(run_id, _drawn(run_id, spikes)))

    def show(self, examination: Examination) -> None:
        """Bring back an earlier one, until something is found again."""
        self.examination = examination

    def _ask(self, doing: str, request: Callable[[], None]) -> None:
        def obeyed() -> None:
            self.doing = doing
            try:
                request()
            finally:
                self.doing = ""
                self._asked.popleft()

        self._asked.append(doing)
        self.do(obeyed, doing)

    def _measure(self, run_id: int, title: str, recording: SpikeTrain, seed: int) -> None:
        from bl1.tui.science import examine

        for self.examination in examine(title, recording, seed):
            self.doing = LOOKING if self.examination.findings else MEASURING
        assert self.examination is not None
        self.on_examined(run_id, self.examination)


def _drawn(run_id: int, spikes: SpikeTrain) -> Path:
    """Draw a raster into the folder of the cockpit's pictures."""
    from bl1.tui.runs import data_folder
    from bl1.visualization import plot_raster

    path = data_folder() / "pictures" / f"run-{run_id}.png"
    make_folder(path.parent)
    try:
        plot_raster(spikes).savefig(path)
    except OSError as error:
        raise Bl1Error(f"cannot write {path}: {error.strerror}") from None
    return path
