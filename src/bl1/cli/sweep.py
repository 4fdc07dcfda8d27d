"""`bl1 sweep`: many runs at many points, here or on other machines, and what they found."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import bl1
from bl1.cli import console
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from rich.table import Table

    from bl1.analysis.measure import Measure
    from bl1.experiments.search import Point, Searched
    from bl1.experiments.spec import SweepSpec

MOST_WORKERS = 1024
Workers = Annotated[
    int | None, typer.Option(help="Processes on this machine (default: 1).", show_default=False)
]
Dask = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler, whose workers are used instead.")
]
Out = Annotated[Path, typer.Option(help="Folder that keeps the results.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the results that are there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def sweep(
    spec: Annotated[str, typer.Argument(help="File of a sweep, or the name of a shipped one.")],
    workers: Workers = None,
    dask: Dask = None,
    out: Out = Path("results"),
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """Run a sweep: a grid, a random sample or a search by Optuna, with every seed.

    Prints the mean of each measure at each point, with its 95 % interval over
    the seeds. Every run is kept in the folder as it ends; one that fails is
    told, and the others go on. Ctrl-C stops; --resume goes on from there.
    """
    from bl1.experiments.results import Results
    from bl1.experiments.search import search
    from bl1.experiments.spec import load_spec

    console.check_whole("--workers", workers, 1, MOST_WORKERS)
    if workers and dask:
        raise Bl1Error("--workers and --dask do not go together: a scheduler has its own workers")
    wanted = load_spec(spec)
    experiment = {"sweep": wanted.name, **wanted.subject.common}
    with (
        Results(out, experiment, resume=resume) as results,
        console.progress(quiet=as_json) as bar,
    ):
        task = bar.add_task(wanted.name, total=None)
        found = search(
            wanted,
            results,
            workers=workers or 1,
            dask=dask,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    report = _report(wanted, found)
    if as_json:
        print(json.dumps(report))
    else:
        console.show(_table(wanted, found))
        for sentence in _notes(wanted, found, report):
            print(sentence)
    if not found.complete:
        ended = sum(len(point.rows) for point in found.points)
        console.note(
            f"stopped by Ctrl-C after {ended:,} of {found.n_runs:,} runs; --resume goes on"
        )
        raise typer.Exit(console.INTERRUPTED)
    if all(row.error for point in found.points for row in point.rows):
        raise typer.Exit(console.FAILED)


def _report(spec: "SweepSpec", found: "Searched") -> dict[str, Any]:
    """The object that `--json` prints."""
    errors = [row.error for point in found.points for row in point.rows if row.error]
    best = _best(spec, found)
    return {
        "version": bl1.__version__,
        "config": spec.model_dump(mode="json", exclude_none=True),
        "n_runs": found.n_runs,
        "n_ended": sum(len(point.rows) for point in found.points),
        "n_failed": len(errors),
        "first_error": errors[0] if errors else None,
        "best": best.values if best else None,
        "points": [
            {
                "values": point.values,
                "n_failed": sum(row.error is not None for row in point.rows),
                "measures": {
                    mean.name: {"mean": mean.value, "interval_95": mean.interval_95, "n": mean.n}
                    for mean in map(point.mean, spec.subject.measures)
                },
            }
            for point in found.points
        ],
    }


def _table(spec: "SweepSpec", found: "Searched") -> "Table":
    measures = spec.subject.measures
    keys = list(found.points[0].values) if found.points else ["point"]
    table = console.table(*keys, "n", "failed", *measures, title=f"{spec.name}: mean ± 95 %")
    for point in found.points:
        n = sum(row.error is None for row in point.rows)
        failed = len(point.rows) - n
        cells = [_cell(point.mean(measure), n) for measure in measures]
        values = [
            console.number(v) if isinstance(v, float) else str(v) for v in point.values.values()
        ]
        table.add_row(*values, str(n), str(failed), *cells)
    return table


def _cell(mean: "Measure", n: int) -> str:
    """A mean with half its interval, and the number of seeds where only some have the measure."""
    text = console.number(mean.value)
    if mean.interval_95:
        low, high = mean.interval_95
        text += f" ±{(high - low) / 2:.2g}"
    return text if mean.n == n else f"{text} (n={mean.n})"


def _notes(spec: "SweepSpec", found: "Searched", report: dict[str, Any]) -> list[str]:
    notes = []
    best = _best(spec, found)
    if best and spec.optuna:
        at = ", ".join(f"{key} = {console.number(value)}" for key, value in best.values.items())
        mean = console.number(best.mean(spec.optuna.measure).value)
        notes.append(f"best: {spec.optuna.measure} {mean} at {at}")
    if report["n_failed"]:
        first = report["first_error"].splitlines()[-1]
        notes.append(f"{report['n_failed']:,} of {found.n_runs:,} runs failed; the first: {first}")
    return notes


def _best(spec: "SweepSpec", found: "Searched") -> "Point | None":
    """The best point of a search, among those that every seed gave a number."""
    how = spec.optuna
    if how is None:
        return None
    whole = [p for p in found.points if len(p.sample(how.measure)) == len(spec.seeds)]
    sign = 1 if how.maximise else -1
    return max(whole, key=lambda p: sign * (p.mean(how.measure).value or 0.0), default=None)
