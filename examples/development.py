"""One dish over five weeks and beyond: what grows, and how network bursts come about.

Each age is heard through a CL1. The living culture is 6-2 of Wagenaar, Pine & Potter 2006,
doi:10.1186/1471-2202-7-11. It has no bursts at DIV 10; what index it has there is chance, which few
spikes leave room for.

python examples/development.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1 import Culture, load_experiment
from bl1.analysis.statistics import burstiness_index
from bl1.experiments.record import record
from bl1.network.growth import grown
from bl1.visualization import plot_raster

CONFIG = load_experiment("wagenaar_calibrated")
SHOWN_DIV = (10, 17, 28, 60)
DIVS = sorted({*SHOWN_DIV, 14, 21, 38})
N_NEURONS, SECONDS, SHOWN_S = 3500, 100.0, 70.0
LIVING = {10: 0.11, 17: 0.43, 28: 0.87}


dishes = {div: Culture.grow(CONFIG, div, seed=1, n_neurons=N_NEURONS) for div in DIVS}
runs = {div: record(dish, SECONDS) for div, dish in dishes.items()}
index = {div: burstiness_index(run).value for div, run in runs.items()}

figure = plt.figure(figsize=(11, 9), layout="constrained")
left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
for ax, div in zip(left.subplots(len(SHOWN_DIV), 1, sharex=True), SHOWN_DIV, strict=True):
    plot_raster(runs[div], ax=ax)
    ax.set_ylabel("electrode")
    ax.set_xlim(SECONDS - SHOWN_S, SECONDS)
    ax.set_title(f"DIV {div}, {runs[div].rate_hz():.1f} Hz", loc="left", fontsize=10)
    ax.label_outer()

bursts, wiring, gaba = right.subplots(3, 1, sharex=True)
bursts.plot(DIVS, [index[div] for div in DIVS], "o-", color="#1f6fb4", label="bl1")
bursts.plot(LIVING.keys(), LIVING.values(), "D", color="#30343b", label="a living culture")
bursts.set(ylabel="burstiness index", ylim=(-0.03, 1))
bursts.legend(frameon=False, fontsize=8)
days = np.linspace(0, 60, 241)
ages = [grown(CONFIG, day) for day in days]
for key, label, line in (
    ("p_max", "synapses p", {"color": "#30343b"}),
    ("g_exc", "excitatory weights", {"color": "#1f6fb4"}),
    ("g_inh", "inhibitory weights", {"color": "#d03b3b"}),
    ("lambda_um", "radius of neurites λ", {"color": "#e0a100", "linestyle": "--"}),
):
    share = [getattr(age.culture, key) / getattr(CONFIG.culture, key) for age in ages]
    wiring.plot(days, share, **line, label=label)
wiring.set(ylabel="of the mature value", ylim=(0, 1.45))
wiring.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
gaba.plot(days, [age.synapses.e_gaba_a_mv for age in ages], color="#d03b3b")
gaba.axhline(-70, color="#b8bcc4", linewidth=0.8)
gaba.text(59, -69.5, "rest of RS, IB, CH and FS cells", ha="right", fontsize=8, color="#7b808a")
gaba.set(ylabel="GABA$_A$ reversal (mV)", xlabel="days in vitro", xlim=(0, 61))
for ax in (bursts, wiring, gaba):
    ax.spines[["top", "right"]].set_visible(False)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "development.png", dpi=150)
