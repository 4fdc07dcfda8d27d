"""Opening HDF5 files of any maker, whole, still being written, or cut off."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def damage_told(path: Path, what: str) -> Iterator[None]:
    """A block that reads what may be damaged, which can break a reader anywhere, in any way.

    Raises:
        Bl1Error: it did.
    """
    try:
        yield
    except Exception as error:
        raise Bl1Error(f"{path}: the {what} is cut off or damaged") from error


def format_of(path: Path) -> str:
    """Format of an HDF5 file, by what it holds: the name of its module in :mod:`bl1.recording`.

    Raises:
        Bl1Error: it is of none that is known, or cut off or damaged.
    """
    with opened(path) as file, damage_told(path, "HDF5 file"):
        names, groups = set(file.attrs), set(file)
        signs = {
            "store": file.attrs.get("format") == BL1,
            "nwb": "nwb_version" in names,
            "cl": "uV_per_sample_unit" in names,
            "maxwell": bool({"wells", "sig"} & groups),
        }
    for name, there in signs.items():
        if there:
            return name
    raise Bl1Error(f"{path}: an HDF5 file of no format that bl1 reads")
