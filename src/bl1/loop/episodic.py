"""Sessions of the games of episodes by their names, and the brains they train.

The games: Doom, in the built-in arena or in a scenario of ViZDoom, and CartPole.

A brain is a YAML file as in `bl1.loop.brain`: what was learned, and the recipe from which the rest
is built again. It stands between two episodes, and a session that goes on from it is equal, to the
bit, to one that was never stopped.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pydantic import Field, ValidationInfo, field_validator

import bl1
from bl1 import yamlfile
from bl1.config import MOST_NEURONS
from bl1.config.fields import Section
from bl1.errors import Bl1Error
from bl1.games.cartpole import CartPole
from bl1.games.doom_arena import DoomArena
from bl1.games.episodic import EpisodicGame
from bl1.games.vizdoom import VizDoom
from bl1.loop.agents.actor_critic import ActorCritic, ActorCriticReadout
from bl1.loop.agents.discrete import DiscreteAgent, FixedRule, RandomActions
from bl1.loop.brain import Count, Weight
from bl1.loop.encoding import N_BANDS
from bl1.loop.episodes import EpisodicSession
from bl1.loop.feedback import Feedback, FeedbackMode
from bl1.loop.options import check_seed
from bl1.loop.substrate import (
    Identity,
    Shuffled,
    Substrate,
    SubstrateKind,
    make_substrate,
    wrong_size,
)

GameName: TypeAlias = Literal[
    "arena", "defend_the_center", "basic", "deadly_corridor", "health_gathering", "cartpole"
]
GAME_NAMES: tuple[GameName, ...] = get_args(GameName)
AgentName: TypeAlias = Literal["actor-critic", "random", "fixed"]
ControlName: TypeAlias = Literal["random", "fixed", "identity", "shuffled"]
CONTROL_NAMES: tuple[ControlName, ...] = get_args(ControlName)


@dataclass(frozen=True)
class EpisodicOptions:
    """From which a session can be built, and built again.

    n_neurons: None for the substrate's usual number for each sensed value. feedback: what follows
    an event; None for nothing.
    """

    game: GameName = "arena"
    agent: AgentName = "actor-critic"
    substrate: SubstrateKind = "culture"
    n_neurons: int | None = None
    seed: int = 0
    feedback: FeedbackMode | None = None


class EpisodicSubstrate(Section):
    """The cells that it reads; 0 neurons for the identity."""

    kind: SubstrateKind
    n_values: int = Field(ge=1, le=16)
    n_neurons: int = Field(ge=0, le=MOST_NEURONS)

    @field_validator("n_neurons")
    @classmethod
    def _size_fits_the_kind(cls, n_neurons: int, info: ValidationInfo) -> int:
        of_others = info.data
        if {"kind", "n_values"} <= set(of_others) and (
            wanted := wrong_size(of_others["kind"], n_neurons, of_others["n_values"])
        ):
            raise yamlfile.expected(wanted)
        return n_neurons


class EpisodicReadout(Section):
    """What it learned: see `bl1.loop.agents.actor_critic`; a row of preferences for each action."""

    actions: tuple[str, ...] = Field(min_length=1)
    preferences: tuple[tuple[Weight, ...], ...]
    values: tuple[Weight, ...] = Field(min_length=N_BANDS)
    steps: Count

    @field_validator("preferences")
    @classmethod
    def _a_row_for_each_action(
        cls, rows: tuple[tuple[float, ...], ...], info: ValidationInfo
    ) -> tuple[tuple[float, ...], ...]:
        if len(rows) != len(info.data.get("actions", rows)):
            raise yamlfile.expected("a row for each action")
        return rows

    @field_validator("values")
    @classmethod
    def _as_long_as_a_row(
        cls, values: tuple[float, ...], info: ValidationInfo
    ) -> tuple[float, ...]:
        rows = info.data.get("preferences", ())
        if any(len(row) != len(values) for row in rows):
            raise yamlfile.expected("as many as in each row of preferences")
        return values


class EpisodicTraining(Section):
    """One stretch of training, from building or loading to saving."""

    episodes: Count
    steps: Count
    return_by_tenth: tuple[float | None, ...] = Field(min_length=10, max_length=10)


class EpisodicBrain(Section):
    """A trained brain, as its file tells it."""

    format_version: Literal[1] = 1
    bl1_version: str = bl1.__version__
    agent: Literal["actor-critic"] = "actor-critic"
    seed: int = Field(ge=0, lt=2**32)
    game: GameName
    feedback: FeedbackMode | None = None
    substrate: EpisodicSubstrate
    readout: EpisodicReadout
    training: tuple[EpisodicTraining, ...]
    complete: Literal[True] = True  # the file's last line, so that a truncated file is no brain

    @field_validator("readout")
    @classmethod
    def _reads_the_substrate(
        cls, readout: EpisodicReadout, info: ValidationInfo
    ) -> EpisodicReadout:
        if "substrate" in info.data:
            n_bands = N_BANDS * info.data["substrate"].n_values
            if len(readout.values) != n_bands:
                raise yamlfile.expected(
                    f"{n_bands}, 16 for each of the substrate's values", "values", None
                )
        return readout

    @property
    def options(self) -> EpisodicOptions:
        """From which its session is rebuilt."""
        return EpisodicOptions(
            game=self.game,
            agent=self.agent,
            substrate=self.substrate.kind,
            n_neurons=self.substrate.n_neurons,
            seed=self.seed,
            feedback=self.feedback,
        )


def make_game(name: GameName, *, drawn: bool = False) -> EpisodicGame:
    """Build a game; `drawn` if its frames are asked for."""
    render_mode = "rgb_array" if drawn else None
    match name:
        case "arena":
            return DoomArena(render_mode)
        case "cartpole":
            return CartPole(render_mode)
    return VizDoom(name, render_mode)


def make_agent(
    kind: AgentName, game: EpisodicGame, seed: int, readout: ActorCriticReadout | None = None
) -> DiscreteAgent:
    """Build an agent for a game, untrained or with what was learned."""
    n_actions = len(game.action_names)
    match kind:
        case "random":
            return RandomActions(seed, n_actions)
        case "fixed":
            return FixedRule(game.fixed_rule)
        case "actor-critic":
            return ActorCritic(seed, n_actions, N_BANDS * len(game.sensed), readout)


def make_session(options: EpisodicOptions, game: EpisodicGame) -> EpisodicSession:
    """Build a new session in a game, that of the options' name."""
    check_seed(options.seed)
    return EpisodicSession(
        game,
        _substrate(options, game),
        make_agent(options.agent, game, options.seed),
        options.seed,
        feedback=_feedback(options, game),
    )


