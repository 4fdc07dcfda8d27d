"""Spikes as events: which cell fired at which step. Never a dense raster unless asked for."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error


class Spikes(NamedTuple):
    """Spikes of a stretch of simulation, ordered by step, then by cell."""

    steps: NDArray[np.int64]
    ids: NDArray[np.int32]


@dataclass(frozen=True)
class SpikeTrain:
    """All spikes of a run and what is needed to read them.

    Attributes:
        steps, ids: (spikes,) step and cell of each spike, ordered by step, then by cell.
        dt_ms: length of a step.
        n_steps: steps that were run.
        n_neurons, n_exc: cells, and how many of them (the first) are excitatory.
        metadata: seed, config and version of the run; kept with the spikes in a file.
    """

    steps: NDArray[np.int64]
    ids: NDArray[np.int32]
    dt_ms: float
    n_steps: int
    n_neurons: int
    n_exc: int
    metadata: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Time of each spike (s): the start of its step."""
        return self.steps * np.float64(self.dt_ms / 1000.0)

    @property
    def duration_s(self) -> float:
        """Time that was simulated (s)."""
        return self.n_steps * self.dt_ms / 1000.0

    def rate_hz(self, cells: slice = slice(None)) -> float:
        """Mean firing rate of a range of cells (Hz); 0 for no time or no cells."""
        first, last, _ = cells.indices(self.n_neurons)
        cell_seconds = max(last - first, 0) * self.duration_s
        if cell_seconds == 0.0:
            return 0.0
        return float(np.count_nonzero((self.ids >= first) & (self.ids < last)) / cell_seconds)

    def hash(self) -> str:
        """SHA-256 of the spike events: equal for two runs if and only if every spike is."""
        digest = hashlib.sha256()
        digest.update(self.steps.astype("<i8").tobytes())
        digest.update(self.ids.astype("<i4").tobytes())
        return digest.hexdigest()

    def save(self, path: str | Path) -> None:
        """Write the train to a ``.npz`` file that :meth:`load` reads; all of it or nothing."""
        path = Path(path)
        if path.suffix != ".npz":
            raise Bl1Error(f"{path}: spikes are saved as .npz, not as '{path.suffix}'")
        facts = {
            "dt_ms": self.dt_ms,
            "n_steps": self.n_steps,
            "n_neurons": self.n_neurons,
            "n_exc": self.n_exc,
            "metadata": self.metadata,
        }
        unfinished = path.with_name(path.name + ".part")
        try:
            with unfinished.open("wb") as file:
                np.savez_compressed(
                    file, steps=self.steps, ids=self.ids, facts=np.array(json.dumps(facts))
                )
            os.replace(unfinished, path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise Bl1Error(f"{path}: cannot write the spikes ({error.strerror})") from error

    @classmethod
    def load(cls, path: str | Path) -> "SpikeTrain":
        """Read what :meth:`save` wrote."""
        try:
            with np.load(path) as arrays:
                facts = json.loads(str(arrays["facts"]))
                return cls(steps=arrays["steps"], ids=arrays["ids"], **facts)
        except OSError as error:
            raise Bl1Error(f"{path}: cannot read spikes ({error.strerror or error})") from error
        except (KeyError, ValueError, TypeError, EOFError, BadZipFile) as error:
            raise Bl1Error(f"{path}: not a spike file of bl1, or a damaged one") from error
