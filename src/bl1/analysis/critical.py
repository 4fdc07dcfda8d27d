"""Criticality: every sign of it together, beside the same signs in a shuffled surrogate.

No single sign is enough. Independent Poisson units give straight lines in log-log plots and even
obey the relation between exponents over a short range (Touboul & Destexhe 2017,
doi:10.1103/PhysRevE.95.012413), and a recording of few units hides what a culture does.
"""

from dataclasses import dataclass

from bl1.analysis.avalanche import (
    ShapeCollapse,
    SizeOfDuration,
    avalanches,
    criticality_deviation,
    predicted_exponent,
    shape_collapse,
    size_of_duration,
)
from bl1.analysis.branching import BranchingRatio, branching_ratio
from bl1.analysis.power_laws import ALTERNATIVES, DECISIVE, PowerLaw, power_law
from bl1.analysis.surrogates import shuffled
from bl1.core.spikes import SpikeTrain

FEWEST_AVALANCHES = 1000
CRITICAL_BRANCHING = (0.9, 1.0)
# A branching process at m = 1 itself deviates by .2 to .3: durations reach their exponent slowly.
LARGEST_DEVIATION = 0.3
SMALLEST_SHARE = 0.1  # of the avalanches, in the range of the power law


@dataclass(frozen=True)
class Signs:
    """What avalanches and branching say of one train.

    Attributes:
        n_spikes, n_avalanches: size of the sample.
        bin_ms: width of the bins of the avalanches (ms).
        size, duration: power laws of avalanche sizes (τ) and durations (α).
        size_of_duration: ⟨S⟩(T) ~ T^γ over the range of the durations' power law.
        predicted_exponent: γ = (α − 1)/(τ − 1).
        deviation: |predicted − fitted| γ (DCC).
        shape_collapse: of the mean time courses in that range.
        branching: branching ratio by multistep regression.
    """

    n_spikes: int
    n_avalanches: int
    bin_ms: float
    size: PowerLaw
    duration: PowerLaw
    size_of_duration: SizeOfDuration
    predicted_exponent: float | None
    deviation: float | None
    shape_collapse: ShapeCollapse
    branching: BranchingRatio

    @property
    def missing(self) -> list[str]:
        """What there are too few data to say; empty if all can be said."""
        found = []
        if self.n_avalanches < FEWEST_AVALANCHES:
            found.append(f"{self.n_avalanches} avalanches, needs {FEWEST_AVALANCHES}")
        for name, part in (
            ("sizes", self.size),
            ("durations", self.duration),
            ("branching ratio", self.branching),
        ):
            if part.reason is not None and "not enough data" in part.reason:
                found.append(f"{name}: {part.reason.removeprefix('not enough data: ')}")
        return found

    @property
    def against(self) -> list[str]:
        """What speaks against criticality; empty if nothing does."""
        found = []
        for name, law in (("sizes", self.size), ("durations", self.duration)):
            if law.exponent is None or not law.plausible or law.decades < 1:
                found.append(f"{name} follow no power law over a decade")
            elif law.n < SMALLEST_SHARE * law.n_all:
                found.append(f"only {law.n / law.n_all:.0%} of {name} follow the power law")
            elif law.beaten_by:
                found.append(f"{' and '.join(law.beaten_by)} fit {name} better than a power law")
        if self.deviation is None:
            found.append("exponents cannot be compared")
        elif self.deviation > LARGEST_DEVIATION:
            found.append(f"exponents disagree by {self.deviation:.2f}")
        low, high = CRITICAL_BRANCHING
        m = self.branching.branching_ratio
        if m is None:
            found.append(f"no branching ratio: {self.branching.reason}")
        elif not low <= m <= high:
            found.append(f"the branching ratio is {m:.3f}")
        return found


@dataclass(frozen=True)
class Criticality:
    """Signs in a train and in its surrogate, and what follows.

    Attributes:
        verdict: "consistent with criticality", "not consistent with criticality: ..." or
            "not enough data: ...".
        data: signs in the train.
        surrogate: the same in the train with each unit's spikes at random times.
        seed: of surrogate and bootstrap.
        method: what the verdict asks for.
    """

    verdict: str
    data: Signs
    surrogate: Signs
    seed: int
    method: str = (
        f"{FEWEST_AVALANCHES} avalanches or more; power laws of size and duration over a decade or "
        f"more, for a share of {SMALLEST_SHARE} of them or more, that no exponential or lognormal "
        f"beats; exponents that agree within "
        f"{LARGEST_DEVIATION}; branching ratio {CRITICAL_BRANCHING[0]} to {CRITICAL_BRANCHING[1]} "
        "by multistep regression; and a shuffled surrogate that fails"
    )


def criticality(
    spikes: SpikeTrain,
    *,
    seed: int,
    bin_ms: float | None = None,
    branching_bin_ms: float = 4.0,
    max_lag_ms: float = 1000.0,
    against: tuple[str, ...] = ALTERNATIVES,
) -> Criticality:
    """Look for all signs of criticality in a train and in its shuffled surrogate.

    A truncated power law is reported but does not speak against criticality: every finite system
    cuts its avalanches off.

    Args:
        spikes: of a culture or a recording.
        seed: of the surrogate and the bootstrap.
        bin_ms: bins of the avalanches (ms); None: the mean interval of the population's spikes.
        branching_bin_ms, max_lag_ms: bins and longest lag of the branching ratio (ms).
        against: the laws that power laws are compared with. The verdict asks for the exponential
            and the lognormal alone.

    Raises:
        Bl1Error: a bin that the spikes cannot have.

    Source: Beggs & Plenz 2003, doi:10.1523/JNEUROSCI.23-35-11167.2003; Friedman et al. 2012,
    doi:10.1103/PhysRevLett.108.208102; Ma et al. 2019, doi:10.1016/j.neuron.2019.08.031.
    """
    options = (bin_ms, branching_bin_ms, max_lag_ms, seed)
    data = _signs(spikes, *options, against=against)
    surrogate = _signs(shuffled(spikes, seed), *options, against=DECISIVE)
    return Criticality(_verdict(data, surrogate), data, surrogate, seed)


def _signs(
    spikes: SpikeTrain,
    bin_ms: float | None,
    branching_bin_ms: float,
    max_lag_ms: float,
    seed: int,
    against: tuple[str, ...],
) -> Signs:
    found = avalanches(spikes, bin_ms=bin_ms)
    size = power_law(found.sizes, against=against)
    duration = power_law(found.durations, against=against)
    shortest, longest = duration.xmin or 1, duration.xmax or float("inf")
    fitted = size_of_duration(found, shortest=shortest, longest=longest)
    return Signs(
        len(spikes),
        len(found),
        found.bin_ms,
        size,
        duration,
        fitted,
        predicted_exponent(size, duration),
        criticality_deviation(size, duration, fitted),
        shape_collapse(found, longest=longest),
        branching_ratio(spikes, bin_ms=branching_bin_ms, max_lag_ms=max_lag_ms, seed=seed),
    )


def _verdict(data: Signs, surrogate: Signs) -> str:
    if data.missing:
        return "not enough data: " + "; ".join(data.missing)
    if data.against:
        return "not consistent with criticality: " + "; ".join(data.against)
    if not surrogate.against:
        return "not consistent with criticality: a shuffled surrogate shows the same signs"
    return "consistent with criticality"
