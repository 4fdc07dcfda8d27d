"""Firing rate against current of the five cell types, at the step of 0.5 ms and converged.

CH cells gain a spike in each burst near I = 14.5 and 21; just there the step decides on which side
of the change a cell is.

python examples/f_i_curves.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1 import Culture

CURRENTS = np.linspace(0, 25, 51)
COLOURS = {"RS": "#1f6fb4", "IB": "#4c9ed9", "CH": "#123f6b", "FS": "#d03b3b", "LTS": "#ef8a62"}
SETTLING_MS, MEASURED_MS = 1000, 20_000


def rates_hz(cell_type: str, dt_ms: float) -> np.ndarray:
    """Steady rate at each of the currents: one uncoupled cell each, after a second of them."""
    engine = Culture.uncoupled(len(CURRENTS), cell_type, dt_ms=dt_ms).engine()
    engine.run(round(SETTLING_MS / dt_ms), CURRENTS)
    spikes = engine.run(round(MEASURED_MS / dt_ms), CURRENTS)
    return np.bincount(spikes.ids, minlength=len(CURRENTS)) / (MEASURED_MS / 1000)


figure, (rates, errors) = plt.subplots(
    2, 1, figsize=(8, 7), sharex=True, layout="constrained", height_ratios=[3, 1]
)
for cell_type, colour in COLOURS.items():
    converged, coarse = rates_hz(cell_type, 0.01), rates_hz(cell_type, 0.5)
    rates.plot(CURRENTS, converged, color=colour, label=cell_type)
    rates.plot(CURRENTS, coarse, "o", color=colour, markersize=3.5)
    firing = converged > 5  # one spike is then less than 1 % of those counted
    errors.plot(
        CURRENTS[firing], 100 * (coarse[firing] / converged[firing] - 1), "o-", color=colour, ms=3
    )
rates.plot([], [], "-", color="#30343b", label="0.01 ms (converged)")
rates.plot([], [], "o", color="#30343b", markersize=3.5, label="0.5 ms (default)")
rates.set(ylabel="rate (Hz)", title="five cell types under a constant current")
rates.legend(frameon=False)
errors.axhline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
errors.set(xlabel="current I (mV/ms)", ylabel="error at 0.5 ms (%)")
for ax in (rates, errors):
    ax.spines[["top", "right"]].set_visible(False)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "f_i_curves.png", dpi=150)
