"""Simulations in a thread of their own, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bl1.tui.background import SLICE_S, YIELD_S, Background
from bl1.tui.simulation_snapshot import Finished, SimulationSnapshot

if TYPE_CHECKING:
    from bl1.config import Experiment
    from bl1.tui.simulation import Simulation

PUBLISH_S = 0.1  # between two snapshots, which are drawn from end to end


class SimulationWorker(Background):
    """Runs what it is given, and tells what came of it.

    Attributes:
        snapshot: the latest moment of the run, or the last one of the run before; None until there
            is one.
        on_finished: told, in this thread, what is left of a run when it ends or is stopped; when
            the thread is stopped, in the thread that does.
    """

    def __init__(self) -> None:
        super().__init__("simulation")
        self.snapshot: SimulationSnapshot | None = None
        self.on_finished: Callable[[Finished], None] = lambda finished: None
        self._simulation: Simulation | None = None
        self._published_s = 0.0

    @property
    def running(self) -> bool:
        """Whether there is something that can be stopped."""
        return self._simulation is not None

    @property
    def realtime_factor(self) -> float | None:
        """The culture's time by wall time; None when nothing runs."""
        return self.snapshot.realtime_factor if self.running and self.snapshot else None

    def run(self, name: str, experiment: Experiment, seed: int) -> None:
        """Run an experiment, in place of what runs."""
        doing = f"building {experiment.culture.n_neurons:,} neurons"
        self.do(lambda: self._begin(name, experiment, seed), doing)

    def again(self, name: str, config: Mapping[str, Any], seed: int) -> Experiment:
        """Run an experiment that a file of runs has, which is returned.

        Raises:
            Bl1Error: this version of bl1 does not know such an experiment.
        """
        from bl1.config import Experiment
        from bl1.yamlfile import built

        experiment = built(Experiment, config)
        self.run(name, experiment, seed)
        return experiment

    def halt(self) -> None:
        """Stop what runs, and keep what came of it."""
        self.do(self._end)

    def stop(self, timeout_s: float) -> bool:
        """End the thread, and keep what came of a run under way."""
        ended = super().stop(timeout_s)
        if ended:
            self._end()
        return ended

    def wait_s(self) -> float | None:
        """For good when there is nothing to run."""
        return YIELD_S if self.running else None

    def work(self) -> None:
        """A chunk of the run."""
        simulation = self._simulation
        if simulation is None:
            return
        simulation.advance()
        if simulation.is_over:
            self._end()
        elif perf_counter() - self._published_s > PUBLISH_S:
            self._publish(simulation)

    def recover(self) -> None:
        """Keep what came of the run before it failed, if that can be had."""
        with suppress(Exception):
            self._end()

    def _begin(self, name: str, experiment: Experiment, seed: int) -> None:
        from bl1.tui.simulation import Simulation

        self._end()
        self._simulation = Simulation(name, experiment, seed, SLICE_S)
        self._publish(self._simulation)

    def _end(self) -> str | None:
        simulation, self._simulation = self._simulation, None
        if simulation is None or not simulation.has_begun:
            return None
        self._publish(simulation)
        finished = simulation.finished()
        self.on_finished(finished)
        if finished.complete:
            return None
        return f"stopped {finished.name} at {finished.seconds:.4g} s"

    def _publish(self, simulation: Simulation) -> None:
        self.snapshot = simulation.snapshot()
        self._published_s = perf_counter()
