"""Pictures over HTTP, as a browser gets them."""

import http.client
import socket
import time

import numpy as np
import pytest
import simplejpeg

from bl1.errors import Bl1Error
from bl1.monitor import NeuralMJPEGServer, mjpeg
from bl1.monitor.mjpeg import BOUNDARY


@pytest.fixture
def server():
    server = NeuralMJPEGServer(port=0)
    server.start()
    yield server
    server.stop()


def grey(value: int, side: int = 64) -> np.ndarray:
    return np.full((side, side, 3), value, np.uint8)


def port_of(server: NeuralMJPEGServer) -> int:
    return int(server.url.rstrip("/").rpartition(":")[2])


class Viewer:
    """A browser's end of a film."""

    def __init__(self, server: NeuralMJPEGServer, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=10)
        self.connection.request("GET", "/", headers=headers)
        self.response = self.connection.getresponse()

    def next_grey(self) -> int:
        """Brightness of the next picture."""
        assert self.response.readline().strip().decode() == f"--{BOUNDARY}"
        assert self.response.readline().strip() == b"Content-Type: image/jpeg"
        size = int(self.response.readline().partition(b":")[2])
        self.response.readline()
        picture = simplejpeg.decode_jpeg(self.response.read(size))
        self.response.readline()
        return round(float(picture.mean()))


def test_viewers_see_the_latest_picture_and_each_later_one(server) -> None:
    server.update_frame(grey(10))
    server.update_frame(grey(20))
    viewers = [Viewer(server), Viewer(server)]
    assert [viewer.next_grey() for viewer in viewers] == [20, 20]
    server.update_frame(grey(30))
    assert [viewer.next_grey() for viewer in viewers] == [30, 30]


def test_a_slow_viewer_misses_pictures_and_delays_nobody(server) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    server.update_frame(noise)
    hung = socket.create_connection(("127.0.0.1", port_of(server)))
    hung.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    longest_s = 0.0
    for _ in range(100):
        before_s = time.perf_counter()
        server.update_frame(noise)
        longest_s = max(longest_s, time.perf_counter() - before_s)
        time.sleep(0.005)
    server.update_frame(grey(200))
    assert Viewer(server).next_grey() == 200
    assert longest_s < 0.2
    hung.close()


def test_a_page_of_another_name_that_points_here_sees_nothing(server) -> None:
    server.update_frame(grey(10))
    assert Viewer(server, Host="evil.example").response.status == 403


def test_it_says_what_is_wrong(server) -> None:
    with pytest.raises(Bl1Error, match=r"expected \(height, width, 3\) and uint8"):
        server.update_frame(np.zeros((4, 4)))
    with pytest.raises(Bl1Error, match="cannot listen on port"):
        NeuralMJPEGServer(port_of(server)).start()


def test_it_gives_the_port_back(server) -> None:
    server.update_frame(grey(10))
    viewer = Viewer(server)
    viewer.next_grey()
    port = port_of(server)
    server.stop()
    again = NeuralMJPEGServer(port)
    again.start()
    again.stop()


def test_viewers_that_have_gone_leave_their_places(server, monkeypatch) -> None:
    monkeypatch.setattr(mjpeg, "REPEATED_S", 0.05)
    server.update_frame(grey(10))
    for viewer in [Viewer(server) for _ in range(mjpeg.MOST_VIEWERS)]:
        viewer.next_grey()
        viewer.connection.close()
        viewer.response.close()
    until_s = time.monotonic() + 5
    while (late := Viewer(server)).response.status == 503 and time.monotonic() < until_s:
        time.sleep(0.05)
    assert late.next_grey() == 10  # no picture came after the first
