"""A culture learns to fire at 5 Hz: gradients through spikes, by surrogates.

200 neurons under noise; what is learned is a current into each and one factor on all excitatory
weights. Adam follows the gradient of the squared relative error of the mean rate, through a second
of simulated time under noise that is drawn anew for each update. The rates shown are those of plain
runs, which know of no surrogate, under noise that was never trained on.

python examples/fit_rate.py [folder]
"""

import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from matplotlib import pyplot as plt

from bl1 import Culture
from bl1.core import create_synapse_state, simulate
from bl1.visualization import plot_raster

N, DT_MS, TARGET_HZ, UPDATES = 200, 0.5, 5.0, 60
TRAINED_S, JUDGED_S, EVERY = 1, 20, 4
WIRING, REST, CELLS = Culture.create(jax.random.PRNGKey(42), n_neurons=N, g_exc=0.03)
START: dict[str, Any] = {"bias": jnp.zeros(N), "log_factor": jnp.float32(0.0)}
UNSEEN = jax.random.PRNGKey(1)


def raster(parameters: dict[str, Any], key: jax.Array, seconds: int, surrogate: Any = None) -> Any:
    """The culture under noise of a key."""
    noise = 4.3 * jax.random.normal(key, (round(1000 * seconds / DT_MS), N))
    return simulate(
        CELLS,
        REST,
        create_synapse_state(N),
        W_exc=jnp.exp(parameters["log_factor"]) * WIRING.W_exc,
        W_inh=WIRING.W_inh,
        I_external=noise + parameters["bias"],
        dt=DT_MS,
        surrogate=surrogate,
    ).spike_history


def rate_hz(spikes: Any) -> Any:
    return spikes.sum() / N / (len(spikes) * DT_MS / 1000.0)


def error(parameters: dict[str, Any], key: jax.Array) -> jax.Array:
    return (rate_hz(raster(parameters, key, TRAINED_S, "sigmoid")) / TARGET_HZ - 1.0) ** 2


optimizer = optax.adam(optax.cosine_decay_schedule(0.08, UPDATES))


@jax.jit
def update(parameters: dict[str, Any], state: Any, key: jax.Array) -> tuple[dict[str, Any], Any]:
    changes, state = optimizer.update(jax.grad(error)(parameters, key), state)
    return optax.apply_updates(parameters, changes), state


parameters, state = START, optimizer.init(START)
rates = {0: rate_hz(raster(START, UNSEEN, JUDGED_S))}
for i in range(1, UPDATES + 1):
    parameters, state = update(parameters, state, jax.random.PRNGKey(100 + i))
    if i % EVERY == 0:
        rates[i] = rate_hz(raster(parameters, UNSEEN, JUDGED_S))

figure = plt.figure(figsize=(9, 8), layout="constrained")
curve, before, after = figure.subplots(3, 1)
curve.plot(*zip(*rates.items(), strict=True), "o-", color="#30343b", markersize=4)
curve.axhline(TARGET_HZ, color="#1f6fb4", linewidth=0.8)
curve.text(0, TARGET_HZ + 0.1, "target", fontsize=8, color="#1f6fb4")
curve.set(xlabel="updates", ylabel=f"mean rate over {JUDGED_S} s (Hz)", ylim=(0, None))
curve.spines[["top", "right"]].set_visible(False)
for ax, name, given in ((before, "before", START), (after, "after", parameters)):
    spikes = np.asarray(raster(given, UNSEEN, TRAINED_S))
    plot_raster(spikes, dt_ms=DT_MS, ei_boundary=WIRING.n_exc, ax=ax)
    ax.set_title(name, loc="left", fontsize=9)
figure.savefig(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "fit_rate.png", dpi=150)
print(f"{rates[0]:.2f} Hz before, {rates[UPDATES]:.2f} Hz after {UPDATES} updates")
