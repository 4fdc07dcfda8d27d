"""Traces: the voltage of every electrode at every sample, as the hardware's converter gives it.

An electrode's voltage is the sum of the spikes of the cells around it, the local field potential
(:mod:`bl1.mea.lfp`), the artefacts of stimulation and thermal noise, through the amplifier's
band-pass (1 to 7,500 Hz, Butterworth of second order), in units of the converter.

A spike's extracellular waveform is a trough and a slower peak after it. Fast-spiking cells have
narrower ones than excitatory cells (Barthó et al. 2004, doi:10.1152/jn.01170.2003); the times from
trough to peak, 0.6 and 0.3 ms, are chosen here::

    w(t) = −exp(−(t/σ)²/2) + a exp(−((t − t_p)/σ_p)²/2)

The two parts cancel in the integral, as current does. The waveform is scaled so that its trough,
after the amplifier and the band in which spikes are sought (300 to 6,000 Hz), has the height that
events report. Noise is white, with the RMS of the experiment file within that band. A stimulus
leaves 5 mV on its own electrode, for a nominal pulse, which decay in 1 ms and fall off with
distance as those of a point source.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.core import noise
from bl1.core.jit import compiled
from bl1.core.spikes import Spikes
from bl1.mea.band import AMPLIFIER_HZ, SPIKES_HZ, Band
from bl1.mea.coupling import Coupling
from bl1.mea.events import sample_of
from bl1.mea.floor import Floor

BEFORE_MS, AFTER_MS = 0.5, 2.0  # extent of a waveform around its trough
BROAD = (0.12, 0.24, 0.6, 0.5)  # σ (ms), a, t_p (ms), σ_p (ms)
NARROW = (0.08, 0.32, 0.3, 0.25)
ARTEFACT_UV = 5000.0
ARTEFACT_MS = 1.0
ARTEFACT_RADIUS_UM = 15.0
ARTEFACT_LASTS = 8.0  # decay times


class TraceRecorder:
    """Makes the traces of a running culture, stretch by stretch.

    The last half millisecond is held back until the next stretch, since a spike's waveform begins
    before its trough; :meth:`finish` gives it.

    Args:
        coupling: who hears whom.
        narrow: (n,) which cells have narrow spikes.
        mea: noise and threshold.
        dt_ms: step of the culture.
        lfp_every: steps between two values of the field potential.
        seed: of the noise.
    """

    def __init__(
        self,
        coupling: Coupling,
        narrow: NDArray[np.bool_],
        mea: MeaConfig,
        dt_ms: float,
        lfp_every: int,
        seed: int,
    ) -> None:
        layout = coupling.layout
        self._coupling, self._narrow, self._seed = coupling, narrow, seed
        self._hz = layout.sampling_hz
        self._per_step = self._hz * dt_ms / 1000.0
        self._lfp_every = lfp_every
        self._floor = Floor(layout, mea, seed)
        self._amplifier = Band(AMPLIFIER_HZ, self._hz, len(layout))
        # White noise of RMS 1 has in the band the RMS of the filters' response to an impulse.
        impulse = np.eye(1, round(self._hz))[0]
        self._white_uv = mea.noise_uv / float(np.linalg.norm(_as_sought(impulse, self._hz)))
        self._before = math.ceil(BEFORE_MS / 1000 * self._hz)
        self._waveforms = np.stack([waveform(shape, self._hz) for shape in (BROAD, NARROW)])
        self._step = 0
        self._made = 0
        self._known = 0  # samples before this have their crossings by noise in `_recent`
        empty = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        self._spikes: tuple[NDArray[Any], ...] = empty[:2]  # sample, cell
        self._far: tuple[NDArray[Any], ...] = empty[:2]  # sample, electrode
        self._stimuli: tuple[NDArray[Any], ...] = empty  # sample, electrode, strength
        self._potential = np.zeros((1, len(layout)), np.float32)
        self._potential_from = 0  # which multiple of lfp_every its first row is

    @property
    def sample_count(self) -> int:
        """Samples that were given so far."""
        return self._made

    def stimulated(self, step: int, electrodes: NDArray[np.int32], strength: float) -> None:
        """Tell of a pulse at the start of a step that is not yet read; see :mod:`activation`.

        Args:
            step: of the culture.
            electrodes: places in the layout.
            strength: in nominal pulses, with the sign of the first phase.
        """
        samples = np.full(len(electrodes), math.ceil(step * self._per_step))
        new = (samples, electrodes, np.full(len(electrodes), strength, np.float32))
        self._stimuli = _with(self._stimuli, new)

    def read(
        self, spikes: Spikes, n_steps: int, potential_uv: NDArray[np.float32]
    ) -> NDArray[np.int16]:
        """(frames, electrodes) the traces of the next steps, less what is held back.

        Args:
            spikes: of the cells in these steps.
            n_steps: a multiple of ``lfp_every``.
            potential_uv: (n_steps / lfp_every, electrodes) field potential at the end of each
                such part (µV).
        """
        self._step += n_steps
        samples = sample_of(spikes.steps, spikes.ids, self._per_step, np.uint32(self._seed))
        self._spikes = _with(self._spikes, (samples, spikes.ids))
        upto = math.ceil(self._step * self._per_step)
        far = self._floor.between(self._known, upto)
        self._far = _with(self._far, (far.samples, far.ids))
        self._known = upto
        self._potential = np.concatenate((self._potential, potential_uv))
        return self._make(upto - self._before)

    def finish(self) -> NDArray[np.int16]:
        """The frames that were held back; the recording ends with them."""
        return self._make(self._known)

    def _make(self, last: int) -> NDArray[np.int16]:
        first, self._made = self._made, max(last, self._made)
        last = self._made
        layout = self._coupling.layout
        frames = np.empty((last - first, len(layout)), np.float32)
        _fill(
            frames, first, np.float32(self._white_uv), np.uint32(self._seed),
            self._potential, self._potential_from, self._per_step * self._lfp_every,
        )  # fmt: skip
        c = self._coupling
        _add_spikes(
            frames, first, *self._spikes, self._narrow,
            c.starts, c.electrodes, c.heights_uv, self._waveforms, self._before,
        )  # fmt: skip
        _add_far(frames, first, *self._far, self._waveforms[0], self._before, self._floor.height_uv)
        self._add_artefacts(frames, first)
        self._forget(last)
        self._amplifier.filter(frames)
        bits = np.rint(frames / np.float32(layout.uv_per_bit), out=frames)
        return np.clip(bits, -32768, 32767, out=frames).astype(np.int16)

    def _add_artefacts(self, frames: NDArray[np.float32], first: int) -> None:
        places = self._coupling.layout.places_um
        decay = ARTEFACT_MS / 1000 * self._hz
        for sample, electrode, strength in zip(*self._stimuli, strict=True):
            a = max(sample - first, 0)
            apart_um = np.linalg.norm(places - places[electrode], axis=1)
            height_uv = strength * ARTEFACT_UV / (1 + apart_um / ARTEFACT_RADIUS_UM)
            since = np.arange(first + a, first + len(frames)) - sample
            fading = np.where(since < ARTEFACT_LASTS * decay, np.exp(-since / decay), 0)
            frames[a:] += np.outer(fading, height_uv).astype(np.float32)

    def _forget(self, last: int) -> None:
        """Let go of what ended before the next frame."""
        lasts = self._waveforms.shape[1]
        self._spikes = _since(self._spikes, last - lasts)
        self._far = _since(self._far, last - lasts)
        self._stimuli = _since(
            self._stimuli, last - int(ARTEFACT_LASTS * ARTEFACT_MS / 1000 * self._hz)
        )
        part = self._per_step * self._lfp_every
        keep_from = max(int(last / part), self._potential_from)
        keep_from = min(keep_from, self._potential_from + len(self._potential) - 1)
        self._potential = self._potential[keep_from - self._potential_from :]
        self._potential_from = keep_from


def _with(old: tuple[NDArray[Any], ...], new: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    return tuple(np.concatenate(columns) for columns in zip(old, new, strict=True))


def _since(columns: tuple[NDArray[Any], ...], sample: int) -> tuple[NDArray[Any], ...]:
    kept = columns[0] >= sample
    return tuple(column[kept] for column in columns)


def waveform(shape: tuple[float, float, float, float], hz: float) -> NDArray[np.float32]:
    """Samples of a spike before the amplifier, for a trough of 1 µV where spikes are sought."""
    sigma, peak, peak_at, peak_sigma = shape
    before, after = math.ceil(BEFORE_MS / 1000 * hz), math.ceil(AFTER_MS / 1000 * hz)
    t_ms = np.arange(-before, after) * 1000 / hz
    wave = peak * np.exp(-(((t_ms - peak_at) / peak_sigma) ** 2) / 2) - np.exp(
        -((t_ms / sigma) ** 2) / 2
    )
    return np.asarray(wave / -_as_sought(np.pad(wave, len(wave)), hz).min(), np.float32)


def _as_sought(signal: NDArray[np.float64], hz: float) -> NDArray[np.float32]:
    """A signal after the amplifier and the band in which spikes are sought."""
    seen = signal[:, np.newaxis].astype(np.float32)
    for corners_hz in (AMPLIFIER_HZ, SPIKES_HZ):
        Band(corners_hz, hz, 1).filter(seen)
    return seen[:, 0]


@compiled
def _fill(
    frames: Any, first: int, white_uv: Any, seed: Any, potential_uv: Any, potential_from: int,
    part: float,
) -> None:  # fmt: skip
    """Noise, and the field potential, straight between its values, one every ``part`` samples."""
    last_row = potential_uv.shape[0] - 2
    for i in range(frames.shape[0]):
        frame = first + i
        key = noise.key_of(seed, np.uint32(frame & 0xFFFFFFFF), np.uint32((frame >> 32) + 0x7ACE))
        place = frame / part - potential_from
        row = min(int(place), last_row)
        beyond = np.float32(place - row)
        before = np.float32(1.0) - beyond
        for electrode in range(frames.shape[1]):
            frames[i, electrode] = (
                white_uv * noise.standard_normal(key, np.uint32(electrode))
                + potential_uv[row, electrode] * before
                + potential_uv[row + 1, electrode] * beyond
            )


@compiled
def _add_spikes(
    frames: Any, first: int, samples: Any, cells: Any, narrow: Any, starts: Any, electrodes: Any,
    heights_uv: Any, waveforms: Any, before: int,
) -> None:  # fmt: skip
    for spike in range(len(samples)):
        begin = samples[spike] - before - first
        cell = cells[spike]
        kind = 1 if narrow[cell] else 0
        for k in range(max(0, -begin), min(waveforms.shape[1], frames.shape[0] - begin)):
            for pair in range(starts[cell], starts[cell + 1]):
                frames[begin + k, electrodes[pair]] += heights_uv[pair] * waveforms[kind, k]


@compiled
def _add_far(
    frames: Any, first: int, samples: Any, electrodes: Any, waveform: Any, before: int,
    height_uv: float,
) -> None:  # fmt: skip
    for spike in range(len(samples)):
        begin = samples[spike] - before - first
        for k in range(max(0, -begin), min(len(waveform), frames.shape[0] - begin)):
            frames[begin + k, electrodes[spike]] += height_uv * waveform[k]
