"""Sweeps: cultures with other values of their experiment file, each of them measured.

A value is named by its key, dotted: ``background.mean``, ``synapses.nmda_ratio``,
``culture.cell_types.LTS``.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from bl1 import __version__
from bl1.analysis.measure import Measure
from bl1.analysis.statistics import nine_statistics
from bl1.atomicfile import replacing
from bl1.config import Experiment
from bl1.config.fields import Section
from bl1.core.checkpoint import fingerprint_of
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.experiments.runs import Outcome, Run, outcomes
from bl1.experiments.table import csv_of
from bl1.network.culture import Culture
from bl1.yamlfile import nearest

#: What is measured on a culture: takes its experiment and the seed of the dish. For several
#: processes it must be a function of a module, or an object that can be pickled.
Measuring = Callable[[Experiment, int], Sequence[Measure]]
Values = dict[str, Any]
AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True)
class NineStatistics:
    """The nine statistics of a culture that is recorded through the array of its experiment file.

    Attributes:
        seconds: of recording.
        div: age in days in vitro; None for the mature culture.
    """

    seconds: float = 300.0
    div: float | None = None

    def __call__(self, experiment: Experiment, seed: int) -> list[Measure]:
        culture = Culture.grow(experiment, self.div, seed=seed)
        return nine_statistics(record(culture, self.seconds), seed)


@dataclass(frozen=True)
class Row:
    """One statistic of one culture.

    Attributes:
        values: of the keys that were swept.
        seed: of the dish.
        measure: the statistic.
        config_hash: SHA-256 of the whole experiment.
        version: of bl1.
    """

    values: Values
    seed: int
    measure: Measure
    config_hash: str
    version: str = __version__


@dataclass(frozen=True)
class Failure:
    """A culture that could not be measured.

    Attributes:
        values: of the keys that were swept.
        seed: of the dish.
        error: why; a traceback where it was no Bl1Error.
    """

    values: Values
    seed: int
    error: str


@dataclass(frozen=True)
class Sweep:
    """What a sweep measured.

    Attributes:
        rows: by point, then seed, then statistic.
        failures: by point, then seed.
        n_cultures: cultures that were to be measured.
        n_measured: those that were; fewer after failures or Ctrl-C.
    """

    rows: list[Row]
    failures: list[Failure]
    n_cultures: int
    n_measured: int

    @property
    def complete(self) -> bool:
        """Whether every culture was measured."""
        return self.n_measured == self.n_cultures

    def save(self, path: str | Path) -> None:
        """Write the table as ``.csv`` or ``.json``, a row for each statistic of each culture.

        Raises:
            Bl1Error: the name ends otherwise, or the file cannot be written.
        """
        path = Path(path)
        table = [_flat(row) for row in self.rows]
        if path.suffix == ".json":
            counts = {"n_cultures": self.n_cultures, "n_measured": self.n_measured}
            failures = [asdict(failure) for failure in self.failures]
            content = json.dumps(counts | {"rows": table, "failures": failures}, indent=1)
        elif path.suffix == ".csv":
            content = csv_of(table)
        else:
            raise Bl1Error(f"{path}: a sweep is saved as .csv or .json, not as '{path.suffix}'")
        try:
            with replacing(path) as file:
                file.write(content.encode())
        except OSError as error:
            raise Bl1Error(f"{path}: cannot write the sweep ({error.strerror})") from error


def keys_of(section: Section | Mapping[str, Any]) -> list[str]:
    """The dotted keys of all values of an experiment (or of one section)."""
    keys: list[str] = []
    for name, value in dict(section).items():
        inner = keys_of(value) if isinstance(value, Section | Mapping) else []
        keys += [f"{name}.{key}" for key in inner] or [name]
    return keys


def value_at(section: Section, key: str) -> Any:
    """The value of a dotted key of an experiment (or of one section).

    Raises:
        Bl1Error: it has no such value.
    """
    keys = keys_of(section)
    if key not in keys:
        what = f"experiment {section.name}" if isinstance(section, Experiment) else "it"
        raise Bl1Error(f"{what} has no value '{key}'; {nearest(key, keys)}")
    value: Any = section
    for part in key.split("."):
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    return value


def with_values(section: AnySection, values: Mapping[str, Any]) -> AnySection:
    """The experiment (or section) with other values of these keys, all put in, then checked.

    Raises:
        Bl1Error: it has no such value, or cannot have it.
    """
    changed: Any = section
    for key, value in values.items():
        value_at(section, key)
        plain = value.item() if isinstance(value, np.generic) else value
        changed = _put(changed, key.split("."), plain)
    return section.changed(**dict(changed))


def grid(values: Mapping[str, Iterable[Any]]) -> list[Values]:
    """Every combination of the values of several keys, the last key changing fastest."""
    return [dict(zip(values, point, strict=True)) for point in product(*values.values())]


def sampled(
    section: Section,
    bounds: Mapping[str, tuple[float, float]],
    n: int,
    seed: int = 0,
    log: Sequence[str] = (),
) -> list[Values]:
    """Points spread evenly within bounds: a scrambled Sobol sequence (Owen 1998).

    Args:
        section: an experiment, or a section; tells which values are whole numbers.
        bounds: lowest and highest value of each key.
        n: points; a power of 2 spreads best.
        seed: of the scrambling.
        log: keys whose logarithm is spread evenly, with bounds above 0.

    Raises:
        Bl1Error: there is no such key, a bound is no possible value, or n is below 1.
    """
    from scipy.stats.qmc import Sobol

    check_bounds(section, bounds)
    if n < 1:
        raise Bl1Error(f"n is {n}, expected at least one point")
    unit = Sobol(len(bounds), seed=np.random.default_rng(seed)).random_base2((n - 1).bit_length())
    points = []
    for shares in unit[:n].tolist():
        point: Values = {}
        for share, (key, (low, high)) in zip(shares, bounds.items(), strict=True):
            value = low + share * (high - low)
            if key in log:
                value = low * (high / low) ** share
            point[key] = round(value) if is_whole(section, key) else value
        points.append(point)
    return points


def check_bounds(section: Section, bounds: Mapping[str, tuple[float, float]]) -> None:
    """Refuse bounds that are no values of the experiment (or section), or in the wrong order."""
    if not bounds:
        raise Bl1Error("there are no bounds, expected those of at least one key")
    for key, (low, high) in bounds.items():
        if not low < high:
            raise Bl1Error(f"the bounds of {key} are {low} and {high}, expected the lower first")
        for value in (low, high):
            with_values(section, {key: value})


def is_whole(section: Section, key: str) -> bool:
    """Whether the value of a key is a whole number."""
    return isinstance(value_at(section, key), int)


def sweep(
    experiment: Experiment,
    points: Sequence[Mapping[str, Any]],
    *,
    seeds: Sequence[int] = (0,),
    measure: Measuring | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sweep:
    """Measure a culture of every seed at every point.

    A culture that cannot be measured is told in ``failures``, and the others go on. Ctrl-C ends a
    sweep and keeps the cultures that were measured; nothing is resumed.

    Args:
        experiment: what is the same at all points.
        points: values by dotted key, as :func:`grid` and :func:`sampled` make them.
        seeds: of the dishes.
        measure: what to measure; None for :class:`NineStatistics`.
        processes: cultures that run at the same time. Beyond one, each runs in a process of Dask
            (extra ``cluster``), and a script must start the sweep under
            ``if __name__ == "__main__":``.
        progress: called with the number of cultures that have ended and of all.

    Raises:
        Bl1Error: a point has a key or a value that the experiment cannot have (before anything is
            run), or Dask is not installed.
    """
    if processes < 1:
        raise Bl1Error(f"processes is {processes}, expected at least 1")
    measure = measure or NineStatistics()
    experiments = [with_values(experiment, point) for point in points]
    cultures = [(index, seed) for index in range(len(points)) for seed in seeds]
    runs = [
        Run(
            str(number),
            _measured,
            {"measure": measure, "experiment": experiments[index], "seed": seed},
        )
        for number, (index, seed) in enumerate(cultures)
    ]
    ended: dict[tuple[int, int], Outcome] = {}
    with suppress(KeyboardInterrupt), closing(outcomes(runs, workers=processes)) as coming:
        for run, outcome in coming:
            ended[cultures[int(run.key)]] = outcome
            progress(len(ended), len(cultures))
    hashes = [fingerprint_of(each.model_dump_json()) for each in experiments]
    rows, failures = [], []
    for index, seed in (culture for culture in cultures if culture in ended):
        point, outcome = dict(points[index]), ended[index, seed]
        if outcome.error is not None:
            failures.append(Failure(point, seed, outcome.error))
        else:
            rows += [Row(point, seed, each, hashes[index]) for each in outcome.result]
    return Sweep(rows, failures, len(cultures), len(ended) - len(failures))


def _measured(measure: Measuring, experiment: Experiment, seed: int) -> Sequence[Measure]:
    return measure(experiment, seed)


def _put(section: Any, path: Sequence[str], value: Any) -> Any:
    """A copy of a section, or a mapping, with another value at a path; unchecked."""
    name, *rest = path
    inner = section[name] if isinstance(section, Mapping) else getattr(section, name)
    new = {name: _put(inner, rest, value) if rest else value}
    return section | new if isinstance(section, dict) else section.model_copy(update=new)


def _flat(row: Row) -> dict[str, Any]:
    measure = asdict(row.measure)
    low, high = measure.pop("interval_95") or (None, None)
    facts = {"seed": row.seed, "config_hash": row.config_hash, "version": row.version}
    named = {"statistic": measure.pop("name")} | measure | {"low_95": low, "high_95": high}
    return row.values | facts | named
