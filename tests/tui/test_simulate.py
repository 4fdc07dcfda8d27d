"""Simulate: choose, change, run, stop, look, save."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from bl1.config import load_experiment
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.network.culture import Culture
from bl1.tui import simulation_worker
from bl1.tui.background import Request
from bl1.tui.sight import LEAST_SPAN_S, Sight
from bl1.tui.simulation import Simulation
from bl1.tui.simulation_snapshot import Finished, SimulationSnapshot
from bl1.tui.simulation_worker import SimulationWorker
from bl1.tui.themes import DARK, LIGHT
from bl1.tui.views.experiment_editor import ExperimentEditor
from bl1.tui.views.save_as import SaveAs
from bl1.tui.views.simulate import SimulateView
from bl1.tui.widgets.experiment_choice import ConfigList, ExperimentChoice
from bl1.tui.widgets.histogram import Histogram
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.raster import Raster
from bl1.tui.widgets.rate_trace import RateTrace
from bl1.tui.widgets.run_settings import CELLS, SECONDS, RunSettings
from bl1.tui.widgets.spike_view import SpikeView

from .hosted import Hosted

SMALL = load_experiment("wagenaar_calibrated").plated(300).lasting(1.0)


class ManualSimulation(SimulationWorker):
    """Runs only when a test says so, and obeys at once."""

    def __init__(self) -> None:
        super().__init__()
        self.finished: list[Finished] = []
        self.on_finished = self.finished.append

    def start(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def do(self, request: Request, doing: str = "") -> None:
        super().do(request, doing)
        self._obey(0)

    def run_on(self, n_chunks: int = 10**9) -> None:
        for _ in range(n_chunks):
            if not self.running:
                return
            self.work()


class StillSimulation(ManualSimulation):
    """Shows one moment for ever."""

    def __init__(self, moment: SimulationSnapshot | None) -> None:
        super().__init__()
        self.snapshot = moment


@pytest.fixture
def moment() -> SimulationSnapshot:
    """Made by hand: two thirds of a run, with bursts."""
    n_cells, n_exc = 1000, 800
    rng = np.random.default_rng(1)
    inside = np.concatenate([rng.integers(k, k + 800, 4000) for k in (6000, 19_000, 33_000)])
    steps = np.sort(np.concatenate([inside, rng.integers(0, 40_000, 3000)]))
    ids = np.minimum(rng.exponential(0.3, len(steps)), 0.999) * n_cells
    return SimulationSnapshot(
        run="by hand",
        name="wagenaar_calibrated",
        seed=4,
        spikes=SpikeTrain(steps, ids.astype(np.int32), 0.5, 40_000, n_cells, n_exc),
        counts=np.bincount(ids.astype(int), minlength=n_cells),
        duration_s=30.0,
        realtime_factor=12.5,
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without ./configs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hosted(worker: SimulationWorker, theme: str = DARK.name) -> Hosted:
    return Hosted(SimulateView(worker), worker, theme)


async def ticked(pilot: Pilot[None]) -> SimulateView:
    assert isinstance(pilot.app, Hosted) and isinstance(pilot.app.view, SimulateView)
    await pilot.pause()
    pilot.app.view.tick()
    await pilot.pause()
    return pilot.app.view


# A run, without a screen


def test_a_run_is_that_of_the_culture_and_heard_as_it_is_recorded() -> None:
    simulation = Simulation("small", SMALL, seed=2, chunk_s=0.01)
    while not simulation.is_over:
        simulation.advance()
    found = simulation.finished()
    culture = Culture.from_config(SMALL, seed=2)
    assert found.spikes.hash() == culture.run(1.0).hash()
    assert found.events.hash() == record(culture, 1.0).hash() and len(found.events)
    assert (found.complete, found.seconds, found.events.duration_s) == (True, 1.0, 1.0)
    assert found.rate_hz == found.spikes.rate_hz() > 0
    assert found.spikes.metadata["config"] == SMALL.model_dump(mode="json")
    moment = simulation.snapshot()
    assert moment.counts.tolist() == np.bincount(found.spikes.ids, minlength=300).tolist()
    assert moment.left_s == 0.0


def test_moments_stay_as_they_are_while_the_run_goes_on() -> None:
    simulation = Simulation("small", SMALL, seed=2, chunk_s=0.0)
    moments = []
    while not simulation.is_over and len(moments) < 500:
        simulation.advance()
        moments.append((simulation.snapshot(), simulation.snapshot().spikes.hash()))
    assert all(moment.spikes.hash() == before for moment, before in moments)
    assert all(moment.spikes.is_possible() for moment, _ in moments)
    assert all(moment.counts.sum() == len(moment.spikes) for moment, _ in moments)


def test_a_stopped_run_keeps_what_came_and_another_takes_its_place() -> None:
    worker = ManualSimulation()
    reports: list[tuple[str, bool]] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.run("first", SMALL.lasting(1000), seed=2)
    worker.halt()
    assert not worker.finished  # nothing had come
    worker.run("first", SMALL.lasting(1000), seed=2)
    worker.run_on(8)
    worker.run("second", SMALL, seed=3)
    (first,) = worker.finished
    assert (first.name, first.complete) == ("first", False)
    whole = Culture.from_config(SMALL, seed=2).run(first.seconds)
    assert first.spikes.hash() == whole.hash() and 0 < first.seconds < 1000
    worker.run_on(2)
    assert worker.stop(timeout_s=1)
    assert [found.name for found in worker.finished] == ["first", "second"]
    assert not worker.running and reports == []


def test_a_run_that_fails_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = ManualSimulation()
    worker.run("small", SMALL, seed=2)
    worker.run_on(3)
    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "advance", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            worker.work()
    worker.recover()
    assert [found.complete for found in worker.finished] == [False]
    assert not worker.running and worker.wait_s() is None


def test_a_run_that_a_file_has_is_run_again_or_refused() -> None:
    worker = ManualSimulation()
    worker.again("small", SMALL.model_dump(mode="json", exclude_none=True), seed=2)
    worker.run_on()
    (found,) = worker.finished
    assert found.experiment == SMALL and found.seed == 2
    with pytest.raises(Bl1Error, match="has no key 'colour'"):
        worker.again("small", SMALL.model_dump(mode="json") | {"colour": 1}, seed=2)


def test_in_its_thread_it_runs_tells_and_says_what_cannot_be() -> None:
    worker = SimulationWorker()
    reports: list[tuple[str, bool]] = []
    finished: list[Finished] = []
    worker.on_report = lambda sentence, is_error: reports.append((sentence, is_error))
    worker.on_finished = finished.append

    def wait_for(what: Callable[[], object]) -> None:
        until_s = time.perf_counter() + 120  # it may have to compile
        while not what():
            assert time.perf_counter() < until_s, reports
            time.sleep(0.01)

    worker.start()
    worker.run("deaf", SMALL.plated(1), seed=0)
    wait_for(lambda: reports)
    assert reports[0][1] and "hears any of the 1 cells" in reports[0][0]
    worker.run("small", SMALL, seed=0)
    wait_for(lambda: finished)
    assert finished[0].complete and worker.snapshot
    assert worker.snapshot.spikes.duration_s == 1.0
    worker.run("long", SMALL.lasting(1e6), seed=0)
    wait_for(lambda: worker.realtime_factor)
    worker.halt()
    wait_for(lambda: len(finished) == 2)
    assert reports[1][0].startswith("stopped long at ")
    worker.run("longer", SMALL.lasting(1e6), seed=0)
    wait_for(lambda: worker.realtime_factor)
    assert worker.stop(timeout_s=5)
    assert [found.complete for found in finished] == [True, False, False]


# What is seen of it


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
        assert f"{silent:.0%} silent" in str(view.query_one(Histogram).border_subtitle)
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
        await pilot.click(ConfigList, offset=(3, 1))
        assert choice.name_of_file == "default" and choice.experiment
        assert f"{choice.experiment.culture.n_neurons:,} cells" in str(files.border_subtitle)
        assert "not used here: stimulation" in "\n".join(pilot.app.lines)
        assert pilot.app.focused is view
        await pilot.press("k", "j")
        assert choice.name_of_file == names[1]
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


async def test_keys_are_changed_in_place_and_checked_as_one_types() -> None:
    worker = ManualSimulation()
    async with hosted(worker).run_test(size=(80, 24)) as pilot:
        view = await ticked(pilot)
        view.query_one(ExperimentChoice).look("dishbrain")
        await pilot.press("e")
        table = pilot.app.screen.query_one(DataTable)
        table.move_cursor(row=table.get_row_index("closed_loop.conditions"))
        await pilot.pause()
        assert "[closed_loop, silent, open_loop" in "\n".join(pilot.app.lines)
        await pilot.press("escape")
        view.query_one(ExperimentChoice).look("wagenaar_calibrated")
        await pilot.press("e")
        editor = pilot.app.screen
        assert isinstance(editor, ExperimentEditor)
        table, field = editor.query_one(DataTable), editor.query_one(Input)
        sentence = editor.query_one("#sentence", Static)
        keys = [str(key.value) for key in table.rows]
        table.move_cursor(row=keys.index("culture.n_neurons") - 1)
        await pilot.press("down", "enter")
        assert field.has_focus and field.value == "5000"
        assert "number of neurons" in "\n".join(pilot.app.lines)
        field.value = ""
        await pilot.press("-", "5")
        assert "culture.n_neurons is -5, expected a whole number >= 1" in str(sentence.render())
        await pilot.press("enter")
        assert field.has_focus  # it is not taken
        field.value = "25"
        await pilot.press("end", "0")
        assert "expected" not in str(sentence.render())
        await pilot.press("enter")
        assert table.has_focus
        row = keys.index("culture.n_neurons")
        assert [str(cell) for cell in table.get_row_at(row)] == ["•", "culture.n_neurons", "250"]
        await pilot.press("down", "enter", "9", "escape")
        assert table.has_focus and table.get_row_at(row + 1)[0] == ""
        await pilot.press("escape")
        choice = view.query_one(ExperimentChoice)
        assert choice.experiment and choice.experiment.culture.n_neurons == 250
        assert "wagenaar_calibrated •" in "\n".join(pilot.app.lines)
        await pilot.press("r")
        worker.run_on(1)
        assert worker.snapshot and worker.snapshot.spikes.n_units == 250

        await pilot.press("e")
        for _ in range(2):  # to go there, and to change it
            await pilot.click(DataTable, offset=(5, 3))
        assert pilot.app.screen.query_one(Input).has_focus
        assert "dt_ms: time step" in "\n".join(pilot.app.lines)
        await pilot.press("escape")
        table = pilot.app.screen.query_one(DataTable)
        for remove in (lambda: pilot.press("d"), lambda: pilot.click("#remove")):
            table.move_cursor(row=table.get_row_index("homeostatic"))
            await pilot.pause()
            await pilot.press("enter", *"{}", "enter", "down")
            assert "homeostatic" not in table.rows and len(table.rows) > len(keys)
            await remove()
            await pilot.pause()
            assert len(table.rows) == len(keys)
            cells = table.get_row_at(table.cursor_row)
            assert [str(cell) for cell in cells] == ["", "homeostatic", ""]
            assert "Not in the file; {} adds it." in "\n".join(pilot.app.lines)
        await pilot.press("d")
        assert "homeostatic is in no section that can be removed" in "\n".join(pilot.app.lines)
        await pilot.click("#undo")
        await pilot.click("#done")
        assert choice.experiment == choice.as_read
        assert "•" not in "\n".join(pilot.app.lines)


async def test_a_changed_file_is_saved_under_a_name(folder: Path) -> None:
    async with hosted(ManualSimulation()).run_test(size=(80, 24)) as pilot:
        view = await ticked(pilot)
        choice = view.query_one(ExperimentChoice)
        assert choice.experiment
        changed = choice.experiment.plated(77)
        choice.change_to(changed)
        await pilot.press("w")
        screen = pilot.app.screen
        assert isinstance(screen, SaveAs)
        said = screen.query_one(Static)
        assert "a new file, configs/wagenaar_calibrated.yaml" in str(said.render())
        screen.query_one(Input).value = "../away"
        await pilot.press("enter")
        assert "expected a name of letters" in str(said.render())
        assert pilot.app.screen is screen
        screen.query_one(Input).value = "mine"
        await pilot.press("enter")
        saved = load_experiment(folder / "configs" / "mine.yaml")
        assert saved == changed.model_copy(update={"name": "mine"})
        assert pilot.app.said == [("information", "saved configs/mine.yaml")]
        assert choice.name_of_file == "mine" and choice.experiment == saved

        await pilot.press("w")
        assert "is there and will be replaced" in str(pilot.app.screen.query_one(Static).render())
        await pilot.press("escape")
        await pilot.press("w")
        await pilot.click("#cancel")
        assert len(pilot.app.screen_stack) == 1


SnapCompare = Callable[..., bool]


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


def test_picture_of_the_editor(snap_compare: SnapCompare) -> None:
    async def edit(pilot: Pilot[None]) -> None:
        await ticked(pilot)
        await pilot.press("e", "down", "down", "enter", "end", "x")

    assert snap_compare(hosted(StillSimulation(None)), run_before=edit, terminal_size=(80, 24))
