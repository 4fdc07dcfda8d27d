"""The process that serves the page. Whoever lives with a culture starts it, and it ends with them.

Its standard input is one end of a pair of sockets, its argument the number of the socket on which
browsers come. It is told first what there is to see, as JSON, then stretches of the culture's life,
pictures of its game, and JSON of anything else; it tells what browsers ask for.
"""

import asyncio
import json
import math
import os
import socket
import sys
import time
from typing import Any

import uvicorn

from bl1.monitor.access import Access
from bl1.monitor.app import page
from bl1.monitor.game import decoder_of, map_of
from bl1.monitor.pair import LENGTH
from bl1.monitor.playout import Playout
from bl1.monitor.stretch import PICTURE_KIND, Stretch
from bl1.monitor.viewers import MOST_VIEWERS, Viewers

FRAMES_HZ = 30
POLITENESS = 10  # the culture goes first where both want a core
BUFFER_BYTES = (
    1 << 18
)  # of the socket to a browser: a slow one loses frames soon, not minutes later
MOST_CONNECTIONS = 2 * MOST_VIEWERS
MOST_ASKED_BYTES = 1024  # at once
MOST_ASKED_HZ = 50  # of all browsers together
FORMS = {"decoder": decoder_of, "map": map_of}


class _Page:
    """What the process does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._viewers = Viewers()
        self._playout = Playout()
        self._n_asked, self._second = 0, 0

    async def serve(self, listener: socket.socket) -> None:
        """Serve until whoever tells of the culture has ended."""
        settings = json.loads(await self._message())
        access = Access(settings["host"], settings["token"])
        self._viewers.show("hello", json.dumps({"hello": settings["hello"]}))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        server = uvicorn.Server(
            uvicorn.Config(
                page(access, self._viewers, self._asked),
                log_level="error",
                access_log=False,
                lifespan="off",
                limit_concurrency=MOST_CONNECTIONS,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_max_size=MOST_ASKED_BYTES,
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        playing = asyncio.create_task(self._play())
        try:
            while True:
                self._take(await self._message())
        except (asyncio.IncompleteReadError, OSError):  # the culture has ended
            pass
        playing.cancel()
        server.should_exit = True
        await serving

    async def _message(self) -> bytes:
        (n,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        return await self._reader.readexactly(n)

    def _take(self, message: bytes) -> None:
        """A stretch and a picture begin with a number, JSON with a bracket."""
        if message.startswith(PICTURE_KIND):
            self._viewers.show("game", message)
        elif not message.startswith(b"{"):
            self._playout.add(Stretch.unpacked(message))
        else:
            told = json.loads(message)
            self._tell(told["kind"], told["data"])

    def _tell(self, kind: str, data: Any) -> None:
        if kind == "hello":  # another culture, with which the one before has nothing in common
            self._playout.clear()
            self._viewers.forget_frames()
        elif kind == "ended" and (rest := self._playout.take(math.inf)):
            self._viewers.show_frame(rest.packed())
        elif kind == "pace":
            self._playout.pace = math.inf if data is None else data
        data = FORMS[kind](data) if kind in FORMS else data
        if kind in FORMS and data is None:
            return
        show = self._viewers.tell if kind == "refusal" else self._viewers.show
        show(kind, json.dumps({kind: data}))

    async def _play(self) -> None:
        """Send frames at an even pace."""
        before_s = time.monotonic()
        due_s = before_s
        while True:
            due_s = max(due_s + 1 / FRAMES_HZ, time.monotonic() - 1 / FRAMES_HZ)
            await asyncio.sleep(due_s - time.monotonic())
            now_s = time.monotonic()
            stretch = self._playout.take(now_s - before_s)
            before_s = now_s
            if stretch and len(self._viewers):
                self._viewers.show_frame(stretch.packed())

    def _asked(self, wish: Any) -> None:
        """Pass on what a browser asks for; of a flood, the first few each second."""
        second = int(time.monotonic())
        self._n_asked = self._n_asked + 1 if second == self._second else 1
        self._second = second
        if self._n_asked <= MOST_ASKED_HZ:
            message = json.dumps(wish).encode()
            self._writer.write(LENGTH.pack(len(message)) + message)


async def _main() -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=0))
    await _Page(reader, writer).serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    asyncio.run(_main())
