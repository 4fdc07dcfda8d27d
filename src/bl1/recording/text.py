"""Spikes as plain text: a time in seconds and a channel on each line, by space or by comma.

Such are the MEABench files of Wagenaar, Pine & Potter 2006 (doi:10.1186/1471-2202-7-11), named
``*.spk.txt.gz``: times in steps of 40 µs, channels 0 to 59, and 60 or more where the stimulator
left its mark. A file that :func:`write` made opens with one comment, ``# bl1 {...}``, which tells
what the lines cannot: the length of a sample and of the recording, the electrodes, the metadata.
"""

import gzip
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bl1.atomicfile import replacing
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout, mea60
from bl1.recording.facts import Facts
from bl1.recording.recording import Recording

KEEPS = frozenset({"electrodes", "metadata"})
MARK = "# bl1 "
MEABENCH = (".spk.txt", ".spk.txt.gz")
MEABENCH_CHANNELS = 60  # a channel from here on is no electrode: the stimulator marks its pulses
LONGEST_S = 1e8  # three years
LONGEST_OF_OTHERS_S = 3e6  # a month; what lies beyond is samples, not seconds
MOST_CHANNELS = 1_000_000
SAMPLING_HZ = 25_000.0  # of a file that does not say


def read(path: Path, layout: Layout | None = None) -> SpikeTrain:
    """Read spike text, compressed by gzip or not.

    Without a layout and without the comment of :func:`write` the electrodes are 0 to the highest
    channel that spiked, nowhere in particular, sampled at 25 kHz, and the recording ends with its
    last spike; times are rounded to samples. A ``*.spk.txt`` is read with the layout ``mea60``;
    its stimulation marks tell no electrode and are kept as ``metadata["stimulus_steps"]``.

    Raises:
        Bl1Error: a line is not a spike of this layout, or the lines are not ordered by time; or
            the file names its electrodes itself and a layout is given all the same.
    """
    text = _Text(path, _content(path))
    times_s, channels = text.columns()
    if not len(times_s):
        raise Bl1Error(f"{path}: holds no spikes")
    text.check(times_s, channels)
    facts = text.facts()
    if facts is None:
        return _foreign(text, times_s, channels, layout)
    if layout is not None:
        raise Bl1Error(f"{path}: names its electrodes itself, expected no layout beside it")
    known = facts.layout.electrodes if facts.layout else range(facts.n_units)
    numbers = np.array(known, np.int64)
    text.check_units(np.isin(channels, numbers), facts.layout.name if facts.layout else "cells")
    order = np.argsort(numbers)
    ids = order[np.searchsorted(numbers, channels, sorter=order)]
    steps = _steps(times_s, facts.dt_ms)
    if steps[-1] >= facts.n_steps:
        raise Bl1Error(f"{path}: has a spike after its end at {facts.n_steps} steps")
    return facts.spikes(*_ordered(steps, ids))


def write(spikes: SpikeTrain, path: Path) -> None:
    """Write spike text; compressed if the name ends in ``.gz``. All of it or nothing.

    Times have digits enough to tell every step from the next. Electrodes are written by the
    hardware's numbers, cells by theirs.
    """
    cells = np.arange(spikes.n_units, dtype=np.int32)
    numbers = spikes.layout.electrodes if isinstance(spikes, Recording) else cells
    digits = max(0, math.ceil(-math.log10(spikes.dt_ms / 1000.0)) + 2)
    events = zip(spikes.times_s.tolist(), numbers[spikes.ids].tolist(), strict=True)
    lines = [MARK + Facts.of(spikes).json_text()]
    lines += (f"{time_s:.{digits}f} {number}" for time_s, number in events)
    content = ("\n".join(lines) + "\n").encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, compresslevel=6, mtime=0)
    with replacing(path) as file:
        file.write(content)


