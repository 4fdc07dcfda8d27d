"""`bl1 experiment NAME`: experiments on many cultures, with their controls and statistics."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bl1.cli import console
from bl1.cli.sweep import MOST_WORKERS, AsJson, Resume, Workers
from bl1.cli.watching import MonitorPort, watching
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from rich.table import Table

    from bl1.experiments.dishbrain import Comparison, Plan
    from bl1.experiments.dishbrain_dish import Dish
    from bl1.experiments.statistics import Difference
    from bl1.monitor.watch import Watch

MOST_CULTURES = 10_000
LONGEST_MINUTES = 100_000
LABELS = {
    "hits_per_rally": "hits per rally",
    "aces": "aces (share of rallies)",
    "long_rallies": "rallies > 3 hits (share)",
}

experiment = typer.Typer(add_completion=False)


@experiment.callback()
def _experiment() -> None:
    """Experiments on many cultures, with their controls and statistics."""


@experiment.command()
def dishbrain(
    config: Annotated[
        str, typer.Option(help="Experiment file, or the name of a shipped one.")
    ] = "dishbrain",
    plasticity: Annotated[
        str | None,
        typer.Option(help="How the synapses change (default: as the file says).", metavar="NAME"),
    ] = None,
    conditions: Annotated[
        str | None,
        typer.Option(help="closed_loop, silent, open_loop, rest (default: those of the file)."),
    ] = None,
    cultures: Annotated[int, typer.Option(help="Cultures, each in every condition.")] = 20,
    minutes: Annotated[float, typer.Option(help="Length of a session, in the dish's time.")] = 20.0,
    seed: Annotated[int, typer.Option(help="Of the first culture.")] = 0,
    workers: Workers = None,
    out: Annotated[Path, typer.Option(help="Folder that keeps all results.")] = Path("dishbrain"),
    resume: Resume = False,
    as_json: AsJson = False,
    monitor: MonitorPort = None,
) -> None:
    """Cultures play Pong through electrodes, with structured feedback and without.

    Prints hits per rally, aces and long rallies in the first quarter of the
    sessions and in the rest, by condition, and tests over the cultures. The
    folder gets table.csv, table.json and figure.png. Ctrl-C stops; --resume
    goes on from there.
    """
    from bl1.experiments.dishbrain import as_json as plain
    from bl1.experiments.dishbrain import compare
    from bl1.experiments.results import Results

    console.check_whole("--workers", workers, 1, MOST_WORKERS)
    if monitor is not None and (workers or 1) > 1:
        raise Bl1Error("--monitor and --workers do not go together: it shows one session at a time")
    plan = _plan(config, plasticity, conditions, cultures, minutes, seed)
    with (
        watching(monitor) as watch,
        Results(out, {"experiment": "dishbrain", **plan.common}, resume=resume) as results,
        console.progress(quiet=as_json) as bar,
    ):
        task = bar.add_task("dishbrain", total=len(plan.runs))
        try:
            comparison = compare(
                plan,
                results,
                workers=workers or 1,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
                watch=partial(_show, watch) if watch else None,
            )
        except KeyboardInterrupt:
            n_ended, n = len(results.rows(plan.runs)), len(plan.runs)
            console.note(f"stopped by Ctrl-C after {n_ended:,} of {n:,} sessions; --resume goes on")
            raise typer.Exit(console.INTERRUPTED) from None
    report = plain(plan, comparison)
    _write(out, report, comparison)
    if as_json:
        print(json.dumps(report))
        return
    console.show(_means(plan, comparison))
    print()
    console.show(_tests(comparison))
    if comparison.errors:
        first, n = comparison.errors[0].splitlines()[-1], len(comparison.errors)
        print(f"{n:,} of {comparison.n_runs:,} sessions failed; the first: {first}")


def _plan(
    config: str,
    plasticity: str | None,
    conditions: str | None,
    cultures: int,
    minutes: float,
    seed: int,
) -> "Plan":
    from typing import get_args

    from bl1.config import ClosedLoopConfig, Condition, load_experiment
    from bl1.experiments.dishbrain import Plan
    from bl1.experiments.dishbrain_plasticity import with_plasticity

    console.check_whole("--cultures", cultures, 1, MOST_CULTURES)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED - cultures)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise Bl1Error(
            f"--minutes is {minutes:g}, expected a number > 0 and <= {LONGEST_MINUTES:,}"
        )
    experiment = load_experiment(config)
    if plasticity is not None:
        experiment = with_plasticity(experiment, plasticity)
    chosen: tuple[Any, ...] = (experiment.closed_loop or ClosedLoopConfig()).conditions
    if conditions is not None:
        chosen = tuple(dict.fromkeys(conditions.replace(",", " ").split()))
    for condition in chosen:
        if condition not in get_args(Condition):
            known = ", ".join(get_args(Condition))
            raise Bl1Error(f"--conditions names '{condition}', expected some of {known}")
    if not chosen:
        raise Bl1Error("--conditions names none, expected at least one")
    return Plan(experiment, chosen, tuple(range(seed, seed + cultures)), minutes)


def _show(watch: "Watch", dish: "Dish") -> None:
    from bl1.monitor.scenes import dish_scene

    loop, seed = dish.loop, dish.rig.culture.seed
    groups = {
        "sensory": list(loop.sensory_channels),
        "motor up": list(loop.motor_up),
        "motor down": list(loop.motor_down),
    }
    title = f"DishBrain, culture {seed}, {dish.condition.replace('_', ' ')}"
    watch.rig(title, dish.rig, groups, dish_scene(dish))


def _write(out: Path, report: dict[str, Any], comparison: "Comparison") -> None:
    """table.csv, table.json and figure.png."""
    from bl1.atomicfile import replacing
    from bl1.experiments.table import csv_of

    for name, content in (
        ("table.csv", csv_of(report["cultures"])),
        ("table.json", json.dumps(report, indent=1) + "\n"),
    ):
        with replacing(out / name) as file:
            file.write(content.encode())
    _draw(out / "figure.png", comparison)


def _draw(path: Path, comparison: "Comparison") -> None:
    from bl1.extras import needed

    needed("matplotlib", "plot")
    from bl1.visualization.periods import plot_periods
    from bl1.visualization.style import new_figure

    figure = new_figure(10.5, 3.4)
    panels = figure.subplots(1, len(LABELS))
    for ax, (measure, label) in zip(panels, LABELS.items(), strict=True):
        groups = {
            condition.replace("_", " "): [
                (first, rest)
                for each in comparison.played
                if each.condition == condition
                and (first := each.measures[measure]["first"]) is not None
                and (rest := each.measures[measure]["rest"]) is not None
            ]
            for condition in comparison.means
        }
        plot_periods(groups, label, ("first quarter", "rest"), ax)
    if panels[0].get_legend_handles_labels()[0]:  # there is something to tell apart
        panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def _means(plan: "Plan", comparison: "Comparison") -> "Table":
    title = f"{plan.minutes:g} min, first quarter and rest: mean of the cultures (95 %)"
    columns = [f"{measure.replace('_', ' ')}, {period}" for measure in LABELS
               for period in ("first", "rest")]  # fmt: skip
    table = console.table("condition", "n", *columns, title=title)
    for condition, by_measure in comparison.means.items():
        n = sum(each.condition == condition for each in comparison.played)
        cells = [_mean(d) for by_period in by_measure.values() for d in by_period.values()]
        table.add_row(condition, str(n), *cells)
    return table


def _tests(comparison: "Comparison") -> "Table":
    title = "change from the first quarter to the rest: permutation tests over cultures"
    table = console.table(
        "measure", "of", "less that of", "n", "mean (95 %)", "Hedges' g", "p", "p (Holm)",
        title=title, left=("of", "less that of"),
    )  # fmt: skip
    for test in comparison.tests:
        found = test.found
        table.add_row(
            test.measure.replace("_", " "), test.of, test.against or "", str(found.n),
            _mean(found), console.number(found.g), console.number(found.p),
            console.number(test.p_corrected),
        )  # fmt: skip
    return table


def _mean(found: "Difference") -> str:
    if found.interval_95 is None:
        return console.number(found.mean)
    low, high = found.interval_95
    return f"{console.number(found.mean)} ({console.number(low)} to {console.number(high)})"
