"""Recorder: what the device hears and is told, kept in a file."""

import json
import queue
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bl1.cl1.packets import Event, Feedback
from bl1.cl1.service import Tick
from bl1.cl1.tissue import Listened, Tissue
from bl1.errors import Bl1Error
from bl1.experiments.record import metadata_of
from bl1.mea.floor import joined
from bl1.recording.recording import Stimuli
from bl1.recording.store import Store

WRITTEN_EVERY_S = 0.5  # what a kill can lose
MOST_WAITING = 64  # such parts, for a disk that is slow
LEAST_FREE_BYTES = 1 << 24  # HDF5 needs some space to end a file so that it can be read


def events_path(path: Path) -> Path:
    """Where what the trainer tells is kept, beside a store."""
    return path.with_suffix(".events.jsonl")


class Recorder:
    """Keeps events of the electrodes and pulses in a store, and what the trainer tells beside it.

    ``run.h5`` is a recording as `bl1 record` makes them; ``run.events.jsonl`` has a line for each
    event and feedback of the trainer, with the sample at which it was read. Writing is done by a
    thread of its own, so that a disk that is slow delays no tick. A recording ends while the disk
    still has some space, so that it can be read; that is said once, and the device goes on.

    Args:
        path: of the store, ``.h5``.
        tissue: what is recorded.
        tell: what is said when writing fails.

    Attributes:
        failed: whether it did.

    Raises:
        Bl1Error: the file cannot be written there.
    """

    def __init__(self, path: Path, tissue: Tissue, tell: Callable[[str], None]) -> None:
        self.path = path
        self._tissue, self._tell = tissue, tell
        self._first = tissue.rig.sample_count
        metadata = metadata_of(tissue.rig, None) | {"ablation": tissue.ablation}
        self._store = Store.create(path, tissue.rig.layout, amplitudes=True, metadata=metadata)
        self._told = events_path(path).open("w", encoding="utf-8")
        self._waiting: queue.Queue[tuple[list[Listened], list[str]] | None] = queue.Queue()
        self._part: list[Listened] = []
        self._lines: list[str] = []
        self.failed = False
        self._writer = threading.Thread(target=self._write_all, name="recorder", daemon=True)
        self._writer.start()

    def tell(self, tick: Tick) -> None:
        """Keep what happened at a tick."""
        if self.failed:
            return
        self._part.append(tick.heard)
        sample = tick.heard.first - self._first
        for packet in tick.packets:
            if isinstance(packet, Event | Feedback):
                kind = "event" if isinstance(packet, Event) else "feedback"
                self._lines.append(json.dumps({"sample": sample, kind: asdict(packet)}))
        spanned = self._part[-1].last - self._part[0].first
        if spanned >= WRITTEN_EVERY_S * self._tissue.sampling_hz:
            self._hand_over()

    def close(self) -> None:
        """Write what waits, and say that the recording is complete."""
        if not self.failed:
            self._hand_over()
        self._waiting.put(None)
        self._writer.join()

    def _hand_over(self) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._fail("the disk is too slow")
        elif self._part:
            self._waiting.put((self._part, self._lines))
        self._part, self._lines = [], []

    def _write_all(self) -> None:
        """The writer's work: parts as they come, until there are no more or one fails."""
        while (part := self._waiting.get()) is not None and not self.failed:
            if shutil.disk_usage(self.path.parent).free < LEAST_FREE_BYTES:
                self._fail("the disk is full")
                break
            try:
                self._write(*part)
            except (OSError, RuntimeError, ValueError, Bl1Error) as error:
                # A file to which HDF5 could not write must not be closed either: it would crash.
                self._fail(str(error))
                return
        self._told.close()
        self._store.close(complete=not self.failed)

    def _write(self, part: list[Listened], lines: list[str]) -> None:
        layout = self._tissue.rig.layout
        events = joined([heard.events for heard in part])
        pulses = [pulse for heard in part for pulse in heard.pulses]
        samples, channels, currents_ua = zip(*pulses, strict=True) if pulses else ((), (), ())
        self._store.append_stimuli(
            Stimuli(
                np.array(samples, np.int64) - self._first,
                layout.index_of(np.array(channels, np.int32)),
                -np.array(currents_ua, np.float32),
            )
        )
        self._store.append(
            events.samples - self._first,
            layout.index_of(events.ids),
            part[-1].last - self._first,
            events.amplitudes_uv,
        )
        self._told.writelines(f"{line}\n" for line in lines)
        self._told.flush()

    def _fail(self, reason: str) -> None:
        if not self.failed:
            self.failed = True
            reason = reason.split(" (")[0]  # HDF5 adds addresses, in lines
            self._tell(f"recording to {self.path} ended: {reason}; the culture lives on")
