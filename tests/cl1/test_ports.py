"""Whatever anyone sends is counted and dropped, unless it is the trainer's."""

import os
import re
import socket
import time
from collections.abc import Iterator

import pytest

from bl1.cl1.packets import Event, Feedback, FeedbackKind, Stimulation
from bl1.cl1.ports import MOST_WAITING, PortNumbers, Ports
from bl1.errors import Bl1Error

GOOD = Stimulation(1, (10.0,) * 8, (2.0,) * 8).packed()


class Sender:
    """Sends datagrams to a device, from an address of this machine."""

    def __init__(self, numbers: PortNumbers, address: str = "127.0.0.1") -> None:
        self._numbers = numbers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))

    def send(self, datagram: bytes, port: str = "stimulation") -> None:
        self._socket.sendto(datagram, ("127.0.0.1", getattr(self._numbers, port)))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def ports(numbers: PortNumbers, told: list[str]) -> Iterator[Ports]:
    ports = Ports(numbers=numbers, tell=told.append)
    yield ports
    ports.close()


def receive(ports: Ports) -> None:
    ports.receive_until(time.monotonic() + 0.05)


def test_packets_wait_in_the_order_in_which_they_came(ports: Ports, numbers: PortNumbers) -> None:
    sender = Sender(numbers)
    packets = [Stimulation(n, (4.0,) * 8, (1.0,) * 8) for n in range(3)]
    for packet in packets:
        sender.send(packet.packed())
    event = Event(1, "episode_end", {"kills": 3})
    feedback = Feedback(1, FeedbackKind.EVENT, (35,), 20, 1.5, 4, name="kill")
    sender.send(event.packed(), "event")
    sender.send(feedback.packed(), "feedback")
    receive(ports)
    arrived = [ports.stimulation.take() for _ in range(4)]
    assert [each.packet for each in arrived if each] == packets
    (told, fed_back) = ports.event.take(), ports.feedback.take()
    assert told and told.packet == event
    assert fed_back and fed_back.packet == feedback


@pytest.mark.parametrize(
    ("datagram", "port", "said"),
    [
        (b"", "stimulation", "0 bytes, expected 72"),
        (GOOD[:-1], "stimulation", "71 bytes, expected 72"),
        (GOOD + b"\0", "stimulation", "73 bytes"),
        (GOOD[:8] + b"\xff" * 64, "stimulation", "nan"),
        (b"\0" * 60_000, "event", "4097 bytes, expected 12 to 4096"),
        (b"\0" * 8 + b"\x04\0\0\0" + b"\xff" * 4, "event", "no JSON in UTF-8"),
        (b"\xff" * 120, "feedback", "type 255"),
    ],
)
def test_what_is_no_packet_is_told_and_dropped(
    ports: Ports, numbers: PortNumbers, told: list[str], datagram: bytes, port: str, said: str
) -> None:
    sender = Sender(numbers)
    sender.send(datagram, port)
    sender.send(GOOD)
    receive(ports)
    assert len(told) == 1 and said in told[0] and port in told[0]
    assert ports.stimulation.take() is not None


def test_it_is_known_how_old_a_packet_can_be(ports: Ports, numbers: PortNumbers) -> None:
    sender = Sender(numbers)
    time.sleep(0.1)  # a culture is built, say
    sender.send(GOOD)
    built_s = time.monotonic()
    ports.look()
    looked_s = time.monotonic()
    sender.send(GOOD)
    receive(ports)
    old, new = ports.stimulation.take(), ports.stimulation.take()
    assert old and old.after_s < built_s - 0.09
    assert new and built_s <= new.after_s <= looked_s


def test_only_the_trainer_is_heard(ports: Ports, numbers: PortNumbers, told: list[str]) -> None:
    Sender(numbers, "127.0.0.2").send(GOOD)
    receive(ports)
    assert ports.stimulation.take() is None
    assert told == ["stimulation port: dropped a datagram from 127.0.0.2, expected 127.0.0.1"]


def test_a_flood_is_told_once_a_second_and_does_not_pile_up(
    ports: Ports, numbers: PortNumbers, told: list[str]
) -> None:
    sender = Sender(numbers)
    for _ in range(100):
        for _ in range(20):
            sender.send(os.urandom(72))
            sender.send(GOOD)
        ports.receive_until(time.monotonic() + 1e-4)
    receive(ports)
    assert len(ports.stimulation.waiting) == MOST_WAITING
    assert ports.stimulation.n_dropped > 1000
    assert len(told) <= 2


def test_waiting_for_a_tick_ends_in_time_beside_a_flood(ports: Ports, numbers: PortNumbers) -> None:
    sender, late_s = Sender(numbers), []
    for _ in range(50):
        for _ in range(50):
            sender.send(b"x" * 100)
        due_s = time.monotonic() + 0.002
        ports.receive_until(due_s)
        late_s.append(time.monotonic() - due_s)
    assert sorted(late_s)[25] < 0.005


def test_a_port_that_is_taken_is_said_and_none_is_kept(numbers: PortNumbers) -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", numbers.feedback))
    with pytest.raises(Bl1Error, match=f"127.0.0.1 port {numbers.feedback}: Address already"):
        Ports(numbers=numbers)
    taken.close()
    Ports(numbers=numbers).close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b"])
def test_a_host_that_is_not_is_said(host: str) -> None:
    with pytest.raises(Bl1Error, match=f"there is no host '{re.escape(host)}'"):
        Ports(trainer=host)


def test_a_trainer_elsewhere_needs_an_address_that_it_reaches() -> None:
    with pytest.raises(Bl1Error, match=r"a trainer at 10\.0\.0\.7 cannot reach 127\.0\.0\.1"):
        Ports(trainer="10.0.0.7")
    with pytest.raises(Bl1Error, match="there is no host ''"):
        Ports(bind="")
