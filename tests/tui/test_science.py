"""Science: measures of a recording in plain words, by key and by click."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from bl1.analysis.living import LIVING
from bl1.analysis.measure import Measure
from bl1.analysis.statistics import nine_statistics
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.tui.examination import SENTENCES, Examination, Finding, from_plain, number
from bl1.tui.science import examine
from bl1.tui.science_worker import ScienceWorker
from bl1.tui.themes import DARK, LIGHT, MEANINGS_ON_DARK
from bl1.tui.views.science import ScienceView


def bursting(seconds: int) -> SpikeTrain:
    """Twenty electrodes that all burst for 600 ms every 5 s, and fire at 0.2 Hz between."""
    rng = np.random.default_rng(0)
    steps = [rng.integers(0, seconds * 1000, 4 * seconds)]
    steps += [start * 1000 + rng.integers(0, 600, 400) for start in range(2, seconds - 1, 5)]
    together = np.sort(np.concatenate(steps))
    ids = rng.integers(0, 20, len(together)).astype(np.int32)
    return SpikeTrain(together, ids, dt_ms=1.0, n_steps=seconds * 1000, n_units=20)


def test_every_measure_has_a_sentence_and_the_nine_a_range() -> None:
    none, first, found = examine("dish", bursting(60))
    assert none.awaited == list(SENTENCES) and none.title == "dish"
    assert first.findings == found.findings[:9] and first.criticality is None
    assert first.awaited == list(SENTENCES)[9:] and found.awaited == []
    names = [finding.measure.name for finding in found.findings]
    assert names[:9] == [m.name for m in nine_statistics(bursting(60))] == list(LIVING)
    assert set(names) == set(SENTENCES)
    value = {finding.measure.name: finding for finding in found.findings}
    assert value["bursts per minute"].measure.value == pytest.approx(12, abs=0.5)
    # Living ones burst 11.6 times at most; a minute does not tell whether this one does more.
    assert value["bursts per minute"].standing == "cannot tell"
    assert value["burst duration"].standing == "as living"
    assert value["naive branching ratio"].standing == "no range"
    assert "power law" in value["avalanche size exponent τ"].remark or (
        value["avalanche size exponent τ"].standing == "not enough data"
    )
    assert found.criticality and found.criticality.startswith(("not enough data", "not consistent"))


@pytest.mark.parametrize(
    ("value", "interval", "standing"),
    [
        (0.5, (0.0, 0.9), "as living"),
        (0.1, (0.05, 0.11), "outside"),
        (0.1, (0.05, 0.12), "cannot tell"),
        (0.9, (0.77, 0.99), "cannot tell"),
        (0.9, (0.78, 0.99), "outside"),
        (0.9, None, "cannot tell"),
    ],
)
def test_outside_is_what_is_so_with_its_interval(value, interval, standing) -> None:
    found = Finding(Measure("recruitment", value, "", interval, 5, "bursts", "by hand"))
    assert LIVING["recruitment"] == (0.12, 0.77) and found.standing == standing


def test_half_a_minute_without_a_burst_says_nothing_of_bursts() -> None:
    steps = np.arange(0, 30_000, 20)
    spikes = SpikeTrain(steps, (np.arange(1500) * 7 % 20).astype(np.int32), 1.0, 30_000, 20)
    *_, found = examine("dish", spikes)
    bursts, share = found.find("bursts per minute"), found.find("share of spikes in bursts")
    assert bursts and share and bursts.measure.value == 0.0
    assert bursts.standing == "cannot tell" and share.standing == "not enough data"
    assert "95 % interval: 0 to 7.38, of a Poisson number" in bursts.meaning
    assert "Living cultures: 0.36 to 11.6 /min (Wagenaar" in bursts.meaning
    assert "4 spikes or more follow each other within 100 ms" in bursts.meaning
    assert "no burst in 30 s, needs 615 s" in share.meaning
    burstiness = found.find("burstiness index")
    assert burstiness and burstiness.standing == "cannot tell"
    assert "No burst came yet" in burstiness.meaning


def test_what_never_has_a_value_is_not_said_to_need_more_data() -> None:
    reason = "activity never changes"
    found = Finding(Measure("branching ratio m", None, "", None, 9, "bins", "by hand", reason))
    assert found.standing == "no value" and "No value: activity never changes." in found.meaning


def test_an_examination_comes_back_from_json_as_it_was() -> None:
    *_, found = examine("dish", bursting(60))
    assert from_plain(json.loads(json.dumps(asdict(found)))) == found


def test_numbers_are_written_by_one_rule() -> None:
    values = [None, 0.0, 0.0123456, 0.91234, 1.0, 99.94, 1234.5, -0.25]
    assert [number(value) for value in values] == [
        "–", "0", "0.0123", "0.9123", "1", "99.9", "1,234", "-0.25",
    ]  # fmt: skip


def test_a_short_recording_has_no_verdict_but_a_reason() -> None:
    *_, found = examine("dish", bursting(12))
    rate = found.findings[0]
    assert rate.standing == "not enough data" and rate.measure.value is None
    assert "not enough data: 12 s, needs 30 s" in rate.meaning


@pytest.mark.parametrize("n_steps", [1, 13, 300])
def test_of_the_first_moments_there_are_reasons_only(n_steps: int) -> None:
    silence = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, n_steps, 60)
    *_, found = examine("dish", silence)
    assert len(found.findings) == len(SENTENCES)
    assert all(finding.measure.value is None for finding in found.findings)
    assert all(finding.measure.reason for finding in found.findings)
    assert found.criticality and found.criticality.startswith("not enough data")


def test_it_is_measured_in_a_thread(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    worker = ScienceWorker()
    told: list[object] = []
    worker.on_examined = lambda run_id, found: told.append((run_id, found.seconds))
    worker.on_drawn = lambda run_id, path: told.append((run_id, path.read_bytes()[1:4]))
    worker.examine(7, "dish", bursting(12), bursting(12), seed=0)
    worker.examine(8, "dish", bursting(12), bursting(12), seed=0)
    for run_id in (7, 8):
        assert worker.running
        worker._obey(0)
        assert worker.running and told == [(run_id, 12.0)]
        worker._obey(0)
        assert told == [(run_id, 12.0), (run_id, b"PNG")]
        told.clear()
    assert not worker.running


def test_what_cannot_be_measured_is_drawn_all_the_same(monkeypatch) -> None:
    def refuse(*recording: object) -> None:
        raise Bl1Error("this needs mrestimator")

    monkeypatch.setattr("bl1.tui.science.examine", refuse)
    worker = ScienceWorker()
    drawn: list[bytes] = []
    worker.on_drawn = lambda run_id, path: drawn.append(path.read_bytes()[1:4])
    worker.examine(7, "dish", bursting(12), bursting(12), seed=0)
    worker._obey(0)
    worker._obey(0)
    assert drawn == [b"PNG"] and not worker.running


def finding(name: str, value: float | None) -> Finding:
    reason = None if value is not None else "not enough data: 1 burst, needs 5"
    interval = (0.9 * value, 1.1 * value) if value is not None else None
    return Finding(Measure(name, value, "", interval, 5, "bursts", "by hand", reason))


MOMENT = Examination(
    "wagenaar_calibrated · seed 1",
    60.0,
    (
        finding("recruitment", 0.5),
        finding("burst duration", None),
        finding("CV of inter-burst intervals", 3.0),
    ),
    "not enough data: 12 avalanches, needs 1000",
)


class ScienceApp(App[None]):
    def __init__(self, examination: Examination | None, theme_name: str = DARK.name) -> None:
        super().__init__()
        self.worker = ScienceWorker()
        self.worker.examination = examination
        self._theme_name = theme_name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return MEANINGS_ON_DARK

    def compose(self) -> ComposeResult:
        yield ScienceView(self.worker)

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self._theme_name
        self.query_one(ScienceView).focus()


def meaning(app: App[None]) -> str:
    return str(app.query_one("#meaning", Static).render())


async def test_keys_and_clicks_choose_what_is_explained() -> None:
    app = ScienceApp(None)
    async with app.run_test(size=(120, 36)) as pilot:
        view, table = app.query_one(ScienceView), app.query_one(DataTable)
        view.tick()
        assert table.row_count == 0 and meaning(app).startswith("Nothing is measured yet")
        app.worker.examination = replace(MOMENT, criticality=None)
        app.worker.doing = "looking for avalanches and criticality"
        view.tick()
        await pilot.pause()
        assert table.border_subtitle == "looking for avalanches and criticality …"
        verdicts = {str(line[0]): str(line[2]) for line in map(table.get_row_at, range(13))}
        assert len(verdicts) == table.row_count == len(SENTENCES) + 1
        assert verdicts["recruitment"] == "as living"
        assert verdicts["branching ratio m"] == verdicts["criticality"] == "measuring"
        await pilot.press("k")
        assert meaning(app).startswith("Whether all that a critical culture must show")
        app.worker.doing = ""  # it failed
        view.tick()
        assert str(table.get_row_at(12)[2]) == "not measured"
        await pilot.press("j")
        app.worker.examination = MOMENT
        view.tick()
        await pilot.pause()
        assert table.row_count == 4 and "take part in a burst" in meaning(app)
        await pilot.press("j")
        assert "No value: not enough data: 1 burst, needs 5." in meaning(app)
        verdicts = [str(table.get_row_at(row)[2]) for row in range(4)]
        assert verdicts == ["as living", "not enough data", "outside", "not enough data"]
        assert table.get_row_at(1)[1] == ""
        await pilot.press("k", "k")
        assert "Verdict: not enough data: 12 avalanches" in meaning(app)
        await pilot.click(DataTable, offset=(4, 4))
        assert "How irregular bursts are" in meaning(app)
        await pilot.resize_terminal(80, 12)
        view.tick()  # which fills a narrower table, and reads from the top again
        await pilot.pause()
        below = app.query_one(VerticalScroll)
        for key, is_at_the_top in (("pagedown", False), ("pageup", True), ("pagedown", False)):
            await pilot.press(key)
            assert (below.scroll_offset.y == 0) is is_at_the_top
        await pilot.press("j")
        assert below.scroll_offset.y == 0
        await pilot.resize_terminal(40, 10)
        view.tick()
        await pilot.pause()
        assert len(table.columns) == 4


@pytest.mark.parametrize(
    ("size", "theme"), [((80, 24), DARK.name), ((200, 50), LIGHT.name)], ids=["dark", "light"]
)
def test_science_as_a_picture(snap_compare, size, theme) -> None:
    async def settle(pilot) -> None:
        await pilot.pause()  # until it has its size
        pilot.app.query_one(ScienceView).tick()
        await pilot.pause()

    assert snap_compare(ScienceApp(MOMENT, theme), terminal_size=size, run_before=settle)
