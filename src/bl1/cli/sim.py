"""`bl1 sim`: build the culture of an experiment file, run it, and say what it did."""

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

import bl1
from bl1.cli import console
from bl1.cli.watching import MonitorPort, running_clock, watching

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bl1.config import Experiment
    from bl1.core.engine import Engine
    from bl1.core.spikes import SpikeTrain
    from bl1.monitor.watch import Watch
    from bl1.network.culture import Culture

UNUSED_SECTIONS = ("mea", "stimulation", "bursts", "closed_loop")
PLASTICITY = ("stp", "stdp", "reward", "homeostatic", "structural")
SMALL_DISH_LAMBDAS = 4
CHUNK_S = 0.05  # wall time between two looks at the progress bar and at Ctrl-C


def sim(
    config: Annotated[str, typer.Argument(help="Experiment file, or the name of a shipped one.")],
    neurons: Annotated[
        int | None, typer.Option(help="Another number of neurons, at the same density.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Another simulated time (s) than the file's.")
    ] = None,
    div: Annotated[
        float | None, typer.Option(help="Age in days in vitro; else the culture is mature.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the dish and of its background.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads; the spikes are the same.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of a table.")
    ] = False,
    save: Annotated[
        Path | None, typer.Option(help="Write the spikes: .npz, .h5, .nwb, .txt.")
    ] = None,
    monitor: MonitorPort = None,
) -> None:
    """Run a culture from an experiment file.

    Prints its size, its rates and how fast it ran. Ctrl-C stops the run and keeps what it has.
    """
    from bl1.config import MOST_NEURONS, load_experiment

    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    console.check_whole("--threads", threads, 1, 64)
    console.check_seconds(seconds)
    if save:
        from bl1.recording import WRITTEN

        console.check_writable("--save", save, tuple(WRITTEN))
    console.check_age(div)
    experiment = _with_overrides(load_experiment(config), neurons, seconds)
    unused = [name for name in UNUSED_SECTIONS if getattr(experiment, name)]
    if unused:
        console.note(f"sections that bl1 sim leaves aside: {', '.join(unused)}")
    if experiment.reward:
        console.note("bl1 sim gives no reward: with that section stdp only makes synapses eligible")
    plating = experiment.culture
    if plating.p_max and plating.side_um < SMALL_DISH_LAMBDAS * plating.lambda_um:
        console.note(
            f"the dish is only {plating.side_um:.0f} µm wide, less than {SMALL_DISH_LAMBDAS} "
            f"lambda_um ({plating.lambda_um:g}): axons turn back at its walls and wire the same "
            "pairs again"
        )
    interrupt = console.Interrupt()
    with watching(monitor, lambda: bool(interrupt)) as watch:
        report, train = _run(experiment, div, seed, threads, interrupt, watch, quiet=as_json)
    print(json.dumps(report) if as_json else _table(report))
    if save:
        train.save(save)
        console.note(f"saved {save}")
    if report["seconds"] < experiment.duration_s:
        raise typer.Exit(console.INTERRUPTED)


def _with_overrides(
    experiment: "Experiment", neurons: int | None, seconds: float | None
) -> "Experiment":
    """The experiment that is run; its duration is a whole number of steps."""
    if neurons is not None:
        experiment = experiment.plated(neurons)
    return experiment.lasting(experiment.duration_s if seconds is None else seconds)


