"""Spikes as events: which unit fired at which step. Never a dense raster unless asked for."""

import hashlib
import json
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bl1.atomicfile import replacing
from bl1.errors import Bl1Error


class Spikes(NamedTuple):
    """Spikes of a stretch of simulation, ordered by step, then by cell."""

    steps: NDArray[np.int64]
    ids: NDArray[np.int32]


class _Facts(BaseModel):
    """What a spike file says beside the spikes."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    dt_ms: float = Field(gt=0)
    n_steps: int = Field(ge=0)
    n_units: int = Field(ge=0)
    n_exc: int | None = Field(ge=0)
    metadata: dict[str, Any]


@dataclass(frozen=True)
class SpikeTrain:
    """All spikes of a run and what is needed to read them.

    A unit is what spikes are told apart by: a cell of a culture, or an electrode that heard cells
    (:class:`bl1.recording.Recording`).

    Attributes:
        steps, ids: (spikes,) step and unit of each spike, ordered by step, then by unit.
        dt_ms: length of a step; of a recording, the time between two samples.
        n_steps: steps that were run.
        n_units: cells, or electrodes.
        n_exc: how many of the cells (the first) are excitatory; None where nobody knows.
        metadata: seed, config and version of the run; kept with the spikes in a file.
    """

    steps: NDArray[np.int64]
    ids: NDArray[np.int32]
    dt_ms: float
    n_steps: int
    n_units: int
    n_exc: int | None = None
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

    def rate_hz(self, units: slice = slice(None)) -> float:
        """Mean firing rate of a range of units (Hz); 0 for no time or no units."""
        first, last, _ = units.indices(self.n_units)
        unit_seconds = max(last - first, 0) * self.duration_s
        if unit_seconds == 0.0:
            return 0.0
        return float(np.count_nonzero((self.ids >= first) & (self.ids < last)) / unit_seconds)

    def hash(self) -> str:
        """SHA-256 of the spike events: equal for two runs if and only if every spike is."""
        digest = hashlib.sha256()
        digest.update(self.steps.astype("<i8").tobytes())
        digest.update(self.ids.astype("<i4").tobytes())
        return digest.hexdigest()

    def save(self, path: str | Path) -> None:
        """Write the train to a file; all of it or nothing.

        A ``.npz`` is read by :meth:`load` and keeps a train as cells have it. Any other suffix is
        that of a format in :mod:`bl1.recording`.

        Raises:
            Bl1Error: there is no such format, or the file cannot be written.
        """
        path = Path(path)
        if path.suffix != ".npz":
            from bl1.recording import save

            save(self, path)
            return
        facts = {name: getattr(self, name) for name in _Facts.model_fields}
        try:
            with replacing(path) as file:
                np.savez_compressed(
                    file,
                    steps=self.steps.astype(np.int64, copy=False),
                    ids=self.ids.astype(np.int32, copy=False),
                    facts=np.array(json.dumps(facts)),
                )
        except OSError as error:
            raise Bl1Error(f"{path}: cannot write the spikes ({error.strerror})") from error

    @classmethod
    def load(cls, path: str | Path) -> "SpikeTrain":
        """Read what :meth:`save` wrote.

        Raises:
            Bl1Error: the file cannot be opened, or what it holds is no spike train.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise Bl1Error(f"{path}: cannot read spikes ({error.strerror})") from error
        try:
            with np.load(BytesIO(content)) as arrays:
                facts = _Facts.model_validate_json(str(arrays["facts"]))
                train = cls(arrays["steps"], arrays["ids"], **dict(facts))
            if not train.is_possible():
                raise ValueError("steps or ids that no such run can have")
        except Exception as error:  # damaged bytes can break a reader anywhere, in any way
            raise Bl1Error(f"{path}: not a spike file of bl1, or a damaged one") from error
        return train

    def is_possible(self) -> bool:
        """Whether these can be the spikes of so many units in so many steps."""
        steps, ids = self.steps, self.ids
        return bool(
            steps.dtype == np.int64
            and ids.dtype == np.int32
            and steps.shape == ids.shape == (len(steps),)
            and np.all((steps >= 0) & (steps < self.n_steps))
            and np.all((ids >= 0) & (ids < self.n_units))
            and np.all(np.diff(steps) >= 0)
            and (self.n_exc is None or self.n_exc <= self.n_units)
        )
