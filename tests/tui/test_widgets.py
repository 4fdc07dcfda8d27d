"""Each picture shows the moment that it is given, where it should."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
from rich.color import ColorTriplet
from textual.app import App, ComposeResult

from bl1.tui.snapshot import Arrival, Snapshot
from bl1.tui.themes import MEANINGS_ON_DARK
from bl1.tui.widgets.bands import Response, Stimulus, Weights
from bl1.tui.widgets.curve import LearningCurve
from bl1.tui.widgets.game import GameField
from bl1.tui.widgets.gauges import Gauges
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.timeline import Timeline


class Frame(App[None]):
    """A picture on its own."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return MEANINGS_ON_DARK

    def compose(self) -> ComposeResult:
        yield self._picture


@asynccontextmanager
async def shown(picture: Picture, moment: Snapshot, size: tuple[int, int] = (42, 18)) -> Iterator:
    async with Frame(picture).run_test(size=size) as pilot:
        picture.snapshot = moment
        await pilot.pause()
        yield pilot


def pixels(picture: Picture) -> np.ndarray:
    """The colours of a picture in half blocks, (2 × lines, width, 3)."""
    lines = []
    for y in range(picture.size.height):
        above, below = [], []
        for segment in picture.render_line(y):
            assert segment.style and segment.style.color and segment.style.bgcolor
            back = segment.style.bgcolor.get_truecolor()
            front = segment.style.color.get_truecolor()
            for character in segment.text:
                above.append(front if character == "▀" else back)
                below.append(back)
        lines += [above, below]
    return np.array(lines, dtype=float)


def colour(name: str) -> np.ndarray:
    return np.array(ColorTriplet(*bytes.fromhex(MEANINGS_ON_DARK[name][1:])), dtype=float)


def places(picture: Picture, name: str) -> tuple[np.ndarray, np.ndarray]:
    return np.nonzero(np.abs(pixels(picture) - colour(name)).max(axis=2) < 6)


async def test_the_ball_is_where_it_is(moment: Snapshot) -> None:
    for x, y in ((0.0, 0.5), (0.5, 0.9), (0.9, 0.1)):
        async with shown(field := GameField(), replace(moment, trail=((x, y),))):
            height, width = 2 * field.size.height, field.size.width
            distance = np.abs(pixels(field) - colour("ball")).sum(axis=2)
            row, column = np.unravel_index(distance.argmin(), distance.shape)
            assert distance.min() < 100
            assert abs(column / (width - 1) - x) < 0.08
            assert abs(1 - row / (height - 1) - y) < 0.05


async def test_the_trail_fades_behind_the_ball(moment: Snapshot) -> None:
    level = tuple((0.05 * n, 0.5) for n in range(15))
    async with shown(field := GameField(), replace(moment, trail=level)):
        row = pixels(field)[field.size.height]
        ball = int(0.7 * (field.size.width - 3))
        brightness = row[: ball - 2].sum(axis=1)
        assert (np.diff(brightness) >= 0).all()
        assert brightness[-1] > brightness[0] + 50
        assert brightness[-1] < colour("ball").sum()


async def test_the_paddle_is_where_it_is_and_as_high(moment: Snapshot) -> None:
    still = replace(moment, arrival=None, trail=((0.1, 0.5),))
    for y in (0.2, 0.5, 0.8):
        async with shown(field := GameField(), replace(still, paddle_y=y)):
            rows, columns = places(field, "paddle")
            height = 2 * field.size.height
            assert columns.min() >= field.size.width - 2
            assert abs(1 - rows.mean() / (height - 1) - y) < 0.03
            assert abs(np.ptp(rows) + 1 - 0.2 * height) <= 2


async def test_the_paddle_glows_with_the_outcome(moment: Snapshot) -> None:
    for hit, name in ((True, "hit"), (False, "miss")):
        arrived = replace(moment, arrival=Arrival(hit, age_steps=0))
        async with shown(field := GameField(), arrived):
            assert len(places(field, name)[0])
            assert not len(places(field, "paddle")[0])


