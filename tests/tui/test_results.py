"""Results: sort, filter, compare, delete, export, by keys and by clicks."""

import csv
import webbrowser
from datetime import datetime
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable, Footer, Input, Tabs

from bl1.analysis.measure import Measure
from bl1.tui.app import Cockpit
from bl1.tui.comparison import compared
from bl1.tui.examination import Examination, Finding
from bl1.tui.runs import RunStore
from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK
from bl1.tui.views.confirm import Confirm
from bl1.tui.views.results import ResultsView
from bl1.tui.views.science import ScienceView

from .conftest import ManualWorker, StillWorker, backstage_of


def filled(path: Path | None = None) -> RunStore:
    store = RunStore(path)
    for name, seed, wall_s, rate_hz, bursts in (
        ("default", 1, 2.5, 3.1, None),
        ("wagenaar_calibrated", 2, 9.0, 1.25, 4.5),
        ("wagenaar_calibrated", 3, 4.0, 1.5, 5.5),
    ):
        settings = {"description": f"{seed} [x] " * 9, "culture": {"n_neurons": 1000 * seed}}
        store.add(
            "simulation", name, seed=seed, config=settings,
            complete=seed != 2, wall_s=wall_s,
            measures={
                "rate_hz": rate_hz, "bursts per minute": bursts, "cells": 1000 * seed,
                "seconds": 30.0,
            },
        )  # fmt: skip
    return store


class ResultsApp(App[None]):
    def __init__(self, store: RunStore, theme_name: str = DARK.name) -> None:
        super().__init__()
        self.store, self._theme_name = store, theme_name
        self.again: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return MEANINGS_ON_DARK

    def compose(self) -> ComposeResult:
        yield ResultsView(self.store)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self._theme_name
        self.query_one(ResultsView).focus()

    def on_results_view_again(self, event: ResultsView.Again) -> None:
        self.again.append(event.run.seed)


def seeds(app: App[None]) -> list[str]:
    table = app.query_one("#runs", DataTable)
    titles = [str(column.label) for column in table.columns.values()]
    place = next(n for n, title in enumerate(titles) if title.startswith("seed"))
    return [str(table.get_row_at(row)[place]) for row in range(table.row_count)]


