"""The game as it runs: ball, trail and paddle, two pixels to a cell."""

from typing import ClassVar

import numpy as np
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import RGB, Picture, mix, style, triplet

BALL_RADIUS = 1.1  # pixels
TRAIL_SHARE = 0.45  # how much of the ball's colour the trail has at the ball
GLOW_STEPS = 12  # for how long the paddle shows whether it hit
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class GameField(Picture[Snapshot]):
    """The field with y = 0 at the bottom; the paddle glows green after a hit, red after a miss."""

    notice: reactive[str] = reactive("", repaint=False)
    spin: reactive[int] = reactive(0, repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "game--field",
        "game--ball",
        "game--paddle",
        "game--hit",
        "game--miss",
        "game--goal",
    }

    DEFAULT_CSS = """
    GameField {
        & > .game--field { color: $field; }
        & > .game--ball { color: $ball; }
        & > .game--paddle { color: $paddle; }
        & > .game--hit { color: $hit; }
        & > .game--miss { color: $miss; }
        & > .game--goal { color: $line; }
    }
    """

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """Field, goal line, trail, ball and paddle, in this order."""
        n_rows = 2 * height
        pixels = np.tile(self.colour("game--field"), (n_rows, width, 1))
        goal = mix(self.colour("game--field"), self.colour("game--goal"), 0.5)
        pixels[:, width - 1] = goal
        self._draw_trail(pixels, snapshot)
        self._draw_paddle(pixels, snapshot)
        return self.half_blocks(pixels)

    def _draw_trail(self, pixels: RGB, snapshot: Snapshot) -> None:
        n_rows, width = pixels.shape[:2]
        field, ball = self.colour("game--field"), self.colour("game--ball")
        points = np.array(snapshot.trail) * (width - 3, -(n_rows - 1)) + (0.5, n_rows - 1)
        strength = np.zeros((n_rows, width))
        fade = np.linspace(0, TRAIL_SHARE, len(points) + 1)[1:]
        for start, end, share in zip(points[:-1], points[1:], fade[1:], strict=True):
            n_dots = int(np.ceil(np.abs(end - start).max())) + 1
            dots = np.floor(np.linspace(start, end, n_dots) + 0.5).astype(int)
            dots[:, 1] = dots[:, 1].clip(0, n_rows - 1)
            strength[dots[:, 1], dots[:, 0]] = share
        pixels += (ball - field) * strength[..., None]

        x, y = points[-1]
        rows, columns = np.ogrid[:n_rows, :width]
        distance = np.hypot(columns - x, rows - y)
        coverage = np.clip(BALL_RADIUS + 0.5 - distance, 0, 1)[..., None]
        pixels += (ball - pixels) * coverage

    def _draw_paddle(self, pixels: RGB, snapshot: Snapshot) -> None:
        n_rows, width = pixels.shape[:2]
        colour = self.colour("game--paddle")
        if snapshot.arrival:
            outcome = "game--hit" if snapshot.arrival.hit else "game--miss"
            glow = max(0.0, 1 - snapshot.arrival.age_steps / GLOW_STEPS)
            colour = mix(colour, self.colour(outcome), glow)
        middle = (1 - snapshot.paddle_y) * (n_rows - 1)
        half = max(snapshot.paddle_height * (n_rows - 1) / 2, 1.0)
        distance = np.abs(np.arange(n_rows) - middle)
        coverage = np.clip(half + 0.5 - distance, 0, 1)[:, None, None]
        thickness = 2 if width >= 40 else 1
        side = pixels[:, width - thickness :]
        side += (colour - side) * coverage

    def watch_notice(self) -> None:
        """There is something to wait for, or no longer."""
        self.refresh()

    def watch_spin(self) -> None:
        """The spinner goes on."""
        if self.notice:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the field; the notice is in the middle one."""
        width, height = self.size
        text = f"{SPINNER[self.spin % len(SPINNER)]} {self.notice}"
        if not self.notice or y != height // 2:
            return super().render_line(y)
        background, ball = self.colour("background"), self.colour("game--ball")
        text = text[:width].center(width)
        return Strip([Segment(text, style(triplet(ball), triplet(background)))], width)
