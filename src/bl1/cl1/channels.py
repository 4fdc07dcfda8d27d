"""What the channels of a CL1 are for at the bench whose protocol this is.

Eight channels carry what the culture is shown, seven groups are read as what it decides, six groups
are told how the game goes. The other channels are silent to the game.
"""

from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.mea.layout import CL1_GROUND, CL1_REFERENCE, CL1_SITES

#: Of all 64, those that can neither be stimulated nor read.
FORBIDDEN = frozenset(CL1_GROUND + CL1_REFERENCE)
USABLE = tuple(channel for channel in range(64) if channel not in FORBIDDEN)

ENCODING = (8, 9, 10, 17, 18, 25, 27, 28)

#: Spikes are counted of these, in this order.
GROUPS = MappingProxyType(
    {
        "encoding": ENCODING,
        "forward": (41, 42, 49),
        "backward": (50, 51, 58),
        "left": (13, 14, 21),
        "right": (45, 46, 53),
        "turn left": (29, 30, 31, 37),
        "turn right": (59, 60, 61, 62),
        "attack": (32, 33, 34),
    }
)

#: By which the culture is told how the game goes.
FEEDBACK = MappingProxyType(
    {
        "reward+": (19, 20, 22),
        "reward-": (23, 24, 26),
        "kill": (35, 36, 38),
        "armour": (39, 40, 43),
        "damage": (44, 47, 48),
        "ammunition wasted": (52, 54, 55),
    }
)

_GROUP_OF = np.full(CL1_SITES, len(GROUPS))  # the last one is of channels in no group
for _place, _channels in enumerate(GROUPS.values()):
    _GROUP_OF[list(_channels)] = _place


def counted_by_group(channels: ArrayLike) -> NDArray[np.int64]:
    """(groups,) how many of these events' channels each group has."""
    groups = _GROUP_OF[np.asarray(channels, np.int64)]
    return np.bincount(groups, minlength=len(GROUPS) + 1)[:-1]
