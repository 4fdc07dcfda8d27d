"""Runs: many calls that do not depend on each other, on one machine or on many.

    runs = [run_of(culture_of, condition="rest", seed=seed) for seed in range(20)]
    with Results("results", {"experiment": "rest"}, resume=True) as results:
        execute(runs, results, workers=2)
        rows = results.rows(runs)

A run's result must be a function of its arguments alone, so that it is the same wherever and
whenever it is made. One worker is this process itself; more of them are processes of Dask, on this
machine or at a scheduler's address. A run whose process dies is made again.
"""

import json
import logging
import signal
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from time import perf_counter
from typing import Any

from bl1 import __version__
from bl1.core.checkpoint import fingerprint_of
from bl1.core.interrupts import held, unheard_by_children
from bl1.errors import Bl1Error
from bl1.experiments.results import Results
from bl1.extras import needed

CONNECT_TIMEOUT_S = 10
KILLED = "the process that made it was killed, again and again: for want of memory?"
_LOCAL_WORKERS = {
    "threads_per_worker": 1,
    "memory_limit": 0,  # none: what is too large for the machine, the system ends
    "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    "silence_logs": logging.CRITICAL,
}


@dataclass(frozen=True)
class Run:
    """One call to be made.

    Attributes:
        key: unique, and the same whenever the same run is asked for.
        function: of a module, so that other processes find it.
        arguments: by name; JSON-able if the result is kept.
    """

    key: str
    function: Callable[..., Any]
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        result: what the function returned; None if it failed.
        error: the sentence of a Bl1Error, else a traceback; None if it did not fail.
        seconds: of wall time.
    """

    result: Any
    error: str | None
    seconds: float


def run_of(function: Callable[..., dict[str, Any]], **arguments: Any) -> Run:
    """A run whose key is a SHA-256 of the function's name, the arguments and bl1's version."""
    name = f"{function.__module__}.{function.__qualname__}"
    known = json.dumps([name, arguments, __version__], sort_keys=True, allow_nan=False)
    return Run(fingerprint_of(known), function, arguments)


def execute(
    runs: Sequence[Run],
    results: Results,
    *,
    workers: int = 1,
    dask: str | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Make those runs that have no result yet, and keep what they return as it comes.

    A run that raises is kept with its error, and the others go on. Ctrl-C stops; what has ended is
    kept.

    Args:
        runs: one that is named twice is made once.
        results: where results are, and are put.
        workers: processes on this machine.
        dask: the address of a scheduler whose workers are used instead.
        progress: called with the number of runs that have ended, and of all.

    Raises:
        Bl1Error: the scheduler does not answer, or Dask is not installed.
        KeyboardInterrupt: on Ctrl-C.
    """
    done = results.done()
    missing = list({run.key: run for run in runs if run.key not in done}.values())
    ended = len(runs) - len(missing)
    progress(ended, len(runs))
    with closing(outcomes(missing, workers=workers, dask=dask)) as coming:
        for run, outcome in coming:
            results.add(run, outcome)
            ended += 1
            progress(ended, len(runs))


def outcomes(
    runs: Sequence[Run], *, workers: int = 1, dask: str | None = None
) -> Generator[tuple[Run, Outcome], None, None]:
    """Make the runs; yields each as it ends. Arguments and errors as for :func:`execute`."""
    if workers < 1:
        raise Bl1Error(f"workers is {workers}, expected at least 1")
    if not runs:
        return
    if dask is None and workers == 1:
        for run in runs:
            yield run, _outcome(run.function, run.arguments, __version__)
        return
    if dask is None:
        with local_workers(min(workers, len(runs))) as address:
            yield from outcomes(runs, dask=address)
        return
    distributed = needed("distributed", "cluster")
    with _client(distributed, dask) as client:
        futures = {
            client.submit(
                _outcome, run.function, run.arguments, __version__, key=f"run-{run.key}"
            ): run
            for run in runs
        }
        for future in distributed.as_completed(futures):
            run, outcome = futures.pop(future), _brought(distributed, future)
            with held():  # in the destructor of a future, which does the same, Ctrl-C would be lost
                future.release()
            yield run, outcome


@contextmanager
def local_workers(n: int) -> Iterator[str | None]:
    """The address of n processes on this machine, for several calls of :func:`execute`.

    None where n is 1: the runs are then made in this process.
    """
    if n == 1:
        yield None
        return
    distributed = needed("distributed", "cluster")
    import dask

    one_thread = dask.config.set({"distributed.nanny.pre-spawn-environ.NUMBA_NUM_THREADS": 1})
    with ExitStack() as stack:
        resource_tracker.ensure_running()  # what starts it in the block lets Ctrl-C through again
        with held(), unheard_by_children(signal.SIGINT), one_thread:
            try:
                cluster = distributed.LocalCluster(n_workers=n, **_LOCAL_WORKERS)
            except RuntimeError as error:
                raise Bl1Error(
                    "the processes of Dask did not start; a script must ask for them under "
                    '`if __name__ == "__main__":`'
                ) from error
            stack.enter_context(cluster)
        yield cluster.scheduler_address


@contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    with distributed.utils.silence_logging_cmgr(logging.CRITICAL):
        try:
            client = distributed.Client(address, timeout=CONNECT_TIMEOUT_S)
        except (OSError, ValueError) as error:
            raise Bl1Error(
                f"no scheduler answers at {address}, expected an address such as "
                "tcp://127.0.0.1:8786"
            ) from error
        with client:
            yield client


def _brought(distributed: Any, future: Any) -> Outcome:
    """The outcome of a run that ended elsewhere; what the run itself raised is in it."""
    try:
        outcome: Outcome = future.result()
        return outcome
    except distributed.CancelledError as error:
        raise Bl1Error("the scheduler went away; what has ended is kept") from error
    except distributed.KilledWorker:
        return Outcome(None, KILLED, 0.0)
    except Exception as problem:  # the function could not be brought there, say
        return Outcome(None, f"{type(problem).__name__}: {problem}", 0.0)


def _outcome(function: Callable[..., Any], arguments: Mapping[str, Any], version: str) -> Outcome:
    """Call the function, where the run is made."""
    start = perf_counter()
    result, error = None, None
    try:
        if version != __version__:
            raise Bl1Error(f"this worker has bl1 {__version__}, expected {version}")
        result = function(**arguments)
    except Bl1Error as problem:
        error = str(problem)
    except Exception:
        error = traceback.format_exc()
    return Outcome(result, error, perf_counter() - start)
