"""Ports: the sockets of the device, to which anyone may send anything.

What is not from the trainer's address, or is no packet, is counted and dropped; it is told at most
once a second, and neither keeps memory nor delays the next tick. A few packets that are due at
later ticks wait here, in the order in which they came; more than that are a flood.
"""

import ipaddress
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from bl1.cl1.packets import (
    EVENT_PORT,
    FEEDBACK_PORT,
    MOST_EVENT_BYTES,
    SPIKE_PORT,
    STIMULATION_PORT,
    Event,
    Feedback,
    PacketError,
    SpikeCounts,
    Stimulation,
)
from bl1.errors import Bl1Error

MOST_WAITING = 16
READ_AT_ONCE = 64  # datagrams, before the other sockets have their turn
BUFFER_BYTES = 1 << 20  # of a socket; the system gives less if it must
TOLD_EVERY_S = 1.0
LEAST_READING_S = 0.0005  # even if a tick is overdue
LONGEST_SELECT_S = 0.1  # so that it is known how late a packet came

Packet = TypeVar("Packet", Stimulation, Event, Feedback)


class PortNumbers(NamedTuple):
    """Of the four sockets of a bench, in the order that it has."""

    stimulation: int = STIMULATION_PORT
    spikes: int = SPIKE_PORT
    event: int = EVENT_PORT
    feedback: int = FEEDBACK_PORT

    @classmethod
    def starting_at(cls, first: int) -> "PortNumbers":
        """Four in a row, in the order of a bench."""
        return cls(first, first + 1, first + 2, first + 3)


BENCH_PORTS = PortNumbers()


class Arrived(NamedTuple, Generic[Packet]):
    """A packet, and when it came (s, of `time.monotonic`).

    Attributes:
        packet: what came.
        at_s: when it was read.
        after_s: when nothing was there yet; long before it was read if the device stood still.
    """

    packet: Packet
    at_s: float
    after_s: float


@dataclass
class Inbox(Generic[Packet]):
    """A socket and what came through it.

    Attributes:
        name: of the port.
        socket: bound, and not blocking.
        unpacked: reads a packet.
        waiting: those that are due.
        n_packets: how many were good.
        n_dropped: how many were not.
        last_reason: why the last one was dropped.
        n_told: how many of those that were dropped have been told of.
    """

    name: str
    socket: socket.socket
    unpacked: Callable[[bytes], Packet]
    waiting: deque[Arrived[Packet]] = field(default_factory=deque)
    n_packets: int = 0
    n_dropped: int = 0
    last_reason: str = ""
    n_told: int = 0

    @property
    def port(self) -> int:
        """Its number."""
        number: int = self.socket.getsockname()[1]
        return number

    def take(self) -> Arrived[Packet] | None:
        """The packet that came first, if there is one."""
        return self.waiting.popleft() if self.waiting else None

    def read(self, buffer: bytearray, trainer: str, after_s: float) -> bool:
        """Read a datagram that came after a moment; False if there is none."""
        try:
            size, (sender, _) = self.socket.recvfrom_into(buffer)
        except BlockingIOError:
            return False
        except OSError as error:  # an earlier answer could not be delivered, say
            self.drop(error.strerror or str(error))
            return True
        if sender != trainer:
            self.drop(f"from {sender}, expected {trainer}")
            return True
        try:
            packet = self.unpacked(bytes(memoryview(buffer)[:size]))
        except PacketError as error:
            self.drop(str(error))
            return True
        if len(self.waiting) >= MOST_WAITING:
            self.drop(f"{MOST_WAITING} packets wait already")
            return True
        self.n_packets += 1
        self.waiting.append(Arrived(packet, time.monotonic(), after_s))
        return True

    def drop(self, reason: str) -> None:
        """Count a datagram that is not obeyed."""
        self.n_dropped += 1
        self.last_reason = reason


