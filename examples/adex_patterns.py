"""Eight firing patterns of the AdEx model under a step of current, on the engine at 0.1 ms.

Naud, Marcille, Clopath & Gerstner 2008 (doi:10.1007/s00422-008-0264-7), table 1 and figure 4.

python examples/adex_patterns.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1 import Culture
from bl1.core.adex import ADEX_SETS

DT_MS, BEFORE_MS, DURING_MS, AFTER_MS = 0.1, 50, 500, 50
DRAWN_PEAK_MV = 0.0  # the model goes to infinity; a spike is drawn up to here


def voltage(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Time (ms) and membrane potential (mV) around the step of current of the set."""
    s = ADEX_SETS[name]
    engine = Culture.uncoupled(1, f"adex_{name}", dt_ms=DT_MS).engine()
    time_ms = np.arange(-BEFORE_MS, DURING_MS + AFTER_MS, DT_MS)
    v_mv = np.empty(len(time_ms))
    for k, t in enumerate(time_ms):
        spikes = engine.run(1, [s.current_pa / s.c_pf if 0 <= t < DURING_MS else 0.0])
        v_mv[k] = DRAWN_PEAK_MV if len(spikes.ids) else engine.v_mv[0]
    return time_ms, v_mv


patterns = [name for name in ADEX_SETS if name != "brette_gerstner"]
figure, axes = plt.subplots(4, 2, figsize=(11, 9), sharex=True, layout="constrained")
for ax, name in zip(axes.flat, patterns, strict=True):
    s = ADEX_SETS[name]
    ax.plot(*voltage(name), color="#1f6fb4", linewidth=0.9)
    ax.plot([0, DURING_MS], [-88, -88], color="#30343b", linewidth=2.5)
    ax.text(DURING_MS, -86, f"{s.current_pa:g} pA", ha="right", fontsize=8)
    ax.set_title(
        f"{name.replace('_', ' ')}   a = {s.a_ns:g} nS, b = {s.b_pa:g} pA, "
        f"τ$_w$ = {s.tau_w_ms:g} ms, V$_r$ = {s.v_r_mv:g} mV",
        loc="left",
        fontsize=9,
    )
    ax.set(ylim=(-92, 5), yticks=[-80, -40, 0], xlim=(-BEFORE_MS, DURING_MS + AFTER_MS))
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)
for ax in axes[:, 0]:
    ax.set_ylabel("v (mV)", fontsize=8)
for ax in axes[-1]:
    ax.set_xlabel("time (ms)")
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "adex_patterns.png", dpi=150)
