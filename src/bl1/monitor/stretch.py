"""Stretch: what a culture did in a moment, as few bytes as pictures need.

The same bytes go from the culture's process to the one that serves the page, and on to browsers,
whose end is ``static/stretch.js``. Little-endian: a head of 48 bytes, then arrays.

======  =======  ================================================================
offset  type     what
======  =======  ================================================================
0       u32      1, for a stretch
4       u32      frames that this viewer was too slow for, so far
8       f64      first_s
16      f64      last_s
24      f32      realtime_factor
28      f32      latency_s, NaN where nothing was answered yet
32      4 × u32  numbers of spikes, events, pulses; spikes of all cells
48      f64      times of spikes, of events, of pulses (s)
..      f32      currents of pulses (µA)
..      u16      spikes of each band of cells, `N_BANDS`
..      u16      rows of spikes, channels of events, channels of pulses
======  =======  ================================================================
"""

import struct
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_BANDS = 64
KIND = 1
PICTURE_KIND = (2).to_bytes(4, "little")  # before a JPEG of the game, on the same way
HEAD = struct.Struct("<IIddffIIII")
NUMBER_MISSED = struct.Struct("<I")  # at offset 4

Marks = tuple[NDArray[np.floating], NDArray[np.uint16]]  # times (s), and of which


@dataclass(frozen=True)
class Stretch:
    """What happened from a time to before another.

    Attributes:
        first_s, last_s: of the culture's time (s).
        realtime_factor: by which the culture could be faster than the wall.
        latency_s: of the last answer to a bench (s); NaN if there was none.
        spikes: of the cells that are shown, and their rows.
        events: threshold crossings, and their channels.
        pulses: that were given, and their channels.
        currents_ua: of the pulses.
        bands: spikes of all cells, in `N_BANDS` bands by their number.
        n_all: spikes of all cells.
    """

    first_s: float
    last_s: float
    realtime_factor: float
    latency_s: float
    spikes: Marks
    events: Marks
    pulses: Marks
    currents_ua: NDArray[np.float32]
    bands: NDArray[np.uint16]
    n_all: int

    def packed(self) -> bytes:
        """As it is sent."""
        marks = (self.spikes, self.events, self.pulses)
        head = HEAD.pack(
            KIND, 0, self.first_s, self.last_s, self.realtime_factor, self.latency_s,
            *(len(times_s) for times_s, _ in marks), self.n_all,
        )  # fmt: skip
        arrays = [
            *(times_s.astype("<f8", copy=False) for times_s, _ in marks),
            self.currents_ua.astype("<f4", copy=False),
            self.bands.astype("<u2", copy=False),
            *(which.astype("<u2", copy=False) for _, which in marks),
        ]
        return head + b"".join(array.tobytes() for array in arrays)

    @classmethod
    def unpacked(cls, message: bytes) -> "Stretch":
        """Read one that this program has packed."""
        _, _, first_s, last_s, factor, latency_s, *counts, n_all = HEAD.unpack_from(message)
        at = HEAD.size

        def array(kind: str, n: int) -> NDArray[Any]:
            nonlocal at
            found = np.frombuffer(message, kind, n, at)
            at += found.nbytes
            return found

        times = [array("<f8", n) for n in counts]
        currents_ua = array("<f4", counts[2])
        bands = array("<u2", N_BANDS)
        spikes, events, pulses = ((times_s, array("<u2", len(times_s))) for times_s in times)
        return cls(
            first_s, last_s, factor, latency_s, spikes, events, pulses, currents_ua, bands, n_all
        )


def with_missed(packed: bytes, n_missed: int) -> bytes:
    """The same bytes, for a viewer that was too slow for so many frames."""
    return packed[:4] + NUMBER_MISSED.pack(n_missed) + packed[8:]


def joined(stretches: list[Stretch]) -> Stretch:
    """Stretches that follow each other as one; at least one."""
    if len(stretches) == 1:
        return stretches[0]
    last = stretches[-1]

    def marks(name: str) -> Marks:
        parts = [getattr(stretch, name) for stretch in stretches]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    return Stretch(
        stretches[0].first_s,
        last.last_s,
        last.realtime_factor,
        last.latency_s,
        marks("spikes"),
        marks("events"),
        marks("pulses"),
        np.concatenate([stretch.currents_ua for stretch in stretches]),
        np.minimum(np.sum([s.bands for s in stretches], axis=0), 65535).astype(np.uint16),
        sum(stretch.n_all for stretch in stretches),
    )


def cut(stretch: Stretch, at_s: float) -> tuple[Stretch, Stretch]:
    """A stretch in two; counts that have no times stay with the later part."""
    early: dict[str, Any] = {}
    late: dict[str, Any] = {}
    for name in ("spikes", "events", "pulses"):
        times_s, which = getattr(stretch, name)
        n = int(np.searchsorted(times_s, at_s))
        early[name], late[name] = (times_s[:n], which[:n]), (times_s[n:], which[n:])
    n = len(early["pulses"][0])
    nothing = np.zeros_like(stretch.bands)
    currents_ua = stretch.currents_ua
    return (
        replace(stretch, last_s=at_s, currents_ua=currents_ua[:n], bands=nothing, n_all=0, **early),
        replace(stretch, first_s=at_s, currents_ua=currents_ua[n:], **late),
    )