class Ports:
    """The device's sockets.

    Args:
        bind: address on which it listens.
        trainer: the only host that is heard, and which is answered: a name or an address.
        numbers: of the ports; 0 takes any that is free.
        tell: what is said of datagrams that were dropped.

    Raises:
        Bl1Error: a port is taken, there is no such address, or the trainer could not reach it.
    """

    def __init__(
        self,
        bind: str = "127.0.0.1",
        trainer: str = "127.0.0.1",
        numbers: PortNumbers = BENCH_PORTS,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.trainer = _address(trainer)
        if _is_loopback(_address(bind)) and not _is_loopback(self.trainer):
            raise Bl1Error(
                f"a trainer at {trainer} cannot reach {bind}, expected an address of this machine "
                f"on its network (--bind)"
            )
        self._looked_s = time.monotonic()
        self._sockets: list[socket.socket] = []
        try:
            self.stimulation = Inbox(
                "stimulation", self._bound(bind, numbers.stimulation), Stimulation.unpacked
            )
            self.event = Inbox("event", self._bound(bind, numbers.event), Event.unpacked)
            self.feedback = Inbox(
                "feedback", self._bound(bind, numbers.feedback), Feedback.unpacked
            )
            self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        except Bl1Error:
            self.close()
            raise
        self._out.setblocking(False)
        self._sockets.append(self._out)
        self._to = self.trainer, numbers.spikes
        self._tell = tell
        self._buffer = bytearray(MOST_EVENT_BYTES + 1)  # one more, so that longer ones are known
        self._told_s = float("-inf")
        self.n_unsent = 0

    @property
    def inboxes(self) -> tuple[Inbox[Stimulation], Inbox[Event], Inbox[Feedback]]:
        """What came, by port."""
        return self.stimulation, self.event, self.feedback

    def receive_until(self, deadline_s: float) -> None:
        """Read what comes until a moment (s, of `time.monotonic`)."""
        inboxes = {inbox.socket: inbox for inbox in self.inboxes}
        deadline_s = max(deadline_s, time.monotonic() + LEAST_READING_S)
        left_s = LEAST_READING_S
        while left_s > 0:
            ready, _, _ = select.select(list(inboxes), [], [], min(left_s, LONGEST_SELECT_S))
            now_s = time.monotonic()
            for each in ready:
                self._drain(inboxes[each], deadline_s)
            # What a flood leaves is soon read, or lost as the buffer is full.
            self._looked_s = now_s
            left_s = deadline_s - time.monotonic()
        self._tell_of_dropped()

    def look(self) -> None:
        """Read what has come, if only for half a millisecond."""
        self.receive_until(time.monotonic())

    def answer(self, counts: tuple[float, ...], time_us: int) -> bool:
        """Send spikes of the groups to the trainer; whether that went."""
        try:
            self._out.sendto(SpikeCounts(time_us, counts).packed(), self._to)
        except OSError:  # nobody listens there, or the network is down: it is counted
            self.n_unsent += 1
            return False
        return True

    def close(self) -> None:
        """Give the ports back."""
        for each in self._sockets:
            each.close()

    def _drain(
        self, inbox: "Inbox[Stimulation] | Inbox[Event] | Inbox[Feedback]", deadline_s: float
    ) -> None:
        for _ in range(READ_AT_ONCE):
            is_empty = not inbox.read(self._buffer, self.trainer, self._looked_s)
            if is_empty or time.monotonic() >= deadline_s:
                return

    def _tell_of_dropped(self) -> None:
        """Say what was dropped since it was last said, in a line for each port."""
        now_s = time.monotonic()
        if now_s - self._told_s < TOLD_EVERY_S:
            return
        for inbox in self.inboxes:
            if n := inbox.n_dropped - inbox.n_told:
                inbox.n_told = inbox.n_dropped
                self._told_s = now_s
                datagrams = "a datagram" if n == 1 else f"{n:,} datagrams, the last"
                self._tell(f"{inbox.name} port: dropped {datagrams} {inbox.last_reason}")

    def _bound(self, bind: str, number: int) -> socket.socket:
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sockets.append(each)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        each.setblocking(False)
        try:
            each.bind((bind, number))
        except OSError as error:
            raise Bl1Error(
                f"cannot listen on {bind} port {number}: {error.strerror or error}"
            ) from None
        return each


def _is_loopback(address: str) -> bool:
    return ipaddress.IPv4Address(address).is_loopback


def _address(host: str) -> str:
    if not host:  # which would be every address of this machine
        raise Bl1Error("there is no host '', expected a name or an address")
    try:
        return socket.gethostbyname(host)
    except OSError as error:
        raise Bl1Error(f"there is no host '{host}': {error.strerror or error}") from None
    except UnicodeError:  # labels that are empty or too long
        raise Bl1Error(f"there is no host '{host}'") from None
