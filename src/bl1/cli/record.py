"""`bl1 record`: run the culture of an experiment file on an array and keep what is heard."""

from pathlib import Path
from typing import Annotated

import typer

from bl1.cli import console
from bl1.cli.watching import MonitorPort, running_clock, watching
from bl1.errors import Bl1Error


def record(
    config: Annotated[str, typer.Argument(help="Experiment file, or the name of a shipped one.")],
    out: Annotated[Path, typer.Option(help="File to write: .h5; bl1 convert makes others of it.")],
    seconds: Annotated[float, typer.Option(help="Simulated time (s).")] = 60.0,
    mea: Annotated[
        str | None, typer.Option(help="cl1 or maxone; else the array of the experiment file.")
    ] = None,
    traces: Annotated[
        bool, typer.Option("--traces", help="Keep voltages, and seek the spikes in them.")
    ] = False,
    neurons: Annotated[
        int | None, typer.Option(help="Another number of neurons, at the same density.")
    ] = None,
    div: Annotated[
        float | None, typer.Option(help="Age in days in vitro; else the culture is mature.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the dish, its background and the noise.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads; what is heard is the same.")] = 1,
    monitor: MonitorPort = None,
) -> None:
    """Record a culture through electrodes, into a file that is written as the culture runs.

    Ctrl-C ends the recording and keeps what it has; even a kill loses only the last second.
    """
    from bl1.config import MOST_CHANNELS, MOST_NEURONS, load_experiment
    from bl1.experiments.record import record_to
    from bl1.mea.rig import Rig
    from bl1.network.culture import Culture

    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    console.check_whole("--threads", threads, 1, 64)
    console.check_writable("--out", out, (".h5",))
    if out.name.endswith(".cl.h5"):
        raise Bl1Error(f"--out {out} is the CL1's format: record to .h5 and bl1 convert that to it")
    if out.exists():
        console.note(f"{out} is there and will be replaced")
    console.check_seconds(seconds)
    console.check_age(div)
    if mea not in (None, *MOST_CHANNELS):
        raise Bl1Error(f"--mea is '{mea}', expected one of {', '.join(MOST_CHANNELS)}")
    experiment = load_experiment(config)
    array = experiment.array(mea)
    interrupt = console.Interrupt()
    with console.progress() as bar, watching(monitor, lambda: bool(interrupt)) as watch:
        task = bar.add_task("building the culture", total=None)
        culture = Culture.grow(experiment, div, seed=seed, n_neurons=neurons)
        rig = Rig(culture, array, traces=traces, threads=threads)
        bar.update(task, description=f"recording to {out}", total=seconds)
        if watch:
            title = f"{experiment.name}, {culture.n_neurons:,} neurons, seed {seed}"
            hearing = rig.layout.electrodes[rig.coupling.heard_by() > 0]
            watch.rig(title, rig, {"electrodes that hear cells": hearing.tolist()})
        clock_s = running_clock(watch)
        start_s = clock_s()
        with interrupt:
            recorded_s = record_to(
                out,
                rig,
                seconds,
                progress=lambda done_s: bar.update(task, completed=done_s),
                stop=lambda: bool(interrupt),
            )
        wall_s = clock_s() - start_s
    deaf = int((rig.coupling.heard_by() == 0).sum())
    if deaf:
        console.note(f"{deaf} of {len(rig.layout)} electrodes have no cell within hearing")
    print(
        f"recorded   {recorded_s:g} s of {rig.layout.name}, {len(rig.layout)} electrodes, "
        f"{'events and traces' if traces else 'events'}\n"
        f"speed      {recorded_s / wall_s:.1f} × real time\n"
        f"written    {out}, {out.stat().st_size / 1e6:.1f} MB"
    )
    if interrupt:
        console.note(f"stopped by Ctrl-C at {recorded_s:g} s of {seconds:g} s")
        raise typer.Exit(console.INTERRUPTED)
