"""The page in a browser, as a person uses it; needs a Chromium, which BL1_CHROMIUM may name."""

import os
import re
import shutil
import socket
import struct
import threading
import time
import zlib
from pathlib import Path

import pytest
from monitor.lived import lived
from monitor.watching import meanwhile, watched
from playwright.sync_api import Page, expect, sync_playwright

from bl1.cl1.packets import Event
from bl1.config import load_experiment
from bl1.experiments.dishbrain_dish import Dish
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.monitor.scenes import pong_scene

CHROMIUM = os.environ.get("BL1_CHROMIUM") or shutil.which("chromium")
SIZE = {"width": 1440, "height": 900}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: install one, or name it in BL1_CHROMIUM"
)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def culture():
    with lived(allow_stimulation=True) as culture:
        yield culture


@pytest.fixture
def page(browser, culture):
    """The page, which has come to life; nothing was complained of when the test is over."""
    page = browser.new_page(viewport=SIZE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(culture.url)
    expect(page.locator("#state")).to_have_text("live", timeout=10_000)
    expect(page.locator("#rate")).to_have_text(re.compile("[1-9]"), timeout=10_000)
    yield page
    page.close()
    assert complaints == []


def picture_of(page: Page, selector: str) -> bytes:
    return page.locator(selector).screenshot()


def moves(page: Page, selector: str) -> bool:
    """Whether a part of the page looks otherwise a moment later."""
    before = picture_of(page, selector)
    for _ in range(10):
        time.sleep(0.1)
        if picture_of(page, selector) != before:
            return True
    return False


def click_electrode(page: Page, channel: int) -> None:
    box = page.locator("#array").bounding_box()
    assert box
    side = min(box["width"], box["height"]) / 8
    left, top = (box["width"] - 8 * side) / 2, (box["height"] - 8 * side) / 2
    column, row = divmod(channel, 8)
    place = {"x": left + (column + 0.5) * side, "y": top + (row + 0.5) * side}
    page.locator("#array").click(position=place)


def test_it_lives_and_pause_holds_it(page) -> None:
    parts = ("#raster", "#rates", "#array", "#mountain")
    assert all(moves(page, part) for part in parts)
    page.click("#pause")
    expect(page.locator("#state")).to_have_text("paused")
    time.sleep(0.3)
    assert not any(moves(page, part) for part in parts)
    page.click("#pause")
    expect(page.locator("#state")).to_have_text("live")
    assert moves(page, "#raster")
    page.locator("body").press("Space")
    expect(page.locator("#state")).to_have_text("paused")


def test_twenty_frames_a_second_arrive(page) -> None:
    time.sleep(2.5)
    assert float(page.inner_text("#frames").split()[0]) >= 20
    assert page.inner_text("#missed") == "0"
    assert float(page.inner_text("#realtime").split()[0]) > 1


def test_a_click_gives_a_pulse_of_the_current_that_is_set(page, tmp_path) -> None:
    page.locator("#current").fill("2.5")
    expect(page.locator("#current-ua")).to_have_text("2.5 µA")
    click_electrode(page, 27)
    expect(page.locator("#electrode")).to_contain_text("electrode 27, encoding")
    click_electrode(page, 0)  # ground
    time.sleep(1)
    with page.expect_download() as download:
        page.click("#csv")
    rows = [row.split(",") for row in Path(download.value.path()).read_text().splitlines()]
    assert rows[0] == ["time_s", "what", "number", "current_ua"]
    assert [row[2:] for row in rows if row[1] == "pulse"] == [["27", "2.500"]]
    assert {row[1] for row in rows[1:]} == {"electrode", "cell", "pulse"}


def test_the_table_has_the_window_that_is_shown(page) -> None:
    page.select_option("#window", "2")
    time.sleep(1)
    with page.expect_download() as download:
        page.click("#csv")
    times_s = [
        float(row.split(",")[0]) for row in Path(download.value.path()).read_text().splitlines()[1:]
    ]
    assert 0 < max(times_s) - min(times_s) <= 2


def test_png_is_a_picture_of_the_page(page) -> None:
    with page.expect_download() as download:
        page.click("#png")
    assert download.value.suggested_filename.endswith("s.png")
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG") and b"IHDR" in picture[:24]
    assert struct.unpack(">II", picture[16:24]) == (SIZE["width"], SIZE["height"])
    assert len(zlib.compress(picture)) > 20_000  # it is not empty
    page.keyboard.press("Space")  # holds the page, though a button was clicked
    expect(page.locator("#state")).to_have_text("paused")


def test_raster_of_electrodes_instead_of_cells(page) -> None:
    assert "cells" in page.inner_text("#raster-title")
    page.click("#rows")
    assert "59 electrodes" in page.inner_text("#raster-title")
    assert moves(page, "#raster")


def test_it_shows_what_the_trainer_tells(page, culture) -> None:
    trainer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    before = picture_of(page, "#actions"), picture_of(page, "#plan")
    for kind, data in (
        ("decoder", {"actions": {"attack": 0.7, "left": 0.3}, "reward": 1.5, "kills": 3}),
        ("map", {"size": [100, 80], "player": [50, 40, 45], "things": [[20, 20, "imp"]]}),
    ):
        trainer.sendto(Event(0, kind, data).packed(), ("127.0.0.1", culture.event_port))
    expect(page.locator("#reward")).to_have_text("reward 1.5   kills 3")
    time.sleep(0.3)
    assert picture_of(page, "#actions") != before[0]
    assert picture_of(page, "#plan") != before[1]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [SIZE, {"width": 420, "height": 800}], ids=["wide", "narrow"])
