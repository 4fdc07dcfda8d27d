"""Short-term plasticity: a depressing and a facilitating synapse under trains of pulses.

Tsodyks, Pawelzik & Markram 1998, doi:10.1162/089976698300017502.

python examples/stp_curves.py [folder]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from bl1.plasticity.stp import stp_at_spike

#: U, τ_rec (ms), τ_fac (ms)
SYNAPSES = {"depressing": (0.5, 800.0, 0.0), "facilitating": (0.05, 130.0, 530.0)}
RATES_HZ = (5, 10, 20, 50)
N_PULSES = 10


def responses(
    U: float, tau_rec_ms: float, tau_fac_ms: float, intervals_ms: np.ndarray
) -> np.ndarray:
    """Response to each of a row of pulses, the first after a long rest; that one is 1."""
    resources, utilisation, found = 1.0, 0.0, []
    for interval_ms in (np.inf, *intervals_ms):
        recovered = np.exp(-interval_ms / tau_rec_ms)
        kept = np.exp(-interval_ms / tau_fac_ms) if tau_fac_ms else 0.0
        resources, utilisation, response = stp_at_spike(resources, utilisation, U, recovered, kept)
        found.append(response)
    return np.array(found)


figure, axes = plt.subplots(2, 3, figsize=(11, 6), layout="constrained")
shades = plt.get_cmap("viridis")(np.linspace(0.1, 0.8, len(RATES_HZ)))
for row, (name, synapse) in zip(axes, SYNAPSES.items(), strict=True):
    U, tau_rec_ms, tau_fac_ms = synapse
    for rate_hz, colour in zip(RATES_HZ, shades, strict=True):
        pulses = responses(*synapse, np.full(N_PULSES - 1, 1000 / rate_hz))
        row[0].plot(range(1, N_PULSES + 1), pulses, "o-", color=colour, label=f"{rate_hz} Hz", ms=4)
    times = f"τ$_{{rec}}$ {tau_rec_ms:g} ms, τ$_{{fac}}$ {tau_fac_ms:g} ms"
    row[0].set_title(f"{name}: U {U:g}, {times}", loc="left", fontsize=9)
    row[0].set(xlabel="pulse", ylabel="response / first", xticks=range(1, N_PULSES + 1))
    row[0].legend(frameon=False, fontsize=8)

    rest_ms = np.geomspace(5, 5000, 60)
    nine_at_50_hz = np.full(8, 20.0)
    after = [responses(*synapse, np.append(nine_at_50_hz, gap))[-1] for gap in rest_ms]
    row[1].semilogx(rest_ms, after, color="#30343b")
    row[1].set_title("recovery after nine pulses at 50 Hz", loc="left", fontsize=9)
    row[1].set(xlabel="pause (ms)", ylabel="response / first")

    rates_hz = np.geomspace(0.5, 100, 50)
    steady = np.array([responses(*synapse, np.full(200, 1000 / rate))[-1] for rate in rates_hz])
    row[2].semilogx(rates_hz, steady, color="#1f6fb4")
    row[2].set_title("steady state", loc="left", fontsize=9)
    row[2].set_xlabel("rate (Hz)")
    row[2].set_ylabel("response / first", color="#1f6fb4")
    flow = row[2].twinx()
    flow.semilogx(rates_hz, steady * rates_hz, color="#d03b3b")
    flow.set_ylabel("response × rate (1/s)", color="#d03b3b")
    flow.set_ylim(bottom=0)
    flow.spines["top"].set_visible(False)
for ax in axes.flat:
    ax.set_ylim(bottom=0)
    ax.spines["top"].set_visible(False)
    ax.axhline(1, color="#b8bcc4", linewidth=0.8, zorder=0)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "stp_curves.png", dpi=150)
