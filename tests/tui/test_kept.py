"""Lines that are kept are those that would be drawn anew, whatever happened before."""

import random

from textual.strip import Strip

from bl1.tui.views.train import N_TURNS
from bl1.tui.widgets.kept import Kept
from bl1.tui.widgets.picture import Picture

from .conftest import ManualWorker, StillCockpit, backstage_of, ticked

ACTIONS = [
    *("run", "run", "run", "run", "toast", "notice", "notice", "80x24", "120x36"),
    *("bl1-light", "v", "c", "5", "3", "question_mark", "escape"),
]


def lines(widget: Kept) -> list[Strip]:
    """What it shows, border and all."""
    return [line.simplify() for line in widget.render_lines(widget.outer_size.region)]


def forget(widget: Kept) -> None:
    """Have it drawn from nothing."""
    widget._kept = None
    widget._styles_cache.clear()
    if isinstance(widget, Picture):
        widget._colours, widget._inks, widget._strips, widget._cells = {}, {}, [], None


async def test_what_is_kept_is_what_would_be_drawn(worker: ManualWorker) -> None:
    chance = random.Random(4)
    actions = chance.sample(ACTIONS, len(ACTIONS))
    cockpit = StillCockpit(backstage_of(worker))
    async with cockpit.run_test(size=(120, 36), notifications=True) as pilot:
        view = await ticked(pilot)
        for timer in view._timers:  # ticks come by hand
            timer.pause()
        for n, action in enumerate(actions, start=1):
            if action == "run":
                worker.run(chance.choice([1, 40, 400]))
            elif action == "toast":
                cockpit.notify("words over the picture", timeout=0.1)
            elif action == "notice":
                worker._busy = None if worker._busy else ("building something", 0.0)
            elif "x" in action:
                await pilot.resize_terminal(*map(int, action.split("x")))
            elif action in cockpit.available_themes:
                cockpit.theme = action
            else:
                await pilot.press(action)
            for _ in range(chance.choice([1, N_TURNS])):
                view.tick()
            await pilot.pause()
            for widget in cockpit.screen_stack[0].query(Kept):
                if widget.is_on_screen:
                    kept = lines(widget)
                    forget(widget)
                    assert kept == lines(widget), (widget, actions[:n])
