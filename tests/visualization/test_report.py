"""The page of a recording: all measures, its pictures, and nothing from elsewhere."""

import re
from html import unescape
from pathlib import Path

import pytest
from living import needs_living, path_of
from visualization.pictures import bursting, recording, train

import bl1
from bl1.analysis.summary import every_measure
from bl1.core.spikes import SpikeTrain
from bl1.visualization.report import write_report


def page_of(spikes: SpikeTrain, path: Path) -> str:
    """The page that is written, and that it is whole and alone."""
    summary = every_measure(spikes, 0)
    write_report(path, "<dish> & co", spikes, summary, 0)
    page = path.read_text()
    assert page.startswith("<!doctype html>") and page.endswith("</body></html>")
    assert "<h1>&lt;dish&gt; &amp; co</h1>" in page
    shown = unescape(page)
    for section in summary.sections:
        assert f"<h2>{section.title}</h2>" in shown
        assert not section.verdict or section.verdict in shown
        for measure in section.measures:
            assert measure.name in shown and (measure.reason or measure.method) in shown
    assert "http" not in re.sub(r"base64,[^\"]*", "", page)  # nothing to load
    assert re.findall(r"<(?:script|link|iframe)", page) == []
    assert ">nan" not in page and ">inf" not in page
    return page


def pictures(page: str) -> list[str]:
    """What is written under each picture."""
    images = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,iVBOR', page)
    assert images == re.findall(r"<figcaption>([^<]+)</figcaption>", page)
    return images


def test_a_recording_has_nine_pictures_with_a_map(tmp_path):
    found = pictures(page_of(bursting(), tmp_path / "page.html"))
    assert len(found) == 9 and "Rate of each electrode at its place." in found


def test_of_cells_there_is_no_array_and_rows_speak_of_units(tmp_path):
    cells = train(bursting().times_s, bursting().ids, 56.0)
    page = page_of(cells, tmp_path / "page.html")
    assert len(pictures(page)) == 7
    assert "electrode" not in page and "59 cells" in page
    assert "<td>rate per unit (Hz)</td>" in page and "<td>59 units</td>" in page


@pytest.mark.parametrize("seconds", [0.01, 0.3, 5.0])
def test_a_short_recording_says_what_there_is_not_enough_of(seconds, tmp_path):
    page = page_of(recording([0.001, 0.004], [3, 4], seconds), tmp_path / "page.html")
    assert page.count("not enough data") > 20


def test_of_what_run_it_is(tmp_path):
    spikes = bursting()
    spikes.metadata.update(config={"name": "dish"}, seed=3, div=21.0)
    assert "simulated: dish, seed 3 · 21.0 days in vitro" in page_of(spikes, tmp_path / "1.html")
    spikes.metadata["config"] = "a name alone"
    assert "simulated: a name alone, seed 3" in page_of(spikes, tmp_path / "2.html")


@needs_living
@pytest.mark.slow
def test_of_a_living_culture(tmp_path):
    page = page_of(bl1.load(path_of("6-2-28")), tmp_path / "page.html")
    assert len(pictures(page)) == 8 and "59 electrodes" in page
