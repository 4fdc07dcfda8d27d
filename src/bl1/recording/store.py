"""The native store: an HDF5 file that is written while the culture runs, and survives a kill.

What lies in it (``*`` where the recording has it):

- attributes of the root: ``format`` ("bl1 recording"), ``format_version``, ``complete``, and
  ``facts``, JSON: ``dt_ms``, ``n_units``, ``n_exc``, ``layout``, ``metadata`` (seed, config,
  version);
- ``spikes/step`` int64, ``spikes/id`` int32, ``spikes/amplitude_uv``* float32;
- ``stimuli/step`` int64, ``stimuli/id`` int32, ``stimuli/amplitude_ua`` float32;
- ``traces``* int16 (frames, electrodes), with the attribute ``uv_per_bit``;
- ``written`` int64: how many steps, spikes, stimuli, frames and bytes are whole. It is written
  after them, so that what lies beyond it, in a file that was cut off, is known not to count.

Spikes that are streamed lie uncompressed, 16 bytes each: HDF5 writes a chunk that is compressed and
grows to a new place each time, which took 36 to 130 bytes a spike. Traces are compressed in whole
chunks by gzip level 1 (measured on noise: 110 MB/s, 0.47 of the size; lzf 190 MB/s, 0.69).
"""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.atomicfile import replacing
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout
from bl1.recording.facts import Facts, LayoutFacts
from bl1.recording.frames import Frames
from bl1.recording.hdf5 import BL1, damage_told, opened
from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

KEEPS = frozenset(
    {"electrodes", "metadata", "amplitudes", "stimuli", "stimulus currents", "traces"}
)
VERSION = 1
EVENTS_A_CHUNK = 4096
TRACE_CHUNK_S = 0.2
LARGEST_CHUNK = 1 << 20  # samples
COPIED_AT_ONCE = 1 << 22  # samples
_COUNTS = ("steps", "spikes", "stimuli", "frames", "bytes")


