"""What electrodes heard, in memory and in files: one file a format.

A format is a module with ``read(path)``, ``write(spikes, path)`` and ``KEEPS``, the parts of a
recording beside its spikes that it can hold. It is loaded when it is used.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout
from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

__all__ = [
    "NO_STIMULI",
    "WRITTEN",
    "Recording",
    "Stimuli",
    "Traces",
    "format_of",
    "load",
    "lost",
    "save",
]

# Format of what is written, by the end of the name; the longest end that fits counts.
WRITTEN = {
    ".npz": "npz",
    ".h5": "store",
    ".nwb": "nwb",
    ".cl.h5": "cl",
    ".txt": "text",
    ".csv": "text",
    ".txt.gz": "text",
    ".csv.gz": "text",
}


def load(path: str | Path, layout: Layout | None = None) -> SpikeTrain:
    """Read spikes from a file of any format: a :class:`Recording`, or a train of cells.

    HDF5 files are told apart by what they hold, others by the end of their name.

    Args:
        path: the file.
        layout: electrodes of a text file that does not say which channels it is of.

    Raises:
        Bl1Error: the file cannot be read, or is of no known format, or is damaged.
    """
    path = Path(path)
    try:
        name = format_of(path)
        if layout is not None and name != "text":
            raise Bl1Error(f"{path}: knows its electrodes; a layout is expected for text only")
        options = () if layout is None else (layout,)
        spikes: SpikeTrain = _module(name).read(path, *options)
    except OSError as error:
        raise Bl1Error(f"{path}: cannot be read ({error.strerror or error})") from error
    return spikes


def save(spikes: SpikeTrain, path: str | Path) -> None:
    """Write spikes in the format that the end of the name tells; all of them or nothing.

    What a format cannot hold is left out; :func:`lost` names it beforehand.

    Raises:
        Bl1Error: no format ends like that, or the file cannot be written.
    """
    path = Path(path)
    module = _module(_format_written(path))
    try:
        module.write(spikes, path)
    except OSError as error:
        reason = error.strerror or error
        raise Bl1Error(f"{path}: cannot write the spikes ({reason})") from error


def lost(spikes: SpikeTrain, path: str | Path) -> list[str]:
    """Parts of these spikes that :func:`save` to this path leaves out, by name."""
    parts = {
        "electrodes": isinstance(spikes, Recording),
        "metadata": bool(spikes.metadata),
        "amplitudes": isinstance(spikes, Recording) and spikes.amplitudes_uv is not None,
        "stimuli": isinstance(spikes, Recording) and len(spikes.stimuli.steps) > 0,
        "stimulus currents": isinstance(spikes, Recording)
        and bool(np.any(np.isfinite(spikes.stimuli.amplitudes_ua))),
        "traces": isinstance(spikes, Recording) and spikes.traces is not None,
    }
    kept = _module(_format_written(Path(path))).KEEPS
    return [part for part, there in parts.items() if there and part not in kept]


def format_of(path: Path) -> str:
    """Name of the format of a file that is there: its module in this package.

    Raises:
        Bl1Error: it is an HDF5 file of no known format, or cut off.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\x89HDF\r\n\x1a\n" or path.suffix in (".h5", ".hdf5", ".nwb"):
        return str(_module("hdf5").format_of(path))
    if start[:2] == b"PK":
        return "npz"
    return "text"


def _module(name: str) -> Any:
    return import_module(f"bl1.recording.{name}")


def _format_written(path: Path) -> str:
    ends = [end for end in WRITTEN if path.name.endswith(end)]
    if not ends:
        known = ", ".join(WRITTEN)
        raise Bl1Error(f"{path}: spikes are saved as {known}, not as '{path.suffix}'")
    return WRITTEN[max(ends, key=len)]