def _run(
    experiment: "Experiment",
    div: float | None,
    seed: int,
    threads: int,
    interrupt: console.Interrupt,
    watch: "Watch | None",
    quiet: bool,
) -> "tuple[dict[str, Any], SpikeTrain]":
    """Build the culture and run it, to its end or to Ctrl-C; returns the report and the spikes."""
    from bl1.network.culture import Culture

    n_neurons = experiment.culture.n_neurons
    with console.progress(quiet) as bar:
        task = bar.add_task(f"building {n_neurons:,} neurons", total=None)
        start = perf_counter()
        try:
            culture = Culture.grow(experiment, div, seed=seed)
            engine = culture.engine(threads=threads)
        except KeyboardInterrupt:
            console.note("stopped by Ctrl-C before the culture was built")
            raise
        build_s = perf_counter() - start
        if watch:
            title = f"{experiment.name}, {n_neurons:,} neurons, seed {seed}"
            watch.cells(title, engine, culture)
        with interrupt:
            bar.update(task, description="simulating", total=experiment.n_steps)
            steps, ids, realtime_factor = _spikes(
                engine, experiment.n_steps, bar, task, interrupt, running_clock(watch)
            )
    train = culture.spike_train(steps, ids, engine.step_count)
    if interrupt:
        console.note(f"stopped by Ctrl-C at {train.duration_s:g} s of {experiment.duration_s:g} s")
    report = {
        "version": bl1.__version__,
        "config": experiment.model_dump(mode="json"),
        "seed": seed,
        "div": div,
        "n_neurons": n_neurons,
        "n_synapses": culture.n_synapses,
        "seconds": train.duration_s,
        "threads": threads,
        "build_s": round(build_s, 3),
        "rate_hz": {
            "mean": round(train.rate_hz(), 4),
            "exc": round(train.rate_hz(slice(culture.n_exc)), 4),
            "inh": round(train.rate_hz(slice(culture.n_exc, n_neurons)), 4),
        },
        "plasticity": [name for name in PLASTICITY if getattr(experiment, name)],
        "exc_synapses": _excitatory(culture, engine),
        "realtime_factor": round(realtime_factor, 3),
        "spike_hash": train.hash(),
        "n_spikes": len(train),
    }
    return report, train


def _excitatory(culture: "Culture", engine: "Engine") -> "dict[str, dict[str, float]] | None":
    """How many excitatory synapses there were and are, and their mean weight (1/ms)."""
    if culture.synapses is None:
        return None
    found = {}
    for when, synapses in (("before", culture.synapses), ("after", engine.synapses)):
        n = synapses.n_of_first(culture.n_exc)
        mean = float(synapses.weights[:n].mean()) if n else 0.0
        found[when] = {"n": n, "mean_weight": round(mean, 6)}
    return found


def _spikes(
    engine: "Engine",
    n_steps: int,
    bar: Any,
    task: Any,
    interrupt: console.Interrupt,
    clock_s: Callable[[], float],
) -> "tuple[NDArray[np.int64], NDArray[np.int32], float]":
    """Run in chunks of about CHUNK_S; returns steps and ids of the spikes, and the speed.

    The first step, in which memory is touched for the first time, is left out of the speed.
    """
    import numpy as np

    from bl1.experiments.chunks import in_chunks

    chunks = in_chunks(engine.run, n_steps, CHUNK_S)
    parts = [next(chunks)]
    start, wall_s = clock_s(), 0.0
    for part in chunks:
        parts.append(part)
        wall_s = clock_s() - start
        bar.update(task, completed=engine.step_count)
        if interrupt:
            break
    timed_s = (engine.step_count - 1) * engine.dt_ms / 1000
    steps, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
    return steps, ids, timed_s / wall_s if timed_s else 0.0


def _table(report: dict[str, Any]) -> str:
    rate_hz, synapses = report["rate_hz"], report["exc_synapses"]
    threads = f"{report['threads']} thread{'s' if report['threads'] > 1 else ''}"
    rows = {
        "neurons": f"{report['n_neurons']:,}",
        "synapses": f"{report['n_synapses']:,}",
        "built in": f"{report['build_s']:.2f} s",
        "simulated": f"{report['seconds']:g} s, seed {report['seed']}",
        "speed": f"{report['realtime_factor']:.2f} × real time on {threads}",
        "rate": f"{rate_hz['mean']:.2f} Hz "
        f"(excitatory {rate_hz['exc']:.2f} Hz, inhibitory {rate_hz['inh']:.2f} Hz)",
        "plasticity": ", ".join(report["plasticity"]) or "none",
        "spikes": f"{report['n_spikes']:,}, SHA-256 {report['spike_hash'][:16]}",
    }
    if report["div"] is not None:
        rows["age"] = f"{report['div']:g} days in vitro"
    if synapses and synapses["before"] != synapses["after"]:
        before, after = synapses["before"], synapses["after"]
        rows["excitatory"] = (
            f"synapses {before['n']:,} → {after['n']:,}, mean weight "
            f"{before['mean_weight']:.5f} → {after['mean_weight']:.5f} 1/ms"
        )
    return "\n".join(f"{name:<10} {value}" for name, value in rows.items())
