"""The magnesium block of NMDA receptors, and what it does to their current.

Jahr & Stevens 1990, doi:10.1523/JNEUROSCI.10-09-03178.1990.

python examples/nmda_block.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1.core.synapses import nmda_block

V_MV = np.linspace(-100, 40, 281, dtype=np.float32)
E_NMDA_MV = 0.0
MG_MM = (0.0, 0.1, 0.5, 1.0, 2.0)

figure, (block, current) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
shades = plt.get_cmap("viridis_r")(np.linspace(0.1, 0.95, len(MG_MM)))
for mg_mm, colour in zip(MG_MM, shades, strict=True):
    unblocked = np.broadcast_to(nmda_block(V_MV, np.float32(mg_mm)), V_MV.shape)
    width = 2.5 if mg_mm == 1.0 else 1.2
    block.plot(V_MV, unblocked, color=colour, linewidth=width, label=f"{mg_mm:g} mM")
    current.plot(V_MV, unblocked * (V_MV - E_NMDA_MV), color=colour, linewidth=width)
block.set(xlabel="v (mV)", ylabel="share not blocked, B(v)", ylim=(0, 1.03))
block.set_title("B(v) = 1 / (1 + [Mg²⁺]/3.57 mM · exp(−0.062 v))", fontsize=10, loc="left")
block.legend(title="Mg²⁺ (1 mM: the default)", frameon=False, fontsize=8, title_fontsize=8)
physiological = nmda_block(V_MV, np.float32(1.0)) * (V_MV - E_NMDA_MV)
deepest = int(np.argmin(physiological))
current.annotate(
    f"inward current is largest at −{-V_MV[deepest]:.0f} mV;\nbelow, depolarisation feeds itself",
    (V_MV[deepest], physiological[deepest]),
    (-97, 22),
    arrowprops={"arrowstyle": "->", "color": "#30343b"},
    fontsize=9,
)
current.axhline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
current.axvline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
current.set(xlabel="v (mV)", ylabel="current of a unit conductance, B(v)·(v − E) (mV)")
current.set(ylim=(-60, 42))
current.set_title("current–voltage relation", fontsize=10, loc="left")
for ax in (block, current):
    ax.spines[["top", "right"]].set_visible(False)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "nmda_block.png", dpi=150)
