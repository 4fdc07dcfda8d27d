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
