"""What a file says beside its spikes: step, duration, units, electrodes and metadata, as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout
from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def created(spikes: SpikeTrain) -> datetime:
    """When a recording began: ``metadata["created"]`` (ISO 8601), or else now.

    Raises:
        Bl1Error: it is no date, or has no time zone.
    """
    if "created" not in spikes.metadata:
        return datetime.now(UTC)
    said = spikes.metadata["created"]
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Bl1Error(
            f"metadata say 'created: {said}', expected a date and time with its zone (ISO 8601)"
        )
    return moment


class LayoutFacts(BaseModel):
    """A :class:`bl1.mea.layout.Layout`, field by field."""

    model_config = _STRICT

    name: str
    electrodes: list[int]
    positions_um: list[tuple[float, float]] | None
    sampling_hz: float
    read_at_once: int
    uv_per_bit: float
    ground: tuple[int, ...]
    reference: tuple[int, ...]

    @classmethod
    def of(cls, layout: Layout) -> "LayoutFacts":
        """The facts of a layout."""
        places = layout.positions_um
        return cls(
            name=layout.name,
            electrodes=layout.electrodes.tolist(),
            positions_um=None if places is None else [(x, y) for x, y in places.tolist()],
            sampling_hz=float(layout.sampling_hz),
            read_at_once=int(layout.read_at_once),
            uv_per_bit=float(layout.uv_per_bit),
            ground=tuple(int(electrode) for electrode in layout.ground),
            reference=tuple(int(electrode) for electrode in layout.reference),
        )

    def layout(self) -> Layout:
        """The layout itself."""
        places = self.positions_um
        return Layout(
            name=self.name,
            electrodes=np.array(self.electrodes, np.int32),
            positions_um=None if places is None else np.array(places, float).reshape(-1, 2),
            sampling_hz=self.sampling_hz,
            read_at_once=self.read_at_once,
            uv_per_bit=self.uv_per_bit,
            ground=self.ground,
            reference=self.reference,
        )


class Facts(BaseModel):
    """All of a spike train but its events; ``layout`` is None for a train of cells."""

    model_config = _STRICT

    dt_ms: float = Field(gt=0)
    n_steps: int = Field(ge=0)
    n_units: int = Field(ge=0)
    n_exc: int | None = Field(ge=0)
    layout: LayoutFacts | None
    metadata: dict[str, Any]

    @classmethod
    def of(cls, spikes: SpikeTrain) -> "Facts":
        """The facts of a spike train."""
        return cls(
            dt_ms=float(spikes.dt_ms),
            n_steps=int(spikes.n_steps),
            n_units=int(spikes.n_units),
            n_exc=spikes.n_exc,
            layout=LayoutFacts.of(spikes.layout) if isinstance(spikes, Recording) else None,
            metadata=spikes.metadata,
        )

    def json_text(self) -> str:
        """The facts on one line of JSON.

        Raises:
            Bl1Error: the metadata hold something that JSON cannot.
        """
        try:
            return json.dumps(self.model_dump())
        except TypeError as error:
            raise Bl1Error(f"the metadata cannot be written as JSON: {error}") from None

    def spikes(
        self,
        steps: NDArray[np.int64],
        ids: NDArray[np.int32],
        amplitudes_uv: NDArray[np.float32] | None = None,
        stimuli: Stimuli = NO_STIMULI,
        traces: Traces | None = None,
    ) -> SpikeTrain:
        """The train of these events: a :class:`Recording` if there is a layout.

        Raises:
            Bl1Error: such a train cannot be.
        """
        common: dict[str, Any] = {
            "steps": steps,
            "ids": ids,
            **self.model_dump(include={"dt_ms", "n_steps", "n_units", "n_exc", "metadata"}),
        }
        if self.layout is None:
            train = SpikeTrain(**common)
        else:
            train = Recording(
                **common,
                layout=self.layout.layout(),
                amplitudes_uv=amplitudes_uv,
                stimuli=stimuli,
                traces=traces,
            )
        if not train.is_possible():
            raise Bl1Error("steps or ids that no such recording can have")
        return train
