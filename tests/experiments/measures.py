"""Measures for sweeps, at module level so that other processes find them."""

import os
import signal
import time

from bl1.analysis.measure import Measure
from bl1.config import BackgroundConfig, CultureConfig, Experiment
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

DISH = Experiment(
    name="dish",
    culture=CultureConfig(n_neurons=60, density_per_mm2=500.0),
    background=BackgroundConfig(mean=5.0, std=2.0),
)


def of(name: str, value: float | None, reason: str | None = None) -> Measure:
    return Measure(name, value, "", None, 1, "cultures", "planted", reason)


def planted(experiment: Experiment, seed: int) -> list[Measure]:
    """A power law with known exponents, a statistic that is never there, one that is often 0."""
    mean, std = experiment.background.mean, experiment.background.std
    dish = 1.0 + 0.1 * seed
    return [
        of("power", dish * mean**2 * std ** (-0.5 - 0.01 * seed)),
        of("none", None, "not enough data: planted"),
        of("zero", 0.0 if seed else 1.0),
    ]


def rate(experiment: Experiment, seed: int) -> list[Measure]:
    """Mean rate of the cells in a second."""
    return [of("rate", Culture.from_config(experiment, seed=seed).run(1.0).rate_hz())]


def process(experiment: Experiment, seed: int) -> list[Measure]:
    return [of("process", float(os.getpid()))]


def interrupted_at_3(experiment: Experiment, seed: int) -> list[Measure]:
    """Ctrl-C during the culture of seed 3."""
    if seed == 3:
        signal.raise_signal(signal.SIGINT)
    return [of("seed", float(seed))]


def slow(experiment: Experiment, seed: int) -> list[Measure]:
    time.sleep(0.3)
    return planted(experiment, seed)


def killed_at_1(experiment: Experiment, seed: int) -> list[Measure]:
    """The process of the culture of seed 1 is killed."""
    if seed == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return [of("seed", float(seed))]


def refused_at_3(experiment: Experiment, seed: int) -> list[Measure]:
    if seed == 3:
        raise Bl1Error("no culture of seed 3")
    return [of("seed", float(seed))]
