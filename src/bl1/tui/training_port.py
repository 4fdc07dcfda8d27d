"""What the screen knows of training, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from bl1.tui.background import Report
from bl1.tui.snapshot import Snapshot
from bl1.tui.trained import Trained

if TYPE_CHECKING:
    from bl1.tui.choice import Choice


Renewal: TypeAlias = Literal["fresh", "next_substrate", "next_paddle"]
Wish: TypeAlias = Renewal | Literal["next_control", "evaluate", "save"]


class TrainingPort(Protocol):
    """Training as it is watched and told what to do.

    The screen sets `playing` and `steps_per_frame` and then calls `wake`, reads `snapshot` and
    `status`, and never touches what is trained.

    Attributes:
        playing: whether the session runs.
        steps_per_frame: game steps between two frames of the screen, at most.
        autosaves: the folder for brains whose session ends; None for nowhere.
        snapshot: the latest moment of the session; None until there is one.
        on_report: told a sentence, and whether it is an error.
        on_finished: told of each session that another takes the place of.
    """

    playing: bool
    steps_per_frame: int
    autosaves: Path | None
    snapshot: Snapshot | None
    on_report: Report
    on_finished: Callable[[Trained], None]

    @property
    def status(self) -> str:
        """Why there is nothing new to see for a while, or nothing."""

    @property
    def running(self) -> bool:
        """Whether game steps are being played."""
        return self.snapshot is not None and self.playing

    @property
    def realtime_factor(self) -> float | None:
        """The culture's time by wall time; None while nothing runs."""
        return self.snapshot.realtime_factor if self.snapshot else None

    @property
    def pid(self) -> int | None:
        """Of the process that trains; None while there is none."""

    def start(self) -> None:
        """Begin."""

    def wake(self) -> None:
        """Look again at what it should do."""

    def ask(self, wish: Wish) -> None:
        """Have something done as soon as the slice under way is over."""

    def begin(self, choice: Choice) -> None:
        """Train something else from now on."""

    def again(self, options: Mapping[str, Any]) -> None:
        """Begin again what ended some time ago, by its `Trained.options`."""

    def load(self, path: Path) -> None:
        """Go on with a brain."""

    def stop(self, timeout_s: float) -> bool:
        """End it; False if it still runs, which only compiling can be the reason for."""

    def finished(self) -> Trained | None:
        """What is kept of the last session; for when it was stopped."""

    def keep(self) -> str | None:
        """Keep the brain of the last session, and say where; for when it has ended.

        Raises:
            Bl1Error: it cannot be written.
        """
