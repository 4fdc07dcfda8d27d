"""Recordings of MaxLab Live (Maxwell Biosystems): HDF5 of two generations, read only.

New: each ``wells/WELL/REC`` has ``settings/mapping`` (channel, electrode, x, y), ``settings/lsb``,
``settings/sampling``, ``spikes`` (frameno, channel, amplitude), and ``groups/routed`` with ``raw``
(channels, frames), ``channels`` and ``frame_nos``. Old: ``mapping``, ``settings/lsb``,
``proc0/spikeTimes`` and ``sig`` (1028 rows, of which row c is channel c and rows 1026 and 1027 hold
the lower and the upper 16 bits of the frame's number), at 20 kHz.

``lsb`` is the volts that one unit of the converter stands for. Spikes bear the numbers that the
chip gives to frames; here they count from the first frame of the recording. Their amplitudes are
taken as units of the converter.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.mea.layout import MAXONE_READ_AT_ONCE, Layout
from bl1.recording.frames import Frames
from bl1.recording.hdf5 import damage_told, opened
from bl1.recording.recording import Recording, Traces

OLD_SAMPLING_HZ = 20_000.0
FRAME_NUMBER_ROWS = (1026, 1027)


def read(path: Path, recording: str | None = None) -> Recording:
    """Read one recording of a file.

    The layout is named ``maxone`` and has the electrodes that were routed to a channel. Spikes of
    other channels are left out and counted in ``metadata["spikes_on_unrouted_channels"]``. Traces
    that the maker's filter packs, where HDF5 does not have it, are left out, which
    ``metadata["traces"]`` says.

    Args:
        path: the file.
        recording: which of them, such as ``well000/rec0000``; may be left out if there is one.

    Raises:
        Bl1Error: it is no such file, or has no such recording, or is cut off or damaged.
    """
    file = opened(path)
    with damage_told(path, "recording of MaxLab Live"):
        names = _names(file)
    if recording is None and len(names) == 1:
        recording = names[0]
    if recording not in names:
        raise Bl1Error(
            f"{path}: holds {', '.join(names) or 'no recording'}; expected the name of one, "
            "as in bl1.recording.maxwell.read(path, 'well000/rec0000')"
        )
    with damage_told(path, "recording of MaxLab Live"):
        return _read_old(file) if recording == "sig" else _read_new(file[f"wells/{recording}"])


def _names(file: h5py.File) -> list[str]:
    if "sig" in file:
        return ["sig"]
    return [f"{well}/{name}" for well, group in file.get("wells", {}).items() for name in group]


def _read_new(group: h5py.Group) -> Recording:
    settings = group["settings"]
    channels, layout = _routed(
        settings["mapping"][:], float(settings["sampling"][0]), settings["lsb"]
    )
    spikes = group["spikes"][:]
    if "groups/routed/frame_nos" not in group:
        metadata = {"start": "unknown: taken as that of the first spike"}
        frames = spikes["frameno"] if len(spikes) else np.zeros(1, np.int64)
        first, last = int(frames.min()), int(frames.max())
        return _recording(spikes, channels, layout, first, last - first + 1, None, metadata)
    routed = group["groups/routed"]
    frame_numbers = routed["frame_nos"]
    n_frames = len(frame_numbers)
    traces, metadata = None, {}
    if "raw" in routed:
        rows = {channel: row for row, channel in enumerate(routed["channels"][:].tolist())}
        columns = np.array([rows[channel] for channel in channels.tolist()])
        traces, metadata = _traces(routed["raw"], n_frames, columns, layout)
    first = int(frame_numbers[0]) if n_frames else 0
    return _recording(spikes, channels, layout, first, n_frames, traces, metadata)


def _read_old(file: h5py.File) -> Recording:
    channels, layout = _routed(file["mapping"][:], OLD_SAMPLING_HZ, file["settings/lsb"])
    signal = file["sig"]
    traces, metadata = _traces(signal, signal.shape[1], channels, layout)
    spikes = file["proc0/spikeTimes"][:]
    if traces is None:
        raise ValueError("the number of the first frame is packed with the traces")
    low, high = (int(signal[row, 0]) for row in FRAME_NUMBER_ROWS)
    first = (high << 16) | low
    return _recording(spikes, channels, layout, first, signal.shape[1], traces, metadata)


def _routed(
    mapping: NDArray[np.void], sampling_hz: float, volts_per_bit: h5py.Dataset
) -> tuple[NDArray[np.int64], Layout]:
    """Channels that are routed to an electrode, and the layout of those electrodes."""
    mapping = mapping[(mapping["channel"] >= 0) & (mapping["electrode"] >= 0)]
    layout = Layout(
        "maxone",
        mapping["electrode"].astype(np.int32),
        np.stack((mapping["x"], mapping["y"]), axis=1).astype(float),
        sampling_hz,
        MAXONE_READ_AT_ONCE,
        float(volts_per_bit[0]) * 1e6,
    )
    return mapping["channel"].astype(np.int64), layout


def _traces(
    dataset: h5py.Dataset, n_frames: int, columns: NDArray[np.int64], layout: Layout
) -> tuple[Traces | None, dict[str, Any]]:
    """The traces, or the reason why there are none."""
    filters = dataset.id.get_create_plist()
    for place in range(filters.get_nfilters()):
        code = filters.get_filter(place)[0]
        if not h5py.h5z.filter_avail(code):
            return None, {"traces": f"left out: they are packed by HDF5 filter {code}, not there"}
    frames = Frames(dataset, n_frames, columns, transposed=True)
    return Traces(frames, layout.uv_per_bit), {}


def _recording(
    spikes: NDArray[np.void],
    channels: NDArray[np.int64],
    layout: Layout,
    first_frame: int,
    n_frames: int,
    traces: Traces | None,
    metadata: dict[str, Any],
) -> Recording:
    order = np.argsort(channels)
    found = np.searchsorted(channels, spikes["channel"], sorter=order)
    ids = order[np.minimum(found, len(channels) - 1)].astype(np.int32)
    routed = channels[ids] == spikes["channel"]
    if not np.all(routed):
        unrouted = int(np.count_nonzero(~routed))
        metadata = metadata | {"spikes_on_unrouted_channels": unrouted}
    spikes, ids = spikes[routed], ids[routed]
    steps = spikes["frameno"].astype(np.int64) - first_frame
    order = np.lexsort((ids, steps))
    heights_uv = np.abs(spikes["amplitude"]) * layout.uv_per_bit
    recording = Recording(
        steps=steps[order],
        ids=ids[order],
        dt_ms=1000.0 / layout.sampling_hz,
        n_steps=n_frames,
        n_units=len(layout),
        metadata=metadata,
        layout=layout,
        amplitudes_uv=heights_uv[order].astype(np.float32),
        traces=traces,
    )
    if not recording.is_possible():
        raise ValueError("spikes outside the recording")
    return recording
