r"""A bearing as an eye sees it: finely in the middle, coarsely at the edge.

$$ s = \tfrac12 + \tfrac12\,\mathrm{sign}(\theta)\,\sqrt{|\theta| / \theta_\mathrm{edge}} $$

so that the sixteen bands of a bump, evenly spread over s, lie closest where aim is taken, as the
retina's and the cortex's cells do (Daniel & Whitteridge 1961, doi:10.1113/jphysiol.1961.sp006803).
"""

from math import copysign


def foveated(bearing_deg: float, edge_deg: float) -> float:
    """A bearing from −edge to edge as a value from 0 to 1; those beyond are at the edge."""
    spread = min(abs(bearing_deg) / edge_deg, 1.0) ** 0.5
    return 0.5 + 0.5 * copysign(spread, bearing_deg)
