"""Validation: a simulated culture held against recordings of living ones.

The culture is recorded through the virtual array, with its noise floor; the nine statistics of
:mod:`bl1.analysis.statistics` are measured on it and on the recordings by the same code; each is
inside if it lies in the range of the recordings, from their lowest to their highest value.

The statistics of bursts are those of the recordings that burst, if any of them do: a culture that
does not burst yet is no reason to call a rate of 0 bursts a minute typical.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bl1.analysis.measure import Measure
from bl1.analysis.statistics import nine_statistics
from bl1.config import Experiment
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.network.culture import Culture
from bl1.recording import WRITTEN, load

OF_BURSTS = ("bursts per minute", "share of spikes in bursts", "burstiness index")
FEWEST_BURSTS = 3  # of a recording that bursts
NOT_ENOUGH = "not enough data"


@dataclass(frozen=True)
class Reference:
    """Recordings of living cultures, measured.

    Attributes:
        measures: of each recording, by its name.
        ranges: of each statistic, its lowest and its highest value; no entry if none has it.
        left_out: recordings that do not burst, and so say nothing of bursts.
    """

    measures: dict[str, list[Measure]]
    ranges: dict[str, tuple[float, float]]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """A statistic of the simulated culture beside the range of the living ones."""

    measure: Measure
    range: tuple[float, float] | None

    @property
    def verdict(self) -> str:
        """ "inside", "outside" or "not enough data"."""
        value = self.measure.value
        if value is None or self.range is None:
            return NOT_ENOUGH
        low, high = self.range
        return "inside" if low <= value <= high else "outside"

    @property
    def off_by(self) -> float | None:
        """How far outside the value lies, as a share of the bound that it passed; else None."""
        if self.verdict != "outside":
            return None
        value, (low, high) = self.measure.value, self.range or (0.0, 0.0)
        assert value is not None
        bound = low if value < low else high
        return (value - bound) / abs(bound) if bound else float("inf")


def files_of(paths: Sequence[str | Path]) -> list[Path]:
    """These files, and what is named like a recording in these folders.

    Raises:
        Bl1Error: a path does not exist, or there is no recording at all.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.name.endswith((*WRITTEN, ".hdf5")))
        elif path.exists():
            found.append(path)
        else:
            raise Bl1Error(f"there is no recording or folder of recordings '{path}'")
    if not found:
        raise Bl1Error(f"there are no recordings in {', '.join(map(str, paths))}")
    return found


def reference_of(files: Sequence[Path], progress: Callable[[], None] = lambda: None) -> Reference:
    """Measure recordings of living cultures."""
    names = [file.name.split(".")[0] for file in files]
    measures = {}
    for file, name in zip(files, names, strict=True):
        # Recordings of one name, in two folders or formats, are told apart by their paths.
        measures[name if names.count(name) == 1 else str(file)] = nine_statistics(load(file))
        progress()
    return reference_from(measures)


def reference_from(measures: dict[str, list[Measure]]) -> Reference:
    """The range of each statistic over recordings that were measured."""
    bursting = [
        name
        for name, found in measures.items()
        if next(m.n for m in found if m.name == "bursts per minute") >= FEWEST_BURSTS
    ]
    left_out = tuple(name for name in measures if bursting and name not in bursting)
    ranges: dict[str, tuple[float, float]] = {}
    for statistic in (m.name for m in next(iter(measures.values()))):
        values = [
            m.value
            for name, found in measures.items()
            for m in found
            if m.name == statistic and m.value is not None
            if statistic not in OF_BURSTS or name not in left_out
        ]
        if values:
            ranges[statistic] = (min(values), max(values))
    return Reference(measures, ranges, left_out)


def held_against(spikes: SpikeTrain, reference: Reference, seed: int = 0) -> list[Verdict]:
    """Each statistic of a recording beside the range of the reference."""
    return [
        Verdict(measure, reference.ranges.get(measure.name))
        for measure in nine_statistics(spikes, seed)
    ]


def validate(
    experiment: Experiment,
    reference: Reference,
    seed: int,
    seconds: float,
    div: float | None = None,
) -> list[Verdict]:
    """Record one culture of an experiment file and hold it against living ones."""
    culture = Culture.grow(experiment, div, seed=seed)
    return held_against(record(culture, seconds), reference, seed)


def as_json(seed: int, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """One seed's verdicts as plain values."""
    return {
        "seed": seed,
        "statistics": [
            {
                "statistic": v.measure.name,
                "value": v.measure.value,
                "unit": v.measure.unit,
                "interval_95": v.measure.interval_95,
                "n": v.measure.n,
                "of": v.measure.of,
                "method": v.measure.method,
                "range": list(v.range) if v.range else None,
                "verdict": v.verdict,
                "reason": v.measure.reason,
            }
            for v in verdicts
        ],
    }