def resume_session(brain: EpisodicBrain, game: EpisodicGame) -> EpisodicSession:
    """Go on with a trained brain: its readout, its exploration, its next episode.

    Raises:
        Bl1Error: the game's actions, or how many values it shows, are not those of the brain.
    """
    if (brain.readout.actions, brain.substrate.n_values) != (game.action_names, len(game.sensed)):
        raise Bl1Error(
            f"the brain has the actions {', '.join(brain.readout.actions)} and senses "
            f"{brain.substrate.n_values} values, expected {', '.join(game.action_names)} and "
            f"{len(game.sensed)}, as {brain.game} has them"
        )
    learned = ActorCriticReadout(
        brain.readout.preferences, brain.readout.values, brain.readout.steps
    )
    return EpisodicSession(
        game,
        _substrate(brain.options, game),
        make_agent("actor-critic", game, brain.seed, learned),
        brain.seed,
        first_episode=sum(run.episodes for run in brain.training),
        first_step=brain.readout.steps,
        feedback=_feedback(brain.options, game),
    )


def control(session: EpisodicSession, name: ControlName, game: EpisodicGame) -> EpisodicSession:
    """An untrained session in the same episodes as this one, in a game of its own.

    Args:
        session: what is to be compared.
        name: random actions; the fixed rule of the game; the same learner on no neurons at all
            (identity), or on this session's cells in random order (shuffled).
        game: another of the same kind.
    """
    cells: Substrate = Identity()
    if name == "shuffled":
        cells = Shuffled(session.substrate.fresh(), session.seed, len(game.sensed))
    kind: AgentName = name if name in ("random", "fixed") else "actor-critic"
    agent = make_agent(kind, game, session.seed)
    return EpisodicSession(game, cells, agent, session.seed, first_episode=session.first_episode)


def brain_of(
    session: EpisodicSession, options: EpisodicOptions, earlier: tuple[EpisodicTraining, ...] = ()
) -> EpisodicBrain:
    """What the agent of a session has learned, to be saved.

    Raises:
        Bl1Error: the agent is one that does not learn.
    """
    if not isinstance(session.agent, ActorCritic):
        raise Bl1Error("there is no brain to save: only an actor-critic agent learns one")
    learned, log = session.agent.readout, session.log
    run = EpisodicTraining(
        episodes=len(log), steps=log.n_steps, return_by_tenth=tuple(log.return_by_tenth())
    )
    return EpisodicBrain(
        seed=session.seed,
        game=options.game,
        feedback=options.feedback,
        substrate=EpisodicSubstrate(
            kind=options.substrate,
            n_values=len(learned.values) // N_BANDS,
            n_neurons=session.substrate.n_neurons,
        ),
        readout=EpisodicReadout(
            actions=session.game.action_names,
            preferences=learned.preferences,
            values=learned.values,
            steps=learned.steps,
        ),
        training=(*earlier, run),
    )


def _substrate(options: EpisodicOptions, game: EpisodicGame) -> Substrate:
    return make_substrate(
        options.substrate, options.seed, options.n_neurons, n_values=len(game.sensed)
    )


def _feedback(options: EpisodicOptions, game: EpisodicGame) -> Feedback | None:
    if options.feedback is None:
        return None
    return Feedback(options.feedback, options.seed, N_BANDS * len(game.sensed))
