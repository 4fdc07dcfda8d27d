"""The five cell types of Izhikevich 2003 (doi:10.1109/TNN.2003.820440) under a step of current.

python examples/cell_types.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1 import Culture
from bl1.core.izhikevich import CELL_TYPES, V_PEAK_MV

NAMES = {
    "RS": "regular spiking",
    "IB": "intrinsically bursting",
    "CH": "chattering",
    "FS": "fast spiking",
    "LTS": "low-threshold spiking",
}
DT_MS, SETTLING_MS, BEFORE_MS, DURING_MS, AFTER_MS, STEP = 0.5, 500, 50, 300, 100, 10.0


def voltage(cell_type: str) -> tuple[np.ndarray, np.ndarray]:
    """Time (ms) and membrane potential (mV) around the step; spikes are drawn up to their peak."""
    engine = Culture.uncoupled(1, cell_type, dt_ms=DT_MS).engine()
    engine.run(round((SETTLING_MS - BEFORE_MS) / DT_MS))
    time_ms = np.arange(-BEFORE_MS, DURING_MS + AFTER_MS, DT_MS)
    v_mv = np.empty(len(time_ms))
    for k, t in enumerate(time_ms):
        spikes = engine.run(1, [STEP if 0 <= t < DURING_MS else 0.0])
        v_mv[k] = V_PEAK_MV if len(spikes.ids) else engine.v_mv[0]
    return time_ms, v_mv


figure, axes = plt.subplots(
    6, 1, figsize=(8, 8), sharex=True, layout="constrained", height_ratios=[3] * 5 + [0.7]
)
for ax, (cell_type, name) in zip(axes, NAMES.items(), strict=False):
    kind = CELL_TYPES[cell_type]
    ax.plot(*voltage(cell_type), color="#1f6fb4" if kind.excitatory else "#d03b3b", linewidth=0.9)
    ax.set_title(
        f"{cell_type}, {name}   a = {kind.a:g}, b = {kind.b:g}, c = {kind.c:g}, d = {kind.d:g}",
        loc="left",
        fontsize=9,
    )
    ax.set_ylim(-90, 35)
    ax.set_yticks([-80, -40, 0])
    ax.set_ylabel("v (mV)", fontsize=8)
axes[-1].plot([-BEFORE_MS, 0, 0, DURING_MS, DURING_MS, DURING_MS + AFTER_MS],
              [0, 0, STEP, STEP, 0, 0], color="#30343b", linewidth=1.0)  # fmt: skip
axes[-1].set_yticks([0, STEP])
axes[-1].set_ylabel("I", fontsize=8)
axes[-1].set_xlabel("time (ms)")
axes[-1].set_xlim(-BEFORE_MS, DURING_MS + AFTER_MS)
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "cell_types.png", dpi=150)