def test_everything_has_room(browser, culture, scheme, size) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(culture.url)
    expect(page.locator("#state")).to_have_text("live", timeout=10_000)
    for part in ("#picture", "#actions", "#plan", "#raster", "#rates", "#array", "#mountain"):
        box = page.locator(part).bounding_box()
        assert box and box["width"] > 100 and box["height"] > 50, part
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()


def test_without_leave_a_click_does_nothing_and_with_a_token_the_page_works(browser) -> None:
    with lived(token="a token", is_bench=False) as culture:
        page = browser.new_page(viewport=SIZE)
        page.goto(culture.url)
        expect(page.locator("#state")).to_have_text("live", timeout=10_000)
        assert "token" not in page.url
        expect(page.locator("#current-box")).to_be_hidden()
        expect(page.locator("#game")).to_be_hidden()
        click_electrode(page, 27)
        time.sleep(1)
        with page.expect_download() as download:
            page.click("#csv")
        assert ",pulse," not in Path(download.value.path()).read_text()
        page.close()


def test_it_reconnects_by_itself(browser) -> None:
    with lived() as culture:
        page = browser.new_page(viewport=SIZE)
        page.goto(culture.url)
        expect(page.locator("#state")).to_have_text("live", timeout=10_000)
        port = culture.port
    expect(page.locator("#state")).to_have_text("reconnecting", timeout=10_000)
    with lived(port=port):
        expect(page.locator("#state")).to_have_text("live", timeout=10_000)
    page.close()


def test_a_game_that_is_simulated_at_a_pace_that_is_chosen_there(browser) -> None:
    session, ends = make_session(SessionOptions(substrate="culture")), threading.Event()
    cells, page = session.substrate, browser.new_page(viewport=SIZE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with watched() as seen:
        seen.watch.cells("Pong", cells.engine, cells.culture, pong_scene(session))

        def play() -> None:
            while not ends.is_set():
                session.run(1)

        with meanwhile(play):
            page.goto(seen.url)
            expect(page.locator("#state")).to_have_text("live", timeout=10_000)
            for part in ("#game", "#decoder", "#pace"):
                expect(page.locator(part)).to_be_visible()
            for part in ("#map", "#latency", "#rows", "#current-box"):
                expect(page.locator(part)).to_be_hidden()
            parts = ("#picture", "#actions", "#raster", "#rates", "#array", "#mountain")
            assert all(moves(page, part) for part in parts)
            expect(page.locator("#legend")).to_have_text("excitatoryinhibitory")
            expect(page.locator("#reward")).to_have_text(re.compile(r"balls \d+   rally \d+"))
            before = session.step_count
            time.sleep(1)
            assert session.step_count - before < 100  # 50 in a second
            page.select_option("#pace", label="full speed")
            time.sleep(1)
            before = session.step_count
            time.sleep(1)
            assert session.step_count - before > 200
            expect(page.locator("#pace")).to_have_value("")  # as all viewers are told
            ends.set()
    expect(page.locator("#state")).to_have_text("ended")
    page.close()
    assert [each for each in complaints if "WebSocket" not in each] == []  # it tries to reconnect


def test_tables_name_electrodes_and_a_pause_outlasts_a_culture(browser) -> None:
    dish, ends = Dish(load_experiment("dishbrain"), "closed_loop", seed=0), threading.Event()
    page = browser.new_page(viewport=SIZE)
    with watched() as seen:
        seen.watch.rig("a dish", dish.rig, {"sensory": list(dish.loop.sensory_channels)})

        def play() -> None:
            while not ends.is_set():
                dish.play(dish.time_s + 0.1)

        with meanwhile(play):
            page.goto(seen.url)
            expect(page.locator("#state")).to_have_text("live", timeout=10_000)
            time.sleep(2)
            page.click("#pause")
            ends.set()
        other = dish.rig.culture.engine()
        seen.watch.cells("another", other)
        other.run(round(500 / other.dt_ms))
        expect(page.locator("#title")).to_have_text("a dish")
        with page.expect_download() as download:
            page.click("#csv")
        rows = [row.split(",") for row in Path(download.value.path()).read_text().splitlines()]
        pulsed = {(int(row[2]), row[3]) for row in rows if row[1] == "pulse"}
        assert pulsed and pulsed <= {(each, "") for each in dish.loop.sensory_channels}
        page.click("#pause")
        expect(page.locator("#title")).to_have_text("another")
        other.run(round(1000 / other.dt_ms))
        expect(page.locator("#rows")).to_be_hidden()
    page.close()
