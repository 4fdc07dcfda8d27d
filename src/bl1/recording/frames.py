"""Traces in an HDF5 file, read as they are sliced."""

from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray


class Frames:
    """(frames, electrodes) int16 out of a dataset that holds more, or holds them transposed.

    Args:
        dataset: of an open file, which stays open as long as this is in use.
        n_frames: how many of its frames, the first, count.
        columns: places of the electrodes in the dataset, in their order here; all if None.
        transposed: whether the dataset is (electrodes, frames).
    """

    dtype = np.dtype(np.int16)

    def __init__(
        self,
        dataset: h5py.Dataset,
        n_frames: int,
        columns: NDArray[np.integer] | None = None,
        transposed: bool = False,
    ) -> None:
        n_columns = dataset.shape[0 if transposed else 1]
        self._dataset = dataset
        self._columns = np.arange(n_columns) if columns is None else columns
        self._transposed = transposed
        self.shape = (n_frames, len(self._columns))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: slice | tuple[slice, Any]) -> NDArray[np.int16]:
        frames, electrodes = key if isinstance(key, tuple) else (key, slice(None))
        rows = slice(*frames.indices(len(self)))
        found = self._dataset[:, rows].T if self._transposed else self._dataset[rows]
        chosen: NDArray[np.int16] = found[:, self._columns[electrodes]].astype(np.int16, copy=False)
        return chosen
