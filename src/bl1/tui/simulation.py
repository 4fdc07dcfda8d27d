"""A run of an experiment file: the culture on its array, in chunks, until its end or a stop.

No thread and no screen: `bl1.tui.simulation_worker` runs a simulation beside the screen.
"""

from dataclasses import replace
from time import perf_counter

import numpy as np

from bl1.config import Experiment
from bl1.core.spikes import Spikes, SpikeTrain
from bl1.experiments.chunks import in_chunks
from bl1.experiments.record import recording_of
from bl1.mea.rig import Heard, Rig
from bl1.network.culture import Culture
from bl1.tui.simulation_snapshot import Finished, SimulationSnapshot

FEWEST_SECONDS = 0.5  # for a rate: of the shortest run, half
NO_SPIKES = Spikes(np.empty(0, np.int64), np.empty(0, np.int32))


class Simulation:
    """A culture that is run and recorded.

    Args:
        name: of the experiment file.
        experiment: what is run, for as long as it says.
        seed: of the dish, of its background and of the electrodes' noise.
        chunk_s: wall time that a chunk should take.

    Raises:
        Bl1Error: the electrodes hear no cell, or the experiment cannot be.
    """

    def __init__(self, name: str, experiment: Experiment, seed: int, chunk_s: float) -> None:
        self._began_s = perf_counter()
        self.name, self.experiment = name, experiment
        culture = Culture.from_config(experiment, seed=seed)
        self._rig = rig = Rig(culture)
        self._chunks = in_chunks(rig.advance, experiment.n_steps, chunk_s)
        self._spikes = _SpikeLog()
        self._heard: list[Heard] = []
        self._counts = np.zeros(culture.n_neurons, np.int64)
        self._timed_s, self._wall_s = 0.0, 0.0
        self._run = object()

    @property
    def has_begun(self) -> bool:
        """Whether any of it has been run."""
        return bool(self._heard)

    @property
    def is_over(self) -> bool:
        """Whether all of it has been run."""
        return self._rig.engine.step_count >= self.experiment.n_steps

    def advance(self) -> None:
        """Run the next chunk."""
        start_s = perf_counter()
        heard = next(self._chunks)
        if self._heard:  # in the first step memory is touched for the first time
            self._wall_s += perf_counter() - start_s
            self._timed_s = (self._rig.engine.step_count - 1) * self._rig.engine.dt_ms / 1000
        self._spikes.append(heard.spikes)
        self._counts = self._counts + np.bincount(heard.spikes.ids, minlength=len(self._counts))
        self._heard.append(replace(heard, spikes=NO_SPIKES))  # which the log has

    def snapshot(self) -> SimulationSnapshot:
        """The run as it stands."""
        culture = self._rig.culture
        return SimulationSnapshot(
            run=self._run,
            name=self.name,
            seed=culture.seed,
            spikes=SpikeTrain(
                *self._spikes.so_far,
                self._rig.engine.dt_ms,
                self._rig.engine.step_count,
                culture.n_neurons,
                culture.n_exc,
            ),
            counts=self._counts,
            duration_s=self.experiment.duration_s,
            realtime_factor=self.realtime_factor,
        )

    @property
    def realtime_factor(self) -> float | None:
        """The culture's time by wall time, of the run so far; None at first."""
        return self._timed_s / self._wall_s if self._timed_s else None

    def finished(self) -> Finished:
        """What there is, of a run that has begun."""
        culture = self._rig.culture
        steps, ids = self._spikes.so_far
        spikes = culture.spike_train(steps.copy(), ids.copy(), self._rig.engine.step_count)
        return Finished(
            name=self.name,
            seed=culture.seed,
            experiment=self.experiment,
            seconds=spikes.duration_s,
            complete=self.is_over,
            wall_s=perf_counter() - self._began_s,
            realtime_factor=self.realtime_factor,
            spikes=spikes,
            events=recording_of(self._heard, self._rig, self.experiment.duration_s),
            rate_hz=spikes.rate_hz() if spikes.duration_s >= FEWEST_SECONDS else None,
        )


class _SpikeLog:
    """Spikes in buffers that double when they are full; what was given out is never changed."""

    def __init__(self) -> None:
        self._steps = np.empty(1 << 14, np.int64)
        self._ids = np.empty(1 << 14, np.int32)
        self._n = 0

    def append(self, spikes: Spikes) -> None:
        """Add those of the next stretch."""
        end = self._n + len(spikes.steps)
        if end > len(self._steps):
            more = max(end - len(self._steps), len(self._steps))
            self._steps = np.concatenate([self._steps, np.empty(more, np.int64)])
            self._ids = np.concatenate([self._ids, np.empty(more, np.int32)])
        self._steps[self._n : end] = spikes.steps
        self._ids[self._n : end] = spikes.ids
        self._n = end

    @property
    def so_far(self) -> Spikes:
        """All of them."""
        return Spikes(self._steps[: self._n], self._ids[: self._n])
