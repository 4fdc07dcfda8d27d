"""The reference of agreement.py: the same equations in Brian2, run by a Python that has it.

    python brian2_reference.py INPUT.npz OUTPUT.npz

INPUT holds ``kind`` ("cells", "cuba" or "coba") and what that kind needs; OUTPUT gets the spikes.
"""

import sys
import tempfile

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    device,
    ms,
    prefs,
    run,
    set_device,
)

IZHIKEVICH = """
dv/dt = (0.04*v**2 + 5*v + 140 - u + current(t, i))/ms : 1
du/dt = a*(b*v - u)/ms : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
"""
ADEX = """
dv/dt = (-g_l*(v - e_l) + g_l*delta_t*exp((v - v_t)/delta_t) - w + current(t, i))/ms : 1
dw/dt = rate_w*(a*(v - e_l) - w)/ms : 1
g_l : 1 (constant)
e_l : 1 (constant)
v_t : 1 (constant)
delta_t : 1 (constant)
a : 1 (constant)
rate_w : 1 (constant)
v_r : 1 (constant)
b : 1 (constant)
"""
NETWORK = {
    # Currents in mV (of the membrane), conductances in units of the leak.
    "cuba": "dv/dt = (ge - gi - (v - e_l))/tau_m : 1 (unless refractory)",
    "coba": "dv/dt = (ge*(0 - v) + gi*(-80 - v) - (v - e_l))/tau_m : 1 (unless refractory)",
}


def cells(given: dict) -> dict:
    """Single cells under a current, compiled; the steps of the current are whole numbers of ours.

    AdEx by explicit Euler: the stages of a better method leave the range of numbers at a spike.
    """
    set_device("cpp_standalone", build_on_run=False)
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O2", "-w"]
    defaultclock.dt = float(given["current_dt_ms"]) / int(given["steps_per_current"]) * ms
    current = TimedArray(given["current"], dt=float(given["current_dt_ms"]) * ms)
    names = str(given["names"]).split()
    if str(given["model"]) == "izhikevich":
        group = NeuronGroup(
            given["parameters"].shape[1], IZHIKEVICH, threshold="v >= 30",
            reset="v = c; u += d", method="rk4",
        )  # fmt: skip
        group.v, group.u = -65.0, -65.0 * given["parameters"][1]
    else:
        group = NeuronGroup(
            given["parameters"].shape[1], ADEX, threshold="v >= 20",
            reset="v = v_r; w += b", method="euler",
        )  # fmt: skip
        group.v = given["parameters"][1]
    for name, values in zip(names, given["parameters"], strict=True):
        setattr(group, name, values)
    spikes = SpikeMonitor(group)
    run(len(given["current"]) * float(given["current_dt_ms"]) * ms, namespace={"current": current})
    with tempfile.TemporaryDirectory() as folder:
        device.build(directory=folder, compile=True, run=True, with_output=False)
        return {"times_ms": np.array(spikes.t / ms), "ids": np.array(spikes.i)}


def network(given: dict) -> dict:
    """The CUBA or COBA benchmark with the wiring and the start that are given, dt 0.1 ms."""
    kind = str(given["kind"])
    defaultclock.dt = 0.1 * ms
    group = NeuronGroup(
        len(given["v"]),
        NETWORK[kind] + "\ndge/dt = -ge/(5*ms) : 1\ndgi/dt = -gi/(10*ms) : 1",
        threshold="v > -50",
        reset="v = -60",
        refractory=5 * ms,
        method="exact" if kind == "cuba" else "rk4",
        namespace={"tau_m": 20 * ms, "e_l": float(given["e_l"])},
    )
    group.v, group.ge, group.gi = given["v"], given["ge"], given["gi"]
    parts = []
    for excitatory, variable, weight in ((True, "ge", "w_exc"), (False, "gi", "w_inh")):
        chosen = (given["source"] < int(given["n_exc"])) == excitatory
        synapses = Synapses(group, group, on_pre=f"{variable}_post += {float(given[weight])}")
        synapses.connect(i=given["source"][chosen], j=given["target"][chosen])
        parts.append(synapses)
    spikes = SpikeMonitor(group)
    Network(group, *parts, spikes).run(float(given["duration_ms"]) * ms)
    return {"times_ms": np.array(spikes.t / ms), "ids": np.array(spikes.i)}


def main() -> None:
    with np.load(sys.argv[1]) as stored:
        given = dict(stored)
    found = cells(given) if str(given["kind"]) == "cells" else network(given)
    np.savez(sys.argv[2], **found)


if __name__ == "__main__":
    main()
