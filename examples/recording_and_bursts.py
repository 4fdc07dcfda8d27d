"""What a CL1 hears of a culture: where and when electrodes are active, and its network bursts.

Bursts as Wagenaar, Pine & Potter 2006, doi:10.1186/1471-2202-7-11, define them. Below, the same
half minute of every cell, which no experimenter sees.

python examples/recording_and_bursts.py [folder]
"""

import sys
from pathlib import Path

from matplotlib import pyplot as plt

from bl1 import Culture, load_experiment
from bl1.analysis.bursting import bursts
from bl1.experiments.record import record
from bl1.visualization import (
    plot_activity,
    plot_mea_heatmap,
    plot_population_rate,
    plot_raster,
)

CONFIG = load_experiment("wagenaar_calibrated")
N_NEURONS, SECONDS, SHOWN_S = 1500, 120.0, 30.0

heard = record(Culture.from_config(CONFIG, seed=1, n_neurons=N_NEURONS), SECONDS)
cells = Culture.from_config(CONFIG, seed=1, n_neurons=N_NEURONS).run(SHOWN_S)

figure = plt.figure(figsize=(11, 9), layout="constrained")
top, middle, bottom = figure.subfigures(3, 1, height_ratios=[4, 3, 4])
place, time = top.subplots(1, 2, width_ratios=[2, 3])
plot_mea_heatmap(heard, ax=place)
plot_activity(heard, ax=time)
plot_population_rate(heard, bursts=bursts(heard), ax=middle.subplots())
for ax, spikes, name in zip(
    bottom.subplots(1, 2), (heard, cells), ("59 electrodes", f"{N_NEURONS:,} cells"), strict=True
):
    plot_raster(spikes, ax=ax)
    ax.set_xlim(0.0, SHOWN_S)
    ax.set_title(name, loc="left", fontsize=9)
    ax.set_ylabel(name.split()[1][:-1])

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
figure.savefig(folder / "recording_and_bursts.png", dpi=150)
