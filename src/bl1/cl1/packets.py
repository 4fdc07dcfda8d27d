"""The packets of a CL1 bench: their layouts, and what is refused.

All are little-endian; timestamps are microseconds since the Unix epoch. There is no magic number,
version or sequence number, so a packet is known by the port it comes to, and by its size.

========  =================  ==================  ======================================
port      from, to           bytes               layout
========  =================  ==================  ======================================
12345     trainer, device    72                  ``<Q8f8f`` time, rates (Hz), currents (µA)
12346     device, trainer    40                  ``<Q8f`` time, spikes of each group
12347     trainer, device    12 + n, up to 4096  ``<QI`` time, n; then n bytes of JSON
12348     trainer, device    120                 ``<QBB64BIfIB32sx``, see :class:`Feedback`
========  =================  ==================  ======================================
"""

import json
import math
import struct
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bl1.cl1.channels import ENCODING, FORBIDDEN, GROUPS
from bl1.errors import Bl1Error
from bl1.mea.stimulation import CL1_LIMITS

STIMULATION_PORT, SPIKE_PORT, EVENT_PORT, FEEDBACK_PORT = 12345, 12346, 12347, 12348

_STIMULATION = struct.Struct(f"<Q{len(ENCODING)}f{len(ENCODING)}f")
_SPIKES = struct.Struct(f"<Q{len(GROUPS)}f")
_EVENT = struct.Struct("<QI")
_FEEDBACK = struct.Struct("<QBB64BIfIB32sx")
MOST_EVENT_BYTES = 4096
MOST_NESTED = 32  # lists and objects within each other, in an event
PADDING = 0xFF  # of a list of channels
MOST_PULSES = 10_000  # of a train: fifty seconds at the highest rate


class PacketError(Bl1Error):
    """A packet that is dropped; its text says what was wrong, in few words."""


class FeedbackKind(IntEnum):
    """What a feedback packet is about."""

    INTERRUPT = 0
    EVENT = 1
    REWARD = 2


@dataclass(frozen=True)
class Stimulation:
    """What the culture is shown: rate (Hz) and current (µA) of each encoding channel.

    A channel whose current is 0 is not stimulated.
    """

    time_us: int
    rates_hz: tuple[float, ...]
    currents_ua: tuple[float, ...]

    @classmethod
    def unpacked(cls, packet: bytes) -> "Stimulation":
        """Read one.

        Raises:
            PacketError: it has another size, or what it asks for is no number or not safe.
        """
        time_us, *numbers = _unpacked(_STIMULATION, packet)
        rates_hz, currents_ua = numbers[: len(ENCODING)], numbers[len(ENCODING) :]
        for channel, rate_hz, current_ua in zip(ENCODING, rates_hz, currents_ua, strict=True):
            _check_rate(channel, rate_hz)
            _check_current(channel, current_ua)
        return cls(time_us, tuple(rates_hz), tuple(currents_ua))

    def packed(self) -> bytes:
        """As it is sent."""
        return _STIMULATION.pack(self.time_us, *self.rates_hz, *self.currents_ua)


@dataclass(frozen=True)
class SpikeCounts:
    """What the culture answered: spikes of each group, in the order of `GROUPS`."""

    time_us: int
    counts: tuple[float, ...]

    @classmethod
    def unpacked(cls, packet: bytes) -> "SpikeCounts":
        """Read one.

        Raises:
            PacketError: it has another size.
        """
        time_us, *counts = _unpacked(_SPIKES, packet)
        return cls(time_us, tuple(counts))

    def packed(self) -> bytes:
        """As it is sent."""
        return _SPIKES.pack(self.time_us, *self.counts)


