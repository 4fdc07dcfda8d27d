"""What an examination of a recording found: measures in plain words, beside living cultures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bl1.analysis.living import LIVING, SOURCE, LivingRange
from bl1.analysis.measure import Measure

Standing: TypeAlias = Literal[
    "as living", "outside", "cannot tell", "not enough data", "no value", "no range"
]

SIZES, DURATIONS = "avalanche size exponent τ", "duration exponent α"
SENTENCES = {
    "rate per electrode": "How often an electrode hears a spike, silent electrodes included.",
    "bursts per minute": (
        "How often the whole network bursts. An electrode bursts where 4 spikes or more follow "
        "each other within 100 ms, or a quarter of its mean interval if that is less; where 5 "
        "electrodes or more (8.5 % of them, if that is more) burst at once, and more than chance "
        "would have it, the network does."
    ),
    "burst duration": "How long a network burst lasts, from its first spike to its last.",
    "inter-burst interval": "How long it takes from the start of a burst to that of the next.",
    "CV of inter-burst intervals": "How irregular bursts are: 0 is a clock, 1 is chance.",
    "recruitment": "The share of the active electrodes that take part in a burst.",
    "share of spikes in bursts": "How much of all activity is within network bursts.",
    "burstiness index": "How unevenly spikes are spread over time: 0 is even, 1 is all at once.",
    "branching ratio m": (
        "How many spikes one spike leads to; 1 is the critical point. Multistep regression, which "
        "does not mind that most cells are not heard."
    ),
    "naive branching ratio": (
        "The same by regression of one bin on the one before. It is too low where few cells are "
        "heard, as here: compare it with m."
    ),
    SIZES: (
        "How the sizes of avalanches are spread, if by a power law at all; 1.5 is that of a "
        "critical branching process."
    ),
    DURATIONS: ("The same of their durations; 2 is that of a critical branching process."),
}
OVER = "resampled {} (bootstrap)"
INTERVALS = {  # what each is of, where the method does not say
    "rate per electrode": OVER.format("electrodes"),
    "bursts per minute": "a Poisson number of which so many came (Garwood 1936)",
    "burst duration": OVER.format("bursts"),
    "inter-burst interval": OVER.format("intervals"),
    "CV of inter-burst intervals": OVER.format("intervals"),
    "recruitment": OVER.format("bursts"),
    "share of spikes in bursts": OVER.format("seconds"),
    "burstiness index": OVER.format("seconds"),
    "branching ratio m": OVER.format("stretches of the recording"),
    SIZES: "1.96 standard errors of the fit",
    DURATIONS: "1.96 standard errors of the fit",
}

CRITICALITY = (
    "Whether all that a critical culture must show is there, and is not there in the same spikes "
    "at shuffled times."
)


def number(value: float | None) -> str:
    """Three digits, four where a number is close to 1, whole from 100 on; a dash for none."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.4f}" if 0.9 < value < 1 else f"{value:.3g}"


def interval(bounds: tuple[float, float] | None) -> str:
    """From the lower bound to the upper; nothing where there are none."""
    return " – ".join(map(number, bounds)) if bounds else ""


def with_unit(told: str, measure: Measure) -> str:
    """Numbers with the unit of their measure, where 1/min is /min."""
    return f"{told} {measure.unit.removeprefix('1')}".rstrip()


@dataclass(frozen=True)
class Finding:
    """A measure, what it means, and what it is in living cultures.

    Attributes:
        measure: the number, with its interval, its sample and its method.
        remark: what else must be said, as what speaks against a power law.
        doubt: why it cannot be told yet that the value is outside; nothing where it can.
    """

    measure: Measure
    remark: str = ""
    doubt: str = ""

    @property
    def living(self) -> LivingRange | None:
        """Its range in living cultures; None where none is known."""
        return LIVING.get(self.measure.name)

    @property
    def meaning(self) -> str:
        """What it is, what it is in living cultures, and how it was taken: a line for each."""
        measure = self.measure
        lines = [SENTENCES[measure.name]]
        if measure.interval_95:
            low, high = map(number, measure.interval_95)
            lines.append(f"95 % interval: {low} to {high}, of {INTERVALS[measure.name]}.")
        if measure.reason:
            lines.append(f"No value: {measure.reason}.")
        lines += [said for said in (self.remark, self.doubt) if said]
        if living := self.living:
            extent = with_unit(f"{living.low:g} to {living.high:g}", measure)
            lines.append(f"Living cultures: {extent} ({SOURCE}).")
        lines.append(f"Measured: {measure.method}; {measure.n:,} {measure.of}.")
        return "\n".join(lines)

    @property
    def standing(self) -> Standing:
        """Where the value lies.

        It is outside only if its interval is as well; else longer recording might bring it in.
        """
        value, bounds, living = self.measure.value, self.measure.interval_95, self.living
        if value is None:
            lacking = (self.measure.reason or "").startswith("not enough data")
            return "not enough data" if lacking else "no value"
        if living is None:
            return "no range"
        if living.holds(value):
            return "as living"
        reaches = bounds is None or (bounds[0] <= living.high and bounds[1] >= living.low)
        return "cannot tell" if reaches or self.doubt else "outside"


@dataclass(frozen=True)
class Examination:
    """All findings of a recording.

    Attributes:
        title: of which run.
        seconds: how long was recorded.
        findings: those that there are so far, in the order in which they are shown.
        criticality: the verdict of all its signs, in a sentence; None before it is known.
    """

    title: str
    seconds: float
    findings: tuple[Finding, ...]
    criticality: str | None

    @property
    def awaited(self) -> list[str]:
        """The measures that are still to come; none once the verdict is known."""
        known = self.measures
        return [] if self.criticality else [name for name in SENTENCES if name not in known]

    @property
    def measures(self) -> dict[str, float | None]:
        """Each value by its name."""
        return {finding.measure.name: finding.measure.value for finding in self.findings}

    def find(self, name: str) -> Finding | None:
        """What was found of a measure; None if it is not there."""
        return next((each for each in self.findings if each.measure.name == name), None)


def from_plain(values: Mapping[str, Any]) -> Examination:
    """The examination whose plain values these are, from JSON."""
    findings = []
    for each in values["findings"]:
        bounds = each["measure"]["interval_95"]
        measure = Measure(**each["measure"] | {"interval_95": bounds and tuple(bounds)})
        findings.append(Finding(**each | {"measure": measure}))
    return Examination(**{**values, "findings": tuple(findings)})
