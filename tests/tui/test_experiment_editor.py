"""Simulate's experiments: keys are changed in place, and saved under a name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from bl1.config import load_experiment
from bl1.tui.views.experiment_editor import TYPING, ExperimentEditor
from bl1.tui.views.save_as import SaveAs
from bl1.tui.widgets.experiment_choice import ExperimentChoice
from bl1.tui.widgets.run_settings import RunSettings

from .hosted import Themed
from .simulated import ManualSimulation, StillSimulation, hosted, ticked

SnapCompare = Callable[..., bool]
pytestmark = pytest.mark.usefixtures("folder")


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
        assert editor.has_class(TYPING) and field.value == "5000"
        assert "number of neurons" in "\n".join(pilot.app.lines)
        field.value = ""
        await pilot.press("-", "5")
        assert "culture.n_neurons is -5, expected a whole number >= 1" in str(sentence.render())
        await pilot.press("enter")
        assert editor.has_class(TYPING)  # it is not taken
        field.value = "25"
        await pilot.press("end", "0")
        assert "expected" not in str(sentence.render())
        await pilot.press("enter")
        assert not editor.has_class(TYPING)
        row = keys.index("culture.n_neurons")
        assert [str(cell) for cell in table.get_row_at(row)] == ["•", "culture.n_neurons", "250"]
        await pilot.press("down", "enter", "9", "escape")
        assert not editor.has_class(TYPING) and table.get_row_at(row + 1)[0] == ""
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
        assert pilot.app.screen.has_class(TYPING)
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


async def test_what_is_removed_is_where_the_cursor_is_however_quickly_keys_come() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    editor = ExperimentEditor("wagenaar_calibrated", experiment, experiment)
    async with Themed().run_test() as pilot:
        pilot.app.push_screen(editor)
        await pilot.pause()
        table = editor.query_one(DataTable)

        async def press_from(key: str, *keys: str) -> None:
            table.move_cursor(row=table.get_row_index(key))
            await pilot.pause()
            for each in keys:
                pilot.app.post_message(Key(each, each if len(each) == 1 else None))
            await pilot.pause()

        before_stp = str(table.ordered_rows[table.get_row_index("stp.excitatory.U") - 1].key.value)
        await press_from(before_stp, "down", "d")  # into the section
        assert editor._experiment.stp is None
        await press_from("stp", "u")
        await press_from("stp.excitatory.U", "down", "d")  # within it
        assert editor._experiment == experiment.model_copy(update={"stp": None})
        assert "Not in the file" in str(editor.query_one("#description", Static).render())


async def test_what_is_typed_is_taken_however_quickly_keys_come() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    editor = ExperimentEditor("wagenaar_calibrated", experiment, experiment)
    async with Themed().run_test() as pilot:
        pilot.app.push_screen(editor)
        await pilot.pause()
        keys = [str(row.key.value) for row in editor.query_one(DataTable).ordered_rows]
        n_down = keys.index("culture.density_per_mm2")
        for key in (
            *["down"] * n_down, "enter", *"123.45678901", "backspace", "2", "home", "delete",
            "enter", "up", "enter", *"321", "enter", "down", "down", "enter", *"0.5", "escape",
        ):  # fmt: skip
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        culture = editor._experiment.culture
        assert (culture.density_per_mm2, culture.n_neurons) == (23.45678902, 321)
        assert culture.ei_ratio == experiment.culture.ei_ratio
        assert editor.query_one(Input).value == "0.8"


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
        assert "a new file, configs/wagenaar_calibrated_2.yaml" in str(said.render())
        screen.query_one(Input).value = "wagenaar_calibrated"
        await pilot.press("enter")
        assert "bl1 brings a file of this name along" in "\n".join(pilot.app.lines)
        assert pilot.app.screen is screen
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
        assert "replaces your configs/mine.yaml" in str(pilot.app.screen.query_one(Static).render())
        await pilot.press("escape")
        await pilot.press("w")
        await pilot.click("#cancel")
        assert len(pilot.app.screen_stack) == 1


def test_picture_of_the_editor(snap_compare: SnapCompare) -> None:
    async def edit(pilot: Pilot[None]) -> None:
        await ticked(pilot)
        await pilot.press("e", "down", "down", "enter", "end", "x")

    assert snap_compare(hosted(StillSimulation(None)), run_before=edit, terminal_size=(80, 24))


async def test_a_changed_file_runs_as_it_was_changed_and_is_called_so(folder: Path) -> None:
    worker = ManualSimulation()
    async with hosted(worker).run_test(size=(120, 36)) as pilot:
        view = await ticked(pilot)
        choice, settings = view.query_one(ExperimentChoice), view.query_one(RunSettings)
        assert choice.experiment
        view._change_to(choice.experiment.plated(120).lasting(0.25))
        assert (settings.cells, settings.seconds) == (120, 0.25)
        await pilot.press("r")
        worker.run_on()
        (found,) = worker.finished
        assert found.name == "wagenaar_calibrated, changed"
        assert (found.spikes.n_units, found.seconds) == (120, 0.25)
        await pilot.press("right_square_bracket", "plus")
        assert (settings.cells, settings.seconds) == (200, 1)
        await pilot.press("left_square_bracket", "minus", "minus")
        assert (settings.cells, settings.seconds) == (200, 1)  # the least of each
