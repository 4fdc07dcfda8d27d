"""`bl1 pong`: let a culture learn Pong, and say how well it did beside what it must beat."""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from bl1.cli import console, pong_report
from bl1.cli.pong_run import BallCsv, PongRun
from bl1.cli.watching import MonitorPort, watching
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from bl1.loop.agents import AgentKind

USUAL_STEPS = 8000
EMBODIED_STEPS = {"rstdp": 10_000, "avoidance": 60_000}

Substrate = Literal["bank", "culture", "bursting", "memory", "identity", "shuffled"]
Serve = Literal["centre", "uniform"]
Feedback = Literal["fep", "open_loop", "silent"]
Reward = Literal["distance", "aim", "arrival", "outcome"]


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
    rstdp: Annotated[
        bool, typer.Option("--rstdp", help="Synapses that learn by reward and spike timing.")
    ] = False,
    avoidance: Annotated[
        bool, typer.Option("--avoidance", help="Synapses that learn to end a stimulation.")
    ] = False,
    substrate: Annotated[
        Substrate | None, typer.Option(help="What is shown the ball and is read.")
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="A paddle with inertia, instead of one that jumps.")
    ] = False,
    serve: Annotated[
        Serve | None,
        typer.Option(help="Where balls come from (default: centre; uniform for synapses)."),
    ] = None,
    curtain: Annotated[
        bool, typer.Option("--curtain", help="Hide the ball in the second half of its flight.")
    ] = False,
    reward: Annotated[
        Reward | None,
        typer.Option(
            help="What is rewarded (default: distance; aim for --rstdp; arrival behind a curtain)."
        ),
    ] = None,
    feedback: Annotated[
        Feedback | None, typer.Option(help="Stimuli after a hit or a miss (default: none).")
    ] = None,
    neurons: Annotated[
        int | None,
        typer.Option(help="Cells (default: bank 512, culture 400, bursting 1000, memory 1000)."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help="Game steps (default: 8,000; --rstdp 10,000; --avoidance 60,000, ten minutes)."
        ),
    ] = None,
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
    monitor: MonitorPort = None,
) -> None:
    """Let a culture learn Pong.

    Prints how many balls it hit, how that grew, and what it hits once
    exploration and learning are off (frozen). Beside it, on the same serves,
    its controls. Of a readout: a static and a random paddle, the same learner
    without neurons (identity), and on the cells' response in random order
    (shuffled). Of synapses that learn: the same culture with learning off, or
    with its stimulation ended at random, never, or for the wrong reason.
    Ctrl-C stops the run and keeps what it has.
    """
    from bl1.config import MOST_NEURONS
    from bl1.loop.brain import MOST_STEPS, load_brain, save_brain
    from bl1.loop.options import SessionOptions, usual_game
    from bl1.loop.session import make_session, resume_session

    console.check_whole("--steps", steps, 1, MOST_STEPS)
    console.check_whole("--seeds", seeds, 1, console.LARGEST_SEED + 1)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED + 1 - seeds)
    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    given = {
        "--pursuit": pursuit,
        "--reservoir": reservoir,
        "--reflex": reflex,
        "--rstdp": rstdp,
        "--avoidance": avoidance,
        f"--substrate {substrate}": substrate is not None,
        "--smooth": smooth,
        "--serve": serve is not None,
        "--curtain": curtain,
        "--reward": reward is not None,
        "--feedback": feedback is not None,
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

    brain = load_brain(load) if load else None
    if brain:
        steps = steps or USUAL_STEPS
        console.check_whole("--steps", steps, 1, MOST_STEPS - brain.readout.steps)
        options = brain.options
    else:
        named = {"reflex": reflex, "rstdp": rstdp, "avoidance": avoidance}
        agent = next((name for name, is_named in named.items() if is_named), "pursuit")
        usual = usual_game(cast("AgentKind", agent), curtain=curtain)
        options = SessionOptions(
            agent=cast("AgentKind", agent),
            substrate=substrate or ("culture" if reservoir else "bank"),
            paddle="inertial" if smooth else usual["paddle"],
            serve=serve or usual["serve"],
            curtain=curtain,
            reward=reward or usual["reward"],
            feedback=feedback,
            n_neurons=neurons,
            seed=seed or 0,
        )
        steps = steps or EMBODIED_STEPS.get(options.agent, USUAL_STEPS)

    trials, controls = [], []
    failed = False
    with ExitStack() as stack:
        interrupt = console.Interrupt()
        watch = stack.enter_context(watching(monitor, lambda: bool(interrupt)))
        session = resume_session(brain) if brain else make_session(options)
        stack.enter_context(interrupt)
        log = stack.enter_context(BallCsv(csv)) if csv else None
        bar = stack.enter_context(console.progress(quiet=as_json))
        run = PongRun(steps, seeds, interrupt, bar, log, session, watch)
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
            **options.as_dict(),
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

    agents = among("--pursuit", "--reservoir", "--reflex", "--rstdp", "--avoidance")
    refuse(agents, "a run has one agent")
    if "--reservoir" in given and "--substrate culture" not in given:
        refuse(among("--reservoir", "--substrate"), "a reservoir is a culture")
    if "--substrate identity" in given:
        refuse(among("--substrate", "--neurons"), "it has no neurons")
    refuse(among("--reflex", "--save"), "a reflex learns nothing")
    refuse(among("--feedback", "--save"), "a brain's file holds no feedback")
    refuse(among("--rstdp", "--save"), "a brain holds a readout, and this one is in synapses")
    refuse(among("--avoidance", "--save"), "a brain holds a readout, and this one is in synapses")
    for option in ("--substrate", "--neurons", "--smooth", "--curtain", "--reward", "--feedback"):
        refuse(among("--avoidance", option), "its culture and its game are a recipe of their own")
    refuse(among("--seeds", "--save"), "a file holds one brain")
    if "--load" in given:
        others = [option for option in given if option not in ("--load", "--save", "--pursuit")]
        refuse(["--load", *others], "the brain says it itself")
