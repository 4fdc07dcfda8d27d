"""The page's server, with real sockets, beside a culture that lives."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest
import simplejpeg
from monitor.lived import Lived, lived, looking, next_stretch, next_told
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bl1.cl1.packets import Event
from bl1.errors import Bl1Error
from bl1.monitor.address import Address
from bl1.monitor.process import PageProcess
from bl1.monitor.stretch import N_BANDS, Stretch

TOKEN = "a-token-that-nobody-guesses"
JPEG = simplejpeg.encode_jpeg(np.zeros((16, 16, 3), np.uint8))
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(scope="module")
def culture():
    with lived(allow_stimulation=True) as culture:
        yield culture


@pytest.fixture(scope="module")
def guarded():
    """One with a token, that may not be stimulated, and ticks only ten times a second."""
    with lived(token=TOKEN, tick_hz=10.0) as culture:
        yield culture


def answer(culture: Lived, method: str, path: str, body: bytes | None = None, **headers: str):
    """Status, headers and body of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", culture.port, timeout=10)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def refused(culture: Lived, **options) -> int:
    """Status with which a viewer is refused."""
    with pytest.raises(InvalidStatus) as error:
        looking(culture, **options)
    return error.value.response.status_code


def test_a_viewer_sees_what_the_culture_does(culture) -> None:
    with looking(culture) as viewer:
        hello = next_told(viewer, "hello")
        assert hello["n_neurons"] == 600 and len(hello["cells"]) == 600
        frames = [next_stretch(viewer) for _ in range(90)]
    for before, after in pairwise(frames):
        assert after.first_s == pytest.approx(before.last_s)
    times_s = np.concatenate([frame.spikes[0] for frame in frames])
    channels = np.concatenate([frame.events[1] for frame in frames])
    assert len(times_s) and np.all(np.diff(times_s) >= 0)
    assert frames[0].first_s <= times_s[0] and times_s[-1] < frames[-1].last_s
    assert sum(frame.bands.sum() for frame in frames) == sum(frame.n_all for frame in frames)
    assert len(channels) and not set(channels.tolist()) & {0, 4, 7, 56, 63}
    assert frames[-1].realtime_factor > 1


def test_ticks_ten_times_a_second_make_thirty_frames(guarded) -> None:
    header = {"Authorization": f"Bearer {TOKEN}"}
    with looking(guarded, additional_headers=header) as viewer:
        next_stretch(viewer)
        start_s = time.monotonic()
        last_s = [next_stretch(viewer).last_s for _ in range(60)]
        hz = 60 / (time.monotonic() - start_s)
    assert hz > 20
    assert last_s[-1] - last_s[0] == pytest.approx(59 / hz, abs=0.2)


