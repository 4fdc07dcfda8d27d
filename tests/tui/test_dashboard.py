"""Dashboard: a culture that lives, is stimulated, and is seen."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from textual.pilot import Pilot

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.tui import dish as dish_module
from bl1.tui.background import Request
from bl1.tui.dish import LivingDish
from bl1.tui.dish_snapshot import DishSnapshot, Plating, Wave
from bl1.tui.dish_worker import WAVE_PACE, DishWorker
from bl1.tui.themes import DARK, LIGHT
from bl1.tui.views.dashboard import PACES, DashboardView
from bl1.tui.widgets.dish_map import DishMap
from bl1.tui.widgets.electrode_map import ElectrodeMap
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.raster import Raster

from .hosted import ByHand, Hosted
from .test_widgets import colour, pixels


class ManualDish(ByHand, DishWorker):
    """Lives only when a test says so, and obeys at once."""

    def live(self, ms: float) -> DishSnapshot:
        assert self._dish
        self._dish.advance(round(ms / self._dish.dt_ms), fade_ms=150.0)
        self.snapshot = self._dish.snapshot()
        return self.snapshot


class StillDish(ManualDish):
    """Shows one moment for ever."""

    def __init__(self, moment: DishSnapshot) -> None:
        super().__init__(seed=0)
        self.snapshot = moment

    def do(self, request: Request, doing: str = "") -> None:
        pass


@pytest.fixture
def moment() -> DishSnapshot:
    """Made by hand: a burst that ended a while ago, and a wave."""
    n_cells, n_exc = 400, 320
    column, row = np.divmod(np.arange(n_cells), 20)
    places = np.stack([column * 7 % 20, row], axis=1) / 20 + 0.025
    site_column, site_row = np.divmod(np.arange(64), 8)
    steps = np.repeat(np.arange(5000, 6200, 40), 30)
    ids = (np.arange(len(steps)) * 37 % n_cells).astype(np.int32)
    lonely = np.arange(0, 12_000, 300)
    steps = np.concatenate([steps, lonely])
    order = np.argsort(steps, kind="stable")
    ids = np.concatenate([ids, np.full(len(lonely), n_cells - 1, np.int32)])[order]
    apart = np.hypot(*(places - 0.4).T)
    return DishSnapshot(
        plating=Plating(
            seed=3,
            n_exc=n_exc,
            side_mm=1.5,
            places=places,
            sites=np.stack([site_column, site_row], axis=1) / 7 * 0.9 + 0.05,
            unread={0: "ground", 7: "ground", 56: "ground", 63: "ground", 4: "reference"},
            n_heard=np.full(64, 5),
        ),
        cells=np.exp(-(((apart - 0.3) / 0.08) ** 2)).astype(np.float32),
        sites=(np.arange(64) % 7 / 6).astype(np.float32),
        site_rates_hz=np.arange(64) / 10,
        spikes=SpikeTrain(steps[order], ids, 0.5, 12_000, n_cells, n_exc),
        wave=Wave(site=27, age_ms=45.0, is_followed=True, n_cells=123),
    )


async def ticked(pilot: Pilot[None]) -> DashboardView:
    assert isinstance(pilot.app, Hosted) and isinstance(pilot.app.view, DashboardView)
    for _ in range(2):
        pilot.app.view.tick()
    await pilot.pause()
    return pilot.app.view


def hosted(worker: DishWorker, theme: str = DARK.name) -> Hosted:
    return Hosted(DashboardView(worker), worker, theme)


async def test_it_lives_from_when_it_is_first_looked_at_and_only_while_it_is() -> None:
    worker = ManualDish(seed=1)
    app = Hosted(DashboardView(worker), worker, in_front=False)
    async with app.run_test() as pilot:
        app.view.tick()
        assert worker.snapshot is None and not worker.playing
        app.bring("Dashboard")
        await pilot.pause()
        assert worker.running and worker.snapshot
        for resting in (False, True):
            if resting:
                await pilot.press("space")
            app.bring("other")
            await pilot.pause()
            assert not worker.playing
            app.bring("Dashboard")
            await pilot.pause()
            assert worker.playing is not resting

        assert worker.pace == 1.0
        await pilot.press("space")
        view = await ticked(pilot)
        view.pace = PACES[1]
        await pilot.press("minus", "minus")
        assert worker.pace == PACES[0]
        view.pace = PACES[-3]
        await pilot.press("plus", "equals_sign", "plus")
        assert worker.pace == PACES[-1]
        await ticked(pilot)
        assert view.query_one(DishMap).border_subtitle == "► 10 × real time"
        await pilot.press("space")
        assert view.query_one(DishMap).border_subtitle == "‖ paused"
        await pilot.press("r")
        view = await ticked(pilot)
        assert view.snapshot and view.snapshot.plating.seed == 2
        assert pilot.app.said == [("information", "a fresh culture, seed 2")]
        assert "seed 2" in str(view.query_one(DishMap).border_title)


async def test_a_site_is_picked_by_arrows_and_clicks_and_stimulated() -> None:
    worker = ManualDish(seed=1)
    async with hosted(worker).run_test(size=(80, 24)) as pilot:
        view = await ticked(pilot)
        await pilot.press("right", "down")
        assert view.site == 36
        assert view.query_one(ElectrodeMap).border_title == "electrode 36"
        view.site = 9
        await pilot.press("up", "up", "left", "left")
        assert view.site == 0
        assert "ground: cannot" in str(view.query_one(ElectrodeMap).border_subtitle)

        array = view.query_one(ElectrodeMap)
        left, top, width, height = array._grid()
        at = (1 + left + 4 * width + 2, 1 + top + 3 * height)  # past the border
        await pilot.click(ElectrodeMap, offset=at)
        assert view.site == 35
        worker.live(50)
        assert worker.snapshot and worker.snapshot.wave is None
        for give in (
            lambda: pilot.click(ElectrodeMap, offset=at),
            lambda: pilot.press("s"),
            lambda: pilot.press("enter"),
        ):
            await give()
            given = worker.live(10)
            assert given.wave and (given.wave.site, given.wave.age_ms) == (35, 10.0)
            assert given.wave.n_cells > 10
            worker.live(200)

        dish = view.query_one(DishMap)
        x, y = given.plating.sites[20] * (dish.size.width, dish.size.height)
        await pilot.click(DishMap, offset=(int(x) + 1, int(y) + 1))
        assert view.site == 20
        assert pilot.app.said == []

        view.site = 4
        await pilot.press("s")
        view.site = 27
        await pilot.press("s", "s")
        (_, first), (severity, second) = pilot.app.said
        assert first.startswith("electrode 4 of cl1 is reference")
        assert severity == "error" and "would get two pulses within 5 ms" in second
        assert worker.live(10).wave  # that of the first pulse


async def test_the_moment_is_seen_at_any_size(moment: DishSnapshot) -> None:
    cells = np.zeros(400, np.float32)
    cells[[5, 350]] = 1.0
    still = StillDish(replace(moment, cells=cells))
    async with hosted(still).run_test(size=(120, 36)) as pilot:
        view = await ticked(pilot)
        dish, array, raster = (view.query_one(kind) for kind in (DishMap, ElectrodeMap, Raster))

        # Cells are where they are, lit as they are, and only lines that changed are drawn.
        picture = pixels(dish)
        for cell, name in ((5, "excitatory"), (350, "inhibitory")):
            column, row = (moment.plating.places[cell] * picture.shape[1::-1]).astype(int)
            places = np.argwhere(np.abs(picture - colour(name)).max(axis=2) < 2)
            assert places.tolist() == [[row, column]]
        before = [dish.render_line(y) for y in range(dish.size.height)]
        still.snapshot = replace(still.snapshot, cells=np.where(cells > 0, 0.5, 0.0))
        await ticked(pilot)
        changed = [dish.render_line(y) != line for y, line in enumerate(before)]
        assert 1 <= sum(changed) <= 2
        assert dish.border_subtitle == "► slow motion: 123 cells fired"

        # Sites have their numbers, which run down the columns, and 27 is picked.
        rows = [array.render_line(y).text.split() for y in range(array.size.height)]
        assert rows[0] == ["gnd", "8", "16", "24", "32", "40", "48", "gnd"]
        assert rows[4][0] == "ref" and rows[7][-1] == "gnd"
        assert rows[3][3] == "▐" and rows[3][5] == "▌"
        assert array.border_subtitle == "hears 5 cells, 2.7 spikes/s"

        # The raster scrolls.
        def last_dot() -> int:
            lines = [raster.render_line(y).text for y in range(raster.size.height)]
            return max(x for line in lines for x, c in enumerate(line) if c > "⠀")

        first = last_dot()
        later = replace(moment.spikes, n_steps=moment.spikes.n_steps + 2000)
        still.snapshot = replace(moment, spikes=later)
        await ticked(pilot)
        assert last_dot() == pytest.approx(first - (raster.size.width - 6) / 5, abs=1)

        for size in [(200, 50), (60, 16), (40, 10), (10, 3), (80, 24)]:
            await pilot.resize_terminal(*size)
            await ticked(pilot)
            for shown in view.query(Picture):
                if shown.display:
                    lines = [shown.render_line(y) for y in range(shown.size.height)]
                    assert {line.cell_length for line in lines} <= {shown.size.width}
        assert sum(shown.display for shown in view.query(Picture)) == 4
        for words in ("Space Pause", "+- Speed", "Electrode", "s Stimulate", "r New", "q Quit"):
            assert words in pilot.app.lines[-1]
        assert "1,200" not in str(dish.border_title)
        bar = str(dish.border_title).split("  ")[1]
        length_mm = float(bar.split()[1])
        assert bar.startswith("├") and bar.endswith(" mm")
        columns = len(bar.split()[0])
        assert columns == pytest.approx(dish.size.width * length_mm / 1.5, abs=1)
        assert "last run: none yet" in pilot.app.lines[-2]
        view.last_run = (
            "a_name_that_is_long",
            ", seed 3: 300 s at 9.4 × real time, 0.4 Hz (11-29 01:09)",
        )
        await pilot.pause()
        told = "last run: a_name_that…, seed 3: 300 s at 9.4 × real time, 0.4 Hz (11-29 01:09)"
        assert told in pilot.app.lines[-2]
        await pilot.resize_terminal(100, 24)
        await pilot.pause()
        assert "last run: a_name_that_is_long, seed 3: 300 s" in pilot.app.lines[-2]


def test_a_wave_spreads_from_where_the_pulse_was_given() -> None:
    dish = LivingDish(seed=1)
    dish.advance(200, fade_ms=1.0)
    dish.stimulate(27)
    places, site = dish.snapshot().plating.places, dish.snapshot().plating.sites[27]
    reach, counts = [], []
    for _ in range(3):
        dish.advance(30, fade_ms=15.0)
        moment = dish.snapshot()
        lit = moment.cells > 0.3
        reach.append(np.median(np.linalg.norm(places[lit] - site, axis=1)))
        assert moment.wave
        counts.append(moment.wave.n_cells)
    assert counts == sorted(counts) and counts[0] > 20 and counts[-1] > 300
    assert reach == sorted(reach)
    with pytest.raises(Bl1Error, match="electrode 0 of cl1 is ground"):
        dish.stimulate(0)


def test_only_the_last_of_its_spikes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dish_module, "KEPT_S", 0.2)
    dish = LivingDish(seed=1)
    dish.stimulate(27)
    for _ in range(20):
        dish.advance(100, fade_ms=150.0)
        spikes = dish.snapshot().spikes
        assert spikes.is_possible()
        assert np.all(spikes.steps >= spikes.n_steps - 400 - 100)
    assert spikes.n_steps == 2000


def test_in_its_thread_it_keeps_real_time_and_slows_down_for_a_wave() -> None:
    worker = DishWorker(seed=1)
    reports: list[str] = []
    worker.on_report = lambda sentence, is_error: reports.append(sentence)
    worker.start()
    time.sleep(0.1)
    assert worker.snapshot is None  # nobody looks

    def wait_for(what: Callable[[], object]) -> None:
        until_s = time.perf_counter() + 120  # it may have to compile
        while not what():
            assert time.perf_counter() < until_s, reports
            time.sleep(0.01)

    worker.play(True)
    wait_for(lambda: worker.snapshot and worker.snapshot.spikes.n_steps > 200)
    n_steps, start_s = worker.snapshot.spikes.n_steps, time.perf_counter()
    time.sleep(1.0)
    lived_s = (worker.snapshot.spikes.n_steps - n_steps) * 0.0005
    assert 0.3 < lived_s < time.perf_counter() - start_s + 0.15
    worker.stimulate(27)
    wait_for(lambda: worker.snapshot.wave)
    wait_for(lambda: (worker.realtime_factor or 1.0) < 3 * WAVE_PACE)
    worker.play(False)
    wait_for(lambda: worker.realtime_factor is None)
    n_steps = worker.snapshot.spikes.n_steps
    worker.stimulate(0)
    wait_for(lambda: reports)
    assert worker.snapshot.spikes.n_steps == n_steps and "ground" in reports[0]
    assert worker.stop(timeout_s=5)


SnapCompare = Callable[..., bool]


@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), DARK.name), ((120, 36), DARK.name), ((200, 50), LIGHT.name)],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
def test_picture(
    snap_compare: SnapCompare, moment: DishSnapshot, size: tuple[int, int], theme: str
) -> None:
    app = hosted(StillDish(moment), theme)

    async def tick(pilot: Pilot[None]) -> None:
        (await ticked(pilot)).last_run = "wagenaar_calibrated", ", seed 0: 30 s, 0.61 Hz"

    assert snap_compare(app, run_before=tick, terminal_size=size)
