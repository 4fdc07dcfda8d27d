"""Functions for runs, at module level so that other processes find them."""

import os
import signal
import sys
import time
from pathlib import Path

from bl1.errors import Bl1Error


def product(x: float, seed: int) -> dict:
    return {"product": x * seed}


def refused_at_3(x: int, seed: int, log: str) -> dict:
    """Fails in three ways, as long as the log is not there."""
    if seed == 3 and not Path(log).exists():
        if x == 0:
            raise Bl1Error("no run of seed 3")
        if x == 1:
            raise RuntimeError("broken")
        return {"value": float("nan")}
    return {"value": x + seed}


def interrupted_at_3(seed: int) -> dict:
    if seed == 3:
        signal.raise_signal(signal.SIGINT)
    return {"seed": seed}


def logged(seed: int, log: str, seconds: float) -> dict:
    """A run that says when it begins, with the process it is in."""
    with open(log, "a") as file:
        file.write(f"{seed} {os.getpid()}\n")
    time.sleep(seconds)
    return {"square": seed**2}


if __name__ == "__main__":
    from experiments import calls

    from bl1.experiments.results import Results
    from bl1.experiments.runs import execute, run_of

    folder, n, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    runs = [run_of(calls.logged, seed=i, log=f"{folder}.log", seconds=0.2) for i in range(n)]
    with Results(folder, {"of": "calls"}, resume=True) as results:
        execute(runs, results, workers=workers)
