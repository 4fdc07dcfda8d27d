"""One measurement in this process, printed as one line of JSON.

``python -m bl1.bench.rows engine-10000 --threads 2`` and so on: a fresh process for each, so that
nothing is warm but the compiled kernels on disk.
"""

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bl1.bench.network import Variant

WARM_UP_S = 0.5  # simulated: past the transient from rest


def engine_row(n_neurons: int, threads: int, variant: "Variant" = "engine") -> dict[str, float]:
    """Speed of the engine: real-time factor, neuron updates and synaptic events a second."""
    import numpy as np

    from bl1.bench.network import bench_experiment
    from bl1.network.culture import Culture

    experiment = bench_experiment(n_neurons, variant)
    Culture.from_config(experiment, n_neurons=64).engine(threads).run(2)  # load compiled code
    start = perf_counter()
    culture = Culture.from_config(experiment)
    running = culture.engine(threads)
    build_s = perf_counter() - start
    running.run(round(1000 * WARM_UP_S / running.dt_ms))
    n_steps = round(1000 * experiment.duration_s / running.dt_ms)
    start = perf_counter()
    spikes = running.run(n_steps)
    wall_s = perf_counter() - start
    assert culture.synapses is not None
    row_starts = culture.synapses.starts[:: culture.synapses.n_delays].astype(np.int64)
    events = (row_starts[1:] - row_starts[:-1])[spikes.ids].sum()
    return {
        "realtime_factor": experiment.duration_s / wall_s,
        "neuron_updates_per_s": n_neurons * n_steps / wall_s,
        "synaptic_events_per_s": float(events) / wall_s,
        "rate_hz": len(spikes.ids) / n_neurons / experiment.duration_s,
        "synapses": culture.n_synapses,
        "build_s": build_s,
        "peak_mb": _peak_mb(),
    }


def jax_row(n_neurons: int) -> dict[str, float]:
    """Speed of simulate() on the CPU, with event-driven weights; compiling is told apart."""
    from bl1.bench.network import bench_experiment
    from bl1.core import Record, simulate
    from bl1.network.culture import Culture

    experiment = bench_experiment(n_neurons)
    culture = Culture.from_config(experiment)
    given = culture.to_jax().arguments() | {"record": Record("events")}
    warm_up, n_steps = (
        round(1000 * seconds / experiment.dt_ms) for seconds in (WARM_UP_S, experiment.duration_s)
    )
    start = perf_counter()
    first = simulate(**given, n_steps=warm_up)
    first_s = perf_counter() - start
    given |= {name: getattr(first, name) for name in ("neuron_state", "syn_state")}
    start = perf_counter()
    result = simulate(**given, n_steps=n_steps)
    wall_s = perf_counter() - start
    assert result.events is not None
    return {
        "realtime_factor": experiment.duration_s / wall_s,
        "rate_hz": len(result.events.ids) / n_neurons / experiment.duration_s,
        "synapses": culture.n_synapses,
        "compile_s": first_s - wall_s * warm_up / n_steps,
        "peak_mb": _peak_mb(),
    }


def pong_row(substrate: str) -> dict[str, float]:
    """Game steps a second of a pursuit agent on a substrate, learning as it plays."""
    from bl1.loop.options import SessionOptions
    from bl1.loop.session import make_session

    kind: Any = "bank" if substrate == "bank" else "culture"
    session = make_session(SessionOptions(agent="pursuit", substrate=kind, seed=0))
    session.run(2000)
    n_steps = 20_000
    start = perf_counter()
    session.run(n_steps)
    return {"game_steps_per_s": n_steps / (perf_counter() - start)}


def start_row() -> dict[str, float]:
    """Seconds from a fresh process to the first simulated step (compiling, where nothing is
    cached)."""
    start = perf_counter()
    from bl1.network.culture import Culture

    Culture.from_config("wagenaar_calibrated", n_neurons=100).engine().run(2)
    return {"seconds": perf_counter() - start}


def _peak_mb() -> float:
    """Peak resident memory of this process (MB); NaN where the system does not tell."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def export_network(n_neurons: int, path: Path) -> None:
    """Write the measured network for another simulator: wiring, cell parameters, constants."""
    import numpy as np

    from bl1.bench.network import bench_experiment
    from bl1.network.culture import Culture

    culture = Culture.from_config(bench_experiment(n_neurons))
    wiring = culture.synapses
    assert wiring is not None
    lengths = wiring.starts[1:].astype(np.int64) - wiring.starts[:-1]
    rows = np.repeat(np.arange(len(lengths)), lengths)
    np.savez(
        path,
        source=rows // wiring.n_delays,
        target=wiring.targets,
        weight=wiring.weights,
        delay_ms=(rows % wiring.n_delays + wiring.min_delay) * culture.config.dt_ms,
        cells=np.concatenate([cells.parameters for cells in culture.cells.populations], axis=1),
        n_exc=culture.n_exc,
        config=json.dumps(culture.config.model_dump(mode="json")),
    )


def main() -> None:
    """Measure the row that is named and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("row")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--export", type=Path)
    arguments = parser.parse_args()
    kind: Any
    kind, _, name = arguments.row.partition("-")
    if arguments.export:
        return export_network(int(name), arguments.export)
    if kind in ("engine", "stdp", "hybrid"):
        row = engine_row(int(name), arguments.threads, kind)
    elif kind == "jax":
        row = jax_row(int(name))
    elif kind == "pong":
        row = pong_row(name)
    else:
        row = start_row()
    print(json.dumps(row))


if __name__ == "__main__":
    main()
