"""A living dish in a thread of its own, at the pace that the screen asks for."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from bl1.tui.background import FRAME_S, YIELD_S, Background
from bl1.tui.dish_snapshot import DishSnapshot

if TYPE_CHECKING:
    from bl1.tui.dish import LivingDish

FADE_S = 0.15  # wall time over which a lit cell fades, whatever the pace
WAVE_PACE = 0.05  # after a pulse, so that its wave can be followed
LONGEST_FRAME_S = 0.1  # wall time that is made up for after a pause of the machine
PLATING = "plating; the first compiles"
SPEED_S = 0.5  # wall time over which the speed is averaged


class DishWorker(Background):
    """Keeps a culture alive while it is looked at; it is plated when it is first.

    Args:
        seed: of the first culture.

    Attributes:
        playing: whether time passes on the dish.
        pace: the culture's time by wall time that is aimed at; 1 is real time.
        realtime_factor: what it is; None while time stands still.
        snapshot: the latest moment of the dish; None until there is one.
    """

    def __init__(self, seed: int) -> None:
        super().__init__("dish")
        self.playing = False
        self.pace = 1.0
        self.realtime_factor: float | None = None
        self.snapshot: DishSnapshot | None = None
        self._seed = seed
        self._dish: LivingDish | None = None
        self._frame_s = 0.0
        self._owed_ms = 0.0

    @property
    def running(self) -> bool:
        """Whether time passes on the dish."""
        return self.playing and self._dish is not None

    def play(self, playing: bool) -> None:
        """Let time pass on the dish, or let it stand still."""
        self.playing = playing
        if playing and not self._dish:
            self.do(self._plate_first, PLATING)
        else:
            self.wake()

    def stimulate(self, site: int) -> None:
        """Give a pulse at a site of the array."""
        self.do(lambda: self._stimulate(site))

    def reseed(self) -> None:
        """Plate another culture."""
        self.do(self._plate_next, PLATING)

    def wait_s(self) -> float | None:
        """The rest of the frame; for good when time stands still."""
        if not self.running:
            return None
        return max(self._frame_s + FRAME_S - perf_counter(), YIELD_S)

    def work(self) -> None:
        """What the culture lives in a frame."""
        dish = self._dish
        if not dish or not self.playing:
            self.realtime_factor = None
            return
        before_s, self._frame_s = self._frame_s, perf_counter()
        passed_s = min(self._frame_s - before_s, LONGEST_FRAME_S)
        pace = min(self.pace, WAVE_PACE) if dish.wave_runs else self.pace
        due_ms = self._owed_ms + 1000 * passed_s * pace
        n_steps = int(due_ms / dish.dt_ms)
        self._owed_ms = due_ms - n_steps * dish.dt_ms
        dish.advance(n_steps, fade_ms=1000 * FADE_S * pace)
        self.snapshot = dish.snapshot()
        factor = n_steps * dish.dt_ms / 1000 / passed_s
        known = factor if self.realtime_factor is None else self.realtime_factor
        self.realtime_factor = known + (factor - known) * min(passed_s / SPEED_S, 1.0)

    def recover(self) -> None:
        """Let time stand still."""
        self.playing = False
        self.realtime_factor = None

    def _plate(self, seed: int) -> None:
        from bl1.tui.dish import LivingDish

        self._dish = LivingDish(seed)
        self._dish.advance(1, 1000 * FADE_S)  # may compile, while the screen says what it waits for
        self.snapshot = self._dish.snapshot()

    def _plate_first(self) -> None:
        if not self._dish:
            self._plate(self._seed)

    def _plate_next(self) -> str | None:
        if not self._dish:
            return None
        self._plate(self._dish.seed + 1)
        return f"a fresh culture, seed {self._dish.seed}"

    def _stimulate(self, site: int) -> None:
        if self._dish:
            self._dish.stimulate(site)
