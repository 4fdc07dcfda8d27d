"""`bl1 analyze`: every measure of a recording, as a table, as JSON, or as a page with pictures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import bl1
from bl1.cli import console
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from bl1.analysis.measure import Measure
    from bl1.core.spikes import SpikeTrain


def analyze(
    file: Annotated[Path, typer.Argument(help="Recording or spikes, in any format that is read.")],
    seed: Annotated[int, typer.Option(help="Seed of surrogates and resamples.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with the measures and pictures, .html.")
    ] = None,
) -> None:
    """Measure a recording: rates, bursts, criticality, connectivity, information.

    Every number comes with its sample size and its method, and with its 95 % interval where one is
    known; where there are not enough data there is no number, but a reason.
    """
    from bl1.analysis.summary import as_rows, every_measure
    from bl1.recording import load

    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    if report:
        console.check_writable("--report", report, (".html",))
        from bl1.visualization.report import write_report
    spikes = load(file)
    if "incomplete" in spikes.metadata:
        console.note(f"{file}: {spikes.metadata['incomplete']}")
    if not len(spikes):
        raise Bl1Error(f"{file}: holds no spikes, expected a recording with some")
    with console.progress(quiet=as_json) as bar:
        task = bar.add_task("reading", total=None)
        summary = every_measure(
            spikes,
            seed,
            population_rate=_of_config(spikes),
            progress=lambda what: bar.update(task, description=f"measuring {what}"),
        )
        if report:
            bar.update(task, description="drawing")
            write_report(report, file.name, spikes, summary, seed)
    if report:
        console.note(f"wrote {report}")
    if as_json:
        found = _facts(file, spikes, seed) | {"sections": as_rows(summary.sections)}
        print(json.dumps(found, allow_nan=False))
        return
    for section in summary.sections:
        print(f"\n{section.title}")
        if section.verdict:
            print(f"  {section.verdict}")
        console.show(_table(section.measures))


def _of_config(spikes: "SpikeTrain") -> dict[str, float] | None:
    """What the experiment that was recorded calls a burst."""
    config = spikes.metadata.get("config")
    section = config.get("bursts") if isinstance(config, dict) else None
    if section is None:
        return None
    known = {"threshold_sd", "min_duration_ms"}
    if isinstance(section, dict) and set(section) <= known:
        values = list(section.values())
        if all(isinstance(value, int | float) for value in values):
            return dict(zip(section, map(float, values), strict=True))
    console.note(
        "the file's own idea of a burst (config, bursts) cannot be read: defaults are used"
    )
    return None


def _facts(file: Path, spikes: "SpikeTrain", seed: int) -> dict[str, Any]:
    # What others wrote into a file may hold NaN, which JSON has no word for.
    metadata = json.loads(json.dumps(spikes.metadata), parse_constant=lambda name: None)
    return {
        "version": bl1.__version__,
        "file": str(file),
        "seed": seed,
        "duration_s": spikes.duration_s,
        "n_units": spikes.n_units,
        "n_spikes": len(spikes),
        "metadata": metadata,
    }


def _table(measures: "list[Measure]") -> Any:
    table = console.table("", "value", "95 % interval", "n", "method", left=("method",))
    for m in measures:
        interval = m.interval_95
        table.add_row(
            f"  {m.name}{f' ({m.unit})' if m.unit else ''}",
            console.number(m.value),
            f"{console.number(interval[0])} – {console.number(interval[1])}" if interval else "",
            f"{m.n:,} {m.of}",
            m.reason or m.method,
        )
    return table