def test_a_hung_viewer_misses_frames_and_delays_neither_culture_nor_others(culture) -> None:
    hung = socket.create_connection(("127.0.0.1", culture.port))
    hung.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    hung.sendall(f"GET /live HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode())
    with looking(culture) as viewer:
        before_s = culture.tissue.step_count * culture.tissue.dt_ms / 1000
        start_s = time.monotonic()
        n = 0
        while time.monotonic() - start_s < 3:
            next_stretch(viewer)
            n += 1
        assert n > 60
        lived_s = culture.tissue.step_count * culture.tissue.dt_ms / 1000 - before_s
        assert lived_s == pytest.approx(time.monotonic() - start_s, abs=0.2)
    hung.close()


def test_a_slow_viewer_is_told_how_many_frames_it_missed_and_memory_stays() -> None:
    page = PageProcess({}, Address.taken("127.0.0.1", 0))
    try:
        with connect(page.url.replace("http", "ws") + "live", max_size=None) as viewer:
            next_told(viewer, "hello")
            for k in range(150):  # some 25 MB, of which it takes nothing for a while
                page.send(burst(k / 30, (k + 1) / 30).packed())
                time.sleep(1 / 60)
            resident_bytes = psutil.Process(page.pid).memory_info().rss
            missed = 0
            while not missed:
                message = viewer.recv(timeout=10)
                missed = int.from_bytes(message[4:8], "little")
    finally:
        page.close()
    assert resident_bytes < 150e6


def burst(first_s: float, last_s: float) -> Stretch:
    """In which twenty thousand cells fire."""
    marks = np.linspace(first_s, last_s, 20_000, endpoint=False), np.zeros(20_000, np.uint16)
    none = np.empty(0), np.empty(0, np.uint16)
    bands = np.zeros(N_BANDS, np.uint16)
    return Stretch(first_s, last_s, 5.0, 0.1, marks, none, none, np.empty(0), bands, 20_000)


def test_a_page_that_is_held_up_delays_nothing_and_catches_up() -> None:
    with lived() as culture, looking(culture) as viewer:
        next_stretch(viewer)
        os.kill(culture.monitor.pid, signal.SIGSTOP)
        start_s, step = time.monotonic(), culture.tissue.step_count
        time.sleep(2)
        lived_s = (culture.tissue.step_count - step) * culture.tissue.dt_ms / 1000
        assert lived_s == pytest.approx(time.monotonic() - start_s, abs=0.2)
        os.kill(culture.monitor.pid, signal.SIGCONT)
        last_s = next_stretch(viewer).last_s
        while next_stretch(viewer).last_s < last_s + 1.5:
            pass
        assert time.monotonic() - start_s < 4
        assert culture.said == []


def test_the_page_and_its_files_come_with_rules_for_the_browser(culture) -> None:
    status, headers, body = answer(culture, "GET", "/")
    assert status == 200 and b"Neural activity" in body
    assert "default-src 'self'" in headers["content-security-policy"]
    for file in ("main.js", "style.css", "uplot/uPlot.esm.js", "uplot/LICENSE"):
        assert answer(culture, "GET", f"/{file}")[0] == 200, file
    assert answer(culture, "GET", "/../app.py")[0] == 404


def test_a_foreign_origin_or_name_is_refused(culture) -> None:
    evil = "http://evil.example"
    assert refused(culture, origin=evil) == 403
    assert answer(culture, "GET", "/live", Host="evil.example", **UPGRADE)[0] == 403
    assert answer(culture, "POST", "/game", JPEG, Origin=evil)[0] == 403
    assert answer(culture, "POST", "/game", JPEG, Origin="null")[0] == 403
    assert answer(culture, "GET", "/", Host="evil.example")[0] == 403
    own = f"http://127.0.0.1:{culture.port}"
    assert answer(culture, "POST", "/game", JPEG, Origin=own)[0] == 204
    with looking(culture, origin=own) as viewer:
        next_stretch(viewer)


def test_an_origin_in_no_form_is_refused_and_a_cookie_does_no_harm(culture, guarded) -> None:
    assert answer(culture, "POST", "/game", JPEG, Origin="http://[")[0] == 403
    others = "a/b=1; x={y}; "
    assert answer(culture, "GET", "/", Cookie=others)[0] == 200
    assert answer(guarded, "GET", "/", Cookie=others)[0] == 403
    assert answer(guarded, "GET", "/", Cookie=f"{others}bl1_monitor={TOKEN}")[0] == 200


def test_no_path_leads_elsewhere(guarded) -> None:
    status, headers, _ = answer(guarded, "GET", f"//evil.example/?token={TOKEN}")
    assert (status, headers["location"]) == (307, "/evil.example/")


def test_without_the_token_nothing_is_let_in(guarded) -> None:
    assert refused(guarded) == 403
    assert refused(guarded, additional_headers={"Authorization": "Bearer guess"}) == 403
    assert answer(guarded, "POST", "/game", JPEG)[0] == 403
    assert answer(guarded, "GET", "/")[0] == 403
    assert answer(guarded, "GET", "/?token=%C3%A9")[0] == 403
    assert answer(guarded, "GET", "/main.js")[0] == 403


def test_the_address_with_the_token_gives_a_cookie_that_opens_the_rest(guarded) -> None:
    status, headers, _ = answer(guarded, "GET", f"/?token={TOKEN}")
    assert status == 307 and headers["location"] == "/"
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    own = cookie.partition(";")[0]
    assert answer(guarded, "GET", "/", Cookie=own)[0] == 200
    with looking(guarded, additional_headers={"Cookie": own}) as viewer:
        next_stretch(viewer)


def test_an_address_that_others_reach_demands_a_token() -> None:
    with pytest.raises(Bl1Error, match=r"there is no address 'a\.\.b'"):
        Address.taken("a..b", 0, "a token")
    with pytest.raises(Bl1Error, match="which demands a token"):
        Address.taken("0.0.0.0", 0, "")
    page = PageProcess({}, Address.taken("0.0.0.0", 0, "a token"))
    address = urlsplit(page.url)
    try:
        assert address.query == "token=a%20token"
        for name, token, status in (
            (f"{socket.gethostname()}:{address.port}", "a%20token", 307),
            ("192.168.1.7", "a%20token", 307),
            ("192.168.1.7", "", 403),
            ("evil.example", "a%20token", 403),
        ):
            connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
            connection.request("GET", f"/?token={token}", headers={"Host": name})
            assert connection.getresponse().status == status, name
    finally:
        page.close()


def test_a_token_that_no_browser_can_keep_is_refused() -> None:
    for token in ("geheimnisvölkchen", "x" * 257, "two\nlines"):
        with pytest.raises(Bl1Error, match="a token has up to 256"):
            Address.taken("127.0.0.1", 0, token)


def test_a_port_that_is_taken_is_one_sentence(culture) -> None:
    with pytest.raises(Bl1Error, match=f"cannot serve on 127.0.0.1 port {culture.port}: "):
        Address.taken("127.0.0.1", culture.port)


def test_a_click_stimulates_where_that_is_allowed(culture) -> None:
    with looking(culture) as viewer:
        viewer.send(json.dumps({"stimulate": [27, 1.5]}))
        while not len((frame := next_stretch(viewer)).pulses[0]):
            pass
    assert frame.pulses[1].tolist() == [27]
    assert frame.currents_ua == pytest.approx([1.5])


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"stimulate": [4, 1.0]}, "channel 4 cannot be stimulated"),
        ({"stimulate": [64, 1.0]}, "channel 64 cannot be stimulated"),
        ({"stimulate": [True, 1.0]}, "channel True cannot be stimulated"),
        ({"stimulate": [8, 30.0]}, "30.0 µA, expected more than 0 and at most 3"),
        ({"stimulate": [8, float("nan")]}, "nan µA, expected more than 0 and at most 3"),
        ({"stimulate": "all"}, "that is no stimulation"),
        ([1], "that is no stimulation"),
    ],
)
def test_what_is_no_safe_stimulation_is_refused(culture, wish, sentence) -> None:
    with looking(culture) as viewer:
        viewer.send(json.dumps(wish))
        assert next_told(viewer, "refusal") == sentence


