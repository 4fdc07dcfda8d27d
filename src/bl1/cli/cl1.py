"""`bl1 cl1`: a virtual CL1, for a bench's own clients."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bl1.cl1.packets import STIMULATION_PORT
from bl1.cli import console
from bl1.cli.watching import LOOPBACK, MonitorPort, page_address
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from bl1.cl1.bench import Asks
    from bl1.cl1.device import Timing
    from bl1.cl1.ports import PortNumbers
    from bl1.cl1.service import Service
    from bl1.cl1.tissue import Tissue
    from bl1.monitor.address import Address
    from bl1.monitor.monitor import Monitor

CONFIG = "cl1_culture"
TRIED_NEURONS = 1000
AT_LEAST_SPEED = 1.25  # times real time, unstimulated; less is told before it serves

cl1 = typer.Typer(add_completion=False, no_args_is_help=True, help="A virtual CL1.")

Config = Annotated[str, typer.Option(help="Experiment file, or the name of a shipped one.")]
Neurons = Annotated[
    int | None, typer.Option(help="Another number of neurons, at the same density.")
]
Accelerated = Annotated[
    bool, typer.Option("--accelerated", help="As fast as it goes, the same each time.")
]
AllowStimulation = Annotated[
    bool, typer.Option("--allow-stimulation", help="Let browsers stimulate electrodes.")
]
TickHz = Annotated[float, typer.Option(help="How often packets are looked for (Hz).")]
WaitMs = Annotated[float, typer.Option(help="From a stimulation until spikes are counted (ms).")]
WindowMs = Annotated[float, typer.Option(help="How long spikes are counted (ms).")]
FirstPort = Annotated[
    int, typer.Option(help="Of the four ports, in a row; a bench has 12345 to 12348.")
]
Seed = Annotated[int, typer.Option(help="Seed of the dish, its background and the noise.")]


@cl1.command()
def serve(
    config: Config = CONFIG,
    neurons: Neurons = None,
    tick_hz: TickHz = 10.0,
    artifact_wait_ms: WaitMs = 0.0,
    collect_window_ms: WindowMs = 100.0,
    bind: Annotated[
        str, typer.Option(help="Address to listen on; any other than this machine's is a choice.")
    ] = LOOPBACK,
    trainer: Annotated[
        str, typer.Option(help="The only host that is heard, and which is answered.")
    ] = LOOPBACK,
    first_port: FirstPort = STIMULATION_PORT,
    record: Annotated[
        Path | None, typer.Option(help="Keep what the electrodes hear: a file ending in .h5.")
    ] = None,
    ablation: Annotated[
        str, typer.Option(help="What stands in for the culture: none zero poisson shuffle cut.")
    ] = "none",
    monitor: MonitorPort = None,
    monitor_host: Annotated[
        str, typer.Option(help="Address of that; any other than this machine's has a token.")
    ] = LOOPBACK,
    allow_stimulation: AllowStimulation = False,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(help="Threads; what is heard is the same.")] = 1,
) -> None:
    """Answer a CL1 bench over UDP, with a culture that lives in real time.

    Listens on ports 12345 (stimulation), 12347 (events) and 12348 (feedback), answers on 12346.
    Ctrl-C, SIGTERM or the trainer's training_complete end it.
    """
    from bl1.cl1.device import Device, Timing
    from bl1.cl1.ports import Ports
    from bl1.cl1.recorder import Recorder, events_path
    from bl1.cl1.service import Service

    timing = Timing(tick_hz, artifact_wait_ms, collect_window_ms)
    console.check_whole("--monitor", monitor, 0, 65535)
    if allow_stimulation and monitor is None:
        raise Bl1Error("--allow-stimulation goes with --monitor: it is from there that it is given")
    if monitor_host != LOOPBACK and monitor is None:
        raise Bl1Error("--monitor-host goes with --monitor: an address to serve on needs a port")
    if record:
        console.check_writable("--record", record, (".h5",))
        console.check_writable("--record", events_path(record), in_place=True)
    address = page_address(monitor_host, monitor)
    ports = Ports(bind, trainer, _numbers(first_port), console.note)
    tissue = living_tissue(config, neurons, ablation, seed, threads)
    with console.Interrupt(signal.SIGINT, signal.SIGTERM) as interrupt:
        try:
            shown = _shown(tissue, address, allow_stimulation)
            recorder = Recorder(record, tissue, console.note) if record else None
            watchers = tuple(each for each in (recorder, shown) if each)
            service = Service(Device(tissue, timing), ports, watchers, console.note)
            ports.look()  # what comes from now on is no older than this
            console.note(
                f"serving on {bind} at {tick_hz:g} ticks a second to {ports.trainer}: an answer "
                f"takes {1000 * timing.answer_s:g} ms; Ctrl-C ends it"
            )
            try:
                complete = service.run(stop=lambda: bool(interrupt))
            finally:
                for each in watchers:
                    each.close()
        finally:
            ports.close()
    print(_report(service))
    if recorder and not recorder.failed:
        console.note(f"recorded {recorder.path}")
    if not complete:
        console.note("stopped" if interrupt.status != 130 else "stopped by Ctrl-C")


def _numbers(first_port: int) -> "PortNumbers":
    from bl1.cl1.ports import PortNumbers

    console.check_whole("--first-port", first_port, 1, 65532)
    return PortNumbers.starting_at(first_port)


def _shown(
    tissue: "Tissue", address: "Address | None", allow_stimulation: bool
) -> "Monitor | None":
    """A page that shows it, if there is an address for one."""
    if address is None:
        return None
    from bl1.cli.monitor import watched

    return watched(tissue, address, allow_stimulation, is_bench=True)


def living_tissue(
    config: str, neurons: int | None, ablation: str, seed: int, threads: int
) -> "Tissue":
    """A culture that has come to life."""
    from bl1.cl1.ablations import ABLATIONS
    from bl1.cl1.channels import GROUPS
    from bl1.cl1.tissue import CALIBRATION_S, SETTLING_S, Tissue
    from bl1.config import MOST_NEURONS, load_experiment
    from bl1.network.culture import Culture

    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    console.check_whole("--threads", threads, 1, 64)
    known = {name: name for name in ABLATIONS}
    if ablation not in known:
        raise Bl1Error(f"--ablation is '{ablation}', expected one of {', '.join(known)}")
    experiment = load_experiment(config)
    with console.progress() as bar:
        task = bar.add_task("building the culture", total=None)
        culture = Culture.from_config(experiment, seed=seed, n_neurons=neurons)
        tissue = Tissue(culture, known[ablation], threads)
        whole_s = SETTLING_S + CALIBRATION_S
        bar.update(task, description="listening to it", total=whole_s)
        speed = tissue.settle(progress=lambda done_s: bar.update(task, completed=done_s))
    rates = [
        f"{name} {sum(tissue.spontaneous_hz[list(channels)]) / len(channels):.2f}"
        for name, channels in GROUPS.items()
    ]
    console.note(f"spontaneous spikes a second of an electrode: {', '.join(rates)}")
    console.note(f"{culture.n_neurons:,} cells live at {speed:.1f} × real time, unstimulated")
    if speed < AT_LEAST_SPEED:
        enough = int(culture.n_neurons * speed / AT_LEAST_SPEED / 100) * 100
        console.note(f"this will fall behind; --neurons {max(enough, 100)} would keep up")
    return tissue


def _report(service: "Service") -> str:
    """What a service did, in lines."""
    statistics, ports = service.statistics, service.ports
    lines = [
        f"ticks      {statistics.n_ticks:,}, {statistics.n_late:,} late by more than a quarter; "
        f"p99 {1000 * statistics.lateness.at(99):.2f} ms, "
        f"longest {1000 * statistics.lateness.longest_s:.1f} ms",
        f"answers    {statistics.n_answered:,} of {ports.stimulation.n_packets:,} stimulations"
        f"{_if(statistics.n_superseded, 'replaced by another before')}"
        f"{_if(statistics.n_forgotten, 'too old')}{_if(ports.n_unsent, 'could not be sent')}",
    ]
    if len(statistics.latency):
        whole, beyond = statistics.latency, statistics.beyond
        lines.append(
            f"latency    p50 {1000 * whole.at(50):.1f} ms, p95 {1000 * whole.at(95):.1f} ms, "
            f"p99 {1000 * whole.at(99):.1f} ms; beyond the ticks p99 "
            f"{1000 * beyond.at(99):.2f} ms, longest {1000 * beyond.longest_s:.1f} ms"
        )
    for inbox in ports.inboxes:
        dropped = f", {inbox.n_dropped:,} dropped" if inbox.n_dropped else ""
        lines.append(f"{inbox.name:<10} {inbox.n_packets:,} packets{dropped}")
    lines.append(f"culture    {statistics.realtime_factor:.1f} × real time when it is let")
    return "\n".join(lines)


def _if(n: int, what: str) -> str:
    return f", {n:,} {what}" if n else ""


@cl1.command()
def probe(
    seconds: Annotated[float, typer.Option(help="Of random stimulation (s).")] = 60.0,
    host: Annotated[str, typer.Option(help="Of the device.")] = LOOPBACK,
    tick_hz: TickHz = 10.0,
    artifact_wait_ms: WaitMs = 0.0,
    collect_window_ms: WindowMs = 100.0,
    first_port: FirstPort = STIMULATION_PORT,
    seed: Annotated[int, typer.Option(help="Seed of the stimulation.")] = 0,
    api: Annotated[
        bool,
        typer.Option("--api", help="Through the CL API instead, on the culture of bl1 cl1 run."),
    ] = False,
) -> None:
    """Stimulate a device at random, and say how quickly and with how much signal it answers.

    Timing must be that of the device. It listens for a sixth of the time first, and gives single
    pulses for a sixth of it at the end.
    """
    import os

    from bl1.cl1.bench import Bench
    from bl1.cl1.device import Timing

    console.check_seconds(seconds)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    timing = Timing(tick_hz, artifact_wait_ms, collect_window_ms)
    if api:
        os.environ.update(_source_variables(CONFIG, None, 0, accelerated=False))
        from bl1.cl1.api_bench import opened

        with opened(timing) as through_api:
            _probe(through_api, timing, seconds, seed)
        return
    bench = Bench(host, _numbers(first_port))
    try:
        _probe(bench, timing, seconds, seed)
    finally:
        bench.close()


def _probe(bench: "Asks", timing: "Timing", seconds: float, seed: int) -> None:
    from bl1.cl1.probe import probe as probed
    from bl1.cli.cl1_report import show_probed

    with console.progress() as bar, console.Interrupt() as interrupt:
        n = 4 / 3 * seconds / (timing.answer_s + timing.tick_s)
        task = bar.add_task("stimulating", total=n)
        found = probed(
            bench,
            timing,
            seconds,
            seed,
            progress=lambda n_asked: bar.update(task, completed=n_asked),
            stop=lambda: bool(interrupt),
        )
    show_probed(found, timing)
    if interrupt:
        raise typer.Exit(console.INTERRUPTED)


@cl1.command()
def env(
    config: Config = CONFIG,
    neurons: Neurons = None,
    seed: Seed = 0,
    accelerated: Accelerated = False,
) -> None:
    """Print the variables by which the CL API's simulator takes a culture of bl1.

    In a shell: eval "$(bl1 cl1 env)", then python SCRIPT.py. It needs cl-sdk (extra cl).
    """
    import shlex

    for name, value in _source_variables(config, neurons, seed, accelerated).items():
        print(f"export {name}={shlex.quote(value)}")


@cl1.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    script: Annotated[
        Path, typer.Argument(help="A script written for a CL1; its arguments follow.")
    ],
    config: Config = CONFIG,
    neurons: Neurons = None,
    seed: Seed = 0,
    accelerated: Accelerated = False,
    monitor: MonitorPort = None,
) -> None:
    """Run a script of the CL API, unmodified, on a culture of bl1.

    Needs cl-sdk (pip install 'bl1[cl]', Python 3.12 or later). The exit status is the script's.
    """
    import os
    import sys

    if not script.is_file():
        raise Bl1Error(f"there is no script '{script}'")
    console.check_whole("--monitor", monitor, 1, 65535)
    if accelerated and monitor is not None:
        raise Bl1Error("--monitor and --accelerated do not go together: a page shows real time")
    variables = _source_variables(config, neurons, seed, accelerated, monitor)
    # The script takes this process over, so that signals are for it, and nothing outlives it.
    command = [sys.executable, str(script), *context.args]
    os.execve(sys.executable, command, os.environ | variables)


def _source_variables(
    config: str, neurons: int | None, seed: int, accelerated: bool, monitor: int | None = None
) -> dict[str, str]:
    """What the SDK is told, after all that could go wrong in its process has been tried here."""
    import json
    import os
    from importlib.util import find_spec

    from bl1.cl1.tissue import Tissue
    from bl1.config import MOST_NEURONS, load_experiment
    from bl1.network.culture import Culture

    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    if find_spec("cl") is None:
        raise Bl1Error(
            "the CL API is not installed, expected cl-sdk: pip install 'bl1[cl]', which takes "
            "Python 3.12 or later"
        )
    experiment = load_experiment(config)
    # The SDK waits 15 s for its data; compiling must be over by then.
    Tissue(Culture.from_config(experiment, seed, min(TRIED_NEURONS, neurons or TRIED_NEURONS)))
    if os.path.exists(config):
        config = os.path.abspath(config)
    chosen = {"config": config, "neurons": neurons, "seed": seed}
    door = "cl1"
    if address := page_address(LOOPBACK, monitor):
        address.listener.close()  # it is free; the SDK's process takes it
        chosen, door = chosen | {"port": monitor}, "monitor"
    return {
        "CL_SDK_DATA_SOURCE": f"bl1.{door}.source:create",
        "CL_SDK_DATA_SOURCE_CONFIG": json.dumps(chosen),
        "CL_SDK_DATA_SOURCE_METADATA": json.dumps(
            {"channel_count": 64, "seekable": False, "supports_accelerated": True}
        ),
        "CL_SDK_ACCELERATED_TIME": "1" if accelerated else "0",
    }
