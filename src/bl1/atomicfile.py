"""Files that are written at one stroke: there is the old one or the whole new one, never a part."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` if the block ends well.

    Nothing is left of it if the block does not, be it by an error or by Ctrl-C. A symbolic link
    stays one: what it points to is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    partial = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        with partial.open("wb") as file:
            yield file
        os.replace(partial, target)
    finally:
        with suppress(OSError):  # replaced already, or never made
            partial.unlink()
