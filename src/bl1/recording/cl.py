"""Recordings as a CL1 writes them: HDF5 that the ``RecordingView`` of the CL API opens.

Of the layout ``cl1``, at 64 channels: ``samples`` int16 (frames, 64); ``spikes``, a table of
timestamp, channel and 75 samples (µV, 25 of them before the spike); ``stims``, a table of timestamp
and channel; ``data_stream``; and attributes such as ``frames_per_second`` and
``uV_per_sample_unit``. Tables bear the marks of PyTables, by which the CL API reads them.

The samples of a spike are cut from the traces, 0 before their start and after their end. Where no
traces were kept nobody knows them: all 75 are 0, the attribute ``bl1_snippets`` says so, and the
file has no ``samples``. Channels that a CL1 does not record (ground and reference) are 0.
"""

import pickle
import pickletools
from datetime import timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from bl1.atomicfile import replacing
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import cl1
from bl1.recording.facts import Facts, created
from bl1.recording.frames import Frames
from bl1.recording.hdf5 import damage_told, opened
from bl1.recording.recording import Recording, Stimuli, Traces

KEEPS = frozenset({"electrodes", "metadata", "stimuli", "traces"})
CHANNELS = 64
SNIPPET, SNIPPET_BEFORE = 75, 25  # samples
COPIED_AT_ONCE = 1 << 16  # frames
RELATIVE = "stim_and_spike_timestamps_relative_to_start"
SPIKE = np.dtype([("timestamp", "<i8"), ("channel", "u1"), ("samples", "<f4", (SNIPPET,))])
STIM = np.dtype([("timestamp", "<i8"), ("channel", "u1")])


def write(spikes: SpikeTrain, path: Path) -> None:
    """Write a recording of a ``cl1``; all of it or nothing.

    Raises:
        Bl1Error: it is of another layout, or its samples a second are no whole number.
    """
    if not isinstance(spikes, Recording) or spikes.layout.name != "cl1":
        found = spikes.layout.name if isinstance(spikes, Recording) else "cells"
        raise Bl1Error(f"{path}: a CL1 file is of layout cl1, and these spikes are of {found}")
    frames_per_second = round(spikes.sampling_hz)
    if not np.isclose(frames_per_second, spikes.sampling_hz, rtol=1e-9):
        raise Bl1Error(
            f"{path}: {spikes.sampling_hz:g} samples a second, but a CL1 file takes a whole number"
        )
    channels = spikes.layout.electrodes
    traces = spikes.traces
    heard = np.zeros(len(spikes), SPIKE)
    heard["timestamp"], heard["channel"] = spikes.steps, channels[spikes.ids]
    given = np.zeros(len(spikes.stimuli.steps), STIM)
    given["timestamp"], given["channel"] = spikes.stimuli.steps, channels[spikes.stimuli.ids]
    with replacing(path) as partial, h5py.File(partial.name, "w", libver=("v108", "v110")) as file:
        _mark(file, "GROUP", "1.0", PYTABLES_FORMAT_VERSION=np.bytes_("2.1"))
        file.attrs.update(_attributes(spikes, frames_per_second))
        _mark(file.create_group("data_stream"), "GROUP", "1.0")
        if traces is not None:
            _write_samples(file, traces, spikes.n_steps, channels)
            heard["samples"] = _snippets(spikes, traces)
        _write_table(file, "spikes", heard)
        _write_table(file, "stims", given)


def read(path: Path) -> Recording:
    """Read the recording of a CL1 or of its simulator.

    Each spike's amplitude is the largest distance of its 75 samples from 0 (µV). The file does not
    tell currents of stimuli. What is recorded on channels that are ground or reference is left out,
    and counted in the metadata.

    Raises:
        Bl1Error: it is no such file, or cut off or damaged.
    """
    file = opened(path)
    with damage_told(path, "recording of a CL1"):
        return _read(file)


def _attributes(recording: Recording, frames_per_second: int) -> dict[str, Any]:
    start = created(recording)
    end = start + timedelta(seconds=recording.duration_s)
    traces = recording.traces
    texts = {
        "hostname": "bl1",
        "project_id": "bl1",
        "cell_batch_id": "bl1",
        "created_localtime": start.isoformat(),
        "created_utc": start.isoformat(),
        "ended_localtime": end.isoformat(),
        "ended_utc": end.isoformat(),
        "git_hash": "",
        "git_branch": "",
        "git_tags": "",
        "git_status": "",
        "bl1": Facts.of(recording).json_text(),
        "bl1_snippets": "cut from the traces" if traces else "unknown, written as 0",
    }
    uv_per_bit = recording.layout.uv_per_bit if traces is None else traces.uv_per_bit
    return {name: np.bytes_(text.encode()) for name, text in texts.items()} | {
        "channel_count": np.int64(CHANNELS),
        "sampling_frequency": np.int64(frames_per_second),
        "frames_per_second": np.int64(frames_per_second),
        "uV_per_sample_unit": np.float64(uv_per_bit),
        "start_timestamp": np.int64(0),
        "end_timestamp": np.int64(recording.n_steps),
        "duration_frames": np.int64(recording.n_steps),
        "duration_seconds": np.float64(recording.duration_s),
        "application": np.bytes_(pickle.dumps({}, 0)),
        "file_format": np.bytes_(pickle.dumps({"version": "SDK", RELATIVE: True}, 0)),
    }


