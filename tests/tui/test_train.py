"""Train: the menu, a control beside it, replays and frames, by keys and by mouse."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Footer, OptionList, Static

from bl1.games.doom_arena import DoomArena
from bl1.tui.choice import Choice
from bl1.tui.replay import RallyRecorder
from bl1.tui.snapshot import FrameScene, PongScene, Snapshot
from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK
from bl1.tui.trained import Trained
from bl1.tui.views.train import N_TURNS, TrainView
from bl1.tui.views.train_menu import TrainMenu
from bl1.tui.widgets.game import GameField
from bl1.tui.widgets.gauges import Gauges
from bl1.tui.widgets.picture import Picture
from bl1.tui.worker import Worker

from .conftest import ManualWorker, StillWorker

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 36), (200, 50)]


class TrainApp(App[None]):
    """The view on its own; `said` is what the worker reported."""

    CSS = """
    Footer { background: $panel; }
    Footer.-compact KeyGroup.-compact { padding-left: 0; }
    Footer.-compact FooterLabel { margin: 0 1 0 0; }
    """

    def __init__(self, worker: Worker, theme_name: str = DARK.name) -> None:
        super().__init__()
        self._worker, self._theme_name = worker, theme_name
        self.said: list[tuple[str, bool]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return MEANINGS_ON_DARK

    def compose(self) -> ComposeResult:
        yield TrainView(self._worker)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self._theme_name
        self._worker.on_report = lambda sentence, is_error: self.said.append((sentence, is_error))
        self.query_one(TrainView).focus()


async def seen(pilot: Pilot[None]) -> Snapshot:
    """What the view shows after a tick."""
    await pilot.pause()  # until it is shown
    view = pilot.app.query_one(TrainView)
    for timer in view._timers:  # ticks come by hand
        timer.pause()
    for _ in range(N_TURNS):
        view.tick()
    await pilot.pause()
    assert view.snapshot
    return view.snapshot


def title(pilot: Pilot[None], field: str = "mine") -> str:
    widget = pilot.app.query_one(f"#{field}", GameField)
    return f"{widget.border_title} | {widget.border_subtitle}"


def marked(pilot: Pilot[None]) -> dict[str, str]:
    """What is marked in each list of the menu."""
    return {
        names.id: names.get_option_at_index(names.highlighted).id
        for names in pilot.app.screen.query(OptionList)
        if names.id and names.highlighted is not None
    }


async def test_c_goes_through_the_controls_and_back_to_none(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test(size=(120, 36)) as pilot:
        n_steps = 0
        for name in ("static", "random", "identity", "shuffled"):
            worker.run(400)
            n_steps += 400
            await pilot.press("c")
            await seen(pilot)
            assert title(pilot, "beside") == f"{name} | {n_steps:,} steps behind"
            worker.run(10**4)  # as far as it is behind, and no farther
            moment = await seen(pilot)
            assert pilot.app.query_one("#beside").display
            assert title(pilot, "beside") == f"{name} | "
            assert moment.control and moment.control_lag == 0
        await pilot.press("c")
        assert (await seen(pilot)).control is None
        assert not pilot.app.query_one("#beside").display
        assert pilot.app.said[-1] == ("beside it: none", False)


async def test_v_replays_the_best_the_worst_and_goes_back(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test(notifications=True) as pilot:
        await seen(pilot)
        await pilot.press("v")
        assert "no rally to replay" in next(iter(pilot.app._notifications)).message
        worker.run(3000)
        moment = await seen(pilot)
        assert moment.best and moment.worst
        for replay, words in (
            (moment.best, f"best rally, hit {moment.best.n_balls}"),
            (moment.worst, f"worst rally, missed {moment.worst.n_balls}"),
        ):
            await pilot.press("v")
            field = pilot.app.query_one("#mine", GameField)
            for frame in range(N_TURNS - 1, 3 * N_TURNS, N_TURNS):  # the last of its ticks
                await seen(pilot)
                scene = field.snapshot
                assert isinstance(scene, PongScene)
                assert scene.trail == replay.scene(frame).trail
            assert f"replay: {words}" in title(pilot) and "ball " in title(pilot)
        for _ in range(moment.worst.n_frames):  # from the beginning again
            pilot.app.query_one(TrainView).tick()
        assert f"ball {moment.worst.ball(3 * N_TURNS):,}" in title(pilot)
        await pilot.press("v")
        assert "replay" not in title(pilot)
        assert field.snapshot is (await seen(pilot)).mine.scene


async def test_another_session_ends_a_replay(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        worker.run(2000)
        await seen(pilot)
        await pilot.press("v", "r", "enter")
        await seen(pilot)
        assert "seed 2" in title(pilot)


async def test_the_menu_by_keys(worker: ManualWorker) -> None:
    finished: list[Trained] = []
    worker.on_finished = finished.append
    async with TrainApp(worker).run_test() as pilot:
        worker.run(1000)
        await seen(pilot)
        await pilot.press("n")
        assert marked(pilot) == {
            "game": "pong", "agent": "pursuit", "substrate": "identity", "paddle": "teleport",
            "control": "none",
        }  # fmt: skip
        await pilot.press("down")
        assert marked(pilot)["substrate"] == "memory"  # what is usual for a curtain
        await pilot.press("down")
        assert marked(pilot) == {
            "game": "arena", "agent": "actor-critic", "substrate": "culture", "control": "none"
        }  # fmt: skip
        assert pilot.app.screen.query_one("#paddle").disabled
        await pilot.press("right", "right", "down", "down", "down", "tab", "down")
        await pilot.press("enter")
        moment = await seen(pilot)
        assert moment.choice == Choice("arena", "actor-critic", "identity", control="random")
        assert isinstance(moment.mine.scene, FrameScene)
        assert pilot.app.said == [
            ("a fresh session of Doom arena: actor-critic on identity", False)
        ]
        assert [trained.steps for trained in finished] == [1000]


async def test_the_menu_by_mouse(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        await seen(pilot)
        await pilot.click("#menu")
        await pilot.click("#agent", offset=(3, 2))  # the second below the border
        assert marked(pilot)["agent"] == "reflex"
        await pilot.click("#substrate", offset=(3, 5))
        await pilot.click("#control", offset=(3, 2))
        assert isinstance(pilot.app.screen, TrainMenu)  # a click marks, and begins nothing
        await pilot.click("#begin")
        choice = (await seen(pilot)).choice
        assert choice == Choice("pong", "reflex", "identity", control="static")


async def test_the_menu_leaves_all_as_it_is(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        worker.run(50)
        await seen(pilot)
        for way in ("escape", "n", "#leave"):
            await pilot.press("n", "down", "down")
            assert isinstance(pilot.app.screen, TrainMenu)
            await (pilot.click(way) if way.startswith("#") else pilot.press(way))
            assert not isinstance(pilot.app.screen, TrainMenu)
        moment = await seen(pilot)
        assert (moment.step_count, moment.choice.game) == (50, "pong")


async def test_what_does_not_go_together_is_refused_with_the_reason(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        await seen(pilot)
        await pilot.press("n", "down", "right", "down", "down", "down")  # curtain, avoidance
        words = pilot.app.screen.query_one("#words", Static)
        assert str(words.render()).startswith("stimulation avoidance takes a serve and a seed")
        assert pilot.app.screen.query_one("#substrate").disabled
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, TrainMenu)
        await pilot.press("up")  # R-STDP
        assert "spike timing and reward" in str(words.render())
        assert "identity" not in marked(pilot).values()


async def test_a_missing_extra_is_a_sentence_and_nothing_is_lost(
    worker: ManualWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vizdoom", None)
    async with TrainApp(worker).run_test() as pilot:
        worker.run(300)
        await seen(pilot)
        await pilot.press("n", "down", "down", "down", "down")  # Doom: basic
        words = pilot.app.screen.query_one("#words", Static)
        assert str(words.render()) == "this needs vizdoom: pip install 'bl1[vizdoom]'"
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, TrainMenu)
        await pilot.press("escape")
        assert pilot.app.said == []
        worker.run(100)
        moment = await seen(pilot)
        assert (moment.step_count, moment.choice.game) == (400, "pong")


async def test_an_evaluation_is_seen_while_it_plays(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        worker.run(1000)
        before = (await seen(pilot)).mine.scene
        await pilot.press("g")
        worker.run(30)
        during = (await seen(pilot)).mine
        assert isinstance(during.scene, PongScene) and isinstance(before, PongScene)
        assert during.scene.trail != before.trail
        assert "frozen: ball 0 of 500" in title(pilot)
        await pilot.press("c")
        assert (await seen(pilot)).step_count == 1000  # which waits


async def test_keys_that_a_game_does_not_know_are_sentences(worker: ManualWorker) -> None:
    worker.begin(Choice("arena", "actor-critic", "identity"))
    async with TrainApp(worker).run_test(notifications=True) as pilot:
        await seen(pilot)
        await pilot.press("m")
        assert pilot.app.said[-1] == (
            "Doom arena: actor-critic on identity has no paddle to choose", True
        )  # fmt: skip
        await pilot.press("v")
        assert "those of Pong are kept" in next(iter(pilot.app._notifications)).message
        await pilot.press("b")
        assert (await seen(pilot)).choice.substrate == "shuffled"


async def test_the_menu_waits_for_the_first_culture() -> None:
    async with TrainApp(StillWorker(None)).run_test(notifications=True) as pilot:
        await pilot.press("n")
        assert not isinstance(pilot.app.screen, TrainMenu)
        assert "as soon as" in next(iter(pilot.app._notifications)).message


async def test_the_game_is_drawn_each_frame_and_readings_now_and_then(
    worker: ManualWorker,
) -> None:
    async with TrainApp(worker).run_test() as pilot:
        await seen(pilot)
        view, gauges = pilot.app.query_one(TrainView), pilot.app.query_one(Gauges)
        games, readings = set(), set()
        for _ in range(3 * N_TURNS):
            worker.run(10)
            view.tick()
            games.add(pilot.app.query_one("#mine", GameField).snapshot)
            readings.add(gauges.snapshot)
        assert len(games) == 3 * N_TURNS
        assert 3 <= len(readings) <= 4


async def test_nothing_is_drawn_while_another_tab_is_in_front(worker: ManualWorker) -> None:
    async with TrainApp(worker).run_test() as pilot:
        before = await seen(pilot)
        view = pilot.app.query_one(TrainView)
        view.display = False
        worker.run(100)
        view.tick()
        assert view.snapshot is before


async def test_any_size(compared: Snapshot, arena: Snapshot) -> None:
    worker = StillWorker(compared)
    async with TrainApp(worker).run_test(size=(80, 24)) as pilot:
        for size in [*SIZES, (60, 16), (40, 10), (10, 3), (80, 24)]:
            worker.snapshot = arena if size == (120, 36) else compared
            await pilot.resize_terminal(*size)
            await seen(pilot)
            for picture in pilot.app.query(Picture):
                if picture.display:
                    rows = range(picture.size.height)
                    widths = {picture.render_line(y).cell_length for y in rows}
                    assert widths <= {picture.size.width}, (size, picture)
        for picture in pilot.app.query(Picture):
            if picture.display:  # nothing is clipped
                assert picture.region in pilot.app.screen.region
                assert picture.size >= Size(3, 1)
        assert pilot.app.query_one("#mine").size.width >= 20
        await pilot.resize_terminal(40, 10)
        await pilot.press("n", "shift+tab")
        assert isinstance(pilot.app.screen.focused, OptionList)
        assert pilot.app.screen.focused.id == "control"


async def test_the_keys_fit_into_the_footer(moment: Snapshot) -> None:
    async with TrainApp(StillWorker(moment)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        bottom = pilot.app.screen._compositor.render_strips()[-1].text
        for words in ("Space Pause", "+- Speed", "n Menu", "c Control", "v Replay", "g Greedy"):
            assert words in bottom
        assert "wo Brain" in bottom and len(bottom.rstrip()) <= 80 - len(" ? Help q Quit")


async def test_gauges_show_the_numbers_of_the_session() -> None:
    worker = ManualWorker("bank")
    async with TrainApp(worker).run_test(size=(120, 36)) as pilot:
        worker.run(1000)
        mine = (await seen(pilot)).mine
        gauges = pilot.app.query_one(Gauges)
        text = "\n".join(gauges.render_line(y).text for y in range(gauges.size.height))
        assert f"{mine.overall:.0%}" in text and f"{mine.n}" in text
        assert f"{mine.counts['rally']}, best {mine.counts['best rally']}" in text
        assert "explores" in text and " Hz" in text


def test_the_worker_tells_what_runs_and_keeps_what_ended(tmp_path: Path) -> None:
    worker = ManualWorker(autosaves=tmp_path / "autosave")
    assert worker.running and worker.realtime_factor is None
    worker.playing = False
    assert not worker.running
    worker.run(1000)
    trained = worker.finished()
    assert trained and trained.steps == 1000
    sentence = worker.keep()
    assert sentence and str(tmp_path) in sentence
    worker.again(trained.options)
    assert worker.snapshot and worker.snapshot.step_count == 0
    assert worker.keep() is None  # nothing was learned


def test_the_last_game_is_closed_once_its_brain_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(DoomArena, "close", lambda game: closed.append(game._steps))
    worker = ManualWorker(autosaves=tmp_path)
    worker.begin(Choice("arena", "actor-critic", "identity", control="random"))
    worker.run(500)
    assert worker.keep() and len(closed) == 2
    assert worker.snapshot and worker.snapshot.step_count == 500
    assert worker.trainer.snapshot().step_count > 500  # the episode was played to its end first


def test_a_control_that_fails_is_given_up(
    worker: ManualWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.run(500)
    worker.ask("next_control")
    assert worker.trainer.hurried
    worker.recover()
    assert not worker.trainer.hurried and not worker.playing


def replayed(moment: Snapshot) -> Snapshot:
    """The same with a rally to replay."""
    recorder = RallyRecorder(paddle_height=0.2, curtain=False)
    for ball in range(1, 4):
        flight = [(0.03 * n, 0.5 + 0.01 * ball * n, 0.6) for n in range(33)]
        recorder.arrived(np.array(flight, np.float32), True, ball)
    return replace(moment, best=recorder.best)


LOOKS = [("compared", size) for size in SIZES] + [("arena", SIZES[1])]


@pytest.mark.parametrize(("which", "size"), LOOKS, ids=["80x24", "120x36", "200x50", "arena"])
def test_it_looks_as_it_did(
    snap_compare: Compare, request: pytest.FixtureRequest, which: str, size: tuple[int, int]
) -> None:
    theme = LIGHT if size == SIZES[-1] else DARK
    app = TrainApp(StillWorker(request.getfixturevalue(which)), theme.name)
    assert snap_compare(app, run_before=seen, terminal_size=size)


def test_the_menu_looks_as_it_did(snap_compare: Compare, compared: Snapshot) -> None:
    async def opened(pilot: Pilot[None]) -> None:
        await seen(pilot)
        await pilot.press("n")

    app = TrainApp(StillWorker(compared))
    assert snap_compare(app, run_before=opened, terminal_size=(80, 24))


def test_a_replay_looks_as_it_did(snap_compare: Compare, moment: Snapshot) -> None:
    async def begun(pilot: Pilot[None]) -> None:
        await seen(pilot)
        await pilot.press("v")
        for _ in range(60):
            pilot.app.query_one(TrainView).tick()

    app = TrainApp(StillWorker(replayed(moment)))
    assert snap_compare(app, run_before=begun, terminal_size=(80, 24))
