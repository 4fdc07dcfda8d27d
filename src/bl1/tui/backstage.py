"""What works behind the screen, and what is kept of it.

Threads, and the process that trains, tell what has ended; it waits in a queue until the screen, or
whoever closes the cockpit, keeps it in the file of runs. So nothing that has ended is lost, however
the cockpit ends.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bl1.errors import Bl1Error
from bl1.tui.background import Background, Report
from bl1.tui.dish_worker import DishWorker
from bl1.tui.runs import KeptRun, RunStore, data_folder
from bl1.tui.science_worker import ScienceWorker
from bl1.tui.simulation_snapshot import Finished
from bl1.tui.simulation_worker import SimulationWorker
from bl1.tui.trained import Trained
from bl1.tui.training_port import TrainingPort
from bl1.tui.training_process import TrainingProcess

RUNS, BRAINS = "runs.sqlite", "brains"
NONE_YET = ("none yet", "")


class Backstage:
    """The threads and the file of runs.

    Args:
        training, dish, simulation, science: the threads, which are not started yet.
        runs: the file.
    """

    def __init__(
        self,
        training: TrainingPort,
        dish: DishWorker,
        simulation: SimulationWorker,
        science: ScienceWorker,
        runs: RunStore,
    ) -> None:
        self.training, self.dish = training, dish
        self.simulation, self.science = simulation, science
        self.runs = runs
        self.last_run = self._told_of_last()
        self._ended: deque[Callable[[], None]] = deque()  # how each is kept
        simulation.on_finished = lambda found: self._ended.append(
            partial(self._keep_simulation, found)
        )
        training.on_finished = lambda found: self._ended.append(partial(self._keep_training, found))
        science.on_examined = lambda run_id, found: self._ended.append(
            partial(runs.describe, run_id, found)
        )
        science.on_drawn = lambda run_id, path: self._ended.append(
            partial(runs.illustrate, run_id, path)
        )

    @property
    def threads(self) -> tuple[TrainingPort | Background, ...]:
        """All of them."""
        return self.training, self.dish, self.simulation, self.science

    @property
    def running(self) -> list[str]:
        """What runs now and would be cut short, in a few words each."""
        found = []
        if self.training.running:
            found.append("a culture is being trained")
        if self.simulation.running:
            found.append("a simulation runs")
        if self.science.running:
            found.append("a recording is measured")
        return found

    def start(self, report: Report) -> None:
        """Start the threads; what they have to say goes to `report`, in their threads."""
        for thread in self.threads:
            thread.on_report = report
            thread.start()

    def keep(self) -> bool:
        """Keep what has ended since; returns whether there was anything.

        Raises:
            Bl1Error: the file of runs cannot be written; what is not kept waits for the next call.
        """
        any_news = bool(self._ended)
        while self._ended:
            self._ended[0]()
            self._ended.popleft()  # now that it is kept
        if any_news:
            self.last_run = self._told_of_last()
        return any_news

    def close(self, timeout_s: float) -> tuple[bool, str | None]:
        """End the threads, and keep the brain and what has ended.

        Returns whether all threads have ended, which only compiling can prevent, and a sentence
        that says where the brain is.

        Raises:
            Bl1Error: the brain or the runs cannot be written.
        """
        said = None
        ended = [thread.stop(timeout_s) for thread in self.threads]
        try:
            if trained := self.training.finished():
                self._ended.append(partial(self._keep_training, trained))
            if ended[0]:
                said = self.training.keep()
        finally:
            try:
                self.keep()
            finally:
                self.runs.close()
        return all(ended), said

    def _told_of_last(self) -> tuple[str, str]:
        """The run that was kept last, of this session or an earlier one: its name, and the rest."""
        return next(((run.name, _told(run)) for run in self.runs.runs()[:1]), NONE_YET)

    def _keep_simulation(self, found: Finished) -> None:
        run_id = self.runs.add(
            "simulation",
            found.name,
            seed=found.seed,
            config=found.experiment.model_dump(mode="json", exclude_none=True),
            complete=found.complete,
            wall_s=found.wall_s,
            measures={
                "rate_hz": found.rate_hz,
                "cells": found.spikes.n_units,
                "seconds": found.seconds,
                "realtime_factor": found.realtime_factor,
            },
        )
        self.science.examine(
            run_id,
            f"{found.name} · {found.spikes.n_units:,} neurons · seed {found.seed}",
            found.events,
            found.spikes,
            found.seed,
        )

    def _keep_training(self, found: Trained) -> None:
        self.runs.add(
            "training",
            found.name,
            seed=found.seed,
            config=found.options,
            complete=False,
            wall_s=found.wall_s,
            measures={
                "cells": found.n_neurons,
                "seconds": found.seconds,
                "hit_rate": found.hit_rate,
                "hits": found.hits,
                "mean return": found.mean_return,
                "game steps": found.steps,
                "balls or episodes": found.rounds,
            },
        )


def _told(run: KeptRun) -> str:
    """Of a run its seed, how it went, and when it ended."""
    measures, facts = run.measures, []
    if seconds := measures.get("seconds"):
        factor = measures.get("realtime_factor")
        facts.append(f"{seconds:,.0f} s" + (f" at {factor:.1f} × real time" if factor else ""))
    for name, text in (
        ("rate_hz", "{:.2f} Hz"),
        ("hit_rate", "{:.0%} hit"),
        ("mean return", "return {:.1f}"),
    ):
        if (value := measures.get(name)) is not None:
            facts.append(text.format(value))
    ended = datetime.fromisoformat(run.ended).astimezone()
    return f", seed {run.seed}: {', '.join(facts)} ({ended:%m-%d %H:%M})"


def opened(seed: int) -> tuple[Backstage, str]:
    """All that works behind a cockpit, and what is to be said at the start, if anything.

    Where the file of runs cannot be used, they are kept in memory.

    Args:
        seed: of the first cultures.
    """
    folder, said = data_folder(), ""
    try:
        runs = RunStore(folder / RUNS)
    except Bl1Error as error:
        runs = RunStore(None)
        said = f"{error}. Runs are kept in memory until the cockpit is closed."
    training = TrainingProcess(seed, autosaves=folder / BRAINS)
    return Backstage(training, DishWorker(seed), SimulationWorker(), ScienceWorker(), runs), said
