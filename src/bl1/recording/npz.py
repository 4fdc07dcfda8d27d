"""A spike train as NumPy arrays: a small file for spikes of cells; see :class:`SpikeTrain`."""

from pathlib import Path

from bl1.core.spikes import SpikeTrain

KEEPS = frozenset({"metadata"})


def read(path: Path) -> SpikeTrain:
    """Read what :meth:`SpikeTrain.save` wrote."""
    return SpikeTrain.load(path)


def write(spikes: SpikeTrain, path: Path) -> None:
    """Write the events; units are numbered from 0, electrodes lose their places."""
    spikes.save(path)
