"""Does the trainer of `examples/udp_trainer.py` need the culture? The same under each ablation.

    python benchmarks/udp_trainer_ablations.py [--seeds 5] [--steps 3000] [--at-once 3]

Each run has a device of its own, in real time, on ports of its own; the culture of all is the same,
the seed is that of game and trainer. A device prints how many of its ticks were late: with more
than a few, run fewer at once.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bl1.cl1.ablations import ABLATIONS

TRAINER = Path(__file__).parents[1] / "examples" / "udp_trainer.py"
TIMING = ("--tick-hz", "100", "--collect-window-ms", "90")
FIRST_PORT, PORTS = 23_000, 4  # of a device
TENTHS = 10


class Run(NamedTuple):
    """What came of a training."""

    condition: str
    seed: int
    steps: list[int]  # at which episodes ended
    rewards: list[float]
    ticks: str

    def late(self, n_steps: int) -> float:
        """Mean reward of the episodes that ended in the last third; NaN without one."""
        return self.within(n_steps * 2 / 3, n_steps)

    def within(self, after: float, until: float) -> float:
        """The same between two steps of the training."""
        paired = zip(self.steps, self.rewards, strict=True)
        chosen = [reward for step, reward in paired if after < step <= until]
        return float(np.mean(chosen)) if chosen else float("nan")


def run(condition: str, seed: int, n_steps: int, first_port: int) -> Run:
    """Start a device, train at it, and wait until both are done."""
    at = ("--first-port", str(first_port))
    device = subprocess.Popen(
        [sys.executable, "-m", "bl1", "cl1", "serve", *TIMING, *at, "--ablation", condition],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert device.stderr
        if not any(line.startswith("serving") for line in device.stderr):
            raise SystemExit(f"no device on port {first_port}")
        trained = subprocess.run(
            [sys.executable, TRAINER, *at, "--steps", str(n_steps), "--seed", str(seed), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
        )  # fmt: skip
        told, _ = device.communicate(timeout=60)
    finally:
        device.kill()
    episodes = json.loads(trained.stdout)
    steps, rewards = ([episode[key] for episode in episodes] for key in ("step", "reward"))
    done = Run(condition, seed, steps, rewards, told.splitlines()[0])
    print(f"{condition} {seed}: {done.late(n_steps):+.1f}; {done.ticks}", file=sys.stderr)
    return done


def show(runs: list[Run], n_steps: int) -> None:
    """Tables: the last third by seed and condition, and all of it in tenths."""
    seeds = sorted({each.seed for each in runs})
    print(f"\nmean reward an episode, last third of {n_steps:,} steps")
    print(f"{'':<8}" + "".join(f"{f'seed {seed}':>8}" for seed in seeds) + f"{'mean':>8}")
    for condition in ABLATIONS:
        row = [each.late(n_steps) for each in runs if each.condition == condition]
        print(f"{condition:<8}" + "".join(f"{value:8.1f}" for value in [*row, np.nanmean(row)]))
    print("\nmean reward an episode, by tenths of the training, over seeds")
    edges = np.linspace(0, n_steps, TENTHS + 1)
    for condition in ABLATIONS:
        chosen = [each for each in runs if each.condition == condition]
        pooled = Run(condition, 0, [], [], "")
        for each in chosen:
            pooled.steps.extend(each.steps)
            pooled.rewards.extend(each.rewards)
        tenths = [pooled.within(a, b) for a, b in pairwise(edges)]
        print(f"{condition:<8}" + "".join(f"{value:7.1f}" for value in tenths))


def main() -> None:
    """Run all, so many at once, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--at-once", type=int, default=3)
    options = parser.parse_args()
    jobs = [(condition, seed) for seed in range(options.seeds) for condition in ABLATIONS]
    with ThreadPoolExecutor(options.at_once) as pool:
        waiting = [
            pool.submit(run, condition, seed, options.steps, FIRST_PORT + PORTS * number)
            for number, (condition, seed) in enumerate(jobs)
        ]
        runs = [each.result() for each in waiting]
    show(runs, options.steps)


if __name__ == "__main__":
    main()