def below(app: App[None]) -> list[list[str]]:
    table = app.query_one("#chosen", DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def said_last(app: App[None]) -> str:
    return list(app._notifications)[-1].message


async def click_title(pilot: Pilot[None], title: str) -> None:
    table = pilot.app.query_one("#runs", DataTable)
    x = 1
    for column in table.columns.values():
        if str(column.label).startswith(title):
            break
        x += column.get_render_width(table)
    await pilot.click(table, offset=(x + 1, 1))
    await pilot.pause()


async def test_keys_and_clicks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = ResultsApp(filled())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause()
        assert seeds(app) == ["3", "2", "1"]  # the newest first
        assert ["mean rate of a cell (Hz)", "1.5"] in below(app)
        await pilot.press("j", "j", "k")
        assert ["mean rate of a cell (Hz)", "1.25"] in below(app)
        await click_title(pilot, "took")
        assert seeds(app) == ["2", "3", "1"]
        await click_title(pilot, "took")
        assert seeds(app) == ["1", "3", "2"]
        await pilot.press("s", "s")  # by rate, then by bursts, the run without any last
        assert seeds(app) == ["3", "2", "1"]
        await pilot.press("slash", *"cali 2")
        assert seeds(app) == ["2"]
        await pilot.press("enter", "e")
        with (tmp_path / "results" / "session_runs.csv").open() as file:
            (row,) = csv.DictReader(file)
        assert (row["seed"], row["rate_hz"], row["complete"]) == ("2", "1.25", "False")
        await pilot.press("slash", "escape")
        assert seeds(app) == ["3", "2", "1"] and not app.query_one(Input).has_class("-open")
        await pilot.press("r")
        assert app.again == [2]


def measured() -> RunStore:
    """Three runs, the newest of which was examined."""
    store = filled()
    bursts = Measure("bursts per minute", 0.0, "1/min", (0.0, 7.38), 0, "bursts", "wagenaar bursts")
    share = Measure(
        "share of spikes in bursts", None, "", None, 0, "seconds", "wagenaar bursts",
        "not enough data: no burst in 30 s, needs 615 s",
    )  # fmt: skip
    findings = Finding(bursts), Finding(share)
    verdict = "not enough data: 12 avalanches, needs 1000"
    store.describe(3, Examination("wagenaar_calibrated · seed 3", 30.0, findings, verdict))
    return store


async def test_whoever_comes_to_it_finds_the_newest_run_marked(worker: ManualWorker) -> None:
    store = filled()
    cockpit = Cockpit(backstage_of(worker, store))
    async with cockpit.run_test(size=(80, 24)) as pilot:

        def marked() -> str:
            return str(cockpit.query_one("#chosen", DataTable).border_title)

        await pilot.press("5", "j")
        await pilot.pause()
        assert marked().startswith("wagenaar_calibrated, seed 2")
        await pilot.press("4", "5")
        await pilot.pause()
        assert marked().startswith("wagenaar_calibrated, seed 2")  # as it was left
        for seed in (8, 9):
            await pilot.press("4")
            store.add(
                "simulation", "new", seed=seed, config={}, complete=True, wall_s=1, measures={}
            )
            cockpit.query_one(ResultsView).refresh_runs()
            await pilot.press("5")
            await pilot.pause()
            assert marked().startswith(f"new, seed {seed}")


async def test_intervals_and_verdicts_are_told_where_they_were_kept() -> None:
    app = ResultsApp(measured())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        lines = below(app)
        assert ["bursts per minute", "0", "0 – 7.38", "cannot tell"] in lines
        assert ["share of spikes in bursts", "–", "", "not enough data"] in lines
        assert ["culture's time (s)", "30", "", ""] in lines
        await pilot.press("j")
        assert ["bursts per minute", "4.5"] in below(app)


async def test_a_key_or_a_second_click_brings_what_science_found(tmp_path: Path) -> None:
    cockpit = Cockpit(backstage_of(StillWorker(None), measured()))
    async with cockpit.run_test(size=(120, 36), notifications=True) as pilot:
        for way in ("key", "click"):
            await pilot.press("5")
            await pilot.pause()
            if way == "key":
                await pilot.press("enter")
            else:
                await pilot.click("#runs", offset=(5, 2))
            await pilot.pause()
            assert cockpit.query_one(Tabs).active == ScienceView.TITLE
            science = cockpit.query_one(ScienceView)
            science.tick()
            table = science.query_one(DataTable)
            assert str(table.border_title) == "wagenaar_calibrated · seed 3 · 30 s"
            assert [str(cell) for cell in table.get_row_at(0)] == [
                "bursts per minute", "0 /min", "cannot tell", "0.36 – 11.6 /min", "0 – 7.38",
            ]  # fmt: skip
        await pilot.press("5", "j", "enter")
        assert cockpit.query_one(Tabs).active == ResultsView.TITLE
        assert "this run has no table in Science" in said_last(cockpit)


async def test_columns_come_as_there_is_room() -> None:
    app = ResultsApp(filled())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        always = ["ended ▼", "name", "seed", "state", "Hz", "bursts/min", "hits"]
        with_cells = [*always[:4], "cells", *always[4:]]
        with_all = [
            "ended ▼", "what", "name", "seed", "state", "cells", "culture", "took", "Hz",
            "bursts/min", "hits",
        ]  # fmt: skip
        for width, titles in ((80, always), (90, with_cells), (120, with_all)):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            columns = app.query_one("#runs", DataTable).columns.values()
            assert [str(column.label) for column in columns] == titles
        row = [str(cell) for cell in app.query_one("#runs", DataTable).get_row_at(0)]
        assert row[4:8] == ["whole", "3,000", "30.0 s", "4.0 s"]


async def test_long_names_are_cut_rather_than_the_columns_beside_them() -> None:
    store = filled()
    store._file.execute("UPDATE runs SET name = 'Doom arena: actor-critic on culture'")
    app = ResultsApp(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = app.query_one("#runs", DataTable)
        assert str(table.get_row_at(0)[1]) == "Doom arena: actor-c…"
        assert not table.show_horizontal_scrollbar
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "Doom arena: actor-critic on culture" in map(str, table.get_row_at(0))


async def test_the_column_that_runs_are_sorted_by_may_be_hidden() -> None:
    app = ResultsApp(filled())
    async with app.run_test(size=(120, 36)) as pilot:
        await click_title(pilot, "took")
        await pilot.resize_terminal(80, 24)
        assert seeds(app) == ["2", "3", "1"]
        await pilot.press("s")  # by rate, which comes after it
        assert seeds(app) == ["1", "3", "2"]


async def test_keys_where_no_run_is_shown() -> None:
    app = ResultsApp(filled())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"nothing", "enter")
        await pilot.press("d", "c", "p", "r", "j", "s")
        assert seeds(app) == below(app) == app.again == []
        assert len(app.screen_stack) == 1 and len(app.store.runs()) == 3


async def test_two_runs_are_compared() -> None:
    app = ResultsApp(filled())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("c", "j")
        lines = below(app)
        assert ["mean rate of a cell (Hz)", "1.5", "1.25", "-0.25"] in lines
        assert ["culture.n_neurons", "3000", "2000", "differs"] in lines
        await pilot.resize_terminal(80, 24)
        ((_, one, other, _),) = (line for line in below(app) if line[0] == "description")
        assert one.startswith('"3 [x] 3') and one.endswith("…") and other.startswith('"2 [x] 2')
        await pilot.press("k", "c")
        assert len(below(app)[0]) == 2
    newest, _, oldest = app.store.runs()
    assert ("bursts per minute", "5.5", "–", "") in compared(newest, oldest)


async def test_a_run_is_deleted_only_after_a_yes() -> None:
    app = ResultsApp(filled())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "n", "d", "escape")
        assert seeds(app) == ["3", "2", "1"]
        await pilot.press("d")
        assert isinstance(app.screen, Confirm)
        await pilot.click("#no")
        assert len(app.store.runs()) == 3
        await pilot.press("d", "enter")
        assert [run.seed for run in app.store.runs()] == [2, 1] and seeds(app) == ["2", "1"]
        await pilot.press("d", "y", "d")
        await pilot.click("#yes")
        await pilot.press("d", "c", "r", "p", "j", "s")  # of nothing, without a mishap
        assert app.store.runs() == []


