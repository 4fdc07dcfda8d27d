"""What the same measures are in living cultures: dissociated rat cortex on 59 electrodes.

Measured by this package on recordings of Wagenaar, Pine & Potter 2006 (doi:10.1186/1471-2202-7-11),
dense and sparse cultures 13 to 35 days in vitro that burst, half an hour each. Statistics of bursts
and rates are of ten recordings; the burstiness index is of the four of docs/validation.md.
To lie in a range is necessary for being like a living culture, and not much.
"""

from collections.abc import Mapping
from typing import NamedTuple

SOURCE = "Wagenaar, Pine & Potter 2006, doi:10.1186/1471-2202-7-11"


class LivingRange(NamedTuple):
    """From the lowest to the highest value among recordings of living cultures."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it, ends included."""
        return self.low <= value <= self.high


#: By the names of :func:`bl1.analysis.statistics.nine_statistics`, in their units.
LIVING: Mapping[str, LivingRange] = {
    "rate per electrode": LivingRange(0.17, 1.87),
    "bursts per minute": LivingRange(0.36, 11.6),
    "burst duration": LivingRange(0.46, 2.6),
    "inter-burst interval": LivingRange(4.5, 173.0),
    "CV of inter-burst intervals": LivingRange(0.2, 1.0),
    "recruitment": LivingRange(0.12, 0.77),
    "share of spikes in bursts": LivingRange(0.07, 0.87),
    "burstiness index": LivingRange(0.43, 0.87),
    "branching ratio m": LivingRange(0.973, 0.988),
}
