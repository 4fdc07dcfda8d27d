"""Tissue: the culture in the device, stimulated and heard through the channels of a CL1."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bl1.cl1.ablations import Ablated, Ablation
from bl1.cl1.pulses import PulseQueue
from bl1.core.spikes import Spikes
from bl1.errors import Bl1Error
from bl1.mea.floor import Events
from bl1.mea.rig import Rig
from bl1.mea.stimulation import Train, biphasic
from bl1.network.culture import Culture

ARTIFACT_MS = 2.0  # after its own pulse, in which an electrode is deaf
PULSE_WIDTH_US = 120.0  # of each of the two phases, the cathodic one first
SETTLING_S = 2.0  # until a culture that starts at rest fires as it goes on to
CALIBRATION_S = 20.0  # in which it is listened to, unstimulated
STRETCH_S = 0.5


@dataclass(frozen=True)
class Listened:
    """A stretch of the culture's life as the device tells it.

    Attributes:
        first, last: samples from the start; the stretch ends before ``last``.
        events: threshold crossings, ``ids`` being channels; under an ablation, what replaces them.
        pulses: sample, channel and current (µA) of each pulse that was given.
        spikes: of the cells, which no bench sees; for pictures.
    """

    first: int
    last: int
    events: Events
    pulses: list[tuple[int, int, float]]
    spikes: Spikes


class Tissue:
    """A running culture on a CL1.

    Args:
        culture: is started afresh; the array is that of its experiment file, which must be a CL1.
        ablation: what is put in the place of its spikes.
        threads: of the engine.

    Raises:
        Bl1Error: its file names another array, or no electrode hears any cell.
    """

    def __init__(self, culture: Culture, ablation: Ablation = "none", threads: int = 1) -> None:
        if culture.config.array().layout != "cl1":
            raise Bl1Error(
                f"{culture.config.name} is read by {culture.config.array().layout}, expected the "
                f"array of a CL1 (mea.layout: cl1)"
            )
        if ablation == "cut":
            culture = replace(culture, synapses=None)
        self.rig = Rig(culture, threads=threads)
        self.culture = culture
        self.ablation = ablation
        layout = self.rig.layout
        self.channels = layout.electrodes
        self.sampling_hz = layout.sampling_hz
        self._per_step = layout.sampling_hz * self.dt_ms / 1000.0
        self._queue = PulseQueue(self.dt_ms)
        self._ablated = Ablated(ablation, len(layout), layout.sampling_hz, culture.seed)
        self._artifact = round(ARTIFACT_MS / 1000.0 * self.sampling_hz)
        self._deaf: list[tuple[int, int]] = []  # sample and channel of pulses whose artefact lasts
        self.spontaneous_hz = np.zeros(64)  # of each channel, by its number

    @property
    def dt_ms(self) -> float:
        """Step of the culture (ms)."""
        return self.rig.engine.dt_ms

    @property
    def step_count(self) -> int:
        """Steps since it was started."""
        return self.rig.engine.step_count

    def settle(self, progress: Callable[[float], None] = lambda seconds: None) -> float:
        """Let it come to life, then listen to what each channel has without stimulation.

        Args:
            progress: called with the culture's seconds so far, of 22.

        Returns:
            How many times faster than real time it lived.
        """
        counts = np.zeros(64)
        start_s = time.perf_counter()
        n_stretches = round((SETTLING_S + CALIBRATION_S) / STRETCH_S)
        for stretch in range(n_stretches):
            heard = self.advance(round(1000 * STRETCH_S / self.dt_ms))
            if stretch * STRETCH_S >= SETTLING_S:
                counts += np.bincount(heard.events.ids, minlength=64)
            progress((stretch + 1) * STRETCH_S)
        self.spontaneous_hz = counts / CALIBRATION_S
        return n_stretches * STRETCH_S / (time.perf_counter() - start_s)

    def stimulate(
        self,
        channels: tuple[int, ...],
        current_ua: float,
        n_pulses: int = 1,
        rate_hz: float = 0.0,
    ) -> None:
        """Queue biphasic pulses of 120 µs a phase on each channel, from now on.

        Raises:
            Bl1Error: a channel has too many trains to give; then none is queued.
        """
        self._queue.add(channels, current_ua, self.step_count, n_pulses, rate_hz)

    def interrupt(self, channels: tuple[int, ...]) -> None:
        """Give nothing of what these channels were still to give."""
        self._queue.interrupt(channels)

    def advance(self, n_steps: int) -> Listened:
        """Live on by some steps."""
        now, first = self.step_count, self.rig.sample_count
        for step, channel, current_ua in self._queue.take(now + n_steps):
            pulse = biphasic(-current_ua, PULSE_WIDTH_US)
            delay_s = (step - now) * self.dt_ms / 1000.0
            self.rig.stimulate(Train((channel,), pulse, delay_s=delay_s))
        heard = self.rig.advance(n_steps)
        last = self.rig.sample_count
        pulses = [
            (int(np.ceil(step * self._per_step)), int(self.channels[place]), abs(current_ua))
            for step, place, current_ua in heard.pulses
        ]
        audible = self._audible(heard.events, pulses, last)
        events = self._ablated.reported(audible, first, last)
        named = Events(events.samples, self.channels[events.ids], events.amplitudes_uv)
        return Listened(first, last, named, pulses, heard.spikes)

    def _audible(self, events: Events, pulses: list[tuple[int, int, float]], last: int) -> Events:
        """Events that no artefact hides."""
        self._deaf += [(sample, channel) for sample, channel, _ in pulses]
        channels, hidden = self.channels[events.ids], np.zeros(len(events.ids), bool)
        for sample, channel in self._deaf:
            since = events.samples - sample
            hidden |= (channels == channel) & (since >= 0) & (since < self._artifact)
        self._deaf = [pulse for pulse in self._deaf if pulse[0] + self._artifact > last]
        return events.taken(np.flatnonzero(~hidden))
