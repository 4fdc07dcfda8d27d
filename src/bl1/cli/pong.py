"""`bl1 pong`: let a culture learn Pong, and say how well it did beside what it must beat."""

import json
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import bl1
from bl1.cli import console, pong_report
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from rich.progress import Progress

    from bl1.loop.session import Session
    from bl1.loop.trial import ControlResult, TrialResult

CSV_COLUMNS = ("version", "seed", "ball", "step", "hit", "rally")
CHUNK_STEPS = 200  # between two looks at the progress bar, the CSV and Ctrl-C: some 20 ms

Substrate = Literal["bank", "culture", "identity", "shuffled"]
Serve = Literal["centre", "uniform"]


def pong(
    pursuit: Annotated[
        bool, typer.Option("--pursuit", help="A readout that learns, on a bank (the default).")
    ] = False,
    reservoir: Annotated[
        bool, typer.Option("--reservoir", help="A readout that learns, on a recurrent culture.")
    ] = False,
    reflex: Annotated[
        bool, typer.Option("--reflex", help="A fixed readout of the response's centre.")
    ] = False,
    substrate: Annotated[
        Substrate | None, typer.Option(help="What is shown the ball and is read.")
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="A paddle with inertia, instead of one that jumps.")
    ] = False,
    serve: Annotated[
        Serve | None, typer.Option(help="Where balls come from (default: centre).")
    ] = None,
    neurons: Annotated[
        int | None, typer.Option(help="Cells (default: 512 in a bank, 400 in a culture).")
    ] = None,
    steps: Annotated[int, typer.Option(help="Game steps; a ball takes about 38.")] = 8000,
    seed: Annotated[
        int | None, typer.Option(help="Seed of cells, serves and exploration (default: 0).")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Run so many seeds, from --seed on.")] = 1,
    csv: Annotated[Path | None, typer.Option(help="Write a row for every ball.")] = None,
    save: Annotated[Path | None, typer.Option(help="Write the brain to a .yaml file.")] = None,
    load: Annotated[Path | None, typer.Option(help="Go on with this brain.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> None:
    """Let a culture learn Pong.

    Prints how many balls it hit, how that grew, and what it hits once
    exploration and learning are off (frozen). Beside it, on the same serves:
    a static and a random paddle, the same learner without neurons
    (identity), and on the cells' response in random order (shuffled).
    Ctrl-C stops the run and keeps what it has.
    """
    from bl1.config import MOST_NEURONS
    from bl1.loop.brain import MOST_STEPS, load_brain, save_brain
    from bl1.loop.options import SessionOptions
    from bl1.loop.session import make_session, resume_session

    console.check_whole("--steps", steps, 1, MOST_STEPS)
    console.check_whole("--seeds", seeds, 1, console.LARGEST_SEED + 1)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED + 1 - seeds)
    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    given = {
        "--pursuit": pursuit,
        "--reservoir": reservoir,
        "--reflex": reflex,
        f"--substrate {substrate}": substrate is not None,
        "--smooth": smooth,
        "--serve": serve is not None,
        "--neurons": neurons is not None,
        "--seed": seed is not None,
        "--seeds": seeds > 1,
        "--save": save is not None,
        "--load": load is not None,
    }
    _refuse_contradictions([option for option, is_given in given.items() if is_given])
    if csv:
        console.check_writable("--csv", csv, in_place=True)
    if save:
        console.check_writable("--save", save, (".yaml", ".yml"))
        if csv and csv.resolve() == save.resolve():
            raise Bl1Error(f"--csv and --save are both {save}, expected two files")

    if load:
        brain = load_brain(load)
        console.check_whole("--steps", steps, 1, MOST_STEPS - brain.readout.steps)
        options = brain.options
        session = resume_session(brain)
    else:
        options = SessionOptions(
            agent="reflex" if reflex else "pursuit",
            substrate=substrate or ("culture" if reservoir else "bank"),
            paddle="inertial" if smooth else "teleport",
            serve=serve or "centre",
            n_neurons=neurons,
            seed=seed or 0,
        )
        session = make_session(options)

    trials, controls = [], []
    failed = False
    with ExitStack() as stack:
        interrupt = stack.enter_context(console.Interrupt())
        log = stack.enter_context(_BallCsv(csv)) if csv else None
        bar = stack.enter_context(console.progress(quiet=as_json))
        run = _Run(steps, seeds, interrupt, bar, log)
        for offset in range(seeds):
            if offset:
                session = make_session(replace(options, seed=options.seed + offset))
            trials.append(run.train(session))
            if save:
                try:
                    save_brain(session.brain(), save)
                    console.note(f"saved {save}")
                except Bl1Error as error:  # said now; what was found is still printed
                    console.error(str(error))
                    failed = True
            if not interrupt:
                controls.append(run.controls(session))
            if interrupt:
                break
    if interrupt:
        done = f"{session.step_count:,} of {steps:,} steps"
        console.note(f"stopped by Ctrl-C in seed {session.seed} after {done}")
    if log and not log.failed:
        console.note(f"{csv} holds all {log.n_rows:,} balls")
    report = pong_report.Report(
        config={
            **asdict(options),
            "n_neurons": session.substrate.n_neurons,
            "load": str(load) if load else None,
            "steps": steps,
            "seeds": seeds,
            "control_steps": run.control_steps,
            "evaluation_balls": run.evaluation_balls,
        },
        trials=trials,
        controls=controls,
    )
    print(json.dumps(report.as_dict()) if as_json else report.as_text())
    if failed or (log and log.failed):
        raise typer.Exit(console.FAILED)
    if interrupt:
        raise typer.Exit(console.INTERRUPTED)


def _refuse_contradictions(given: list[str]) -> None:
    """Refuse options that say two things at once."""

    def refuse(these: list[str], why: str) -> None:
        if len(these) > 1:
            raise Bl1Error(f"{' and '.join(these)} do not go together: {why}")

    def among(*names: str) -> list[str]:
        return [option for option in given if option.split()[0] in names]

    refuse(among("--pursuit", "--reservoir", "--reflex"), "a run has one agent")
    if "--reservoir" in given and "--substrate culture" not in given:
        refuse(among("--reservoir", "--substrate"), "a reservoir is a culture")
    if "--substrate identity" in given:
        refuse(among("--substrate", "--neurons"), "it has no neurons")
    refuse(among("--reflex", "--save"), "a reflex learns nothing")
    refuse(among("--seeds", "--save"), "a file holds one brain")
    if "--load" in given:
        others = [option for option in given if option not in ("--load", "--save", "--pursuit")]
        refuse(["--load", *others], "the brain says it itself")


class _BallCsv:
    """A CSV file that grows with the run: each ball is on disk some milliseconds later.

    Where it cannot be written on, that is said, and the run goes on without it.
    """

    def __init__(self, path: Path) -> None:
        self.n_rows = 0
        self.failed = False
        self._path = path
        self._file = path.open("w", encoding="utf-8", newline="")
        self._write(",".join(CSV_COLUMNS) + "\n")

    def __enter__(self) -> "_BallCsv":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it tries again to write what could not be written
            self._file.close()

    def append(self, session: "Session", first: int) -> None:
        """Write the balls of a session from this one on, in one piece."""
        log, rallies = session.log, session.log.rallies
        rows = [
            f"{bl1.__version__},{session.seed},{session.first_ball + ball},{log.steps[ball]},"
            f"{int(log.hits[ball])},{rallies[ball]}\n"
            for ball in range(first, log.n_balls)
        ]
        self._write("".join(rows))
        self.n_rows += len(rows)

    def _write(self, text: str) -> None:
        if self.failed:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self.failed = True
            after = f"after {self.n_rows:,} balls: {error.strerror}"
            console.error(f"cannot write on in --csv {self._path} {after}; the run goes on")


class _Run:
    """Runs sessions in chunks, between which it tells how they do and looks for Ctrl-C."""

    def __init__(
        self,
        steps: int,
        seeds: int,
        interrupt: console.Interrupt,
        bar: "Progress",
        log: _BallCsv | None,
    ) -> None:
        from bl1.loop.trial import CONTROL_STEPS, CONTROLS, EVALUATION_BALLS

        self.steps = steps
        self.control_steps = min(steps, CONTROL_STEPS)
        self.evaluation_balls = EVALUATION_BALLS
        self._interrupt = interrupt
        self._bar = bar
        self._log = log
        total = seeds * (steps + len(CONTROLS) * self.control_steps)
        self._task = bar.add_task("starting", total=total, status="")

    def train(self, session: "Session") -> "TrialResult":
        """Run a session to its end, or until Ctrl-C."""
        from bl1.loop.trial import trial_result

        run_s = self._advance(session, self.steps, f"seed {session.seed}", self._log)
        return trial_result(session, run_s, self._stopped)

    def controls(self, session: "Session") -> "dict[str, ControlResult]":
        """Run the controls beside a session; those that Ctrl-C left no time for are missing."""
        from bl1.loop.trial import CONTROLS, control_result

        results: dict[str, ControlResult] = {}
        for name in CONTROLS:
            control = session.control(name)
            self._advance(control, self.control_steps, f"seed {session.seed}, {name}")
            result = control_result(control, self._stopped)
            if self._interrupt:
                break
            results[name] = result
        return results

    def _stopped(self) -> bool:
        return bool(self._interrupt)

    def _advance(
        self, session: "Session", n_steps: int, title: str, log: _BallCsv | None = None
    ) -> float:
        """Returns the seconds that the session itself took."""
        run_s = 0.0
        while session.step_count < n_steps and not self._interrupt:
            chunk, n_balls = min(CHUNK_STEPS, n_steps - session.step_count), session.log.n_balls
            start = perf_counter()
            session.run(chunk)
            run_s += perf_counter() - start
            if log:
                log.append(session, n_balls)
            recent = session.recent_hit_rate
            status = "" if recent is None else f"{recent:4.0%} of the last 100"
            self._bar.update(self._task, advance=chunk, description=title, status=status)
        return run_s