def _foreign(
    text: "_Text",
    times_s: NDArray[np.float64],
    channels: NDArray[np.float64],
    layout: Layout | None,
) -> Recording:
    """The recording of a file that says nothing of itself."""
    marks = np.zeros(len(channels), bool)
    if layout is None and text.path.name.endswith(MEABENCH):
        layout, marks = mea60(), channels >= MEABENCH_CHANNELS
    if layout is None:
        numbers = np.arange(channels.max() + 1, dtype=np.int32)
        layout = Layout("text", numbers, None, SAMPLING_HZ, len(numbers))
    text.check_units(marks | np.isin(channels, layout.electrodes), layout.name)
    dt_ms = 1000.0 / layout.sampling_hz
    steps = _steps(times_s, dt_ms)
    if times_s[-1] > LONGEST_OF_OTHERS_S:
        raise Bl1Error(
            f"{text.path}: its last spike is at {times_s[-1]:,.0f} s, {times_s[-1] / 86_400:,.0f} "
            "days; times are expected in seconds, not in samples"
        )
    n_steps = int(steps[-1]) + 1
    metadata = {"stimulus_steps": steps[marks].tolist()} if np.any(marks) else {}
    steps, ids = _ordered(steps[~marks], layout.index_of(channels[~marks]))
    return Recording(steps, ids, dt_ms, n_steps, len(layout), None, metadata, layout=layout)


def _steps(times_s: NDArray[np.float64], dt_ms: float) -> NDArray[np.int64]:
    return np.round(times_s / (dt_ms / 1000.0)).astype(np.int64)


def _ordered(
    steps: NDArray[np.int64], ids: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The same spikes, those of one step by unit."""
    order = np.lexsort((ids, steps))
    return steps[order], ids[order].astype(np.int32)


def _content(path: Path) -> str:
    content = path.read_bytes()
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")  # as editors on Windows write it
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Bl1Error(f"{path}: the gzip file is cut off or damaged") from None
    except UnicodeDecodeError:
        raise Bl1Error(f"{path}: not text, expected a time and a channel on each line") from None


@dataclass(frozen=True)
class _Text:
    """The lines of a file, and the sentence for the first that is wrong."""

    path: Path
    content: str

    def facts(self) -> Facts | None:
        """What the comment of a file of ours says; None for other files."""
        if not self.content.startswith(MARK):
            return None
        try:
            return Facts.model_validate_json(self.content[len(MARK) :].partition("\n")[0])
        except ValueError:
            raise Bl1Error(f"{self.path}, line 1: no comment of bl1, or a damaged one") from None

    def columns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times (s) and channels of the lines."""
        if next(self._lines(), None) is None:
            return np.empty(0), np.empty(0)
        try:
            table = np.loadtxt(StringIO(self.content.replace(",", " ")), ndmin=2)
            times_s, channels = table.T
        except ValueError:
            self._refuse_first_that_is_no_pair()
            raise Bl1Error(f"{self.path}: not a time and a channel on each line") from None
        return times_s, channels

    def check(self, times_s: NDArray[np.float64], channels: NDArray[np.float64]) -> None:
        """Refuse what no recording can hold."""
        later = np.ones(len(times_s), bool)
        later[1:] = times_s[1:] >= times_s[:-1]
        possible = (times_s >= 0) & (times_s < LONGEST_S)
        whole = (channels >= 0) & (channels < MOST_CHANNELS) & (channels == np.floor(channels))
        self._check(possible, f"expected a time from 0 to {LONGEST_S:g} s")
        self._check(whole, f"expected a channel that is a whole number from 0 to {MOST_CHANNELS}")
        self._check(later, "expected a time no earlier than that of the line before")

    def check_units(self, known: NDArray[np.bool_], whose: str) -> None:
        """Refuse a spike of a channel that is not recorded."""
        self._check(known, f"expected a channel that is among those of {whose}")

    def _check(self, possible: NDArray[np.bool_], expected: str) -> None:
        if not np.all(possible):
            row = int(np.argmin(possible))
            raise self._refusal(*next(islice(self._lines(), row, None)), expected)

    def _refuse_first_that_is_no_pair(self) -> None:
        for number, line in self._lines():
            try:
                _time, _channel = map(float, line.replace(",", " ").split())
            except ValueError:
                raise self._refusal(number, line, "expected a time (s) and a channel") from None

    def _refusal(self, number: int, line: str, expected: str) -> Bl1Error:
        shown = line if len(line) <= 40 else line[:39] + "…"
        return Bl1Error(f"{self.path}, line {number}: found '{shown}', {expected}")

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Number and content of each line that is not empty."""
        for number, line in enumerate(StringIO(self.content), 1):
            content = line.partition("#")[0].strip()
            if content:
                yield number, content
