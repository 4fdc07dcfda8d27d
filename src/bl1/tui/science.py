"""Examining a recording: what it says of its culture.

The recording is that of the virtual array, as an experimenter has it, and the numbers are those of
:mod:`bl1.analysis`, as `bl1 analyze` prints them.
"""

from collections.abc import Iterator

from bl1.analysis.critical import criticality
from bl1.analysis.measure import Measure
from bl1.analysis.power_laws import DECISIVE, PowerLaw
from bl1.analysis.statistics import nine_statistics
from bl1.analysis.summary import criticality_measures
from bl1.core.spikes import SpikeTrain
from bl1.tui.examination import DURATIONS, SIZES, Examination, Finding

NO_BURST_YET = (
    "No burst came yet, as may be in a living culture of which so little is recorded: this is what "
    "it is between bursts."
)
OF_CRITICALITY = ("naive branching ratio", SIZES, DURATIONS)


def examine(title: str, recording: SpikeTrain, seed: int = 0) -> Iterator[Examination]:
    """Measure a recording: at first nothing is known, then its rates and bursts, then all.

    Args:
        title: of the run.
        recording: what the electrodes heard.
        seed: of surrogates and resamples.

    Raises:
        Bl1Error: the packages that fit branching ratios and power laws are missing.
    """
    yield Examination(title, recording.duration_s, (), None)
    nine = _beside_living(nine_statistics(recording, seed))
    yield Examination(title, recording.duration_s, nine, None)
    critical = criticality(recording, seed=seed, against=DECISIVE)
    laws = {SIZES: critical.data.size, DURATIONS: critical.data.duration}
    signs = tuple(
        Finding(sign, _for_and_against(laws[sign.name]) if sign.name in laws else "")
        for sign in criticality_measures(critical, recording, seed)
        if sign.name in OF_CRITICALITY
    )
    yield Examination(title, recording.duration_s, nine + signs, critical.verdict)


def _beside_living(measures: list[Measure]) -> tuple[Finding, ...]:
    """The nine statistics; where no burst came yet, burstiness says little."""
    value = {measure.name: measure.value for measure in measures}
    no_burst_yet = value["bursts per minute"] == 0 and value["share of spikes in bursts"] is None
    doubts = {"burstiness index": NO_BURST_YET} if no_burst_yet else {}
    return tuple(Finding(each, doubt=doubts.get(each.name, "")) for each in measures)


def _for_and_against(law: PowerLaw) -> str:
    """What speaks for a power law, and what against it."""
    if law.exponent is None:
        return ""
    extent = f"over {law.decades:.1f} decades, which {law.n / law.n_all:.0%} of them are in"
    if not law.plausible:
        return f"Against a power law: no range is left in which it is not rejected ({extent})."
    if law.beaten_by:
        better = " and ".join(law.beaten_by)
        return f"For a power law: not rejected {extent}. Against it: {better} fits better."
    return f"For a power law: not rejected {extent}, and no exponential or lognormal fits better."
