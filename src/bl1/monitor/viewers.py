"""Viewers: browsers that look on, each with what it has still to be sent.

A viewer that is slow loses the oldest frames of its own, and is told how many. Of pictures of the
game, and of what its decoder and its map tell, it is only ever sent the latest.
"""

import asyncio
from collections import deque

from bl1.monitor.stretch import with_missed

MOST_FRAMES = 8  # that wait for a viewer
MOST_VIEWERS = 32

Message = bytes | str


class Viewer:
    """One of them."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._latest: dict[str, Message] = {}
        self._waiting = asyncio.Event()
        self.n_missed = 0

    def offer_frame(self, frame: bytes) -> None:
        """A stretch of the culture's life is to be sent."""
        if len(self._frames) == MOST_FRAMES:
            self._frames.popleft()
            self.n_missed += 1
        self._frames.append(frame)
        self._waiting.set()

    def forget_frames(self) -> None:
        """What it was not sent yet, it is not to be sent."""
        self._frames.clear()

    def offer(self, kind: str, message: Message) -> None:
        """A message is to be sent, instead of an earlier one of its kind."""
        self._latest[kind] = message
        self._waiting.set()

    async def next(self) -> Message:
        """Wait for what is to be sent next."""
        await self._waiting.wait()
        if self._latest:
            message = self._latest.pop(next(iter(self._latest)))
        else:
            message = with_missed(self._frames.popleft(), self.n_missed)
        if not self._latest and not self._frames:
            self._waiting.clear()
        return message


class Viewers:
    """All of them."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._known: dict[str, Message] = {}  # the latest of each kind, for a new viewer

    def __len__(self) -> int:
        return len(self._viewers)

    def enter(self) -> Viewer | None:
        """A new one; None if there are too many."""
        if len(self._viewers) >= MOST_VIEWERS:
            return None
        viewer = Viewer()
        for kind, message in self._known.items():
            viewer.offer(kind, message)
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """It looks on no longer."""
        self._viewers.discard(viewer)

    def show_frame(self, frame: bytes) -> None:
        """Send a stretch of the culture's life to all."""
        for viewer in self._viewers:
            viewer.offer_frame(frame)

    def forget_frames(self) -> None:
        """What was not sent yet is not to be sent."""
        for viewer in self._viewers:
            viewer.forget_frames()

    def tell(self, kind: str, message: Message) -> None:
        """Send a message to all."""
        for viewer in self._viewers:
            viewer.offer(kind, message)

    def show(self, kind: str, message: Message) -> None:
        """Send a message to all, and to those who come later."""
        self._known[kind] = message
        self.tell(kind, message)
