"""Recording: what electrodes heard of a culture, simulated or living."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout


class Stimuli(NamedTuple):
    """Pulses that were given, ordered by time."""

    steps: NDArray[np.int64]  # sample at which the pulse began
    ids: NDArray[np.int32]  # place of the electrode in the layout
    amplitudes_ua: NDArray[np.float32]  # current of its first phase (µA); NaN if unknown


NO_STIMULI = Stimuli(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))


@dataclass(frozen=True)
class Traces:
    """Voltage of every electrode at every sample, as the hardware's converter gives it.

    Attributes:
        samples: (frames, electrodes) int16; an array, or a dataset of an open HDF5 file that is
            read as it is sliced.
        uv_per_bit: microvolts that one unit stands for.
    """

    samples: Any
    uv_per_bit: float

    def uv(self, first: int, last: int) -> NDArray[np.float32]:
        """(frames, electrodes) voltages (µV) of the frames from ``first`` to before ``last``."""
        frames: NDArray[np.float32] = np.asarray(self.samples[first:last], np.float32)
        return frames * np.float32(self.uv_per_bit)


@dataclass(frozen=True, kw_only=True)
class Recording(SpikeTrain):
    """A spike train whose units are electrodes: threshold crossings, where and how large.

    A step is a sample of the hardware. A recording can be analysed, drawn and saved like any other
    spike train.

    Attributes:
        layout: the electrodes; unit ``i`` is the hardware's ``layout.electrodes[i]``.
        amplitudes_uv: (spikes,) height of each spike's peak (µV); None if unknown.
        stimuli: pulses that were given.
        traces: voltages; None where only events were kept.
    """

    layout: Layout
    amplitudes_uv: NDArray[np.float32] | None = None
    stimuli: Stimuli = field(default=NO_STIMULI)
    traces: Traces | None = None

    def __post_init__(self) -> None:
        if self.n_units != len(self.layout):
            raise Bl1Error(
                f"a recording of {self.n_units} units needs as many electrodes, but layout "
                f"{self.layout.name} reads {len(self.layout)}"
            )
        if self.amplitudes_uv is not None and self.amplitudes_uv.shape != self.steps.shape:
            raise Bl1Error(
                f"amplitudes have shape {self.amplitudes_uv.shape}, expected one for each of "
                f"{len(self)} spikes: {self.steps.shape}"
            )

    @property
    def sampling_hz(self) -> float:
        """Samples a second."""
        return 1000.0 / self.dt_ms

    def of_electrodes(self, electrodes: Any) -> "Recording":
        """The same recording of these electrodes only (the hardware's numbers), without traces.

        Raises:
            Bl1Error: one of them is not in the recording.
        """
        index = self.layout.index_of(electrodes)
        place = np.full(self.n_units, -1, np.int32)
        place[index] = np.arange(len(index), dtype=np.int32)
        kept = place[self.ids] >= 0
        given = place[self.stimuli.ids] >= 0
        order = np.lexsort((place[self.ids[kept]], self.steps[kept]))
        amplitudes = self.amplitudes_uv
        return Recording(
            steps=self.steps[kept][order],
            ids=place[self.ids[kept]][order],
            dt_ms=self.dt_ms,
            n_steps=self.n_steps,
            n_units=len(index),
            metadata=self.metadata,
            layout=self.layout.selected(self.layout.electrodes[index]),
            amplitudes_uv=None if amplitudes is None else amplitudes[kept][order],
            stimuli=Stimuli(
                self.stimuli.steps[given],
                place[self.stimuli.ids[given]],
                self.stimuli.amplitudes_ua[given],
            ),
        )
