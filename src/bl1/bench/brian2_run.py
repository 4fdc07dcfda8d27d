"""The measured network in Brian2's C++ standalone mode; run by a Python that has Brian2.

The same cells, wiring, delays, weights, receptors, short-term plasticity and background as bl1's,
at the same step. Brian2 computes in double precision with true Gaussian noise and advances the
cells by explicit Euler; that is its way, and part of what is compared.

    python brian2_run.py NETWORK.npz FOLDER
"""

import json
import sys
import time

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    defaultclock,
    device,
    ms,
    prefs,
    second,
    set_device,
)

WARM_UP_S = 0.5  # left out of the rate, as in rows.py
CELLS = """
dv/dt = (0.04*v**2 + 5*v + 140 - u + I_mean
         + g_ampa*(0 - v) + (g_nmda_d - g_nmda_r)*block*(0 - v)
         + g_gaba_a*(-75 - v) + (g_gaba_b_d - g_gaba_b_r)*(-95 - v))/ms + I_std*xi*ms**-0.5 : 1
block = 1/(1 + mg/3.57*exp(-0.062*v)) : 1
du/dt = a*(b*v - u)/ms : 1
dg_ampa/dt = -g_ampa/tau_ampa : 1
dg_nmda_r/dt = -g_nmda_r/tau_nmda_r : 1
dg_nmda_d/dt = -g_nmda_d/tau_nmda_d : 1
dg_gaba_a/dt = -g_gaba_a/tau_gaba_a : 1
dg_gaba_b_r/dt = -g_gaba_b_r/tau_gaba_b_r : 1
dg_gaba_b_d/dt = -g_gaba_b_d/tau_gaba_b_d : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
resources : 1
used : 1
efficacy : 1
last : second
U : 1 (constant)
tau_rec : second (constant)
tau_fac : second (constant)
"""
RESET = """
v = c
u += d
used = used*exp(-(t - last)/tau_fac)
used += U*(1 - used)
resources = 1 - (1 - resources)*exp(-(t - last)/tau_rec)
efficacy = used*resources/U
resources -= used*resources
last = t
"""


def scale(rise: float, decay: float) -> float:
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    return float(1.0 / (np.exp(-peak / decay) - np.exp(-peak / rise)))


def main() -> None:
    network_file, folder = sys.argv[1:]
    with np.load(network_file) as data:
        network = dict(data)
    config = json.loads(str(network["config"]))
    kinetics, background, stp = config["synapses"], config["background"], config["stp"]
    n, n_exc = network["cells"].shape[1], int(network["n_exc"])
    set_device("cpp_standalone", build_on_run=False)
    prefs.devices.cpp_standalone.openmp_threads = 0
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native", "-ffast-math", "-w"]
    defaultclock.dt = config["dt_ms"] * ms
    names = {
        "tau_ampa": "tau_ampa_ms",
        "tau_nmda_r": "tau_nmda_rise_ms",
        "tau_nmda_d": "tau_nmda_decay_ms",
        "tau_gaba_a": "tau_gaba_a_ms",
        "tau_gaba_b_r": "tau_gaba_b_rise_ms",
        "tau_gaba_b_d": "tau_gaba_b_decay_ms",
    }
    constants = {name: kinetics[key] * ms for name, key in names.items()}
    constants |= {"mg": kinetics["mg_mm"]}
    constants |= {"I_mean": background["mean"], "I_std": background["std"]}
    cells = NeuronGroup(
        n,
        CELLS,
        threshold="v >= 30",
        reset=RESET,
        refractory=config["culture"]["refractory_ms"] * ms,
        method="euler",
        namespace=constants,
    )
    cells.a, cells.b, cells.c, cells.d = network["cells"].astype(float)
    cells.v, cells.u = -65.0, -65.0 * network["cells"][1].astype(float)
    cells.resources, cells.last = 1.0, -1e6 * second
    excitatory = np.arange(n) < n_exc
    for variable, key, unit in (("U", "U", 1), ("tau_rec", "tau_rec_ms", ms)):
        values = [stp["excitatory"][key], stp["inhibitory"][key]]
        setattr(cells, variable, np.where(excitatory, *values) * unit)
    tau_fac = [stp[kind]["tau_fac_ms"] or 1e-3 for kind in ("excitatory", "inhibitory")]
    cells.tau_fac = np.where(excitatory, *tau_fac) * ms
    nmda = kinetics["nmda_ratio"]
    nmda_gain = nmda * scale(kinetics["tau_nmda_rise_ms"], kinetics["tau_nmda_decay_ms"])
    gaba_b = kinetics["gaba_b_ratio"]
    gaba_b_gain = gaba_b * scale(kinetics["tau_gaba_b_rise_ms"], kinetics["tau_gaba_b_decay_ms"])
    on_spike = {
        True: f"""g_ampa_post += {1 - nmda}*w*efficacy_pre
                  g_nmda_r_post += {nmda_gain}*w*efficacy_pre
                  g_nmda_d_post += {nmda_gain}*w*efficacy_pre""",
        False: f"""g_gaba_a_post += {1 - gaba_b}*w*efficacy_pre
                   g_gaba_b_r_post += {gaba_b_gain}*w*efficacy_pre
                   g_gaba_b_d_post += {gaba_b_gain}*w*efficacy_pre""",
    }
    parts = [cells]
    for kind in (True, False):
        chosen = (network["source"] < n_exc) == kind
        synapses = Synapses(cells, cells, "w : 1 (constant)", on_pre=on_spike[kind])
        synapses.connect(i=network["source"][chosen], j=network["target"][chosen].astype(int))
        synapses.w = network["weight"][chosen].astype(float)
        synapses.delay = network["delay_ms"][chosen] * ms
        parts.append(synapses)
    monitor = SpikeMonitor(cells)
    running = Network(*parts, monitor)
    duration_s = WARM_UP_S + config["duration_s"]
    running.run(duration_s * second)
    start = time.perf_counter()
    device.build(directory=folder, compile=True, run=False)
    compile_s = time.perf_counter() - start
    device.run(folder, with_output=False, run_args=[])
    wall_s = float(device._last_run_time)
    report = {
        "realtime_factor": duration_s / wall_s,
        "rate_hz": np.sum(monitor.t / second > WARM_UP_S) / n / config["duration_s"],
        "compile_s": compile_s,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
