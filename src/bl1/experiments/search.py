"""Search: the points of a sweep, run with every seed, be they known before or sought by Optuna.

Optuna's points are proposed in batches of a fixed size by the tree-structured Parzen estimator
(Bergstra, Bardenet, Bengio & Kégl 2011, Advances in Neural Information Processing Systems 24). It
is seeded anew for each batch, and is told what was found in the order of the proposals, so that a
search is a function of its spec alone, at any number of workers. One that is gone on with proposes
the same points again and finds their runs in the results: there is no second file that could say
otherwise.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, stdev
from typing import Any

import numpy as np

from bl1.analysis.measure import Measure
from bl1.experiments.results import Results, Row
from bl1.experiments.runs import execute, local_workers
from bl1.experiments.spec import OptunaSearch, SweepSpec
from bl1.experiments.subjects import Subject
from bl1.experiments.sweep import Values, is_whole
from bl1.extras import needed


@dataclass(frozen=True)
class Point:
    """What was found at a point.

    Attributes:
        values: of the keys that are swept.
        rows: of the runs that have ended, in the order of the seeds.
    """

    values: Values
    rows: list[Row]

    def sample(self, measure: str) -> list[float]:
        """A measure of those runs that have it."""
        found = [row.result.get(measure) for row in self.rows if row.result]
        return [value for value in found if value is not None]

    def mean(self, measure: str) -> Measure:
        """Mean of a measure over the seeds, with its 95 % interval.

        mean ± t s/√n, with s the standard deviation over n seeds and t the 97.5th percentile of
        Student's distribution with n − 1 degrees of freedom.
        """
        from scipy.stats import t

        sample = self.sample(measure)
        n = len(sample)
        method = "mean over seeds, Student's t"
        if not n:
            reason = "not enough data: 0 seeds, needs 1"
            return Measure(measure, None, "", None, 0, "seeds", method, reason)
        mean, interval = fmean(sample), None
        if n > 1:
            half = float(t.ppf(0.975, n - 1)) * stdev(sample) / math.sqrt(n)
            interval = mean - half, mean + half
        return Measure(measure, mean, "", interval, n, "seeds", method)


@dataclass(frozen=True)
class Searched:
    """What a sweep found.

    Attributes:
        points: in the order of the grid, of the sample, or of the proposals.
        n_runs: runs that were to be made.
    """

    points: list[Point]
    n_runs: int

    @property
    def complete(self) -> bool:
        """Whether every run has ended; not so after Ctrl-C."""
        return sum(len(point.rows) for point in self.points) == self.n_runs


def search(
    spec: SweepSpec,
    results: Results,
    *,
    workers: int = 1,
    dask: str | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Searched:
    """Run a sweep, or go on with it; Ctrl-C ends it and keeps what has ended.

    Args:
        spec: the sweep.
        results: where its runs are kept.
        workers, dask, progress: as for :func:`bl1.experiments.runs.execute`.

    Raises:
        Bl1Error: as there; Optuna is needed and not installed.
    """
    points: list[Point] = []
    if spec.optuna:
        n_points, batches = spec.optuna.points, _sought(spec.optuna, spec.subject, points)
    else:
        listed = spec.points
        n_points, batches = len(listed), iter([listed])
    n_runs = n_points * len(spec.seeds)

    def told(done: int, of: int) -> None:
        progress(len(points) * len(spec.seeds) + done, n_runs)

    pool = nullcontext(dask) if dask else local_workers(workers)
    with suppress(KeyboardInterrupt), pool as address:
        for batch in batches:
            runs = [[spec.subject.run(values, seed) for seed in spec.seeds] for values in batch]
            try:
                execute(list(chain(*runs)), results, dask=address, progress=told)
            finally:
                points += map(Point, batch, map(results.rows, runs))
    return Searched(points, n_runs)


def _sought(how: OptunaSearch, subject: Subject, points: list[Point]) -> Iterator[list[Values]]:
    """Batches of points; what was found at each is the end of `points` when the next is asked."""
    optuna = needed("optuna", "cluster")
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize" if how.maximise else "minimize")
    optuna.logging.set_verbosity(before)
    space = {key: _distribution(optuna, how, subject, key) for key in how.bounds}
    while len(points) < how.points:
        seed = np.random.SeedSequence([how.seed, len(points)]).generate_state(1)[0]
        study.sampler = optuna.samplers.TPESampler(seed=int(seed))
        asked = [study.ask(space) for _ in range(min(how.batch, how.points - len(points)))]
        yield [trial.params for trial in asked]
        for trial, point in zip(asked, points[-len(asked) :], strict=True):
            sample = point.sample(how.measure)
            if len(sample) == len(point.rows):
                study.tell(trial, fmean(sample))
            else:  # some seed failed, or has no such number
                study.tell(trial, state=optuna.trial.TrialState.FAIL)


def _distribution(optuna: Any, how: OptunaSearch, subject: Subject, key: str) -> Any:
    low, high = how.bounds[key]
    if is_whole(subject.base, key):
        return optuna.distributions.IntDistribution(round(low), round(high), log=key in how.log)
    return optuna.distributions.FloatDistribution(low, high, log=key in how.log)
