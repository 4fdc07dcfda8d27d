"""NeuralMJPEGServer: pictures to whoever opens an address of this machine, as a film of JPEGs."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.extras import needed
from bl1.monitor.access import LOOPBACK, is_this_machine

BOUNDARY = "bl1-frame"
QUALITY = 85  # of 100
GIVE_UP_S = 10.0  # on a viewer that takes nothing
REPEATED_S = 2.0
MOST_VIEWERS = 16


class NeuralMJPEGServer:
    """Serves the latest picture, again and again (``multipart/x-mixed-replace``).

    A viewer is sent the picture that is the latest when it has taken the one before, so that a slow
    one sees fewer of them, and whoever makes them never waits.

    Args:
        port: of this machine alone (127.0.0.1); 0 takes any that is free.
    """

    def __init__(self, port: int = 12350) -> None:
        self._encode = needed("simplejpeg", "monitor").encode_jpeg
        self._asked_port = port
        self._server: _Server | None = None
        self._new = threading.Condition()
        self._rgb: NDArray[np.uint8] | None = None
        self._jpeg: bytes | None = None  # of that picture, once a viewer asked for it
        self._number = 0
        self._running = False

    @property
    def url(self) -> str:
        """What a browser is to open."""
        port = self._server.server_address[1] if self._server else self._asked_port
        return f"http://{LOOPBACK}:{port}/"

    def start(self) -> None:
        """Begin to serve, in threads of its own.

        Raises:
            Bl1Error: the port is taken.
        """
        if self._server:
            return
        try:
            self._server = _Server(self._asked_port, self)
        except OSError as error:
            raise Bl1Error(
                f"cannot listen on port {self._asked_port}: {error.strerror or error}"
            ) from None
        self._running = True
        threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="pictures", daemon=True
        ).start()

    def update_frame(self, rgb: NDArray[np.uint8]) -> None:
        """Show another picture.

        Args:
            rgb: (height, width, 3), as `ActivityMonitor.render_frame` makes it; it is copied.

        Raises:
            Bl1Error: it is no such array.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
            raise Bl1Error(
                f"a frame has shape {rgb.shape} and type {rgb.dtype}, expected (height, width, 3) "
                f"and uint8"
            )
        copied = np.array(rgb, order="C")
        with self._new:
            self._rgb, self._jpeg = copied, None
            self._number += 1
            self._new.notify_all()

    def stop(self) -> None:
        """End, and give the port back."""
        with self._new:
            self._running = False
            self._new.notify_all()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def frames(self) -> Iterator[bytes]:
        """The latest picture as JPEG whenever there is a later one, until it ends.

        While there is no later one it comes again, by which a viewer that has gone is known.
        """
        seen = 0
        while True:
            with self._new:
                while self._running and self._number == seen:
                    if not self._new.wait(REPEATED_S) and seen:
                        break
                if not self._running or self._rgb is None:
                    return
                if self._jpeg is None:
                    self._jpeg = self._encode(self._rgb, quality=QUALITY)
                seen, jpeg = self._number, self._jpeg
            yield jpeg


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, pictures: NeuralMJPEGServer) -> None:
        self.pictures = pictures
        self.viewers = threading.BoundedSemaphore(MOST_VIEWERS)
        super().__init__((LOOPBACK, port), _Viewer)


class _Viewer(BaseHTTPRequestHandler):
    server: _Server
    timeout = GIVE_UP_S

    def do_GET(self) -> None:
        """Send pictures until the viewer or the server ends."""
        if not is_this_machine(self.headers.get("Host", "")):
            self.send_error(403)
        elif not self.server.viewers.acquire(blocking=False):
            self.send_error(503, "too many viewers")
        else:
            try:
                self._send_pictures()
            except OSError:  # it has closed its window, or takes nothing any longer
                self.close_connection = True
            finally:
                self.server.viewers.release()

    def _send_pictures(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        for jpeg in self.server.pictures.frames():
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + jpeg + b"\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""
