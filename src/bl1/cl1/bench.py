"""Bench: the other end of the ports, as a trainer has it."""

import socket
import time
from collections.abc import Sequence
from typing import Any, Protocol

from bl1.cl1.channels import ENCODING
from bl1.cl1.packets import Event, Feedback, PacketError, SpikeCounts, Stimulation, now_us
from bl1.cl1.ports import BENCH_PORTS, PortNumbers
from bl1.errors import Bl1Error

PATIENCE_S = 5.0  # after which a bench gives up on an answer


class Asks(Protocol):
    """What a probe needs: a device that can be stimulated and answers."""

    n_lost: int
    n_unsolicited: int

    def ask(
        self, rates_hz: Sequence[float], currents_ua: Sequence[float]
    ) -> tuple[SpikeCounts | None, float]:
        """Stimulate and wait: the answer, and how long it took (s)."""


class Bench:
    """A client of a device: stimulates, waits for the answer, tells events and feedback.

    Args:
        host: of the device.
        numbers: of the ports; answers come to this machine's.
        listen_on: the address on which they are awaited.

    Raises:
        Bl1Error: the port of answers is taken, as by another bench.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        numbers: PortNumbers = BENCH_PORTS,
        listen_on: str = "",
    ) -> None:
        self._host, self._numbers = host, numbers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((listen_on, numbers.spikes))
        except OSError as error:
            self._socket.close()
            raise Bl1Error(
                f"cannot listen on port {numbers.spikes} for answers: {error.strerror or error}"
            ) from None
        self.n_lost = 0
        self.n_unsolicited = 0

    def stimulate(self, rates_hz: Sequence[float], currents_ua: Sequence[float]) -> None:
        """Send a stimulation."""
        packet = Stimulation(now_us(), tuple(rates_hz), tuple(currents_ua))
        self._send(packet.packed(), self._numbers.stimulation)

    def answer(self) -> SpikeCounts | None:
        """Wait for spikes of the groups; None if they do not come, which is counted."""
        until_s = time.monotonic() + PATIENCE_S
        while (left_s := until_s - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                return SpikeCounts.unpacked(self._socket.recv(4096))
            except TimeoutError:
                break
            except PacketError:
                self.n_unsolicited += 1
        self.n_lost += 1
        return None

    def ask(
        self, rates_hz: Sequence[float], currents_ua: Sequence[float]
    ) -> tuple[SpikeCounts | None, float]:
        """Stimulate and wait: the answer, and how long it took (s).

        Answers that came before that were not waited for; they are counted and thrown away.
        """
        self.n_unsolicited += self.drain()
        start_s = time.monotonic()
        self.stimulate(rates_hz, currents_ua)
        return self.answer(), time.monotonic() - start_s

    def listen(self) -> tuple[SpikeCounts | None, float]:
        """As `ask`, without a pulse."""
        nothing = (0.0,) * len(ENCODING)
        return self.ask(nothing, nothing)

    def drain(self) -> int:
        """Throw away what came; returns how many datagrams."""
        n = 0
        self._socket.setblocking(False)
        while True:
            try:
                self._socket.recv(4096)
            except BlockingIOError:
                return n
            n += 1

    def tell(self, kind: str, data: Any = None) -> None:
        """Tell an event, such as `episode_end` or `training_complete`."""
        self._send(Event(now_us(), kind, data).packed(), self._numbers.event)

    def feed_back(self, feedback: Feedback) -> None:
        """Send a feedback train, or an interruption."""
        self._send(feedback.packed(), self._numbers.feedback)

    def close(self) -> None:
        """Give the port of answers back."""
        self._socket.close()

    def _send(self, packet: bytes, port: int) -> None:
        try:
            self._socket.sendto(packet, (self._host, port))
        except OSError as error:
            raise Bl1Error(f"cannot reach {self._host}: {error.strerror or error}") from None
