"""Activation: which cells a pulse fires, by distance and strength.

The current that fires a cell at distance d grows with its square (Stoney, Thompson & Asanuma 1968,
doi:10.1152/jn.1968.31.5.659; Tehovnik 1996, doi:10.1016/0165-0270(95)00131-X), with the spread
that cells have, and falls with the width w of the phase (Weiss's law)::

    I_th(d, w) = I₀ · ((d + r) / (R + r))² · exp(s z) · (1 + c/w) / (1 + c/w₀)

I₀ is the nominal amplitude, at which half of the cells at the nominal radius R fire; r = 15 µm is
the electrode's own radius, w₀ = 200 µs the nominal width, c = 200 µs the chronaxie, s = 0.3 the
spread and z a number of each cell, N(0, 1). So the radius within which cells fire grows as the
square root of the current: a stronger pulse recruits more of them.

A cell is given the current 60 mV/ms · I/I_th for one step, which takes one at rest from −65 mV
over the point of no return; weaker pulses only depolarise it. Voltages act alike, in units of
their own nominal amplitude. The effective strength of a pulse is that of its strongest cathodic
(negative) phase for currents and of its strongest positive one for voltages, since a positive
voltage is followed by a cathodic current as it falls (Wagenaar, Pine & Potter 2004,
doi:10.1016/j.jneumeth.2004.04.005); a phase of the other sign counts a third.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.config import MeaConfig
from bl1.errors import Bl1Error
from bl1.mea.layout import Layout
from bl1.mea.stimulation import Pulse

NOMINAL = {"current": 1.5, "voltage": 150.0}  # µA, mV
NOMINAL_WIDTH_US = 200.0
CHRONAXIE_US = 200.0
ELECTRODE_RADIUS_UM = 15.0
SPREAD = 0.3
OTHER_SIGN = 1.0 / 3.0
FIRING_CURRENT = 60.0  # mV/ms, for one step of 0.5 ms
LARGEST_CURRENT = 300.0  # mV/ms: stronger pulses do not drive a cell further


@dataclass(frozen=True)
class Activation:
    """What pulses do to the cells of a culture.

    Attributes:
        layout: the electrodes.
        positions_um: (n, 2) of the cells, in the layout's coordinates.
        radius_um: within which the nominal pulse fires half of the cells at its rim.
        variation: (n,) factor of each cell's threshold.
    """

    layout: Layout
    positions_um: NDArray[np.float64]
    radius_um: float
    variation: NDArray[np.float64]

    @classmethod
    def of(
        cls, positions_um: NDArray[np.floating], layout: Layout, mea: MeaConfig, seed: int
    ) -> "Activation":
        """The cells of a culture over an array; ``seed`` draws their thresholds."""
        z = np.random.default_rng([seed, 0x571]).standard_normal(len(positions_um))
        return cls(
            layout,
            np.asarray(positions_um, np.float64),
            mea.activation_radius_um,
            np.exp(SPREAD * z),
        )

    def thresholds(self, electrode: int) -> NDArray[np.float64]:
        """(n,) strength that fires each cell from an electrode, in nominal pulses."""
        (index,) = self.layout.index_of([electrode])
        x_um, y_um = (self.positions_um - self.layout.places_um[index]).T
        apart_um = np.sqrt(x_um * x_um + y_um * y_um)  # four times as fast as linalg.norm
        reach = (apart_um + ELECTRODE_RADIUS_UM) / (self.radius_um + ELECTRODE_RADIUS_UM)
        thresholds: NDArray[np.float64] = reach**2 * self.variation
        return thresholds

    def current(
        self, electrodes: tuple[int, ...], pulse: Pulse, dt_ms: float
    ) -> NDArray[np.float32]:
        """(n,) current (mV/ms) into each cell during the step of a pulse.

        Raises:
            Bl1Error: the array has no such electrode.
        """
        strength = effective_strength(pulse)
        total = sum(strength / self.thresholds(electrode) for electrode in electrodes)
        current = np.minimum(FIRING_CURRENT * total, LARGEST_CURRENT)
        # In a step of another length, the same charge.
        return np.asarray(current * (0.5 / dt_ms), np.float32)

    def fired(self, electrodes: tuple[int, ...], pulse: Pulse) -> NDArray[np.int64]:
        """Cells that a pulse fires from rest."""
        if not electrodes:
            raise Bl1Error("a pulse names no electrode, expected at least one")
        return np.flatnonzero(self.current(electrodes, pulse, 0.5) >= FIRING_CURRENT)


def effective_strength(pulse: Pulse) -> float:
    """How much a pulse excites, as a multiple of a nominal one."""
    effective_sign = -1.0 if pulse.kind == "current" else 1.0
    strengths = []
    for phase in pulse.phases:
        share = 1.0 if phase.amplitude * effective_sign > 0 else OTHER_SIGN
        by_width = (1 + CHRONAXIE_US / NOMINAL_WIDTH_US) / (1 + CHRONAXIE_US / phase.width_us)
        strengths.append(share * abs(phase.amplitude) / NOMINAL[pulse.kind] * by_width)
    return max(strengths)