def test_a_click_is_refused_where_it_is_not_allowed(guarded) -> None:
    with looking(guarded, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as viewer:
        viewer.send(json.dumps({"stimulate": [27, 1.5]}))
        assert "--allow-stimulation" in next_told(viewer, "refusal")


def test_pictures_of_the_game_reach_viewers_and_later_ones_too(culture) -> None:
    assert answer(culture, "POST", "/game", JPEG)[0] == 204
    with looking(culture) as viewer:
        while isinstance(message := viewer.recv(timeout=10), str) or message[0] != 2:
            pass
    assert message[4:] == JPEG
    assert answer(culture, "POST", "/game", b"no picture")[0] == 415
    assert answer(culture, "POST", "/game", JPEG + bytes(1 << 20))[0] == 413
    assert answer(culture, "GET", "/game")[0] in (404, 405)


def test_what_the_trainer_tells_of_decoder_and_map_is_shown(culture) -> None:
    trainer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def tell(kind, data):
        packet = Event(0, kind, data).packed()
        trainer.sendto(packet, ("127.0.0.1", culture.event_port))

    with looking(culture) as viewer:
        tell("decoder", {"actions": {"attack": 0.25, "bad": "often"}, "reward": -1, "kills": 2})
        assert next_told(viewer, "decoder") == {
            "actions": {"attack": 0.25}, "reward": -1, "kills": 2
        }  # fmt: skip
        tell("map", {"size": [10, 5], "player": [1, 2, 90], "things": [[3, 4, "imp"], ["x"], 5]})
        assert next_told(viewer, "map") == {
            "size": [10, 5], "player": [1, 2, 90], "things": [[3, 4, "imp"]]
        }  # fmt: skip
        for nonsense in (None, 5, [], {"size": [0, 1]}, {"size": "large"}):
            tell("map", nonsense)
        tell("episode_end", {})
        assert next_told(viewer, "event") == "episode_end"


def test_when_the_page_dies_the_culture_lives_on_and_says_so_once() -> None:
    with lived() as culture:
        os.kill(culture.monitor.pid, signal.SIGKILL)
        step = culture.tissue.step_count
        deadline_s = time.monotonic() + 5
        while not culture.said and time.monotonic() < deadline_s:
            time.sleep(0.05)
        time.sleep(0.3)
        assert culture.said == ["the monitor has ended unexpectedly; the culture lives on"]
        assert culture.tissue.step_count > step


STARTS_A_PAGE = """
import time
from itertools import pairwise
from urllib.parse import urlsplit
from bl1.monitor.address import Address
from bl1.monitor.process import PageProcess
from bl1.monitor.stretch import N_BANDS, Stretch
page = PageProcess({}, Address.taken("127.0.0.1", 0))
print(page.pid, flush=True)
time.sleep(60)
"""


def test_the_page_ends_when_the_culture_is_killed() -> None:
    command = [sys.executable, "-c", STARTS_A_PAGE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as living:
        assert living.stdout
        page = psutil.Process(int(living.stdout.readline()))
        time.sleep(1)
        assert page.is_running()
        living.kill()
    page.wait(timeout=10)
