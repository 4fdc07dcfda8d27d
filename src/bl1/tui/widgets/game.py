"""The game as it runs, two pixels to a cell: ball, trail and paddle, or the frame it draws."""

import textwrap
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from bl1.tui.snapshot import FrameScene, PongScene, Scene
from bl1.tui.widgets.frame import fitted
from bl1.tui.widgets.picture import RGB, Picture, in_steps, mix, style, triplet

BALL_RADIUS = 1.1  # pixels
TRAIL_SHARE = 0.45  # how much of the ball's colour the trail has at the ball
CURTAIN_SHARE = 0.3
GLOW_STEPS = 12  # for how long the paddle shows whether it hit
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class GameField(Picture[Scene]):
    """A game; of Pong, y = 0 is at the bottom, and the paddle glows green after a hit, red after a
    miss.
    """

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

    def draw(self, scene: Scene, width: int, height: int) -> list[Strip]:
        """Field, curtain, goal line, trail, ball and paddle, in this order; or the frame."""
        n_rows, field = 2 * height, self.colour("game--field")
        if isinstance(scene, FrameScene):
            frame = fitted(scene.rgb, width, n_rows, ground=self.colour("background"))
            return self.half_blocks(frame)
        pixels = np.tile(field, (n_rows, width, 1))
        if scene.curtain:
            pixels[:, width // 2 :] = mix(field, self.colour("game--goal"), CURTAIN_SHARE)
        pixels[:, width - 1] = mix(field, self.colour("game--goal"), 0.5)
        self._draw_trail(pixels, scene)
        self._draw_paddle(pixels, scene)
        return self.half_blocks(pixels)

    def _draw_trail(self, pixels: RGB, scene: PongScene) -> None:
        n_rows, width = pixels.shape[:2]
        ball = self.colour("game--ball")
        points = np.array(scene.trail) * (width - 3, -(n_rows - 1)) + (0.5, n_rows - 1)
        leap = int(np.ceil(np.abs(np.diff(points, axis=0)).max(initial=0))) + 1
        place = np.linspace(0, len(points) - 1, (len(points) - 1) * leap + 1)  # of dots without gap
        step = np.arange(len(points))
        columns = np.floor(np.interp(place, step, points[:, 0]) + 0.5).astype(int)
        rows = np.floor(np.interp(place, step, points[:, 1]) + 0.5).astype(int)
        strength = np.zeros((n_rows, width))
        strength[rows.clip(0, n_rows - 1), columns] = np.ceil(place) + 1
        pixels += (ball - pixels) * (TRAIL_SHARE / len(points) * strength[..., None])

        x, y = points[-1]
        distance = np.hypot(np.arange(width) - x, np.arange(n_rows)[:, None] - y)
        coverage = in_steps(np.clip(BALL_RADIUS + 0.5 - distance, 0, 1))[..., None]
        pixels += (ball - pixels) * coverage

    def _draw_paddle(self, pixels: RGB, scene: PongScene) -> None:
        n_rows, width = pixels.shape[:2]
        colour = self.colour("game--paddle")
        if scene.arrival:
            outcome = "game--hit" if scene.arrival.hit else "game--miss"
            glow = max(0.0, 1 - scene.arrival.age_steps / GLOW_STEPS)
            colour = mix(colour, self.colour(outcome), glow)
        middle = (1 - scene.paddle_y) * (n_rows - 1)
        half = max(scene.paddle_height * (n_rows - 1) / 2, 1.0)
        distance = np.abs(np.arange(n_rows) - middle)
        coverage = in_steps(np.clip(half + 0.5 - distance, 0, 1))[:, None, None]
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
        """A line of the field; the notice is in the middle."""
        width = self.size.width
        told = textwrap.wrap(self.notice, max(width - 2, 1))
        place = y - self.size.height // 2
        if not 0 <= place < len(told):
            return super().render_line(y)
        mark = "" if place else f"{SPINNER[self.spin % len(SPINNER)]} "
        text = f"{mark}{told[place]}"[:width].center(width)
        background, ball = self.colour("background"), self.colour("game--ball")
        return Strip([Segment(text, style(triplet(ball), triplet(background)))], width)