@dataclass(frozen=True)
class Event:
    """What happened in the game, to be kept beside the recording."""

    time_us: int
    kind: str
    data: Any

    @classmethod
    def unpacked(cls, packet: bytes) -> "Event":
        """Read one.

        Raises:
            PacketError: it is cut off, too long or nested too deeply, or no JSON object that names
                its `event_type`.
        """
        if not _EVENT.size <= len(packet) <= MOST_EVENT_BYTES:
            raise PacketError(f"{len(packet)} bytes, expected {_EVENT.size} to {MOST_EVENT_BYTES}")
        time_us, length = _EVENT.unpack_from(packet)
        text = packet[_EVENT.size :]
        if len(text) != length:
            raise PacketError(f"{len(text)} bytes of JSON, expected {length} as its head says")
        try:
            told = json.loads(text.decode("utf-8"), parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise PacketError("no JSON in UTF-8") from None
        kind = told.get("event_type") if isinstance(told, dict) else None
        if not isinstance(kind, str):
            raise PacketError("JSON without event_type, expected an object that names it")
        if _is_deeper(told, MOST_NESTED):
            raise PacketError(f"JSON nested more than {MOST_NESTED} deep")
        return cls(time_us, kind, told.get("data"))

    def packed(self) -> bytes:
        """As it is sent."""
        told = {"timestamp": self.time_us, "event_type": self.kind, "data": self.data}
        text = json.dumps(told).encode()
        return _EVENT.pack(self.time_us, len(text)) + text


@dataclass(frozen=True)
class Feedback:
    """A train of pulses on some channels, or the end of those that they are given.

    Attributes:
        time_us: when it was sent.
        kind: an interruption, or a train that tells an event or a reward.
        channels: which it is for.
        rate_hz, current_ua, n_pulses: of the train.
        unpredictable: whether the sender calls it so; it changes nothing here.
        name: of what happened.
    """

    time_us: int
    kind: FeedbackKind
    channels: tuple[int, ...]
    rate_hz: int = 0
    current_ua: float = 0.0
    n_pulses: int = 0
    unpredictable: bool = False
    name: str = ""

    @classmethod
    def unpacked(cls, packet: bytes) -> "Feedback":
        """Read one.

        Raises:
            PacketError: it has another size, or what it asks for does not exist or is not safe.
        """
        time_us, kind, n, *rest = _unpacked(_FEEDBACK, packet)
        listed, (rate_hz, current_ua, n_pulses, unpredictable, name) = rest[:64], rest[64:]
        if kind not in list(FeedbackKind):
            raise PacketError(f"type {kind}, expected 0 to {max(FeedbackKind)}")
        if not 1 <= n <= 64:
            raise PacketError(f"{n} channels, expected 1 to 64")
        channels = tuple(listed[:n])
        for channel in channels:
            if channel >= 64 or channel in FORBIDDEN:
                raise PacketError(f"channel {channel}, which cannot be stimulated")
        if len(set(channels)) < n:
            raise PacketError("a channel is named twice, expected each once")
        if kind != FeedbackKind.INTERRUPT:
            _check_rate(channels[0], rate_hz)
            _check_current(channels[0], current_ua)
            if not 1 <= n_pulses <= MOST_PULSES:
                raise PacketError(f"{n_pulses} pulses, expected 1 to {MOST_PULSES}")
            if rate_hz == 0 and n_pulses > 1:
                raise PacketError("a train of 0 Hz, expected more")
        text = name.split(b"\0", 1)[0].decode("utf-8", errors="replace")
        return cls(
            time_us, FeedbackKind(kind), channels, rate_hz, current_ua, n_pulses,
            bool(unpredictable), text,
        )  # fmt: skip

    def packed(self) -> bytes:
        """As it is sent."""
        listed = [*self.channels, *[PADDING] * (64 - len(self.channels))]
        return _FEEDBACK.pack(
            self.time_us, self.kind, len(self.channels), *listed, self.rate_hz, self.current_ua,
            self.n_pulses, self.unpredictable, self.name.encode()[:32],
        )  # fmt: skip


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not of JSON")


def now_us() -> int:
    """The time, as packets tell it."""
    return time.time_ns() // 1000


def _unpacked(layout: struct.Struct, packet: bytes) -> tuple[Any, ...]:
    if len(packet) != layout.size:
        raise PacketError(f"{len(packet)} bytes, expected {layout.size}")
    return layout.unpack(packet)


def _is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects lie within each other more often: a stack has an end."""
    inner = value.values() if isinstance(value, dict) else value
    return most == 0 or any(
        _is_deeper(each, most - 1) for each in inner if isinstance(each, dict | list)
    )


def _check_rate(channel: int, rate_hz: float) -> None:
    if not (math.isfinite(rate_hz) and 0 <= rate_hz <= CL1_LIMITS.max_train_hz):
        raise PacketError(
            f"channel {channel} at {rate_hz:g} Hz, expected 0 to {CL1_LIMITS.max_train_hz:g}"
        )


def _check_current(channel: int, current_ua: float) -> None:
    if not (math.isfinite(current_ua) and 0 <= current_ua <= CL1_LIMITS.max_amplitude):
        raise PacketError(
            f"channel {channel} with {current_ua:g} µA, expected 0 to {CL1_LIMITS.max_amplitude:g}"
        )
