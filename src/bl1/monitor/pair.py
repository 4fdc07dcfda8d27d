"""Messages to another process, and from it, that never make this one wait.

A message is its length in four bytes, then itself. What the other end does not take is kept up to a
limit; beyond that whole messages are dropped.
"""

import socket
import struct

LENGTH = struct.Struct("<I")
MOST_WAITING_BYTES = 4 << 20
MOST_MESSAGE_BYTES = 1 << 20  # that is taken from the other end
READ_BYTES = 1 << 16


class Pair:
    """This process's end of a connected pair of sockets.

    Args:
        end: belongs to this object from now on.

    Attributes:
        n_dropped: messages that the other end was too slow for.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._out = bytearray()
        self._in = bytearray()
        self.n_dropped = 0

    def send(self, message: bytes, *, is_needed: bool = False) -> bool:
        """Send a message, or drop it; whether it goes.

        One that is needed, as what comes after it means nothing without it, always goes.

        Raises:
            OSError: the other end is gone.
        """
        self._flush()
        goes = is_needed or len(self._out) + len(message) <= MOST_WAITING_BYTES
        if goes:
            self._out += LENGTH.pack(len(message)) + message
            self._flush()
        else:
            self.n_dropped += 1
        return goes

    def receive(self) -> list[bytes]:
        """The messages that have come, without waiting.

        Raises:
            OSError: the other end is gone, or does not keep to the form.
        """
        try:
            part = self._end.recv(READ_BYTES)
        except BlockingIOError:
            return []
        if not part:
            raise ConnectionResetError("the other end is gone")
        self._in += part
        messages = []
        while len(self._in) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self._in)[0]
            if end > MOST_MESSAGE_BYTES:
                raise ConnectionAbortedError("a message that is too long")
            if len(self._in) < end:
                break
            messages.append(bytes(self._in[LENGTH.size : end]))
            del self._in[:end]
        return messages

    def close(self) -> None:
        """The other end sees the end."""
        self._end.close()

    def _flush(self) -> None:
        while self._out:
            try:
                n = self._end.send(self._out)
            except BlockingIOError:
                return
            del self._out[:n]
