"""Each picture shows the moment that it is given, where it should."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
from rich.color import ColorTriplet
from textual.app import App, ComposeResult

from bl1.tui.snapshot import Arrival, FrameScene, PongScene, Signal, Snapshot
from bl1.tui.themes import MEANINGS_ON_DARK
from bl1.tui.widgets.bands import Response, Stimulus, Weights
from bl1.tui.widgets.curve import LearningCurve
from bl1.tui.widgets.frame import fitted
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
async def shown(picture: Picture, moment: object, size: tuple[int, int] = (42, 18)) -> Iterator:
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


def scene_of(moment: Snapshot) -> PongScene:
    assert isinstance(moment.mine.scene, PongScene)
    return moment.mine.scene


def places(picture: Picture, name: str) -> tuple[np.ndarray, np.ndarray]:
    return np.nonzero(np.abs(pixels(picture) - colour(name)).max(axis=2) < 6)


async def test_the_ball_is_where_it_is(moment: Snapshot) -> None:
    for x, y in ((0.0, 0.5), (0.5, 0.9), (0.9, 0.1)):
        async with shown(field := GameField(), replace(scene_of(moment), trail=((x, y),))):
            height, width = 2 * field.size.height, field.size.width
            distance = np.abs(pixels(field) - colour("ball")).sum(axis=2)
            row, column = np.unravel_index(distance.argmin(), distance.shape)
            assert distance.min() < 100
            assert abs(column / (width - 1) - x) < 0.08
            assert abs(1 - row / (height - 1) - y) < 0.05


async def test_the_trail_fades_behind_the_ball(moment: Snapshot) -> None:
    level = tuple((0.05 * n, 0.5) for n in range(15))
    async with shown(field := GameField(), replace(scene_of(moment), trail=level)):
        row = pixels(field)[field.size.height]
        ball = int(0.7 * (field.size.width - 3))
        brightness = row[: ball - 2].sum(axis=1)
        assert (np.diff(brightness) >= 0).all()
        assert brightness[-1] > brightness[0] + 50
        assert brightness[-1] < colour("ball").sum()


async def test_the_paddle_is_where_it_is_and_as_high(moment: Snapshot) -> None:
    still = replace(scene_of(moment), arrival=None, trail=((0.1, 0.5),))
    for y in (0.2, 0.5, 0.8):
        async with shown(field := GameField(), replace(still, paddle_y=y)):
            rows, columns = places(field, "paddle")
            height = 2 * field.size.height
            assert columns.min() >= field.size.width - 2
            assert abs(1 - rows.mean() / (height - 1) - y) < 0.03
            assert abs(np.ptp(rows) + 1 - 0.2 * height) <= 2


async def test_the_paddle_glows_with_the_outcome(moment: Snapshot) -> None:
    for hit, name in ((True, "hit"), (False, "miss")):
        arrived = replace(scene_of(moment), arrival=Arrival(hit, age_steps=0))
        async with shown(field := GameField(), arrived):
            assert len(places(field, name)[0])
            assert not len(places(field, "paddle")[0])


async def test_the_curtain_hides_the_second_half_of_the_field(moment: Snapshot) -> None:
    async with shown(field := GameField(), replace(scene_of(moment), curtain=True)):
        row = pixels(field)[0, :-2]
        assert (row[:19] == colour("field")).all()
        assert (row[21:] > colour("field") + 5).all()


async def test_a_frame_is_as_large_as_it_fits_and_keeps_its_aspect() -> None:
    frame = np.zeros((60, 80, 3), np.uint8)
    frame[:, :40], frame[:, 40:] = (255, 0, 0), (0, 0, 255)
    async with shown(field := GameField(), FrameScene(frame), size=(42, 22)):
        picture = pixels(field)  # 40 × 40 of them
        shown_rows = np.flatnonzero(picture[:, 0, 0] > 200)
        assert shown_rows.tolist() == list(range(5, 35))  # 40 × 30, in the middle
        assert (picture[5:35, :20] == (255, 0, 0)).all()
        assert (picture[5:35, 20:] == (0, 0, 255)).all()


def test_a_frame_made_smaller_is_its_means() -> None:
    ground = np.zeros(3)
    frame = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    small = fitted(frame, 30, 20, ground)
    expected = frame.reshape(20, 3, 30, 3, 3).mean(axis=(1, 3))
    assert np.abs(small - expected).max() <= 255 / 31 / 2 + 1e-3
    assert fitted(frame, 45, 100, ground)[:35].max() == 0.0
    assert fitted(frame, 180, 120, ground).shape == (120, 180, 3)


async def test_bands_lie_at_their_height() -> None:
    one = np.zeros(16)
    one[12] = 1.0
    lit = Signal(one[None], one[None], one[:, None], None, None, None)
    for kind, name in ((Stimulus, "ball"), (Response, "response"), (Weights, "warm")):
        async with shown(picture := kind(), lit):
            rows, columns = places(picture, name)
            assert set(rows) == {2 * 16 - 1 - 2 * 12 - 1, 2 * 16 - 1 - 2 * 12}
            assert len(set(columns)) == picture.size.width


async def test_several_values_have_a_column_each(arena: Snapshot) -> None:
    async with shown(stimulus := Stimulus(), arena.signal, size=(11, 18)):
        rows, columns = places(stimulus, "ball")
        left = columns < 4
        assert abs(rows[left].mean() - (31 - 2 * 6.5)) < 1.1  # the first is around band 6
        assert abs(rows[~left].mean() - (31 - 2 * 11.5)) < 1.1
        assert (np.abs(pixels(stimulus)[:, 4] - pixels(stimulus)[0, 4]) < 1).all()  # between them


async def test_weights_are_warm_above_nothing_and_cold_below(moment: Snapshot) -> None:
    async with shown(weights := Weights(), moment.signal):
        assert set(places(weights, "warm")[0]) == {0, 1}
        assert set(places(weights, "cold")[0]) == {30, 31}
        assert "0.5" in str(weights.border_subtitle)


async def test_no_weights_no_picture(moment: Snapshot) -> None:
    async with shown(weights := Weights(), replace(moment.signal, weights=None)):
        assert weights.render_line(3).text.strip() == ""


async def test_the_timeline_has_a_mark_for_each_ball(moment: Snapshot) -> None:
    async with shown(timeline := Timeline(), moment, size=(102, 3)):
        picture = pixels(timeline)
        hits = moment.mine.outcomes
        assert (np.abs(picture[0] - colour("hit")).max(axis=1) < 1).sum() == hits.sum()
        misses = np.abs(picture[1] - colour("miss")).max(axis=1) < 1
        assert np.flatnonzero(misses).tolist() == np.flatnonzero(~hits).tolist()
        assert f"{hits.sum()} hit" in str(timeline.border_title)


async def test_a_full_timeline_keeps_the_newest(moment: Snapshot) -> None:
    async with shown(timeline := Timeline(), moment, size=(22, 3)):
        hits = np.abs(pixels(timeline)[0] - colour("hit")).max(axis=1) < 1
        assert hits.tolist() == moment.mine.outcomes[-20:].tolist()


async def test_an_episode_has_a_bar_as_high_as_what_it_came_to(arena: Snapshot) -> None:
    async with shown(timeline := Timeline(), arena, size=(102, 3)):
        bars = ["▁▂▃▄▅▆▇█".index(bar) for bar in timeline.render_line(0).text.strip()]
        assert len(bars) == arena.mine.n
        outcomes = arena.mine.outcomes
        assert bars[outcomes.argmax()] == 7 and bars[outcomes.argmin()] == 0
        assert np.corrcoef(bars, outcomes)[0, 1] > 0.98


def lines(picture: Picture) -> list[str]:
    return [picture.render_line(y).text for y in range(picture.size.height)]


async def test_the_curve_stands_on_its_axes(moment: Snapshot) -> None:
    async with shown(curve := LearningCurve(), moment, size=(80, 14)):
        text = lines(curve)
        assert text[0].startswith("100%┤") and text[-2].startswith("  0%┤")
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
        assert "static 20%" in str(curve.border_title)
        assert "greedy 90%" in str(curve.border_title)


async def test_the_control_has_a_curve_of_its_own(compared: Snapshot) -> None:
    async with shown(curve := LearningCurve(), compared, size=(80, 14)):
        styles = [
            (y, segment.style)
            for y in range(curve.size.height - 1)
            for segment in curve.render_line(y)
            if segment.text.strip(" ⠀")
        ]
        rows = [
            y
            for y, style in styles
            if style
            and style.color
            and tuple(style.color.get_truecolor()) == tuple(colour("control"))
        ]
        assert rows and min(rows) >= 7  # below a third
        assert "[$control]━[/$control] static" in str(curve.border_title)


async def test_returns_lie_on_an_axis_of_round_numbers(arena: Snapshot) -> None:
    async with shown(curve := LearningCurve(), arena, size=(80, 16)):
        text = lines(curve)
        labels = [line[:4].strip() for line in text if line[4] == "┤"]
        assert labels == ["20", "10", "0", "-10"]
        assert text[-1].rstrip().endswith("40 episodes")
        assert str(curve.border_title).startswith("return  [$hit]━[/$hit] last 10")


async def test_only_lines_that_changed_are_drawn(moment: Snapshot) -> None:
    scene = scene_of(moment)
    async with shown(field := GameField(), scene):
        before = [field.render_line(y) for y in range(field.size.height)]
        field.snapshot = replace(scene, paddle_y=scene.paddle_y - 0.05)
        after = [field.render_line(y) for y in range(field.size.height)]
        same = sum(old is new for old, new in zip(before, after, strict=True))
        assert 0 < len(before) - same <= 4


async def test_the_border_has_the_titles_of_what_is_drawn_in_it(moment: Snapshot) -> None:
    async with shown(timeline := Timeline(), moment):
        hits = np.ones_like(moment.mine.outcomes)
        later = replace(moment, mine=replace(moment.mine, outcomes=hits, overall=1.0))
        timeline.set_reactive(Timeline.snapshot, later)
        timeline._invalidate()
        top, *_ = timeline.render_lines(timeline.outer_size.region)
        assert f"{len(hits)} hit" in top.text


async def test_a_moment_may_come_before_a_new_size_is_told(moment: Snapshot) -> None:
    async with shown(field := GameField(), scene_of(moment)) as pilot:
        for before in (field._strips[:-3], [*field._strips, *field._strips]):
            field._strips = before
            field.snapshot = replace(scene_of(moment), paddle_y=len(before) / 100)
            await pilot.pause()
            assert len(field._strips) == field.size.height


async def test_gauges_tell_when_there_is_nothing_to_tell(moment: Snapshot) -> None:
    nothing = replace(
        moment,
        mine=replace(moment.mine, recent=None, overall=None),
        signal=replace(moment.signal, rate_hz=None, sigma=None),
        steps_per_s=None,
        realtime_factor=None,
    )
    async with shown(gauges := Gauges(), nothing):
        text = lines(gauges)
        assert sum("–" in line for line in text) == 4
        assert not any(line.startswith(("fires", "explores")) for line in text)


async def test_gauges_tell_how_far_it_is_ahead_of_the_control(compared: Snapshot) -> None:
    async with shown(gauges := Gauges(), compared):
        text = {line.split()[0]: line for line in lines(gauges) if line.strip()}
        assert text["control"].endswith("16%") and "+56 points" in text["ahead"]
    beside = compared.control
    assert beside
    better = replace(compared, control=replace(beside, recent=0.9))
    async with shown(gauges := Gauges(), better):
        assert any("-18 points" in line for line in lines(gauges))


async def test_gauges_of_doom_count_kills_shots_and_ammunition(arena: Snapshot) -> None:
    async with shown(gauges := Gauges(), arena):
        text = {line.split()[0]: line.split()[1:] for line in lines(gauges) if line.strip()}
        assert text["kills"] == ["5"] and text["shots"] == ["8"] and text["ammo"] == ["17"]
        assert text["episode"] == ["30,", "at", "3.5"]
        assert text["return"] == [f"{arena.mine.recent:.1f}"]
