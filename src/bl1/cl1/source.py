"""Source: a culture behind the CL API, as a data source of its simulator (cl-sdk 1.0, `cl.sim`).

The SDK makes it in a process of its own from three environment variables (`bl1 cl1 env`), so that
a script which was written for a CL1 runs as it is. Only that process imports this module.

Timestamps are those of the SDK, 25,000 a second. A pulse acts at its timestamp, but never before
what was already given out; events come half a millisecond after they happened, since a waveform
begins before its trough. In real time the culture lives 5 ms at a time and so that far ahead, and
a pulse, which the SDK tells some milliseconds late, acts at the earliest moment that is left. In
accelerated time it lives just as far as is asked for, pulses act in their step of 0.5 ms, and the
same seed and script give the same recording to the bit.
"""

import gc
import os
import sys
import time
from collections import deque
from collections.abc import Sequence
from threading import Thread

import numpy as np
from cl.sim import (
    DataSourceBatch,
    DataSourceSpike,
    DataSourceStim,
    SimulatorDataSource,
    SimulatorDataSourceMetadata,
)

from bl1.cl1.channels import FORBIDDEN
from bl1.cl1.service import Tick, Watcher
from bl1.cl1.tissue import SETTLING_S, Listened, Tissue
from bl1.cl1.voltages import Voltages
from bl1.errors import Bl1Error
from bl1.mea.layout import CL1_SITES
from bl1.mea.stimulation import CL1_LIMITS, Phase, Pulse, Train
from bl1.network.culture import Culture

AHEAD_MS = 5.0  # that the culture lives at a time in real time
JUDGED_EVERY_S = 2.0
PARENT_S = 0.5
SCRIPT = os.getppid()  # this process is one that the script's began
ACCELERATED = "CL_SDK_ACCELERATED_TIME"


