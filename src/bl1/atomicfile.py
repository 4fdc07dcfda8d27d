"""Files that are written at one stroke: there is the old one or the whole new one, never a part.

And the folders that they go to.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bl1.errors import Bl1Error


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where there is none.

    Raises:
        Bl1Error: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Bl1Error(f"cannot make the folder {path}: a file is in its place") from None
    except OSError as error:
        raise Bl1Error(f"cannot make the folder {path}: {error.strerror}") from None


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
