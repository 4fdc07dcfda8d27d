"""Opening HDF5 files of any maker, whole, still being written, or cut off."""

import struct
from pathlib import Path

import h5py

from bl1.errors import Bl1Error

SIGNATURE = b"\x89HDF\r\n\x1a\n"
BL1 = "bl1 recording"  # what the native store says of itself
_SUPERBLOCK = struct.Struct("<8sBBBB8x8xQ")  # signature, version, sizes, flags, end of file
_FLAGGED = 3  # version of the superblock from which on flags tell that a writer has the file open


def opened(path: Path) -> h5py.File:
    """The file, opened for reading.

    A writer that is killed leaves its file flagged as open, and HDF5 refuses to open such a file
    unless it is read the way that one reads beside a writer (SWMR); there, the library waits for
    ever for what is cut off, so the size is checked before.

    Raises:
        Bl1Error: it is no HDF5 file, or cut off or damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_SUPERBLOCK.size)
    if head[: len(SIGNATURE)] != SIGNATURE:
        raise Bl1Error(f"{path}: not an HDF5 file")
    damaged = Bl1Error(f"{path}: the HDF5 file is cut off or damaged")
    if len(head) < _SUPERBLOCK.size:
        raise damaged
    _, version, _, _, flags, end = _SUPERBLOCK.unpack(head)
    unclosed = version >= _FLAGGED and flags != 0
    if unclosed and path.stat().st_size < end:
        raise damaged
    try:
        return h5py.File(path, "r", swmr=unclosed, locking=False if unclosed else None)
    except OSError:
        raise damaged from None


def format_of(path: Path) -> str:
    """Format of an HDF5 file, by what it holds: the name of its module in :mod:`bl1.recording`.

    Raises:
        Bl1Error: it is of none that is known.
    """
    with opened(path) as file:
        if file.attrs.get("format") == BL1:
            return "store"
        if "nwb_version" in file.attrs:
            return "nwb"
        if "wells" in file or "sig" in file:
            return "maxwell"
        if "uV_per_sample_unit" in file.attrs:
            return "cl"
    raise Bl1Error(f"{path}: an HDF5 file of no format that bl1 reads")