class Store:
    """A recording that is being written.

    ``with Store.create("run.h5", layout) as store:`` and then, for each stretch of the run,
    ``store.append(steps, ids, n_steps)``. Each call leaves a file that can be read as far as it
    goes, by another process as well; one that was not closed says that it is incomplete.
    """

    def __init__(self, file: h5py.File, facts: Facts) -> None:
        self._file = file
        self._facts = facts
        self._counts = dict.fromkeys(_COUNTS, 0)
        self._last_stimulus = 0
        self._waiting: list[NDArray[np.int16]] = []  # frames that do not fill a chunk yet

    @classmethod
    def create(
        cls,
        path: str | Path,
        layout: Layout | None,
        *,
        dt_ms: float | None = None,
        n_units: int | None = None,
        n_exc: int | None = None,
        amplitudes: bool = False,
        uv_per_bit: float | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> "Store":
        """Begin a file; one that has the name is replaced once the new one can be read.

        Args:
            path: ends in ``.h5``.
            layout: the electrodes; None for spikes of cells, of which there are ``n_units``.
            dt_ms: time between two samples; that of the layout if None.
            n_units, n_exc: cells, and how many of them (the first) are excitatory, if known.
            amplitudes: whether each spike has one.
            uv_per_bit: microvolts of one unit of the traces; None to keep no traces.
            metadata: seed, config and version of the run.

        Raises:
            Bl1Error: the file cannot be written there, or facts are missing.
        """
        if layout is not None:
            n_units, dt_ms = len(layout), dt_ms or 1000.0 / layout.sampling_hz
        if n_units is None or dt_ms is None:
            raise Bl1Error("a store without a layout needs n_units and dt_ms")
        if layout is None and (amplitudes or uv_per_bit is not None):
            raise Bl1Error("a store of cells keeps no amplitudes and no traces, expected a layout")
        facts = Facts(
            dt_ms=dt_ms,
            n_steps=0,
            n_units=n_units,
            n_exc=n_exc,
            layout=None if layout is None else LayoutFacts.of(layout),
            metadata=metadata or {},
        )
        path = Path(path)
        try:
            with replacing(path) as partial:
                _lay_out(Path(partial.name), facts, amplitudes, uv_per_bit, compressed=False)
            file = h5py.File(path, "r+", libver="latest", locking=False)
        except OSError as error:
            raise Bl1Error(f"{path}: cannot begin a store ({error.strerror or error})") from error
        file.swmr_mode = True
        return cls(file, facts)

    def append(
        self,
        steps: ArrayLike,
        ids: ArrayLike,
        n_steps: int,
        amplitudes_uv: ArrayLike | None = None,
    ) -> None:
        """Add the spikes of the stretch that ends before step ``n_steps``.

        Raises:
            Bl1Error: a spike lies outside the stretch or has no such unit, spikes are out of
                order, or their arrays differ in length.
        """
        steps, ids = np.asarray(steps, np.int64), np.asarray(ids, np.int32)
        before = self._counts["steps"]
        columns = {"step": steps, "id": ids}
        if (amplitudes_uv is not None) != ("amplitude_uv" in self._file["spikes"]):
            raise Bl1Error(
                "amplitudes are kept of all spikes or of none, as it was said when the store began"
            )
        if amplitudes_uv is not None:
            columns["amplitude_uv"] = np.asarray(amplitudes_uv, np.float32)
        if any(column.shape != (len(steps),) for column in columns.values()):
            shapes = ", ".join(str(column.shape) for column in columns.values())
            raise Bl1Error(f"columns of spikes have shapes {shapes}, expected one length")
        if n_steps < before or np.any((steps < before) | (steps >= n_steps)):
            raise Bl1Error(f"spikes of steps {before} to {n_steps} are due, and found others")
        if np.any(np.diff(steps) < 0) or np.any((ids < 0) | (ids >= self._facts.n_units)):
            raise Bl1Error(
                f"spikes are expected ordered by step, of units 0 to {self._facts.n_units - 1}"
            )
        self._extend("spikes", columns)
        self._counts["steps"] = int(n_steps)
        self._commit()

    def append_stimuli(self, stimuli: Stimuli) -> None:
        """Add stimuli, none of them earlier than those before.

        Raises:
            Bl1Error: they are out of order, or at an electrode that the layout does not have.
        """
        steps, ids = np.asarray(stimuli.steps, np.int64), np.asarray(stimuli.ids, np.int32)
        if np.any(np.diff(steps, prepend=self._last_stimulus) < 0):
            raise Bl1Error("stimuli are expected ordered by step")
        if np.any((ids < 0) | (ids >= self._facts.n_units)):
            raise Bl1Error(f"stimuli are expected at electrodes 0 to {self._facts.n_units - 1}")
        amplitudes_ua = np.asarray(stimuli.amplitudes_ua, np.float32)
        self._extend("stimuli", {"step": steps, "id": ids, "amplitude_ua": amplitudes_ua})
        self._last_stimulus = int(steps[-1]) if len(steps) else self._last_stimulus
        self._commit()

    def append_traces(self, frames: NDArray[np.int16]) -> None:
        """Add the next frames; they are written as soon as they fill a chunk, at most 0.2 s.

        Args:
            frames: (frames, electrodes) samples in units of ``uv_per_bit``.

        Raises:
            Bl1Error: the store keeps no traces, or these are not of its electrodes, or not int16.
        """
        if "traces" not in self._file:
            raise Bl1Error("the store keeps no traces: it began without uv_per_bit")
        n = self._facts.n_units
        if frames.dtype != np.int16 or frames.ndim != 2 or frames.shape[1] != n:
            found = f"{frames.dtype} of shape {frames.shape}"
            raise Bl1Error(f"traces are {found}, expected int16 of shape (frames, {n})")
        self._waiting.append(frames)
        waiting = sum(map(len, self._waiting))
        self._write_traces(waiting - waiting % self._file["traces"].chunks[0])

    def close(self, complete: bool = True) -> None:
        """Write what waits, and say that the recording is complete, or that it broke off.

        Closing once more does nothing.

        Raises:
            Bl1Error: traces were kept, and are shorter or longer than the recording.
        """
        if not self._file:
            return
        if self._waiting:
            self._write_traces(sum(map(len, self._waiting)))
        frames, steps = self._counts["frames"], self._counts["steps"]
        matching = "traces" not in self._file or frames == steps
        self._file.attrs.modify("complete", complete and matching)
        self._file.close()
        if complete and not matching:
            raise Bl1Error(f"the traces have {frames} frames, expected {steps}, one for each step")

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close(complete=kind is None)

    def _extend(self, group: str, columns: dict[str, NDArray[Any]]) -> None:
        first = self._counts[group]
        last = first + len(columns["step"])
        for name, column in columns.items():
            _put(self._file[group][name], first, column)
        self._counts[group] = last

    def _write_traces(self, n: int) -> None:
        if n == 0:
            return
        frames = np.concatenate(self._waiting)
        _put(self._file["traces"], self._counts["frames"], frames[:n])
        self._waiting = [frames[n:]] if n < len(frames) else []
        self._counts["frames"] += n
        self._commit()

    def _commit(self) -> None:
        self._counts["bytes"] = os.stat(self._file.filename).st_size
        self._file["written"][:] = [self._counts[name] for name in _COUNTS]
        self._file["written"].flush()


def read(path: Path) -> SpikeTrain:
    """Read a store; of one that is incomplete, all that was written as a whole.

    Traces are read as they are sliced; their file stays open as long as the recording is in use.

    Raises:
        Bl1Error: it is no store, or a damaged one, or of a newer version.
    """
    file = opened(path)
    with damage_told(path, "store"):
        ours, version = file.attrs.get("format") == BL1, int(file.attrs.get("format_version", 0))
    if not ours:
        raise Bl1Error(f"{path}: not a store of bl1")
    if version > VERSION:
        raise Bl1Error(
            f"{path}: written by a newer bl1 (format {version}), this one reads up to {VERSION}"
        )
    with damage_told(path, "store"):
        return _read(path, file)


def write(spikes: SpikeTrain, path: Path) -> None:
    """Write a finished recording, its spikes compressed; all of it or nothing."""
    amplitudes_uv, stimuli, traces = None, NO_STIMULI, None
    if isinstance(spikes, Recording):
        amplitudes_uv, stimuli, traces = spikes.amplitudes_uv, spikes.stimuli, spikes.traces
    facts = Facts.of(spikes)
    with replacing(path) as partial:
        uv_per_bit = None if traces is None else traces.uv_per_bit
        whole = Path(partial.name)
        _lay_out(whole, facts, amplitudes_uv is not None, uv_per_bit, compressed=True)
        with Store(h5py.File(whole, "r+", libver="latest", locking=False), facts) as store:
            store.append(spikes.steps, spikes.ids, spikes.n_steps, amplitudes_uv)
            store.append_stimuli(stimuli)
            if traces is not None:
                rows = max(1, COPIED_AT_ONCE // max(1, spikes.n_units))
                for first in range(0, spikes.n_steps, rows):
                    store.append_traces(traces.samples[first : first + rows])


def _lay_out(
    path: Path, facts: Facts, amplitudes: bool, uv_per_bit: float | None, compressed: bool
) -> None:
    """A store in which nothing is written yet."""
    events: dict[str, Any] = {"shape": (0,), "maxshape": (None,), "chunks": (EVENTS_A_CHUNK,)}
    if compressed:
        events |= {"compression": "gzip", "compression_opts": 1, "shuffle": True}
    said = json.loads(facts.json_text())
    del said["n_steps"]
    with h5py.File(path, "w", libver="latest", locking=False) as file:
        file.attrs["format"] = BL1
        file.attrs["format_version"] = VERSION
        file.attrs["complete"] = False
        file.attrs["facts"] = json.dumps(said)
        file.create_dataset("spikes/step", dtype=np.int64, **events)
        file.create_dataset("spikes/id", dtype=np.int32, **events)
        if amplitudes:
            file.create_dataset("spikes/amplitude_uv", dtype=np.float32, **events)
        file.create_dataset("stimuli/step", dtype=np.int64, **events)
        file.create_dataset("stimuli/id", dtype=np.int32, **events)
        file.create_dataset("stimuli/amplitude_ua", dtype=np.float32, **events)
        if uv_per_bit is not None:
            rows = round(min(TRACE_CHUNK_S * 1000.0 / facts.dt_ms, LARGEST_CHUNK / facts.n_units))
            rows = max(1, rows)
            traces = file.create_dataset(
                "traces",
                dtype=np.int16,
                shape=(0, facts.n_units),
                maxshape=(None, facts.n_units),
                chunks=(rows, facts.n_units),
                compression="gzip",
                compression_opts=1,
            )
            traces.attrs["uv_per_bit"] = uv_per_bit
        file.create_dataset("written", data=np.zeros(len(_COUNTS), np.int64))


def _put(dataset: h5py.Dataset, first: int, rows: NDArray[Any]) -> None:
    """Write rows from ``first`` on, and let other processes see them."""
    if len(rows):
        dataset.resize(first + len(rows), axis=0)
        dataset[first:] = rows
        dataset.flush()


def _read(path: Path, file: h5py.File) -> SpikeTrain:
    counts = dict(zip(_COUNTS, file["written"][:].tolist(), strict=True))
    if path.stat().st_size < counts["bytes"]:
        raise EOFError
    n_steps = counts["steps"]
    if "traces" in file:
        n_steps = min(n_steps, counts["frames"])
    said = json.loads(file.attrs["facts"])
    if not file.attrs["complete"]:
        end_s = n_steps * said["dt_ms"] / 1000.0
        said["metadata"]["incomplete"] = f"the recording broke off after {end_s:g} s"
    facts = Facts.model_validate_json(json.dumps(said | {"n_steps": n_steps}))
    spikes = _events(file["spikes"], counts["spikes"], n_steps)
    stimuli = _events(file["stimuli"], counts["stimuli"], n_steps)
    return facts.spikes(
        spikes["step"],
        spikes["id"],
        spikes.get("amplitude_uv"),
        Stimuli(stimuli["step"], stimuli["id"], stimuli["amplitude_ua"]),
        _traces(file["traces"], n_steps) if "traces" in file else None,
    )


def _events(group: h5py.Group, n: int, n_steps: int) -> dict[str, NDArray[Any]]:
    """Columns of the first ``n`` events, as far as they lie before ``n_steps``."""
    columns = {name: column[:n] for name, column in group.items()}
    if any(len(column) != n for column in columns.values()):
        raise EOFError
    within = int(np.searchsorted(columns["step"], n_steps))
    return {name: column[:within] for name, column in columns.items()}


def _traces(dataset: h5py.Dataset, n_steps: int) -> Traces:
    samples = dataset if len(dataset) == n_steps else Frames(dataset, n_steps)
    return Traces(samples, float(dataset.attrs["uv_per_bit"]))