def _mark(node: h5py.HLObject, kind: str, version: str, **others: Any) -> None:
    """What PyTables knows a node by."""
    node.attrs.update({"CLASS": np.bytes_(kind), "VERSION": np.bytes_(version), **others})
    node.attrs["TITLE"] = np.bytes_("")


def _write_table(file: h5py.File, name: str, rows: NDArray[np.void]) -> None:
    table = file.create_dataset(name, data=rows, maxshape=(None,), chunks=(1024,))
    fields: dict[str, Any] = {"NROWS": np.int64(len(rows))}
    for place, field in enumerate(rows.dtype.names or ()):
        fields[f"FIELD_{place}_NAME"] = np.bytes_(field)
        fields[f"FIELD_{place}_FILL"] = rows.dtype[field].base.type(0)
    _mark(table, "TABLE", "2.7", **fields)


def _write_samples(
    file: h5py.File, traces: Traces, n_frames: int, channels: NDArray[np.int32]
) -> None:
    samples = file.create_dataset(
        "samples",
        shape=(n_frames, CHANNELS),
        maxshape=(None, CHANNELS),
        dtype="<i2",
        chunks=(4096, CHANNELS),
    )
    _mark(samples, "EARRAY", "1.1", EXTDIM=np.int32(0))
    for first in range(0, n_frames, COPIED_AT_ONCE):
        part = traces.samples[first : first + COPIED_AT_ONCE]
        frames = np.zeros((len(part), CHANNELS), np.int16)
        frames[:, channels] = part
        samples[first : first + len(part)] = frames


def _snippets(recording: Recording, traces: Traces) -> NDArray[np.float32]:
    """(spikes, 75) voltages around each spike (µV)."""
    snippets = np.zeros((len(recording), SNIPPET), np.float32)
    after = SNIPPET - SNIPPET_BEFORE
    for first in range(0, recording.n_steps, COPIED_AT_ONCE):
        last = min(first + COPIED_AT_ONCE, recording.n_steps)
        start = max(0, first - SNIPPET_BEFORE)
        part = traces.uv(start, min(last + after, recording.n_steps))
        padded = np.pad(part, ((SNIPPET_BEFORE - (first - start), SNIPPET), (0, 0)))
        chosen = slice(*np.searchsorted(recording.steps, (first, last)))
        frames = (recording.steps[chosen] - first)[:, None] + np.arange(SNIPPET)
        snippets[chosen] = padded[frames, recording.ids[chosen, None]]
    return snippets


def _read(file: h5py.File) -> Recording:
    attributes = file.attrs
    layout, metadata = cl1(), {}
    if "bl1" in attributes:
        facts = Facts.model_validate_json(attributes["bl1"])
        metadata = facts.metadata
        layout = facts.layout.layout() if facts.layout else layout
    relative = _said_in(attributes["file_format"], RELATIVE)
    start = 0 if relative else int(attributes["start_timestamp"])
    n_steps = int(attributes["duration_frames"])
    place = np.full(CHANNELS, -1, np.int32)
    place[layout.electrodes] = np.arange(len(layout))
    spikes, stims = (
        file[name][:] if name in file else np.empty(0, dtype)
        for name, dtype in (("spikes", SPIKE), ("stims", STIM))
    )
    for name, events in (("spikes", spikes), ("stims", stims)):
        unread = int(np.count_nonzero(place[events["channel"]] < 0))
        if unread:
            metadata[f"{name}_on_unread_channels"] = unread
    spikes, stims = (events[place[events["channel"]] >= 0] for events in (spikes, stims))
    spikes = spikes[np.lexsort((place[spikes["channel"]], spikes["timestamp"]))]
    stims = stims[np.argsort(stims["timestamp"], kind="stable")]
    peaks_uv = np.abs(spikes["samples"]).max(axis=1, initial=0.0)
    recording = Recording(
        steps=spikes["timestamp"] - start,
        ids=place[spikes["channel"]],
        dt_ms=1000.0 / float(attributes["frames_per_second"]),
        n_steps=n_steps,
        n_units=len(layout),
        metadata=metadata,
        layout=layout,
        amplitudes_uv=peaks_uv if np.any(peaks_uv) else None,
        stimuli=Stimuli(
            stims["timestamp"] - start,
            place[stims["channel"]],
            np.full(len(stims), np.nan, np.float32),
        ),
        traces=_traces(file, n_steps, layout.electrodes) if "samples" in file else None,
    )
    if not recording.is_possible():
        raise ValueError
    return recording


def _traces(file: h5py.File, n_frames: int, channels: NDArray[np.int32]) -> Traces:
    samples = file["samples"]
    if len(samples) < n_frames:
        raise EOFError
    return Traces(Frames(samples, n_frames, channels), float(file.attrs["uV_per_sample_unit"]))


def _said_in(pickled: bytes, name: str) -> bool:
    """A truth value in a pickled dictionary, which is looked through and never unpickled."""
    found = [
        {"NEWTRUE": True, "NEWFALSE": False}.get(operation.name, argument)
        for operation, argument, _ in pickletools.genops(bytes(pickled))
        if operation.name not in ("PUT", "BINPUT", "MEMOIZE")
    ]
    return found[found.index(name) + 1] is True
