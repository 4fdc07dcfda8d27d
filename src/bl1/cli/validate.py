"""`bl1 validate`: hold a simulated culture against recordings of living ones."""

import json
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

import bl1
from bl1.cli import console

if TYPE_CHECKING:
    from bl1.experiments.validation import Reference, Verdict


def validate(
    config: Annotated[str, typer.Argument(help="Experiment file, or the name of a shipped one.")],
    against: Annotated[
        list[Path], typer.Option(help="Recording, or folder of recordings; may be repeated.")
    ],
    seeds: Annotated[int, typer.Option(help="Number of cultures.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first of them.")] = 0,
    seconds: Annotated[float, typer.Option(help="Simulated time of each (s).")] = 300.0,
    div: Annotated[
        float | None, typer.Option(help="Age in days in vitro; else the culture is mature.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> None:
    """Record a culture through the virtual array and compare it with living cultures.

    Nine statistics are measured on both by the same code; each lies inside the recordings' range,
    outside of it, or there are not enough data.
    """
    from bl1.config import load_experiment
    from bl1.experiments import validation

    console.check_whole("--seeds", seeds, 1, 10_000)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED)
    console.check_seconds(seconds)
    console.check_age(div)
    experiment = load_experiment(config)
    files = validation.files_of(against)
    start = perf_counter()
    done: list[tuple[int, list[Verdict]]] = []
    with console.progress(quiet=as_json) as bar, console.Interrupt() as interrupt:
        task = bar.add_task("measuring the recordings", total=len(files) + seeds)
        reference = validation.reference_of(files, progress=lambda: bar.advance(task))
        if not as_json:
            _print_reference(reference)
        for each in range(seed, seed + seeds):
            if interrupt:
                break
            bar.update(task, description=f"recording culture {each}")
            done.append((each, validation.validate(experiment, reference, each, seconds, div)))
            bar.advance(task)
            if not as_json:
                _print_verdicts(each, seconds, done[-1][1])
    wall_s = perf_counter() - start
    if as_json:
        print(json.dumps(_report(experiment, reference, done, seconds, div, wall_s)))
    else:
        _print_summary(done, wall_s)
    if interrupt:
        console.note(f"stopped by Ctrl-C after {len(done)} of {seeds} cultures")
        raise typer.Exit(console.INTERRUPTED)


def _report(
    experiment: Any,
    reference: "Reference",
    done: "list[tuple[int, list[Verdict]]]",
    seconds: float,
    div: float | None,
    wall_s: float,
) -> dict[str, Any]:
    from bl1.experiments import validation

    return {
        "version": bl1.__version__,
        "config": experiment.model_dump(mode="json"),
        "div": div,
        "seconds": seconds,
        "wall_s": round(wall_s, 1),
        "recordings": {
            name: [asdict(measure) for measure in measures]
            for name, measures in reference.measures.items()
        },
        "left_out": list(reference.left_out),
        "seeds": [validation.as_json(seed, verdicts) for seed, verdicts in done],
    }


def _print_reference(reference: "Reference") -> None:
    names = list(reference.measures)
    table = console.table("statistic", *names, title="Recordings")
    for row in zip(*reference.measures.values(), strict=True):
        unit = f" ({row[0].unit})" if row[0].unit else ""
        table.add_row(row[0].name + unit, *(console.number(measure.value) for measure in row))
    console.show(table)
    if reference.left_out:
        console.note(f"without bursts, so not asked about them: {', '.join(reference.left_out)}")


def _print_verdicts(seed: int, seconds: float, verdicts: "list[Verdict]") -> None:
    table = console.table(
        "statistic", "value", "95 % interval", "n", "recordings", "verdict",
        title=f"\nCulture {seed}, {seconds:g} s",
    )  # fmt: skip
    for v in verdicts:
        m = v.measure
        unit = f" ({m.unit})" if m.unit else ""
        interval = (
            f"{console.number(m.interval_95[0])} – {console.number(m.interval_95[1])}"
            if (m.interval_95)
            else ""
        )
        span = f"{console.number(v.range[0])} – {console.number(v.range[1])}" if v.range else ""
        verdict = v.verdict if v.off_by is None else f"outside by {100 * v.off_by:+.1f} %"
        if m.reason:
            verdict = m.reason
        table.add_row(
            m.name + unit, console.number(m.value), interval, f"{m.n} {m.of}", span, verdict
        )
    console.show(table)


def _print_summary(done: "list[tuple[int, list[Verdict]]]", wall_s: float) -> None:
    whole = sum(all(v.verdict == "inside" for v in verdicts) for _, verdicts in done)
    print(
        f"\nall nine inside: {whole} of {len(done)} culture{'s' if len(done) != 1 else ''}; "
        f"{wall_s:.0f} s in all"
    )
