"""Keys, tabs, sizes and mishaps, in the cockpit as a person has it."""

import os
import re
from pathlib import Path
from time import perf_counter

import pytest
from platformdirs import user_log_path
from textual.geometry import Size
from textual.widgets import ContentSwitcher, Footer, OptionList, Static, Tabs

from bl1.config import shipped
from bl1.loop.substrate import SUBSTRATE_KINDS
from bl1.tui import watched_pong
from bl1.tui.app import VIEWS, Cockpit
from bl1.tui.choice import Choice
from bl1.tui.themes import DARK, LIGHT
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.help import HelpScreen
from bl1.tui.views.train import SPEEDS, TrainView
from bl1.tui.widgets.curve import LearningCurve
from bl1.tui.widgets.dish_map import DishMap
from bl1.tui.widgets.game import GameField
from bl1.tui.widgets.gauges import Gauges
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.run_settings import RunSettings

from .conftest import ManualWorker, StillWorker, cockpit_of, ticked


def front(cockpit: Cockpit) -> str | None:
    return cockpit.query_one(ContentSwitcher).current


def said(cockpit: Cockpit) -> list[tuple[str, str]]:
    return [(toast.severity, toast.message) for toast in cockpit._notifications]


async def test_it_opens_on_train_and_plays(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        await ticked(pilot)
        assert front(pilot.app) == "Train"
        assert worker.playing
        assert worker.steps_per_frame in SPEEDS


async def test_tabs_by_number_by_tab_and_by_click(worker: ManualWorker) -> None:
    titles = [view.TITLE for view in VIEWS]
    async with cockpit_of(worker).run_test() as pilot:
        for number, title in enumerate(titles, start=1):
            await pilot.press(str(number))
            assert front(pilot.app) == title
        await pilot.press("tab")
        assert front(pilot.app) == titles[0]
        await pilot.press("shift+tab")
        assert front(pilot.app) == titles[-1]
        for title in titles:
            await pilot.click(f"Tab#{title}")
            assert front(pilot.app) == title
            assert pilot.app.focused is pilot.app.query_one(f"ContentSwitcher > #{title}")


async def test_keys_of_train_do_nothing_on_other_tabs(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        await pilot.press("1", "space", "plus", "r")
        assert worker.playing
        assert worker.snapshot and worker.snapshot.seed == 1


async def test_space_pauses_and_goes_on(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        await pilot.press("space")
        assert not worker.playing
        assert "paused" in str(pilot.app.query_one(GameField).border_subtitle)
        await pilot.press("space")
        assert worker.playing
        assert "a frame" in str(pilot.app.query_one(GameField).border_subtitle)


async def test_plus_and_minus_go_through_the_speeds(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        await pilot.press(*["minus"] * len(SPEEDS))
        assert worker.steps_per_frame == 1
        seen = [1]
        for key in ["plus", "equals_sign"] * 5:
            await pilot.press(key)
            seen.append(worker.steps_per_frame)
            shown = str(pilot.app.query_one(GameField).border_subtitle)
            assert f"{worker.steps_per_frame:,} step" in shown
        assert seen == [*SPEEDS, 10_000, 10_000]


async def test_r_begins_again_with_another_seed(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        worker.run(100)  # nothing worth keeping
        await pilot.press("r")
        view = await ticked(pilot)
        assert view.snapshot and (view.snapshot.seed, view.snapshot.step_count) == (2, 0)
        assert "seed 2" in str(pilot.app.query_one(GameField).border_title)
        assert said(pilot.app) == [("information", "a fresh identity, seed 2")]


@pytest.mark.parametrize("key", ["r", "b", "m"])
async def test_what_would_end_a_training_asks_first(key: str, tmp_path: Path) -> None:
    worker = ManualWorker(autosaves=tmp_path)
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        worker.run(500)
        await pilot.press(key)
        assert isinstance(pilot.app.screen, Confirm)
        question = str(pilot.app.screen.query_one(Static).render())
        assert "End this training after 13 balls?" in question and "o goes on with it" in question
        await pilot.press("n")
        worker.run(100)
        assert (await ticked(pilot)).snapshot.step_count == 600
        await pilot.press(key, "enter")
        assert (await ticked(pilot)).snapshot.step_count == 0
        ((_, sentence),) = said(pilot.app)
        assert sentence.endswith("the brain before is kept, o lists it")
        assert len(list(tmp_path.iterdir())) == 1
        await pilot.press(key)  # nothing to lose
        assert len(pilot.app.screen_stack) == 1


async def test_what_no_file_can_hold_is_told_before_it_is_lost(worker: ManualWorker) -> None:
    worker.begin(Choice(agent="reflex", substrate="identity"))
    async with cockpit_of(worker).run_test() as pilot:
        worker.run(500)
        await pilot.press("r")
        question = str(pilot.app.screen.query_one(Static).render())
        assert "No file can hold what it has learned" in question


async def test_b_goes_through_the_substrates(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        seen = []
        for _ in SUBSTRATE_KINDS:
            await pilot.press("b")
            view = await ticked(pilot)
            assert view.snapshot
            seen.append(view.snapshot.choice.substrate)
            assert seen[-1] in str(pilot.app.query_one(GameField).border_title)
        assert sorted(seen) == sorted(SUBSTRATE_KINDS)


async def test_m_changes_the_paddle(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        for paddle in ("steady", "inertial", "teleport"):
            await pilot.press("m")
            view = await ticked(pilot)
            assert view.snapshot and view.snapshot.choice.paddle == paddle
            assert paddle in str(pilot.app.query_one(GameField).border_title)


async def test_g_draws_the_greedy_hit_rate(
    worker: ManualWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_pong, "evaluation_balls", lambda session: 20)
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        worker.run(3000)
        n_steps = worker.trainer.snapshot().step_count
        await pilot.press("g")
        await ticked(pilot)
        assert "ball 0 of 20" in str(pilot.app.query_one(GameField).border_subtitle)
        worker.run(10_000)
        view = await ticked(pilot)
        assert view.snapshot and view.snapshot.greedy is not None
        assert view.snapshot.greedy > 0.8
        assert view.snapshot.step_count == n_steps
        curve = pilot.app.query_one(LearningCurve)
        assert f"greedy {view.snapshot.greedy:.0%}" in str(curve.border_title)
        assert [message for _, message in said(pilot.app)] == [
            f"frozen and greedy it hits {view.snapshot.greedy:.1%} of 20 new balls"
        ]


async def test_w_saves_and_o_loads(
    worker: ManualWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with cockpit_of(worker).run_test() as pilot:
        worker.run(2000)
        weights = worker.snapshot.signal.weights if worker.snapshot else None
        await pilot.press("w")
        assert (tmp_path / "brains" / "pong_brain.yaml").is_file()
        await pilot.press("r", "enter", "o", "enter")
        view = await ticked(pilot)
        assert view.snapshot and view.snapshot.signal.weights is not None
        assert weights is not None
        assert view.snapshot.signal.weights.tolist() == weights.tolist()
        assert view.snapshot.seed == 1
        worker.run(500)
        gauges = (await ticked(pilot)).query_one(Gauges)
        text = "\n".join(gauges.render_line(y).text for y in range(gauges.size.height))
        assert "54 + 13" in text  # balls before it was saved, and since


async def test_w_never_takes_the_place_of_another_brain(worker: ManualWorker, folder: Path) -> None:
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        for n_saved, then in ((1, "w"), (1, "w"), (2, "r")):
            worker.run(500)
            await pilot.press(*([then, "enter", "w"] if then == "r" else then))
            assert len(list((folder / "brains").iterdir())) == n_saved
        assert said(pilot.app) == [("information", "saved brains/pong_brain_2.yaml")]


async def test_o_lists_the_brains_the_newest_marked(folder: Path) -> None:
    worker = ManualWorker(autosaves=folder / "kept")
    worker.run(2000)
    worker.ask("save")
    worker.begin(Choice("arena", "actor-critic", "identity"))
    worker.run(1000)
    worker.ask("fresh")
    (folder / "brains" / "notes.yaml").write_text("a: 1")
    os.utime(folder / "brains" / "notes.yaml", (0, 0))
    async with cockpit_of(worker).run_test(size=(80, 24), notifications=True) as pilot:
        await ticked(pilot)
        await pilot.press("o")
        await pilot.pause()
        names = pilot.app.screen.query_one(OptionList)
        lines = [str(names.get_option_at_index(n).prompt) for n in range(names.option_count)]
        assert names.highlighted == 0
        for line, words in zip(
            lines,
            (
                ("Doom arena, identity", "episodes, return"),
                ("Pong, identity", "54 balls, 83% hit at the end"),
                ("notes.yaml", "not a brain"),
                ("shipped", "Pong, culture"),
            ),
            strict=True,
        ):
            assert all(word in line for word in words), line
        for leaving in ("escape", "o", "q"):
            await pilot.press(leaving)
            assert len(pilot.app.screen_stack) == 1 and said(pilot.app) == []
            await pilot.press("o")
            await pilot.pause()
        await pilot.press("down", "enter")
        ((_, sentence),) = said(pilot.app)
        assert sentence.startswith("loaded brains/pong_brain.yaml, trained on 54 balls")
        await pilot.press("o")
        await pilot.pause()
        await pilot.click(OptionList, offset=(5, 3))
        assert (await ticked(pilot)).snapshot.choice.substrate == "culture"  # the shipped one


async def test_o_falls_back_to_the_shipped_brain(
    worker: ManualWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        await pilot.press("o", "enter")
        ((severity, message),) = said(pilot.app)
        assert severity == "information"
        assert message.startswith(f"loaded {shipped('brains')}")


async def test_a_damaged_brain_is_a_sentence(
    worker: ManualWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    worker.run(500)
    worker.trainer.save()
    path = tmp_path / "brains" / "pong_brain.yaml"
    text = path.read_text()
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        for damaged, words in (
            (text[: len(text) // 2], "missing"),
            (text.replace("- 0.", "- .nan # 0.", 1), "is NaN, expected a number"),
            (text.replace("format_version: 1", "format_version: 99"), "is 99, expected 1"),
            (text.replace("name: pong", "name: cartpole"), 'expected "pong"'),
            ("[", "not valid YAML"),
        ):
            path.write_text(damaged)
            await pilot.press("o", "enter")
            ((severity, message),) = said(pilot.app)
            assert severity == "error" and words in message
            assert "pong_brain.yaml" in message and "\n" not in message
        worker.run(100)
        view = await ticked(pilot)
        assert view.snapshot and view.snapshot.step_count == 600


async def test_a_brain_that_cannot_be_written_is_a_sentence(
    worker: ManualWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brains").write_text("a file where a folder should be")
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        await pilot.press("w")
        ((severity, message),) = said(pilot.app)
        assert severity == "error"
        assert "brains" in message


async def test_t_switches_the_theme_and_others_have_all_colours(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        field = pilot.app.query_one(GameField)
        await ticked(pilot)
        dark = field.render_line(0)
        await pilot.press("t")
        await ticked(pilot)
        assert pilot.app.theme == LIGHT.name
        assert field.render_line(0) != dark
        await pilot.press("t")
        assert pilot.app.theme == DARK.name
        for theme in ("nord", "textual-light"):
            pilot.app.theme = theme
            await ticked(pilot)


async def test_help_explains_the_view_and_closes(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test(size=(120, 60)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        for binding in TrainView.BINDINGS:
            assert binding.tooltip.split(",")[0][:40] in text
        for name, _ in TrainView.LEGEND:
            assert name in text
        await pilot.press("tab")
        assert front(pilot.app) == "Train"
        for closing in ("q", "escape", "question_mark"):
            await pilot.press(closing)
            assert not isinstance(pilot.app.screen, HelpScreen)
            await pilot.press("question_mark")
        assert pilot.app.is_running


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_quit_at_once(worker: ManualWorker, key: str) -> None:
    cockpit = cockpit_of(worker)
    async with cockpit.run_test() as pilot:
        await pilot.press(key)
    assert not cockpit.is_running
    assert cockpit.return_code == 0


async def test_q_asks_once_while_something_runs(worker: ManualWorker) -> None:
    cockpit = cockpit_of(worker)
    async with cockpit.run_test() as pilot:
        await pilot.press("q")
        assert isinstance(cockpit.screen, Confirm)
        question = str(cockpit.screen.query_one(Static).render())
        assert question.startswith("A culture is being trained. ")
        await pilot.press("n")
        assert cockpit.is_running and not isinstance(cockpit.screen, Confirm)
        await pilot.press("q", "enter")
    assert not cockpit.is_running and cockpit.return_code == 0


async def test_arrows_go_from_one_answer_to_the_other(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        for arrow in ("left", "right", "up", "down"):
            await pilot.press("q", arrow, "enter")
            assert len(pilot.app.screen_stack) == 1 and pilot.app.is_running
        await pilot.press("q", "left", "right", "enter")
        assert not pilot.app.is_running


async def test_q_quits_at_once_where_nothing_runs(worker: ManualWorker) -> None:
    cockpit = cockpit_of(worker)
    async with cockpit.run_test() as pilot:
        await pilot.press("space", "q")
    assert not cockpit.is_running


async def test_what_ends_the_screen_is_a_sentence_and_in_the_log(
    worker: ManualWorker, capsys: pytest.CaptureFixture[str]
) -> None:
    cockpit = cockpit_of(worker)
    with pytest.raises(ZeroDivisionError):
        async with cockpit.run_test() as pilot:
            cockpit.call_later(lambda: 1 / 0)
            await pilot.pause()
    said = capsys.readouterr().err
    assert said.startswith("it stopped at an unexpected ZeroDivisionError: division by zero")
    log = user_log_path("bl1", appauthor=False) / "cockpit.log"
    assert "test_cockpit.py" in log.read_text() and cockpit.return_code == 1


async def test_a_terminal_that_is_too_small_gets_a_sentence(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test(size=(40, 10)) as pilot:
        small = pilot.app.query_one("#small", Static)
        assert small.display and not pilot.app.query_one(ContentSwitcher).display
        assert "The terminal is 40 × 10; the cockpit needs 60 × 16" in str(small.render())
        assert not pilot.app.query_one(Footer).display
        await pilot.resize_terminal(80, 24)
        assert not small.display and pilot.app.query_one(ContentSwitcher).display


async def test_the_palette_lists_the_tabs_and_the_keys_of_the_view(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test() as pilot:
        found = {each.title for each in pilot.app.get_system_commands(pilot.app.screen)}
        assert {"Dashboard", "Results", "Train: Greedy", "Theme"} <= found
        await pilot.press("ctrl+p", *"train: pause")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)
        assert worker.playing
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1 and not worker.playing


async def test_any_size_in_the_midst_of_a_run(worker: ManualWorker) -> None:
    sizes = [(80, 24), (200, 50), (120, 36), (100, 30), (60, 16), (30, 8), (10, 3), (80, 24)]
    async with cockpit_of(worker).run_test(size=sizes[0]) as pilot:
        for size in sizes:
            await pilot.resize_terminal(*size)
            worker.run(300)
            await ticked(pilot)
            for picture in pilot.app.query_one(TrainView).query(Picture):
                if picture.display:
                    widths = {
                        picture.render_line(y).cell_length for y in range(picture.size.height)
                    }
                    assert widths <= {picture.size.width}, (size, picture)
        pictures = pilot.app.query_one(TrainView).query(Picture)
        shown = [picture for picture in pictures if picture.display]
        assert len(shown) == 6  # no control is beside it
        for picture in shown:  # nothing is clipped
            assert picture.region in pilot.app.screen.region.shrink((0, 0, 0, 0))
            assert picture.size >= Size(3, 1)


async def test_the_keys_fit_into_the_footer(worker: ManualWorker) -> None:
    async with cockpit_of(worker).run_test(size=(80, 24)) as pilot:
        for view, words in zip(
            VIEWS, ("s Stimulate", "w Save", "wo Brain", "k Before", "e Export"), strict=True
        ):
            pilot.app.action_open(view.TITLE)
            bottom = ""
            for _ in range(20):  # a slow machine may not have drawn it at once
                await pilot.pause()
                bottom = pilot.app.screen._compositor.render_strips()[-1].text
                if words in bottom:
                    break
            assert words in bottom and "? Help" in bottom and "q Quit" in bottom, view


async def test_the_notice_spins_while_the_culture_is_built(moment: object) -> None:
    worker = StillWorker(None)
    worker._busy = ("compiling the kernels once, 10 to 60 s", perf_counter() - 41)
    async with cockpit_of(worker).run_test(notifications=True) as pilot:
        view = await ticked(pilot)
        field = pilot.app.query_one(GameField)
        middle = field.size.height // 2
        before = field.render_line(middle).text
        for _ in range(4):
            view.tick()
        after = field.render_line(middle).text
        assert "compiling" in before and "compiling" in after
        lines = "\n".join(field.render_line(y).text for y in range(field.size.height))
        (seconds,) = re.findall(r"· (\d+) s", lines)
        assert 41 <= int(seconds) < 100
        assert before != after
        await pilot.press("r")
        assert said(pilot.app)[0][1].startswith("as soon as this is over")


async def test_keys_that_follow_a_tabs_number_at_once_are_for_that_tab(
    worker: ManualWorker,
) -> None:
    cockpit = cockpit_of(worker)
    async with cockpit.run_test(size=(120, 36)) as pilot:
        speed = (await ticked(pilot)).speed
        settings = cockpit.query_one(RunSettings)
        cells = settings.cells
        for key in ("2", "minus", "5", "3", "plus"):
            cockpit.simulate_key(key)
        await pilot.pause()
        assert settings.cells < cells
        assert front(cockpit) == "Train" and cockpit.query_one(TrainView).speed > speed


async def test_a_view_that_comes_to_the_front_after_something_scrolled_is_told_its_size(
    worker: ManualWorker,
) -> None:
    async with cockpit_of(worker).run_test(size=(120, 36)) as pilot:
        await pilot.press("1", "5")
        await pilot.resize_terminal(80, 24)
        pilot.app.screen._refresh_layout(scroll=True)  # as after a table was scrolled
        pilot.app.query_one(Tabs).active = "Dashboard"  # as a click on the tab does
        await pilot.pause(0.1)
        assert pilot.app.query_one(DishMap).outer_size == (40, 21)