class CultureSource(SimulatorDataSource):  # type: ignore[misc]
    """A culture that the SDK reads and stimulates.

    Args:
        config: name or path of an experiment file on a CL1.
        neurons: another number of neurons; None for that of the file.
        seed: of the dish, its background and the noise.

    Attributes:
        tissue: the culture, once it is opened.
        watchers: told of each stretch that it lives.
    """

    tissue: Tissue

    def __init__(
        self, config: str = "cl1_culture", neurons: int | None = None, seed: int = 0
    ) -> None:
        self._config, self._neurons, self._seed = config, neurons, seed
        self._first: int | None = None  # timestamp of the culture's sample 0
        self._spikes: deque[tuple[int, int, float]] = deque()  # timestamp, channel, height (µV)
        self._given = 0  # frames before this timestamp were given out
        self._earliest: dict[int, int] = {}  # step from which a channel may give a pulse again
        self._n_refused = 0
        self._lived_s = self._busy_s = 0.0
        self._is_behind = False
        self.watchers: tuple[Watcher, ...] = ()

    @property
    def metadata(self) -> SimulatorDataSourceMetadata:
        """A CL1 that goes on for ever and cannot be wound back."""
        return SimulatorDataSourceMetadata(
            channel_count=CL1_SITES, seekable=False, supports_accelerated=True
        )

    def open(self) -> None:
        """Plate the culture and let it come to life."""
        Thread(target=_end_with, args=(SCRIPT,), name="bl1 parent", daemon=True).start()
        culture = Culture.from_config(self._config, self._seed, self._neurons)
        self.tissue = tissue = Tissue(culture)
        tissue.advance(round(1000 * SETTLING_S / tissue.dt_ms))
        self._origin = tissue.step_count
        self._origin_sample = tissue.rig.sample_count
        self._per_step = tissue.sampling_hz * tissue.dt_ms / 1000.0
        self._ahead = 0 if _accelerated() else round(AHEAD_MS / tissue.dt_ms)
        self._pause = int(np.ceil(1000 / CL1_LIMITS.max_train_hz / tissue.dt_ms))
        self._voltages = Voltages(tissue.rig.layout, tissue.rig.mea.noise_uv, self._seed)
        gc.collect()
        gc.freeze()  # looking through what was built for garbage would delay what is due

    def close(self) -> None:
        """Say how many pulses were not given (not safe, or on ground or reference), if any were."""
        if self._n_refused:
            print(f"bl1: pulses that were not given: {self._n_refused:,}", file=sys.stderr)

    def on_stims(self, stims: Sequence[DataSourceStim]) -> None:
        """Give pulses, each at its timestamp or as soon as is left."""
        for stim in sorted(stims, key=lambda stim: (stim.timestamp, stim.channel)):
            self._stimulate(stim)

    def read(self, from_timestamp: int, frame_count: int) -> DataSourceBatch:
        """Frames and spikes of the next timestamps; the culture lives until their end."""
        if self._first is None:
            self._first = self._given = from_timestamp
        until = from_timestamp + frame_count
        self._live_until(until)
        first, last = from_timestamp - self._first, until - self._first
        spikes = []
        while self._spikes and self._spikes[0][0] < last:
            sample, channel, _ = self._spikes.popleft()
            if sample >= first:
                uv = self._voltages.snippet_uv(sample, channel)
                spikes.append(DataSourceSpike(sample + self._first, channel, uv, float(uv.mean())))
        frames = self._voltages.take(first, last)
        self._given = until
        return DataSourceBatch(frames, spikes)

    def _live_until(self, timestamp: int) -> None:
        """Let the culture live until all frames before a timestamp are known."""
        assert self._first is not None
        samples = timestamp - self._first
        self._voltages.extend(samples)
        tissue = self.tissue
        n_steps = int(np.ceil(samples / self._per_step)) - (tissue.step_count - self._origin)
        if n_steps <= 0:
            return
        heard = self._live(max(n_steps, self._ahead))
        self._voltages.extend(heard.last - self._origin_sample)
        for sample, channel, uv in zip(*(column.tolist() for column in heard.events), strict=True):
            shown = sample - self._origin_sample + self._voltages.lag
            self._voltages.add_event(shown, channel, uv)
            self._spikes.append((shown, channel, uv))

    def _live(self, n_steps: int) -> Listened:
        """Let the culture live, and say once if it is too slow for real time."""
        start_s = time.perf_counter()
        heard = self.tissue.advance(n_steps)
        self._busy_s += time.perf_counter() - start_s
        self._lived_s += n_steps * self.tissue.dt_ms / 1000.0
        factor = self._lived_s / self._busy_s
        for watcher in self.watchers:
            watcher.tell(Tick(heard, (), None, None, factor))
        if self._lived_s >= JUDGED_EVERY_S:
            if factor < 1 and self._ahead and not self._is_behind:
                self._is_behind = True
                print(
                    f"bl1: falling behind: the culture lives at {factor:.2f} × real time here; "
                    f"fewer --neurons would keep up",
                    file=sys.stderr,
                )
            self._lived_s = self._busy_s = 0.0
        return heard

    def _stimulate(self, stim: DataSourceStim) -> None:
        if not stim.phase_durations_us or stim.channel in FORBIDDEN:
            self._n_refused += 1
            return
        widths_us, currents_ua = stim.phase_durations_us, stim.phase_currents_uA
        pulse = Pulse(tuple(map(Phase, currents_ua, map(float, widths_us))))
        first = stim.timestamp if self._first is None else self._first
        sample = stim.timestamp - first
        now = self.tissue.step_count
        step = max(self._origin + round(sample / self._per_step), now)
        step = max(step, self._earliest.get(stim.channel, 0))
        delay_s = (step - now) * self.tissue.dt_ms / 1000.0
        try:
            self.tissue.rig.stimulate(Train((stim.channel,), pulse, delay_s=delay_s))
        except Bl1Error:
            self._n_refused += 1
            return
        self._earliest[stim.channel] = step + self._pause
        shown = max(int((step - self._origin) * self._per_step), self._given - first)
        self._voltages.add_artefact(shown, stim.channel, pulse)


def create(config: str = "cl1_culture", neurons: int | None = None, seed: int = 0) -> CultureSource:
    """What `CL_SDK_DATA_SOURCE=bl1.cl1.source:create` names."""
    return CultureSource(config, neurons, seed)


def _end_with(script: int) -> None:
    """End this process once the script's is gone, which cannot say so if a signal killed it."""
    while os.getppid() == script:
        time.sleep(PARENT_S)
    os._exit(1)


def _accelerated() -> bool:
    return os.environ.get(ACCELERATED, "") not in ("", "0", "false", "False")
