"""Messages between processes, which do not repeat what they share with the message before."""

import pickle
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

from bl1.tui.replay import Replay
from bl1.tui.snapshot import Curve

#: Large, the same in many snapshots in a row, and told apart by what they are, not by their values.
SHARED = (Curve, Replay)


class Sender:
    """The end that sends.

    Args:
        pipe: to the receiver; of one sender alone.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._numbers: dict[int, tuple[int, Any]] = {}  # by id, of what the receiver has
        self._n_shared = 0

    def send(self, message: object) -> None:
        """Send a message.

        Raises:
            OSError: nobody is there to receive it.
        """
        written, used = BytesIO(), dict[int, tuple[int, Any]]()
        _Pickler(written, lambda thing: self._reference(thing, used)).dump(message)
        self._numbers = used
        self._pipe.write(written.getbuffer())
        self._pipe.flush()

    def _reference(
        self, thing: object, used: dict[int, tuple[int, Any]]
    ) -> tuple[int, bytes | None]:
        known = used.get(id(thing)) or self._numbers.get(id(thing))
        if known:
            used[id(thing)] = known
            return known[0], None
        self._n_shared += 1
        used[id(thing)] = self._n_shared, thing  # it is held on to, so that the id stays its own
        return self._n_shared, pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)


class _Pickler(pickle.Pickler):
    def __init__(
        self, file: IO[bytes], reference: Callable[[object], tuple[int, bytes | None]]
    ) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._reference = reference

    def persistent_id(self, thing: object) -> tuple[int, bytes | None] | None:
        return self._reference(thing) if isinstance(thing, SHARED) else None


class Receiver:
    """The end that receives.

    Args:
        pipe: from the sender; of one receiver alone.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._things: dict[int, Any] = {}

    def receive(self) -> Any:
        """Wait for the next message.

        Raises:
            EOFError: the sender has ended.
        """
        unpickler = _Unpickler(self._pipe, self._things)
        try:
            message = unpickler.load()
        except pickle.UnpicklingError:  # it ended in the midst of a message
            raise EOFError from None
        self._things = unpickler.used
        return message


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: IO[bytes], things: dict[int, Any]) -> None:
        super().__init__(file)
        self._things = things
        self.used: dict[int, Any] = {}

    def persistent_load(self, reference: tuple[int, bytes | None]) -> Any:
        number, written = reference
        if number not in self.used:
            self.used[number] = pickle.loads(written) if written else self._things[number]
        return self.used[number]