async def test_bands_lie_at_their_height(moment: Snapshot) -> None:
    one = np.zeros(16)
    one[12] = 1.0
    lit = replace(moment, stimulus=one.astype(np.float32), features=one, weights=one)
    for kind, name in ((Stimulus, "ball"), (Response, "response"), (Weights, "warm")):
        async with shown(picture := kind(), lit):
            rows, columns = places(picture, name)
            assert set(rows) == {2 * 16 - 1 - 2 * 12 - 1, 2 * 16 - 1 - 2 * 12}
            assert len(set(columns)) == picture.size.width


async def test_weights_are_warm_above_nothing_and_cold_below(moment: Snapshot) -> None:
    async with shown(weights := Weights(), moment):
        assert set(places(weights, "warm")[0]) == {0, 1}
        assert set(places(weights, "cold")[0]) == {30, 31}
        assert "0.5" in str(weights.border_subtitle)


async def test_no_weights_no_picture(moment: Snapshot) -> None:
    async with shown(weights := Weights(), replace(moment, weights=None)):
        assert weights.render_line(3).text.strip() == ""


async def test_the_timeline_has_a_mark_for_each_ball(moment: Snapshot) -> None:
    async with shown(timeline := Timeline(), moment, size=(102, 3)):
        picture = pixels(timeline)
        n_balls = moment.n_balls
        assert (np.abs(picture[0] - colour("hit")).max(axis=1) < 1).sum() == moment.n_hits
        misses = np.abs(picture[1] - colour("miss")).max(axis=1) < 1
        assert np.flatnonzero(misses).tolist() == np.flatnonzero(~moment.hits).tolist()
        assert misses.sum() + moment.n_hits == n_balls


async def test_a_full_timeline_keeps_the_newest(moment: Snapshot) -> None:
    async with shown(timeline := Timeline(), moment, size=(22, 3)):
        hits = np.abs(pixels(timeline)[0] - colour("hit")).max(axis=1) < 1
        assert hits.tolist() == moment.hits[-20:].tolist()


def lines(picture: Picture) -> list[str]:
    return [picture.render_line(y).text for y in range(picture.size.height)]


async def test_the_curve_stands_on_its_axes(moment: Snapshot) -> None:
    async with shown(curve := LearningCurve(), moment, size=(80, 14)):
        text = lines(curve)
        assert text[0].startswith("1.00┤") and text[-2].startswith("0.00┤")
        assert text[-1].rstrip().endswith("100 balls")
        # The recent hit rate ends at ball 60 of 100, at .72.
        ends = [max((x for x, c in enumerate(line[5:]) if c > "⠀"), default=-1) for line in text]
        green = [
            (y, x)
            for y in range(len(text) - 1)
            for x, style in enumerate(
                style
                for segment in curve.render_line(y)
                for style in [segment.style] * len(segment.text)
            )
            if style.color and tuple(style.color.get_truecolor()) == tuple(colour("hit"))
        ]
        y, x = max(green, key=lambda place: place[1])
        assert abs((x - 5) / (curve.size.width - 5) - 0.6) < 0.03
        assert abs(1 - (y + 0.5) / (len(text) - 1) - 0.72) < 0.08
        assert max(ends) == curve.size.width - 6  # the lines across
        assert "static paddle 0.20" in str(curve.border_title)
        assert "greedy 0.90" in str(curve.border_title)


async def test_only_lines_that_changed_are_drawn(moment: Snapshot) -> None:
    async with shown(field := GameField(), moment):
        before = [field.render_line(y) for y in range(field.size.height)]
        field.snapshot = replace(moment, paddle_y=moment.paddle_y - 0.05)
        after = [field.render_line(y) for y in range(field.size.height)]
        same = sum(old is new for old, new in zip(before, after, strict=True))
        assert 0 < len(before) - same <= 4


async def test_gauges_tell_when_there_is_nothing_to_tell(moment: Snapshot) -> None:
    nothing = replace(
        moment,
        recent_hit_rate=None,
        hit_rate=None,
        rate_hz=None,
        steps_per_s=None,
        realtime_factor=None,
    )
    async with shown(gauges := Gauges(), nothing):
        assert sum("–" in line for line in lines(gauges)) == 5