async def test_pictures_are_opened_and_mishaps_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    (tmp_path / "run.png").write_bytes(b"PNG")
    (tmp_path / "results").write_text("a file where the folder should be")
    store = filled()
    store.illustrate(3, tmp_path / "run.png")
    app = ResultsApp(store)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("p", "j", "p", "e")
        said = [toast.message for toast in app._notifications]
        assert opened == [(tmp_path / "run.png").as_uri()]
        assert said[0] == "this run has no picture"
        assert said[1] == "cannot make the folder results: a file is in its place"
        (tmp_path / "results").unlink()
        (tmp_path / "results" / "session_runs.csv").mkdir(parents=True)
        await pilot.press("e")
        assert said_last(app) == "cannot write results/session_runs.csv: Is a directory"
        store._file.execute("UPDATE runs SET config = 'torn' WHERE id = 2")
        app.query_one(ResultsView).refresh_runs()
        await pilot.pause()
        assert said_last(app).startswith("the memory is damaged, or no file of the cockpit's runs")
        await pilot.resize_terminal(40, 10)
        assert seeds(app) == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("size", "theme"), [((80, 24), DARK.name), ((200, 50), LIGHT.name)], ids=["dark", "light"]
)
def test_results_as_a_picture(snap_compare, monkeypatch, size, theme) -> None:
    store = filled()
    here = datetime(2026, 1, 2, 3, 4, 5).astimezone().isoformat()  # whatever the zone
    store._file.execute("UPDATE runs SET ended = ?, version = '1'", (here,))
    assert snap_compare(ResultsApp(store, theme), press=["c", "j"], terminal_size=size)
