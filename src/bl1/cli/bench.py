"""`bl1 bench`: speed and memory on this machine, each number from fresh processes."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import typer

import bl1
from bl1.cli import console
from bl1.errors import Bl1Error

REPEATS = 3
ENGINE_SIZES = (400, 1_000, 10_000, 100_000)
ENGINE_THREADS = (1, 2)
PONG_ROWS = {"bank": "bank", "culture_400": "culture"}
ROWS = (
    *(f"engine-{n}" for n in ENGINE_SIZES),
    "stdp-10000",
    "hybrid-10000",
    "jax-1000",
    "jax-10000",
    *(f"pong-{name}" for name in PONG_ROWS),
    "start",
)
#: Rows of the engine, by what stands before the number of neurons.
ENGINE_KINDS = {"engine": "", "stdp": "with STDP", "hybrid": "half AdEx cells"}
BRIAN2_PYTHON = Path(".venv-brian2/bin/python")


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    only: Annotated[str | None, typer.Option(help=f"One row: {', '.join(ROWS)}.")] = None,
    against: Annotated[
        str | None, typer.Option(help="Compare with another simulator: brian2.")
    ] = None,
    brian2_python: Annotated[
        Path, typer.Option(help="A Python that has Brian2 (`make bench` makes this one).")
    ] = BRIAN2_PYTHON,
) -> None:
    """Measure speed and memory on this machine.

    Every number is the median of three fresh processes, run one after the other. Leave the machine
    alone meanwhile.
    """
    if only is not None and only not in ROWS:
        raise Bl1Error(f"--only is '{only}', expected one of {', '.join(ROWS)}")
    if against not in (None, "brian2"):
        raise Bl1Error(f"--against is '{against}', expected brian2")
    if against and not brian2_python.is_file():
        raise Bl1Error(
            f"there is no Brian2 at {brian2_python}; `make bench` makes it, or name a Python that "
            "has it by --brian2-python"
        )
    report: dict[str, Any] = {"version": bl1.__version__, "machine": _machine()}
    rows = [only] if only else [] if against else list(ROWS)
    if not only and find_spec("jax") is None:
        rows = [row for row in rows if not row.startswith("jax")]
        report["left_out"] = "rows in JAX; they need pip install 'bl1[jax]'"
    with console.progress(quiet=as_json) as bar:
        task = bar.add_task("measuring", total=len(rows) + bool(against))
        for row in rows:
            bar.update(task, description=f"measuring {row}")
            _measure(row, report)
            bar.advance(task)
        if against:
            bar.update(task, description="measuring against Brian2")
            size = int(only.partition("-")[2]) if only and only.startswith("engine") else 10_000
            report["against_brian2"] = _against_brian2(brian2_python, size)
            bar.advance(task)
    print(json.dumps(report) if as_json else _table(report))


def _measure(row: str, report: dict[str, Any]) -> None:
    """Measure one row and put it where it belongs in the report."""
    kind, _, name = row.partition("-")
    if kind in ENGINE_KINDS:
        engine: dict[str, Any] = {"threads": {}}
        for threads in ENGINE_THREADS:
            found = _median_of(lambda t=threads: _row(row, "--threads", str(t)))
            engine["threads"][str(threads)] = {
                key: found.pop(key)
                for key in ("realtime_factor", "neuron_updates_per_s", "synaptic_events_per_s")
            }
            if threads == 1:
                engine |= found
        report.setdefault(kind, {})[name] = engine
    elif kind == "jax":
        report.setdefault("jax", {})[name] = _median_of(lambda: _row(row))
    elif kind == "pong":
        found = _median_of(lambda: _row(f"pong-{PONG_ROWS[name]}"))
        report.setdefault("pong", {})[name] = found["game_steps_per_s"]
    else:
        report["start"] = _start()


def _start() -> dict[str, float]:
    """Seconds to the first simulated step, compiling and cached, and to `bl1 --help`."""
    with tempfile.TemporaryDirectory() as empty:
        first = _row("start", environment={"XDG_CACHE_HOME": empty, "LOCALAPPDATA": empty})
    cached = _median_of(lambda: _row("start"))

    def help_s() -> dict[str, float]:
        start = perf_counter()
        subprocess.run([sys.executable, "-m", "bl1", "--help"], check=True, capture_output=True)
        return {"seconds": perf_counter() - start}

    return {
        "first_compile_s": first["seconds"],
        "cached_s": cached["seconds"],
        "help_s": _median_of(help_s)["seconds"],
    }


def _against_brian2(python: Path, n_neurons: int) -> dict[str, float]:
    """The same network, one core each, by turns."""
    script = Path(bl1.__file__).parent / "bench" / "brian2_run.py"
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "network.npz"
        _python(sys.executable, "-m", "bl1.bench.rows", f"engine-{n_neurons}", "--export", network)
        for turn in range(REPEATS):
            ours.append(_row(f"engine-{n_neurons}"))
            theirs.append(_measured(python, script, network, Path(folder) / f"build{turn}"))
    bl1_factor = median(row["realtime_factor"] for row in ours)
    brian2_factor = median(row["realtime_factor"] for row in theirs)
    return {
        "n_neurons": n_neurons,
        "bl1_realtime_factor": bl1_factor,
        "bl1_rate_hz": ours[0]["rate_hz"],
        "brian2_realtime_factor": brian2_factor,
        "brian2_rate_hz": theirs[0]["rate_hz"],
        "brian2_compile_s": median(row["compile_s"] for row in theirs),
        "ratio": bl1_factor / brian2_factor,
    }


def _median_of(measure: Any) -> dict[str, float]:
    """The median of each number over fresh processes."""
    found = [measure() for _ in range(REPEATS)]
    return {key: median(row[key] for row in found) for key in found[0]}


def _row(*arguments: str, environment: dict[str, str] | None = None) -> dict[str, float]:
    """Measure a row in a fresh process."""
    return _measured(sys.executable, "-m", "bl1.bench.rows", *arguments, environment=environment)


def _measured(
    python: str | Path, *arguments: str | Path, environment: dict[str, str] | None = None
) -> dict[str, float]:
    """What a Python process measured: the last line that it printed."""
    last = _python(python, *arguments, environment=environment).splitlines()[-1:]
    try:
        row: dict[str, float] = json.loads("".join(last))
    except ValueError:
        said = f"'{last[0][:60]}'" if last else "nothing"
        raise Bl1Error(
            f"{python} printed {said}, expected a measurement; is it a Python?"
        ) from None
    return row


def _python(
    python: str | Path, *arguments: str | Path, environment: dict[str, str] | None = None
) -> str:
    """What a Python process printed; its error, where it failed, as one of ours."""
    done = subprocess.run(
        [python, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | (environment or {}),
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise Bl1Error(f"measuring {arguments[-1]} failed: {last[0]}")
    return done.stdout


def _machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _table(report: dict[str, Any]) -> str:
    """The report for people."""
    machine = report["machine"]
    lines = [f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}"]
    engines = [(kind, n) for kind in ENGINE_KINDS for n in report.get(kind, {})]
    if engines or "jax" in report:
        lines += ["", "neurons   synapses    rate   × real time       updates/s   events/s"]
        lines[-1] += "    build    peak"
        lines.append(" " * 28 + "1 thread 2 threads")
    for kind, n in engines:
        row = report[kind][n]
        one, two = row["threads"]["1"], row["threads"]["2"]
        updates, events = one["neuron_updates_per_s"] / 1e6, one["synaptic_events_per_s"] / 1e6
        lines.append(
            f"{int(n):7,} {row['synapses']:10,} {row['rate_hz']:4.1f} Hz "
            f"{one['realtime_factor']:8.2f} {two['realtime_factor']:9.2f} "
            f"{updates:9.0f} M {events:8.1f} M {row['build_s']:7.2f} s {row['peak_mb']:5.0f} MB  "
            f"{ENGINE_KINDS[kind]}".rstrip()
        )
    for n, row in report.get("jax", {}).items():
        lines.append(
            f"{int(n):7,} {row['synapses']:10,} {row['rate_hz']:4.1f} Hz "
            f"{row['realtime_factor']:18.2f}  simulate() in JAX on the CPU, compiled in "
            f"{row['compile_s']:.1f} s, {row['peak_mb']:.0f} MB"
        )
    if left_out := report.get("left_out"):
        lines.append(f"left out: {left_out}")
    for name, speed in report.get("pong", {}).items():
        lines.append(f"pong, {name:<12} {speed:9,.0f} game steps/s")
    for name, seconds in report.get("start", {}).items():
        lines.append(f"start, {name:<16} {seconds:6.2f} s")
    if ratio := report.get("against_brian2"):
        lines += [
            f"{ratio['n_neurons']:,} neurons on one core, × real time:",
            f"  bl1                   {ratio['bl1_realtime_factor']:6.2f} at "
            f"{ratio['bl1_rate_hz']:.2f} Hz",
            f"  Brian2 C++ standalone {ratio['brian2_realtime_factor']:6.2f} at "
            f"{ratio['brian2_rate_hz']:.2f} Hz (double precision, Gaussian noise)",
            f"  ratio                 {ratio['ratio']:6.2f}",
        ]
    return "\n".join(lines)
