"""Packets: what is sent is read, and nothing that is wrong gets through."""

import json
import math
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bl1.cl1.channels import ENCODING, FEEDBACK, FORBIDDEN, GROUPS, USABLE
from bl1.cl1.packets import Event, Feedback, FeedbackKind, PacketError, SpikeCounts, Stimulation

KINDS = (Stimulation, SpikeCounts, Event, Feedback)
EIGHT = (4.0, 40.0, 0.0, 12.5, 7.0, 5.0, 6.0, 8.0)
CURRENTS = (1.0, 2.5, 0.0, 3.0, 1.0, 1.0, 1.0, 1.0)


def test_channels_are_for_one_thing_each() -> None:
    groups = [*GROUPS.values(), *FEEDBACK.values()]
    used = [channel for group in groups for channel in group]
    assert len(used) == len(set(used)) and not FORBIDDEN.intersection(used)
    assert len(USABLE) == 59 and set(used) <= set(USABLE)
    assert GROUPS["encoding"] == ENCODING and len(GROUPS) == 8


@pytest.mark.parametrize(
    ("packet", "size"),
    [
        (Stimulation(1_700_000_000_000_000, EIGHT, CURRENTS), 72),
        (SpikeCounts(5, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 70.0)), 40),
        (Event(7, "episode_end", {"kills": 3, "name": "ü"}), None),
        (Feedback(9, FeedbackKind.REWARD, (19, 20, 22), 20, 2.0, 5, True, "kill_2"), 120),
        (Feedback(9, FeedbackKind.INTERRUPT, USABLE), 120),
    ],
)
def test_a_round_trip(packet: Stimulation | SpikeCounts | Event | Feedback, size: int) -> None:
    sent = packet.packed()
    assert type(packet).unpacked(sent) == packet
    assert size is None or len(sent) == size


def test_the_layout_on_the_wire() -> None:
    sent = struct.pack("<Q8f8f", 1, *EIGHT, *CURRENTS)
    assert Stimulation.unpacked(sent) == Stimulation(1, EIGHT, CURRENTS)
    channels = bytes([32, 33, 34] + [255] * 61)
    sent = struct.pack("<QBB", 1, 2, 3) + channels + struct.pack("<IfIB32sx", 20, 1.5, 3, 0, b"hit")
    expected = Feedback(1, FeedbackKind.REWARD, (32, 33, 34), 20, 1.5, 3, False, "hit")
    assert Feedback.unpacked(sent) == expected


def event(text: bytes, length: int | None = None) -> bytes:
    return struct.pack("<QI", 1, len(text) if length is None else length) + text


def feedback(**fields: object) -> bytes:
    usual = {
        "time_us": 1, "kind": 2, "channels": (19,), "rate_hz": 20, "current_ua": 1.0, "n_pulses": 3,
    }  # fmt: skip
    return Feedback(**{**usual, **fields}).packed()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "packet", "words"),
    [
        (Stimulation, b"", "0 bytes, expected 72"),
        (Stimulation, bytes(73), "73 bytes, expected 72"),
        (Stimulation, struct.pack("<Q16f", 1, *[math.nan] * 16), "channel 8 at nan Hz"),
        (Stimulation, struct.pack("<Q16f", 1, *EIGHT, *[math.inf] * 8), "channel 8 with inf µA"),
        (Stimulation, struct.pack("<Q16f", 1, *EIGHT, *[3.1] * 8), "3.1 µA, expected 0 to 3"),
        (
            Stimulation,
            struct.pack("<Q16f", 1, *[201.0] * 8, *CURRENTS),
            "201 Hz, expected 0 to 200",
        ),
        (Stimulation, struct.pack("<Q16f", 1, *EIGHT, *[-1.0] * 8), "-1 µA"),
        (SpikeCounts, bytes(39), "39 bytes, expected 40"),
        (Event, bytes(11), "11 bytes, expected 12 to 4096"),
        (Event, bytes(4097), "4097 bytes, expected 12 to 4096"),
        (Event, event(b"{}", length=3), "2 bytes of JSON, expected 3"),
        (Event, event(b"\xff\xfe"), "no JSON in UTF-8"),
        (Event, event(b"{]"), "no JSON in UTF-8"),
        (Event, event(b"[" * 4000), "no JSON in UTF-8"),
        (Event, event(b"[]"), "JSON without event_type"),
        (Event, event(json.dumps({"event_type": 5}).encode()), "JSON without event_type"),
        (Event, event(b'{"event_type":"x","data":' + b"[" * 32 + b"]" * 32 + b"}"), "32 deep"),
        (Feedback, bytes(119), "119 bytes, expected 120"),
        (Feedback, feedback(kind=3), "type 3, expected 0 to 2"),
        (Feedback, feedback(channels=()), "0 channels, expected 1 to 64"),
        (Feedback, feedback(channels=(4,)), "channel 4, which cannot be stimulated"),
        (Feedback, feedback(channels=(255,)), "channel 255, which cannot be stimulated"),
        (Feedback, feedback(channels=(9, 9)), "named twice"),
        (Feedback, feedback(current_ua=math.nan), "channel 19 with nan µA"),
        (Feedback, feedback(current_ua=3.5), "3.5 µA"),
        (Feedback, feedback(rate_hz=300), "300 Hz"),
        (Feedback, feedback(rate_hz=0), "0 Hz, expected more"),
        (Feedback, feedback(n_pulses=0), "0 pulses"),
        (Feedback, feedback(n_pulses=2**32 - 1), "4294967295 pulses"),
    ],
)
def test_what_is_wrong_is_refused_in_a_few_words(
    kind: type[Stimulation], packet: bytes, words: str
) -> None:
    with pytest.raises(PacketError) as refused:
        kind.unpacked(packet)
    assert words in str(refused.value) and len(str(refused.value)) < 100


def test_an_event_may_be_nested_as_games_do() -> None:
    data = [{"kills": {"by": ["imp"]}}] * 3
    assert Event.unpacked(Event(1, "map", data).packed()).data == data


def test_a_name_that_is_no_text_is_no_reason_to_refuse() -> None:
    sent = bytearray(feedback(name="kill"))
    sent[-33:-29] = b"\xff\xfe\xfd\xfc"
    assert Feedback.unpacked(bytes(sent)).n_pulses == 3


@given(packet=st.binary(max_size=200), kind=st.sampled_from(KINDS))
def test_anything_is_read_or_refused(packet: bytes, kind: type[Stimulation]) -> None:
    with suppress(PacketError):
        kind.unpacked(packet)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_an_event_with_what_is_no_number_is_refused(number: bytes) -> None:
    text = b'{"event_type": "episode_end", "data": {"reward": ' + number + b"}}"
    with pytest.raises(PacketError, match="no JSON"):
        Event.unpacked(struct.pack("<QI", 1, len(text)) + text)
