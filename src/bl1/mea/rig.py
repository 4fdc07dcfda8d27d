"""Rig: a culture on its array, running, stimulated and recorded, stretch by stretch.

This is what a closed loop, a recording to a file and the virtual device have in common.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.core.engine import Engine
from bl1.core.spikes import Spikes
from bl1.errors import Bl1Error
from bl1.mea.activation import Activation, effective_strength
from bl1.mea.coupling import couple, layout_for
from bl1.mea.detection import Detector
from bl1.mea.events import EventRecorder
from bl1.mea.floor import Events, joined
from bl1.mea.layout import Layout
from bl1.mea.lfp import lead_field, synaptic_current
from bl1.mea.stimulation import Limits, Train, limits_of
from bl1.mea.traces import TraceRecorder
from bl1.network.culture import Culture

LFP_MS = 1.0  # between two values of the field potential


@dataclass(frozen=True)
class Heard:
    """What a stretch of recording gave.

    Attributes:
        events: threshold crossings; of the traces, if there are any.
        n_samples: events before this sample were given, in this stretch or before it.
        frames: (frames, electrodes) int16 traces; None if only events are recorded.
        spikes: of the cells, which no experimenter sees.
        pulses: step and electrode (its place in the layout) of each pulse that was given, and the
            current of its first phase (µA); NaN for a pulse of voltage.
    """

    events: Events
    n_samples: int
    frames: NDArray[np.int16] | None
    spikes: Spikes
    pulses: list[tuple[int, int, float]]


class Rig:
    """A running culture on an array.

    Args:
        culture: is started afresh.
        mea: the array and what it hears; None for that of the culture's experiment file.
        layout: other electrodes than those of ``mea``, in the coordinates of the dish.
        traces: whether voltages are made; spikes are then sought in them, as hardware does.
        threads: of the engine.

    Attributes:
        listener: told of each stretch.

    Raises:
        Bl1Error: no electrode hears any cell.
    """

    def __init__(
        self,
        culture: Culture,
        mea: MeaConfig | None = None,
        layout: Layout | None = None,
        traces: bool = False,
        threads: int = 1,
    ) -> None:
        self.culture = culture
        self.mea = mea or culture.config.mea or MeaConfig()
        self.layout = layout or layout_for(self.mea, culture.side_um)
        self.engine: Engine = culture.engine(threads)
        seed, dt_ms = culture.seed, culture.config.dt_ms
        # In a trace spikes that are too faint to be found are part of the noise.
        faintest_uv = self.mea.noise_uv if traces else None
        self.coupling = coupling = couple(
            culture.positions_um, self.layout, self.mea, seed, faintest_uv
        )
        self._activation = Activation.of(culture.positions_um, self.layout, self.mea, seed)
        self._events = None if traces else EventRecorder(coupling, self.mea, dt_ms, seed)
        self._traces: TraceRecorder | None = None
        self._lfp_every = max(1, round(LFP_MS / dt_ms))
        if traces:
            narrow = np.array([kind == "FS" for kind in culture.cell_types])
            self._traces = TraceRecorder(coupling, narrow, self.mea, dt_ms, self._lfp_every, seed)
            self._detector = Detector(self.layout, self.mea)
            self._lead_field = lead_field(culture.positions_um, self.layout)
        self.listener: Callable[[Heard], None] | None = None
        self._due: dict[int, list[Train]] = {}  # pulses by the step at which they are given
        self._given_s: dict[int, NDArray[np.float64]] = {}  # and by the electrode, lately or due

    @property
    def makes_traces(self) -> bool:
        """Whether voltages are made, and spikes sought in them."""
        return self._traces is not None

    @property
    def sample_count(self) -> int:
        """Samples of the recording so far."""
        made = self._events or self._traces
        assert made is not None
        return made.sample_count

    def stimulate(self, train: Train) -> None:
        """Give a train of pulses from now on.

        Raises:
            Bl1Error: it is not safe, or the array has no such electrode.
        """
        limits = limits_of(self.layout.name, train.pulse.kind)
        train.check(limits)
        places = self.layout.index_of(train.electrodes)
        now = self.engine.step_count
        self._check_pauses(train, places, now * self.engine.dt_ms / 1000, limits)
        for time_s in train.times_s:
            step = now + round(1000 * time_s / self.engine.dt_ms)
            self._due.setdefault(step, []).append(train)

    def _check_pauses(
        self, train: Train, places: NDArray[np.int32], now_s: float, limits: Limits
    ) -> None:
        """Refuse pulses that would follow others on an electrode sooner than is safe."""
        new_s = now_s + np.array(train.times_s)
        pause_s = max(1.0 / limits.max_train_hz, train.pulse.duration_us / 1e6)
        for place in places.tolist():
            given_s = self._given_s.get(place, np.empty(0))
            given_s = given_s[given_s > now_s - pause_s]
            together_s = np.sort(np.concatenate((given_s, new_s)))
            if np.any(np.diff(together_s) < pause_s * (1 - 1e-6)):
                raise Bl1Error(
                    f"electrode {self.layout.electrodes[place]} would get two pulses within "
                    f"{1000 * pause_s:g} ms, but {limits.name} gives at most "
                    f"{limits.max_train_hz:g} a second"
                )
            self._given_s[place] = together_s

    def advance(self, n_steps: int) -> Heard:
        """Run the culture and record it; with traces, by a multiple of 1 ms."""
        heard = self._advance(n_steps)
        if self.listener is not None:
            self.listener(heard)
        return heard

    def _advance(self, n_steps: int) -> Heard:
        if self._traces and n_steps % self._lfp_every:
            raise Bl1Error(
                f"n_steps is {n_steps}, expected a multiple of {self._lfp_every}: traces come in "
                f"parts of {LFP_MS:g} ms"
            )
        last = self.engine.step_count + n_steps
        spikes: list[Spikes] = []
        currents: list[NDArray[np.float32]] = []
        pulses: list[tuple[int, int, float]] = []
        while (step := self.engine.step_count) < last:
            current = self._pulse_now(step, pulses)
            spikes.append(self.engine.run(self._undisturbed(step, last, current), current))
            if self._traces and self.engine.step_count % self._lfp_every == 0:
                conductances, v_mv = self.engine.conductances(), self.engine.v_mv
                kinetics = self.culture.present.synapses
                currents.append(synaptic_current(conductances, v_mv, kinetics))
        fired = Spikes(
            np.concatenate([part.steps for part in spikes] or [np.empty(0, np.int64)]),
            np.concatenate([part.ids for part in spikes] or [np.empty(0, np.int32)]),
        )
        if self._events:
            events = self._events.read(fired, n_steps)
            return Heard(events, self._events.sample_count, None, fired, pulses)
        assert self._traces is not None
        potential_uv = (self._lead_field @ np.array(currents, np.float32).T).T
        frames = self._traces.read(fired, n_steps, potential_uv)
        events = self._detector.read(frames)
        return Heard(events, self._detector.searched, frames, fired, pulses)

    def finish(self) -> Heard:
        """What is still held back; the recording ends with it."""
        nothing = Spikes(np.empty(0, np.int64), np.empty(0, np.int32))
        if self._traces is None:
            return Heard(joined([]), self.sample_count, None, nothing, [])
        frames = self._traces.finish()
        events = joined([self._detector.read(frames), self._detector.finish()])
        return Heard(events, self._detector.searched, frames, nothing, [])

    def _undisturbed(self, step: int, last: int, current: NDArray[np.float32] | None) -> int:
        """Steps until something is to be done between two of them."""
        if current is not None:
            return 1
        until = min([last, *(due for due in self._due if due > step)])
        if self._traces:
            until = min(until, step + self._lfp_every - step % self._lfp_every)
        return until - step

    def _pulse_now(
        self, step: int, pulses: list[tuple[int, int, float]]
    ) -> NDArray[np.float32] | None:
        """Give the pulses that are due: the current that they drive, and a note of each."""
        current: NDArray[np.float32] | None = None
        for train in self._due.pop(step, []):
            given = self._activation.current(train.electrodes, train.pulse, self.engine.dt_ms)
            current = given if current is None else current + given
            places = self.layout.index_of(train.electrodes)
            first = train.pulse.phases[0].amplitude
            current_ua = first if train.pulse.kind == "current" else math.nan
            pulses += [(step, int(place), current_ua) for place in places]
            if self._traces:
                strength = float(np.copysign(effective_strength(train.pulse), first))
                self._traces.stimulated(step, places, strength)
        return current
