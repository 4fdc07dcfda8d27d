"""Simulate: choose, run, stop, look."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widgets import Input, Static

from bl1.tui import simulation_worker
from bl1.tui.sight import LEAST_SPAN_S, Sight
from bl1.tui.simulation_snapshot import SimulationSnapshot
from bl1.tui.themes import DARK, LIGHT
from bl1.tui.widgets.experiment_choice import ConfigList, ExperimentChoice
from bl1.tui.widgets.histogram import Histogram
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.raster import Raster
from bl1.tui.widgets.rate_trace import RateTrace
from bl1.tui.widgets.run_settings import CELLS, SECONDS, RunSettings
from bl1.tui.widgets.spike_view import SpikeView

from .simulated import ManualSimulation, StillSimulation, hosted, ticked, two_thirds

SnapCompare = Callable[..., bool]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def moment() -> SimulationSnapshot:
    return two_thirds()


# What is seen


def test_sight_stays_within_the_run() -> None:
    whole = Sight.of_all(30.0)
    assert whole.scrolled(3.0) == whole == whole.zoomed(0.5)
    closer = whole.zoomed(2.0).zoomed(2.0)
    assert (closer.start_s, closer.end_s) == (11.25, 18.75)
    assert closer.scrolled(-9.0).start_s == 0.0 and closer.scrolled(9.0).end_s == 30.0
    assert closer.zoomed(1e9).span_s == LEAST_SPAN_S
    assert closer.zoomed(2.0, at=1.0).end_s == closer.end_s
    assert Sight.of_all(0.01).zoomed(2.0).span_s == 0.01
    assert closer.following(12.0) == closer
    assert closer.following(20.0).end_s == 20.0 and closer.following(1.0).start_s == 0.0


async def test_spikes_are_seen_scrolled_and_zoomed_at_any_size(moment: SimulationSnapshot) -> None:
    async with hosted(StillSimulation(moment)).run_test(size=(120, 36)) as pilot:
        view = await ticked(pilot)
        spikes, raster = view.query_one(SpikeView), view.query_one(Raster)

        def seen() -> tuple[float, float]:
            assert spikes.sight and raster.snapshot
            stretch = raster.snapshot
            assert (stretch.start_s, stretch.end_s) == (spikes.sight.start_s, spikes.sight.end_s)
            assert view.query_one(RateTrace).snapshot is stretch
            return round(stretch.start_s, 3), round(stretch.end_s, 3)

        def lines(kind: type[Raster] | type[RateTrace]) -> list[str]:
            picture = view.query_one(kind)
            return [picture.render_line(y).text for y in range(picture.size.height)]

        assert seen() == (0.0, 30.0)
        for key, expected in (
            ("z", (7.5, 22.5)),
            ("right", (9.0, 24.0)),
            ("left", (7.5, 22.5)),
            ("pagedown", (15.0, 30.0)),
            ("pageup", (0.0, 15.0)),
            ("end", (15.0, 30.0)),
            ("home", (0.0, 15.0)),
            ("Z", (0.0, 30.0)),
            ("z", (7.5, 22.5)),
        ):
            await pilot.press(key)
            assert seen() == expected, key
        await pilot._post_mouse_events([MouseScrollDown], Raster, offset=(30, 5))
        assert seen() == (9.0, 24.0)
        await pilot._post_mouse_events([MouseScrollUp], RateTrace, offset=(30, 3))
        assert seen() == (7.5, 22.5)
        await pilot._post_mouse_events([MouseScrollUp], Raster, offset=(7, 5), control=True)
        assert seen() == (7.5, 19.5)  # the left edge, where the mouse is, stays
        await pilot._post_mouse_events([MouseScrollDown], Raster, offset=(7, 5), control=True)
        assert seen() == (7.5, 22.5)

        await pilot.press("Z")
        raster_lines, rate = lines(Raster), lines(RateTrace)
        width = len(rate[0]) - 6
        dotted = [x / width * 30 for x, c in enumerate(rate[2][6:]) if c > "⠀"]
        for start_s in (3.0, 9.5, 16.5):  # the bursts
            assert any(start_s - 0.4 < at < start_s + 0.8 for at in dotted)
        assert max(dotted) < 20
        assert "10 s" in rate[-1] and "25 s" in rate[-1]
        expected_hz = len(moment.spikes) / 1000 / 20
        assert f"mean {expected_hz:.2f} Hz" in str(view.query_one(RateTrace).border_title)
        assert [line[4] for line in raster_lines if line[4] in "EI"] == ["I", "E"]
        last_dot = max(x for line in raster_lines for x, c in enumerate(line) if c > "⠀")
        assert 6 + 0.6 * width < last_dot < 7 + 2 / 3 * width
        silent = np.mean(moment.counts == 0)
        assert f"{silent:.0%} silent in 20 s" in str(view.query_one(Histogram).border_subtitle)
        assert "stopped at 20.0 of 30 s" in pilot.app.lines[-2]

        for size in [(200, 50), (60, 16), (40, 10), (10, 3), (80, 24)]:
            await pilot.resize_terminal(*size)
            await ticked(pilot)
            for picture in view.query(Picture):
                if picture.display and picture.parent.display:  # type: ignore[union-attr]
                    shown = [picture.render_line(y) for y in range(picture.size.height)]
                    assert {line.cell_length for line in shown} <= {picture.size.width}
            if size == (40, 10):
                await pilot.press("e", "escape", "w", "escape")
        for words in ("r Run", "x Stop", "-+ Cells", "[] Seconds", "zZ Zoom", "w Save", "q Quit"):
            assert words in pilot.app.lines[-1]


async def test_what_is_zoomed_follows_a_run_until_one_scrolls_back(
    moment: SimulationSnapshot,
) -> None:
    worker = StillSimulation(moment)
    async with hosted(worker).run_test(size=(80, 24)) as pilot:
        view = await ticked(pilot)

        async def seen_at(now_s: float) -> tuple[float, float]:
            spikes = replace(moment.spikes, n_steps=round(2000 * now_s))
            worker.snapshot = replace(moment, spikes=spikes)
            await ticked(pilot)
            sight = view.query_one(SpikeView).sight
            assert sight
            return round(sight.start_s, 3), round(sight.end_s, 3)

        assert await seen_at(21.0) == (0.0, 30.0)
        await pilot.press("z", "z")
        assert await seen_at(22.0) == (14.5, 22.0)
        assert await seen_at(23.0) == (15.5, 23.0)
        await pilot.press("left")
        assert await seen_at(24.0) == (14.75, 22.25)  # it stays
        await pilot.press("right", "end")
        assert await seen_at(25.0) == (22.5, 30.0)
        worker.snapshot = replace(moment, run="another")
        await ticked(pilot)
        assert view.query_one(SpikeView).sight == Sight.of_all(30.0)


# What is run


async def test_files_settings_and_runs_by_keys_and_clicks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulation_worker, "PUBLISH_S", 0.0)
    worker = ManualSimulation()
    async with hosted(worker).run_test(size=(80, 24)) as pilot:
        view = await ticked(pilot)
        choice, files = view.query_one(ExperimentChoice), view.query_one(ConfigList)
        settings = view.query_one(RunSettings)

        assert choice.name_of_file == "wagenaar_calibrated"
        names = [str(files.get_option_at_index(n).prompt) for n in range(files.option_count)]
        assert names == sorted(names) and "default" in names
        for key, name in (
            ("k", names[-2]),
            ("up", names[-3]),
            ("down", names[-2]),
            ("j", names[-1]),
        ):
            await pilot.press(key)
            assert choice.name_of_file == name
        await pilot.click(ConfigList, offset=(3, 1 + names.index("default")))
        assert choice.name_of_file == "default" and choice.experiment
        assert f"{choice.experiment.culture.n_neurons:,} cells" in str(files.border_subtitle)
        assert "not used here: stimulation" in "\n".join(pilot.app.lines)
        assert pilot.app.focused is view
        await pilot.press("k", "j")
        assert choice.name_of_file == "default"
        choice.go(10)

        def now() -> tuple[int, int, int]:
            return settings.cells, settings.seconds, settings.seed

        assert now() == (5_000, 60, 0)
        settings.cells, settings.seconds = CELLS[-2], SECONDS[-2]
        await pilot.press("plus", "equals_sign", "right_square_bracket", "right_square_bracket")
        assert now() == (CELLS[-1], SECONDS[-1], 0)
        settings.cells, settings.seconds = CELLS[1], SECONDS[1]
        await pilot.press("minus", "minus", "left_square_bracket", "left_square_bracket", "s", "s")
        assert now() == (CELLS[0], SECONDS[0], 2)
        for name, end, expected in (
            ("cells", "up", (CELLS[1], 1, 2)),
            ("cells", "down", (CELLS[0], 1, 2)),
            ("seconds", "up", (CELLS[0], 2, 2)),
            ("seconds", "down", (CELLS[0], 1, 2)),
            ("seed", "up", (CELLS[0], 1, 3)),
            ("seed", "down", (CELLS[0], 1, 2)),
        ):
            await pilot.click(f"#{name} #{end}")
            assert now() == expected

        for start in (
            lambda: pilot.press("r"),
            lambda: pilot.press("enter"),
            lambda: pilot.click("#start"),
        ):
            await start()
            assert worker.running
            worker.run_on()
            found = worker.finished.pop()
            assert (found.name, found.seed) == ("wagenaar_calibrated", 2)
            assert (found.spikes.n_units, found.seconds, found.complete) == (200, 1.0, True)
        await ticked(pilot)
        assert "1 s at " in pilot.app.lines[-2]
        settings.seconds = 600
        for stop in (lambda: pilot.press("x"), lambda: pilot.click("#halt")):
            await pilot.press("r")
            worker.run_on(5)
            await ticked(pilot)
            assert "s left" in pilot.app.lines[-2]
            await stop()
            assert not worker.running and not worker.finished.pop().complete
            await ticked(pilot)
            assert "stopped" in pilot.app.lines[-2]
        assert pilot.app.said[-1][1].startswith("stopped wagenaar_calibrated at")


async def test_a_broken_file_and_an_unwritable_folder_are_sentences(
    folder: Path,
) -> None:
    (folder / "configs").mkdir()
    broken = folder / "configs" / "yours.yaml"
    broken.write_text("name: yours\nculture: {n_neurons: -5, density_per_mm2: 400.0}\n")
    worker = ManualSimulation()
    async with hosted(worker).run_test(size=(120, 36)) as pilot:
        view = await ticked(pilot)
        await pilot.press("j")
        choice = view.query_one(ExperimentChoice)
        assert choice.name_of_file == "yours" and choice.experiment is None
        said = " ".join(str(choice.query_one(Static).render()).split())
        assert "line 2: culture.n_neurons is -5, expected a whole number >= 1" in said
        await pilot.press("r", "e", "w")
        assert not worker.running and len(pilot.app.screen_stack) == 1
        broken.write_text("name: yours\nculture: {n_neurons: 50, density_per_mm2: 400.0}\n")
        pilot.app.bring("other")
        await pilot.pause()
        pilot.app.bring("Simulate")
        await ticked(pilot)
        assert choice.experiment and choice.experiment.culture.n_neurons == 50

        broken.unlink()
        (folder / "configs").rmdir()
        (folder / "configs").write_text("a file where a folder should be")
        await pilot.press("w")
        pilot.app.screen.query_one(Input).value = "mine"
        await pilot.pause()
        await pilot.click("#save")
        ((severity, sentence),) = pilot.app.said
        assert (
            severity == "error"
            and sentence == "cannot make the folder configs: a file is in its place"
        )


@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), DARK.name), ((120, 36), DARK.name), ((200, 50), LIGHT.name)],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
def test_picture(
    snap_compare: SnapCompare, moment: SimulationSnapshot, size: tuple[int, int], theme: str
) -> None:
    app = hosted(StillSimulation(moment), theme)
    assert snap_compare(app, run_before=ticked, terminal_size=size)
