"""The window of spike-timing dependent plasticity, on the engine, and what pairing adds to it.

Left: sixty pairs at 1 Hz, as Bi & Poo 1998 (doi:10.1523/JNEUROSCI.18-24-10464.1998) gave them, with
time constants near those of their data. Right: pairs in which the target fires 10 ms after the
arrival, at rising rates. Each arrival also meets the target's spike of the pair before it, and at
high rates that decline wins; less of it is left where only nearest spikes meet.

python examples/stdp_window.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1.config import BackgroundConfig, StdpConfig, SynapsesConfig
from bl1.core.cells import Cells
from bl1.core.engine import Engine
from bl1.core.wiring import Synapses

DT_MS, DELAY_STEPS, N_PAIRS = 0.5, 2, 60
START, KICK = 0.05, 400.0  # weight at first; a current (mV/ms) that fires a cell at once
RULES = {
    "additive": StdpConfig(tau_plus_ms=16.8, tau_minus_ms=33.7),
    "multiplicative": StdpConfig(tau_plus_ms=16.8, tau_minus_ms=33.7, bounds="multiplicative"),
}


def after_pairs(stdp: StdpConfig, apart_ms: np.ndarray, rate_hz: float) -> np.ndarray:
    """Weights of synapses, one for each of ``apart_ms``, once the pairs were given.

    Synapse k reaches from cell k to cell n + k, which fires ``apart_ms[k]`` after the arrival.
    """
    n = len(apart_ms)
    wiring = Synapses(
        starts=np.minimum(np.arange(2 * n + 1), n).astype(np.uint32),
        targets=np.arange(n, 2 * n, dtype=np.uint32),
        weights=np.full(n, START, np.float32),
        min_delay=DELAY_STEPS,
        n_delays=1,
    )
    engine = Engine(
        Cells.of_types(["RS"] * 2 * n), wiring, kinetics=SynapsesConfig(), stp=None, stdp=stdp,
        background=BackgroundConfig(), dt_ms=DT_MS,
    )  # fmt: skip
    period = round(1000.0 / rate_hz / DT_MS)
    apart = np.rint(apart_ms / DT_MS).astype(int) + DELAY_STEPS
    first = np.concatenate([np.maximum(-apart, 0), np.maximum(apart, 0)])  # step, of both cells
    steps = first + period * np.arange(N_PAIRS)[:, None]
    for step in np.unique(steps):
        engine.run(int(step) - engine.step_count)
        due = np.any(steps == step, axis=0)
        fired = engine.run(1, KICK * due).ids
        assert np.array_equal(np.flatnonzero(due), np.sort(fired))
    return engine.synapses.weights.copy()


figure, (window, rates) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
apart_ms = np.concatenate([np.arange(-100, 0, 2.5), np.arange(0.0, 102.5, 2.5)])
for (name, stdp), colour in zip(RULES.items(), ("#1f6fb4", "#e0a100"), strict=True):
    change = after_pairs(stdp, apart_ms, 1.0) / START - 1
    window.plot(apart_ms, 100 * change, "o", markersize=3, color=colour, label=name)
window.set(xlabel="target's spike after the arrival (ms)", ylabel="change of the weight (%)")
window.set_title(f"{N_PAIRS} pairs at 1 Hz", loc="left", fontsize=10)

rates_hz = np.array([1, 2, 5, 10, 15, 20, 25, 30, 40])
for pairing, colour in (("all_to_all", "#1f6fb4"), ("nearest", "#d03b3b")):
    stdp = RULES["additive"].model_copy(update={"pairing": pairing})
    found = [after_pairs(stdp, np.array([10.0]), rate)[0] / START - 1 for rate in rates_hz]
    rates.plot(rates_hz, 100 * np.array(found), "o-", ms=4, color=colour, label=pairing)
rates.set(xlabel="rate of the pairs (Hz)", ylabel="change of the weight (%)")
rates.set_title(f"{N_PAIRS} pairs, target 10 ms after the arrival", loc="left", fontsize=10)
for ax in (window, rates):
    ax.axhline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
window.axvline(0, color="#b8bcc4", linewidth=0.8, zorder=0)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "stdp_window.png", dpi=150)
