"""`bl1 doom`: let a culture learn Doom, and say how well it did beside what it must beat."""

import json
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bl1.cli import console, doom_report
from bl1.cli import video as films
from bl1.cli.watching import MonitorPort, running_clock, show_session, watching
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from rich.progress import Progress

    from bl1.games.episodic import EpisodicGame
    from bl1.loop.episodes import EpisodicSession
    from bl1.monitor.watch import Watch

EVALUATION_EPISODES = 20
CONTROL_EPISODES = 50  # the controls of a longer run stop here: they do not learn
MOST_EPISODES = 10**9

Scenario = Literal["defend_the_center", "basic", "deadly_corridor", "health_gathering"]
AgentKind = Literal["actor-critic", "random", "fixed"]
Substrate = Literal["bank", "culture", "identity", "shuffled"]
FeedbackMode = Literal["fep", "open_loop", "silent"]


def doom(
    arena: Annotated[
        bool, typer.Option("--arena", help="The built-in arena (the default).")
    ] = False,
    vizdoom: Annotated[
        Scenario | None, typer.Option(help="A scenario of ViZDoom (extra vizdoom).")
    ] = None,
    agent: Annotated[
        AgentKind | None, typer.Option(help="Who chooses the actions (default: actor-critic).")
    ] = None,
    substrate: Annotated[
        Substrate | None, typer.Option(help="What is shown the game and is read (culture).")
    ] = None,
    neurons: Annotated[
        int | None, typer.Option(help="Cells (default: 400 for each value that is sensed).")
    ] = None,
    feedback: Annotated[
        FeedbackMode | None, typer.Option(help="What the cells feel after a kill or a loss.")
    ] = None,
    episodes: Annotated[int, typer.Option(help="Episodes of training.")] = 200,
    seed: Annotated[
        int | None, typer.Option(help="Seed of cells, episodes and exploration (default: 0).")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Run so many seeds, from --seed on.")] = 1,
    video: Annotated[
        Path | None, typer.Option(help="Film the frozen agent's last episode: .mp4 or .gif.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the brain to a .yaml file.")] = None,
    load: Annotated[Path | None, typer.Option(help="Go on with this brain.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
    monitor: MonitorPort = None,
) -> None:
    """Let a culture learn Doom.

    Prints returns, kills, shots, accuracy and the ammunition left, how they
    grew, and what is reached once exploration and learning are off (frozen).
    Beside it, in the same episodes: random actions, and a rule that reads
    nothing. Ctrl-C and SIGTERM stop the run after the episode that is being
    played, and it keeps, and saves, what it has.
    """
    from bl1.config import MOST_NEURONS
    from bl1.loop.brain import read_brain, save_brain
    from bl1.loop.episodic import (
        EpisodicBrain,
        EpisodicOptions,
        brain_of,
        make_game,
        make_session,
        resume_session,
    )

    console.check_whole("--episodes", episodes, 1, MOST_EPISODES)
    console.check_whole("--seeds", seeds, 1, console.LARGEST_SEED + 1)
    console.check_whole("--seed", seed, 0, console.LARGEST_SEED + 1 - seeds)
    console.check_whole("--neurons", neurons, 1, MOST_NEURONS)
    given = {
        "--arena": arena,
        "--vizdoom": vizdoom is not None,
        "--agent": agent is not None,
        "--substrate": substrate is not None,
        "--neurons": neurons is not None,
        "--feedback": feedback is not None,
        "--seed": seed is not None,
        "--seeds": seeds > 1,
    }
    _refuse_contradictions(
        [option for option, is_given in given.items() if is_given], agent, substrate, save, load
    )
    if video:
        console.check_writable("--video", video, films.SUFFIXES)
        films.check_can_write(video)
    if save:
        console.check_writable("--save", save, (".yaml", ".yml"))

    brain = read_brain(load, EpisodicBrain) if load else None
    options = brain.options if brain else EpisodicOptions(
        game=vizdoom or "arena",
        agent=agent or "actor-critic",
        substrate=substrate or "culture",
        n_neurons=neurons,
        seed=seed or 0,
        feedback=feedback,
    )  # fmt: skip
    trials: list[dict[str, Any]] = []
    failed = False
    with ExitStack() as stack:
        interrupt = stack.enter_context(console.Interrupt(signal.SIGINT, signal.SIGTERM))
        watch = stack.enter_context(watching(monitor, lambda: bool(interrupt)))
        game = make_game(options.game, drawn=video is not None or watch is not None)
        stack.callback(game.close)
        bar = stack.enter_context(console.progress(quiet=as_json))
        run = _Run(game, episodes, seeds, interrupt, bar, watch)
        for offset in range(seeds):
            mine = replace(options, seed=options.seed + offset)
            session = resume_session(brain, game) if brain else make_session(mine, game)
            trial = run.train(session)
            if save:
                earlier = brain.training if brain else ()
                try:
                    save_brain(brain_of(session, mine, earlier), save)
                    console.note(f"saved {save}")
                except Bl1Error as error:  # said now; what was found is still printed
                    console.error(str(error))
                    failed = True
            is_last = offset == seeds - 1
            trials.append(trial | run.compare(session, video if is_last else None))
            if interrupt:
                break
    if interrupt:
        name = "Ctrl-C" if interrupt.status == console.INTERRUPTED else "SIGTERM"
        done = f"{len(session.log):,} of {episodes:,} episodes"
        console.note(f"stopped by {name} in seed {session.seed} after {done}")
    config = {
        **asdict(options),
        "n_neurons": session.substrate.n_neurons,
        "load": str(load) if load else None,
        "episodes": episodes,
        "seeds": seeds,
        "control_episodes": run.control_episodes,
        "evaluation_episodes": EVALUATION_EPISODES,
    }
    report = doom_report.Report(config, trials)
    if as_json:
        print(json.dumps(report.as_dict()))
    else:
        report.show()
    if failed:
        raise typer.Exit(console.FAILED)
    if interrupt:
        raise typer.Exit(interrupt.status)


def _refuse_contradictions(
    given: list[str],
    agent: str | None,
    substrate: str | None,
    save: Path | None,
    load: Path | None,
) -> None:
    """Refuse options that say two things at once."""
    if "--arena" in given and "--vizdoom" in given:
        raise Bl1Error("--arena and --vizdoom do not go together: a run has one game")
    if substrate == "identity" and "--neurons" in given:
        raise Bl1Error("--substrate identity and --neurons do not go together: it has no neurons")
    if save and agent in ("random", "fixed"):
        raise Bl1Error(f"--agent {agent} and --save do not go together: it learns nothing")
    if save and "--seeds" in given:
        raise Bl1Error("--seeds and --save do not go together: a file holds one brain")
    if load and given:
        raise Bl1Error(
            f"--load and {' and '.join(given)} do not go together: the brain says it itself"
        )


class _Run:
    """Runs sessions episode by episode; between two it looks for Ctrl-C and SIGTERM."""

    def __init__(
        self,
        game: "EpisodicGame",
        episodes: int,
        seeds: int,
        interrupt: console.Interrupt,
        bar: "Progress",
        watch: "Watch | None",
    ) -> None:
        self.control_episodes = min(episodes, CONTROL_EPISODES)
        self._game, self._episodes, self._interrupt, self._bar = game, episodes, interrupt, bar
        self._watch = watch
        self._clock_s = running_clock(watch)
        total = seeds * (episodes + EVALUATION_EPISODES + 2 * self.control_episodes)
        self._task = bar.add_task("starting", total=total)

    def train(self, session: "EpisodicSession") -> dict[str, Any]:
        """Run a session to its end, or until it is to stop, and say what it reached."""
        if self._watch:
            from bl1.monitor.scenes import episodes_scene

            show_session(self._watch, "Doom", session, episodes_scene(session))
        start_s = self._clock_s()
        self._advance(session, self._episodes, f"seed {session.seed}")
        steps_per_s = session.log.n_steps / (self._clock_s() - start_s)
        if self._watch:
            self._watch.look_away()
        return {
            "seed": session.seed,
            "episodes": len(session.log),
            **session.log.summary(),
            "game_steps_per_s": steps_per_s,
            "game_frames_per_s": steps_per_s * self._game.frames_per_step,
        }

    def compare(self, session: "EpisodicSession", video: Path | None) -> dict[str, Any]:
        """What the agent reaches frozen, and the controls; none of it once the run is to stop."""
        from bl1.loop.episodic import make_agent

        frozen = session.greedy()
        self._advance(frozen, EVALUATION_EPISODES - 1, f"seed {session.seed}, frozen")
        frames: list[Any] = []
        see = (lambda: frames.append(self._game.render())) if video else lambda: None
        self._advance(frozen, EVALUATION_EPISODES, f"seed {session.seed}, frozen", see)
        if video and frames:
            films.write_video(video, frames, self._game.metadata["render_fps"])
            console.note(f"filmed {video}")
        compared = {"frozen": frozen.log}
        for kind in ("random", "fixed"):
            control = session.control(make_agent(kind, self._game, session.seed))
            self._advance(control, self.control_episodes, f"seed {session.seed}, {kind}")
            compared[kind] = control.log
        return {name: None if self._interrupt else log.summary() for name, log in compared.items()}

    def _advance(
        self,
        session: "EpisodicSession",
        n_episodes: int,
        title: str,
        after_step: Callable[[], None] = lambda: None,
    ) -> None:
        while len(session.log) < n_episodes and not self._interrupt:
            session.run_episode(after_step)
            recent = session.log.mean_return(last=20)
            description = f"{title}: return {console.number(recent)}"
            self._bar.update(self._task, advance=1, description=description)
