"""What an examination of a recording found: measures in plain words, beside living cultures."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bl1.analysis.living import LIVING, SOURCE, LivingRange
from bl1.analysis.measure import Measure

Standing: TypeAlias = Literal["as in living cultures", "outside", "not enough data", "no range"]

SIZES, DURATIONS = "avalanche size exponent τ", "duration exponent α"
SENTENCES = {
    "rate per electrode": "How often an electrode hears a spike, silent electrodes included.",
    "bursts per minute": "How often the whole network bursts: many electrodes at once.",
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


CRITICALITY = (
    "Whether all that a critical culture must show is there, and is not there in the same spikes "
    "at shuffled times."
)


def number(value: float) -> str:
    """Three digits, or four where a number close to 1 needs them."""
    return f"{value:.4f}" if 0.9 < value < 1 else f"{value:.3g}"


@dataclass(frozen=True)
class Finding:
    """A measure, what it means, and what it is in living cultures.

    Attributes:
        measure: the number, with its interval, its sample and its method.
        remark: what else must be said, as what speaks against a power law.
    """

    measure: Measure
    remark: str = ""

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
            lines.append("95 % interval: {} to {}.".format(*map(number, measure.interval_95)))
        if measure.reason:
            lines.append(f"No value: {measure.reason}.")
        if self.remark:
            lines.append(self.remark)
        if self.living:
            low, high = self.living
            unit = f" {measure.unit}" if measure.unit else ""
            lines.append(f"Living cultures: {low:g} to {high:g}{unit} ({SOURCE}).")
        lines.append(f"Measured: {measure.method}; {measure.n:,} {measure.of}.")
        return "\n".join(lines)

    @property
    def standing(self) -> Standing:
        """Where the value lies."""
        if self.measure.value is None:
            return "not enough data"
        if self.living is None:
            return "no range"
        return "as in living cultures" if self.living.holds(self.measure.value) else "outside"


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
