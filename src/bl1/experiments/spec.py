"""The file of a sweep: what is run, with which seeds, and at which points.

    name: learning rates
    pong: {substrate: bank, steps: 4000}          # or statistics: {config: default, seconds: 60}
    seeds: [0, 1, 2, 3, 4]
    grid:                                         # or random:, or optuna:
      pursuit.learning_rate: [0.5, 1.0, 2.0]

Keys that are swept are dotted: those of the experiment file for ``statistics``, those of the
section itself for ``pong``. Every point is checked before anything is run.
"""

from math import prod
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bl1 import yamlfile
from bl1.config import named
from bl1.config.fields import Section
from bl1.errors import Bl1Error
from bl1.experiments.subjects import PongTrial, Statistics, Subject
from bl1.experiments.sweep import Values, grid, sampled, value_at, with_values
from bl1.yamlfile import expected

MOST_POINTS = 1_000_000
SUBJECTS = ("pong", "statistics")
SEARCHES = ("grid", "random", "optuna")
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Bounds = Annotated[dict[str, tuple[int | float, int | float]], Field(min_length=1)]


class RandomSearch(Section):
    """Points spread evenly within bounds (a scrambled Sobol sequence)."""

    bounds: Bounds = Field(description="lowest and highest value of each key")
    log: list[str] = Field([], description="keys whose logarithm is spread evenly")
    points: Count
    seed: Seed = 0

    def sampled(self, base: Section) -> list[Values]:
        """The points, as values of a section."""
        return sampled(base, self.bounds, self.points, self.seed, self.log)


class OptunaSearch(Section):
    """Points that are sought, by what was measured at those before (see bl1.experiments.search)."""

    maximise: str | None = None
    minimise: str | None = None
    bounds: Bounds = Field(description="lowest and highest value of each key")
    log: list[str] = Field([], description="keys whose logarithm is sought in")
    points: Count
    batch: Count = Field(8, description="points proposed at once, whatever the number of workers")
    seed: Seed = 0

    @property
    def measure(self) -> str:
        """The name of what is sought to be high, or low."""
        return self.maximise or self.minimise or ""


class SweepSpec(Section):
    """One sweep, as its file tells it."""

    name: str = Field(min_length=1, description="short name")
    description: str = Field("", description="what it is for, in a sentence")
    pong: PongTrial | None = None
    statistics: Statistics | None = None
    seeds: list[Seed] = Field(min_length=1, description="of each point")
    grid: dict[str, Any] | None = Field(None, description="all values of each key")
    random: RandomSearch | None = None
    optuna: OptunaSearch | None = None

    @property
    def subject(self) -> Subject:
        """What is run."""
        subject = self.pong or self.statistics
        assert subject is not None
        return subject

    @property
    def points(self) -> list[Values]:
        """The points of a grid or of a random search."""
        if self.random:
            return self.random.sampled(self.subject.base)
        return grid(self.grid or {})

    @field_validator("seeds")
    @classmethod
    def _no_seed_comes_twice(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise expected("seeds that differ")
        return seeds

    @field_validator("grid")
    @classmethod
    def _values_are_possible(
        cls, values: dict[str, Any] | None, info: ValidationInfo
    ) -> dict[str, Any] | None:
        if values is not None:
            if not values:
                raise expected("the values of at least one key")
            for key, each in values.items():
                if not isinstance(each, list) or not each:
                    raise expected("a list of values", key)
            if (n_points := prod(len(each) for each in values.values())) > MOST_POINTS:
                raise expected(f"at most {MOST_POINTS:,} points, not {n_points:,}")
            for point in grid(values):
                _check(point, info)
        return values

    @field_validator("random", "optuna")
    @classmethod
    def _bounds_are_possible(
        cls, search: RandomSearch | OptunaSearch | None, info: ValidationInfo
    ) -> RandomSearch | OptunaSearch | None:
        if search:
            for key, (low, high) in search.bounds.items():
                if not low < high:
                    raise expected("the lower bound first", ("bounds", key))
                for value in (low, high):
                    _check({key: value}, info, "bounds")
            for key in search.log:
                if search.bounds.get(key, (0.0, 0.0))[0] <= 0:
                    raise expected(f"keys with bounds above 0, which {key} has not", "log")
            if isinstance(search, RandomSearch) and (subject := _subject(info)):
                for point in search.sampled(subject.base):
                    _check(point, info, "bounds")
        return search

    @field_validator("optuna")
    @classmethod
    def _what_is_sought_is_measured(
        cls, search: OptunaSearch | None, info: ValidationInfo
    ) -> OptunaSearch | None:
        subject = _subject(info)
        if search and (search.maximise is None) == (search.minimise is None):
            raise expected("either maximise or minimise, with the name of a measure", "maximise")
        if search and subject and search.measure not in subject.measures:
            key = "maximise" if search.maximise else "minimise"
            raise expected(f"one of {', '.join(subject.measures)}", key)
        return search

    @model_validator(mode="after")
    def _one_thing_is_run_and_searched(self) -> "SweepSpec":
        for names in (SUBJECTS, SEARCHES):
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) != 1:
                key = given[1] if given else names[0]
                raise expected(f"exactly one of the sections {', '.join(names)}", key)
        return self


def load_spec(source: str | Path) -> SweepSpec:
    """Read the file of a sweep, given as a path or as the name of a shipped one.

    Raises:
        Bl1Error: there is no such file, or it is not right; a sentence for each thing found.
    """
    return yamlfile.read(named(source, "sweeps", "sweep"), SweepSpec)


def _subject(info: ValidationInfo) -> Subject | None:
    return info.data.get("pong") or info.data.get("statistics")


def _check(point: Values, info: ValidationInfo, *within: str) -> None:
    """Refuse a point that the subject cannot have, at the line of the key that is to blame."""
    subject = _subject(info)
    if subject is None:  # it is wrong itself, which is told
        return
    try:
        with_values(subject.base, point)
        for key in point if within else ():
            if not isinstance(value_at(subject.base, key), int | float):
                raise Bl1Error(f"{key} is no number where it is swept from")
    except Bl1Error as error:
        told = str(error)
        key = min(point, key=lambda key: told.find(key) if key in told else len(told))
        raise expected(f"possible values: {error}", (*within, key)) from error
