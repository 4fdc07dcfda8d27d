"""The twenty firing patterns of Izhikevich 2004 (doi:10.1109/TNN.2004.832719), figure 1.

Parameters and currents are the published ones, but for three that rest on the error of Euler steps
of 0.1 to 0.5 ms. In the converged solution the second pulse of P must come at 207 ms, not 216, to
meet the same phase; Q fires on and on with d = -21, once with -18; T never stops with d = -2.

python examples/izhikevich_patterns.py [folder]
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot as plt

from bl1.core.izhikevich import V_PEAK_MV, izhikevich_flow, izhikevich_reset

DT_MS = np.float64(0.05)


class Pattern(NamedTuple):
    """A cell, where it starts, and the current (t in ms) that brings the pattern out."""

    name: str
    abcd: tuple[float, float, float, float]
    v_mv: float
    ms: float
    current: Callable[[float], float]
    u: float | None = None  # b v where not given
    # G and L have v' = 0.04 v² + 4.1 v + 108 ..., the usual equation with a conductance of 0.9.
    conductance: float = 0.0
    offset: float = 0.0


def step(at: float, height: float, before: float = 0.0) -> Callable[[float], float]:
    return lambda t: height if t > at else before


def pulses(height: float, ms: float, *at: float, rest: float = 0.0) -> Callable[[float], float]:
    return lambda t: height if any(a < t < a + ms for a in at) else rest


def accommodation(t: float) -> float:
    """A slow ramp, which does not make it fire, and a fast one to half the height, which does."""
    return t / 25 if t < 200 else (t - 300) / 3.125 if 300 <= t < 312.5 else 0.0


#: In R, u' = a b (v + 65) without −u: the limit of a small a at constant a b, with u shifted by K.
K = 0.02 * 65 / 1e-6
PATTERNS = [
    Pattern("A  tonic spiking", (0.02, 0.2, -65, 6), -70, 100, step(10, 14)),
    Pattern("B  phasic spiking", (0.02, 0.25, -65, 6), -64, 200, step(20, 0.5)),
    Pattern("C  tonic bursting", (0.02, 0.2, -50, 2), -70, 220, step(22, 15)),
    Pattern("D  phasic bursting", (0.02, 0.25, -55, 0.05), -64, 200, step(20, 0.6)),
    Pattern("E  mixed mode", (0.02, 0.2, -55, 4), -70, 160, step(16, 10)),
    Pattern("F  frequency adaptation", (0.01, 0.2, -65, 8), -70, 85, step(8.5, 30)),
    Pattern("G  class 1 excitable", (0.02, -0.1, -55, 6), -60, 300,
            lambda t: 0.075 * max(t - 30, 0), conductance=0.9, offset=-32),
    Pattern("H  class 2 excitable", (0.2, 0.26, -65, 0), -64, 300,
            lambda t: -0.5 + 0.015 * max(t - 30, 0)),
    Pattern("I  spike latency", (0.02, 0.2, -65, 6), -70, 100, pulses(7.04, 3, 10)),
    Pattern("J  subthreshold oscillations", (0.05, 0.26, -60, 0), -62, 200, pulses(2, 5, 20)),
    Pattern("K  resonator", (0.1, 0.26, -60, -1), -62, 400, pulses(0.65, 4, 40, 60, 280, 320)),
    Pattern("L  integrator", (0.02, -0.1, -55, 6), -60, 100,
            pulses(9, 2, 100 / 11, 100 / 11 + 5, 70, 80), conductance=0.9, offset=-32),
    Pattern("M  rebound spike", (0.03, 0.25, -60, 4), -64, 200, pulses(-15, 5, 20)),
    Pattern("N  rebound burst", (0.03, 0.25, -52, 0), -64, 200, pulses(-15, 5, 20)),
    Pattern("O  threshold variability", (0.03, 0.25, -60, 4), -64, 100,
            lambda t: pulses(1, 5, 10, 80)(t) + pulses(-6, 5, 70)(t)),
    Pattern("P  bistability", (0.1, 0.26, -60, 0), -61, 300, pulses(1.24, 5, 37.5, 207, rest=0.24)),
    Pattern("Q  depolarising after-potential", (1, 0.2, -60, -18), -70, 50, pulses(20, 2, 9)),
    Pattern("R  accommodation", (1e-6, 2e4, -55, 4), -65, 400, accommodation,
            u=-16 - K, offset=-K),
    Pattern("S  inhibition-induced spiking", (-0.02, -1, -60, 8), -63.8, 350,
            pulses(75, 200, 50, rest=80)),
    Pattern("T  inhibition-induced bursting", (-0.026, -1, -45, 0), -63.8, 350,
            pulses(75, 200, 50, rest=80)),
]  # fmt: skip


def run(pattern: Pattern) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time (ms), membrane potential (mV; spikes up to their peak) and current."""
    a, b, c, d = (np.float64(x) for x in pattern.abcd)
    v = np.float64(pattern.v_mv)
    u = b * v if pattern.u is None else np.float64(pattern.u)
    time_ms = np.arange(0.0, pattern.ms, DT_MS)
    current = np.array([pattern.current(t) for t in time_ms])
    trace = np.empty(len(time_ms))
    for k, i in enumerate(current + pattern.offset):
        v_next, u_next, crossed = izhikevich_flow(v, u, i, pattern.conductance, a, b, DT_MS)
        if crossed:
            v_next, u_next = izhikevich_reset(
                v, u, v_next, i, pattern.conductance, a, b, c, d, DT_MS
            )
        v, u = v_next, u_next
        trace[k] = V_PEAK_MV if crossed else v
    return time_ms, trace, current


figure, axes = plt.subplots(5, 4, figsize=(12, 10), layout="constrained")
for ax, pattern in zip(axes.flat, PATTERNS, strict=True):
    time_ms, v_mv, current = run(pattern)
    span = max(np.ptp(current), 1e-9)
    ax.plot(time_ms, v_mv, color="#1f6fb4", linewidth=0.9)
    ax.plot(time_ms, -115 + 15 * (current - current.min()) / span, color="#30343b", linewidth=0.9)
    ax.set_title(pattern.name, fontsize=9, loc="left")
    ax.set_ylim(-128, 35)
    ax.set_axis_off()
    ax.plot([pattern.ms - 20, pattern.ms], [-124, -124], color="#30343b", linewidth=2.5)  # 20 ms
figure.suptitle("Twenty patterns of one model; the bars are 20 ms", fontsize=11)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "izhikevich_patterns.png", dpi=150)
