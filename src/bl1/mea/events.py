"""Events: the threshold crossings that electrodes report, straight from the spikes of the cells.

A spike of a cell that an electrode hears with height V crosses its threshold θ if

    V + noise > θ,   noise ~ N(0.4 σ, (0.92 σ)²)

with σ the electrode's noise: a detector takes the lowest of the samples around a trough, which
noise deepens by 0.4 σ on average. Both numbers are what :mod:`bl1.mea.detection` finds on traces of
single cells (0.16 to 0.48 and 0.90 to 1.02, for broad and narrow spikes at 20 and 25 kHz).

A second crossing of the same electrode within the dead time is the same event: coincident spikes
merge. (In a trace the spikes of cells that fire together also add up, so that bursts have some more
there.) Noise alone crosses as a Poisson process of each electrode. Every random number is a
function of the seed and of what it belongs to (the spike and its electrode; the second and its
crossings by noise), so that events depend neither on how a run was cut nor on what else is read.

This is the quick way to record, without voltages; :mod:`bl1.mea.traces` has these.
"""

import math
from typing import Any

import numpy as np

from bl1.config import MeaConfig
from bl1.core import noise
from bl1.core.jit import compiled, inlined
from bl1.core.spikes import Spikes
from bl1.mea.coupling import Coupling
from bl1.mea.floor import Events, Floor, joined

TROUGH_SHIFT_SD = 0.40
TROUGH_SD = 0.92

for equation in (noise.mix, noise.count_ones, noise.key_of, noise.standard_normal):
    inlined(equation)


class EventRecorder:
    """Reads the threshold crossings of a running culture, stretch by stretch.

    Args:
        coupling: who hears whom.
        mea: noise, threshold, dead time, false positives.
        dt_ms: step of the culture.
        seed: of the noise.
    """

    def __init__(self, coupling: Coupling, mea: MeaConfig, dt_ms: float, seed: int) -> None:
        self.coupling = coupling
        self.step_count = 0
        self._mea, self._seed, self._dt_ms = mea, seed, dt_ms
        self._per_step = coupling.layout.sampling_hz * dt_ms / 1000.0
        self._dead = max(1, round(mea.dead_time_ms / 1000.0 * coupling.layout.sampling_hz))
        self._last = np.full(len(coupling.layout), -self._dead, np.int64)
        self._floor = Floor(coupling.layout, mea, seed)
        self._out = joined([])

    @property
    def sample_count(self) -> int:
        """Samples that were recorded so far."""
        return self.samples_until(self.step_count)

    def samples_until(self, step: int) -> int:
        """Samples before the start of a step."""
        return math.ceil(step * self._per_step)

    def read(self, spikes: Spikes, n_steps: int) -> Events:
        """The crossings of the next ``n_steps`` steps, in which the cells fired ``spikes``."""
        first, self.step_count = self.step_count, self.step_count + n_steps
        samples = sample_of(spikes.steps, spikes.ids, self._per_step, np.uint32(self._seed))
        by_sample = np.argsort(samples, kind="stable")
        by_noise = self._floor.between(self.samples_until(first), self.sample_count)
        c, mea = self.coupling, self._mea
        room = int(np.sum(c.starts[spikes.ids + 1] - c.starts[spikes.ids])) + len(by_noise.samples)
        if room > len(self._out.ids):  # kept from stretch to stretch: fresh memory costs as much
            self._out = Events(
                np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.float32)
            )
        n = _cross(
            samples[by_sample],
            spikes.ids[by_sample],
            c.starts,
            c.electrodes,
            c.heights_uv,
            np.float32(mea.noise_uv * TROUGH_SHIFT_SD),
            np.float32(mea.noise_uv * TROUGH_SD),
            np.float32(mea.noise_uv * mea.threshold_sd),
            self._dead,
            self._last,
            np.uint32(self._seed),
            *by_noise,
            *self._out,
        )
        found = self._out.taken(slice(n))
        order = np.argsort(found.samples * len(c.layout) + found.ids, kind="stable")
        return found.taken(order)


@compiled
def sample_of(steps: Any, ids: Any, per_step: float, seed: Any) -> Any:
    """Sample of each spike: at a moment of its step that is the spike's own."""
    samples = np.empty(len(steps), np.int64)
    for i in range(len(steps)):
        step = steps[i]
        key = noise.key_of(seed, np.uint32(step & 0xFFFFFFFF), np.uint32(step >> 32))
        moment = noise.mix(np.uint32(key ^ np.uint32(ids[i]))) * 2.0**-32
        at = max(int((step + moment) * per_step), math.ceil(step * per_step))
        samples[i] = min(at, math.ceil((step + 1) * per_step) - 1)
    return samples


@compiled
def _cross(
    samples: Any,
    ids: Any,
    starts: Any,
    electrodes: Any,
    heights_uv: Any,
    shift_uv: Any,
    noise_uv: Any,
    threshold_uv: Any,
    dead: int,
    last: Any,
    seed: Any,
    noise_samples: Any,
    noise_ids: Any,
    noise_heights_uv: Any,
    out_samples: Any,
    out_ids: Any,
    out_uv: Any,
) -> int:
    """Write the events of spikes and of noise, both ordered by sample; returns how many."""
    heard_uv = np.empty(np.max(starts[1:] - starts[:-1]), np.float32)
    n = 0
    k = 0
    for i in range(len(samples) + 1):
        upto = samples[i] if i < len(samples) else np.int64(2**62)
        while k < len(noise_samples) and noise_samples[k] < upto:
            electrode = noise_ids[k]
            if noise_samples[k] - last[electrode] >= dead:
                last[electrode] = noise_samples[k]
                out_samples[n] = noise_samples[k]
                out_ids[n] = electrode
                out_uv[n] = noise_heights_uv[k]
                n += 1
            k += 1
        if i == len(samples):
            break
        key = noise.key_of(seed, np.uint32(upto & 0xFFFFFFFF), np.uint32(ids[i]))
        first = starts[ids[i]]
        n_pairs = starts[ids[i] + 1] - first
        # Heights first, all at once, and then the few that cross: the first loop is vectorised.
        for p in range(n_pairs):
            z = noise.standard_normal(key, np.uint32(electrodes[first + p]))
            heard_uv[p] = heights_uv[first + p] + shift_uv + noise_uv * z
        for p in range(n_pairs):
            if heard_uv[p] > threshold_uv:
                electrode = electrodes[first + p]
                if upto - last[electrode] >= dead:
                    last[electrode] = upto
                    out_samples[n] = upto
                    out_ids[n] = electrode
                    out_uv[n] = heard_uv[p]
                    n += 1
    return n
