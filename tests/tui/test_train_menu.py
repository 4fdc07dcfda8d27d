"""The menu of what is trained keeps up with any keys."""

from textual.events import Key
from textual.widgets import OptionList

from bl1.tui.choice import Choice
from bl1.tui.views.train_menu import FIELDS, TrainMenu

from .hosted import Themed


async def test_no_key_is_lost_however_quickly_they_come() -> None:
    async with Themed().run_test(size=(120, 36)) as pilot:
        menu = TrainMenu(Choice(), seed=0)
        pilot.app.push_screen(menu)
        for key in ("down", "down", "down", "right", "right", "down"):
            pilot.app.post_message(Key(key, None))  # without waiting until it is handled
        await pilot.pause()
        doom = Choice("defend_the_center", "actor-critic", "bursting")
        assert menu._choice == doom
        for field in FIELDS:
            names = menu.query_one(f"#{field}", OptionList)
            if names.highlighted_option:
                assert names.highlighted_option.id == getattr(doom, field)


async def test_enter_does_not_overtake_the_arrows() -> None:
    async with Themed().run_test(size=(120, 36)) as pilot:
        begun: list[Choice | None] = []
        pilot.app.push_screen(TrainMenu(Choice(), seed=0), begun.append)
        await pilot.pause()
        for key in ("down", "down", "enter"):
            pilot.app.post_message(Key(key, None))
        await pilot.pause()
        assert begun == [Choice("arena", "actor-critic", "culture")]


async def test_letters_and_arrows_go_between_the_lists_and_three_keys_leave() -> None:
    async with Themed().run_test(size=(120, 36)) as pilot:
        given: list[Choice | None] = []
        for leaving in ("escape", "n", "q"):
            pilot.app.push_screen(TrainMenu(Choice(), seed=0), given.append)
            await pilot.pause()
            for key, field in (("l", 1), ("right", 2), ("h", 1), ("left", 0)):
                await pilot.press(key)
                assert pilot.app.focused and pilot.app.focused.id == FIELDS[field]
            await pilot.press(leaving)
        assert given == [None, None, None]
