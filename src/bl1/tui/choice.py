"""What can be trained: games, agents, substrates, paddles and controls, by names and in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple, TypeAlias, cast

from bl1 import extras
from bl1.games.pong import PADDLES, Paddle
from bl1.games.vizdoom import SCENARIOS
from bl1.loop.agents import AgentKind
from bl1.loop.agents.rstdp import INPUT_TOTALS
from bl1.loop.controls import control_names
from bl1.loop.episodic import CONTROL_NAMES, GAME_NAMES, EpisodicOptions, GameName
from bl1.loop.options import SessionOptions, usual_game
from bl1.loop.substrate import SUBSTRATE_KINDS, SubstrateKind

#: From which a session is built: Pong's, or a game's of episodes.
Options: TypeAlias = SessionOptions | EpisodicOptions

PONGS = ("pong", "curtain")
NO_CONTROL = "none"


class Named(NamedTuple):
    """How a name is shown, and what it stands for."""

    title: str
    sentence: str


WORDS = {
    "pong": Named("Pong", "A ball, a paddle, a wall."),
    "curtain": Named("Pong, curtain", "The ball is hidden in the second half of its flight."),
    "arena": Named("Doom arena", "Built in: turn to the enemy and shoot, 25 rounds."),
    "defend_the_center": Named(
        "Doom: center", "ViZDoom's defend_the_center: enemies come from all sides."
    ),
    "basic": Named("Doom: basic", "ViZDoom's basic: one monster, to the left or to the right."),
    "deadly_corridor": Named(
        "Doom: corridor", "ViZDoom's deadly_corridor: reach the vest at its end."
    ),
    "health_gathering": Named(
        "Doom: medikits", "ViZDoom's health_gathering: the floor burns, they heal."
    ),
    "cartpole": Named("CartPole", "Keep a pole upright on a cart."),
    "pursuit": Named("pursuit", "A readout learns: it tries, and keeps what was rewarded."),
    "reflex": Named("reflex", "A fixed readout of the response's centre; nothing is learned."),
    "rstdp": Named("R-STDP", "The culture's own synapses learn, by spike timing and reward."),
    "avoidance": Named("avoidance", "Synapses learn by timing alone to end a stimulation."),
    "actor-critic": Named("actor-critic", "A readout learns from rewards that come late."),
    "bank": Named("bank", "Separate cells, no synapse between them."),
    "culture": Named("culture", "A recurrent culture of 400 cells for each value sensed."),
    "bursting": Named("bursting", "A culture with network bursts, as living ones have."),
    "memory": Named("memory", "A culture whose activity outlasts what it was shown."),
    "identity": Named("identity", "No cells at all: whatever is reached, they did not do it."),
    "shuffled": Named("shuffled", "The cells' response in random order: it tells nothing."),
    "teleport": Named("teleport", "The paddle is at once where it is sent."),
    "steady": Named("steady", "The paddle moves as fast as the ball."),
    "inertial": Named("inertial", "The paddle has inertia."),
    "none": Named("none", "Nobody plays beside it."),
    "static": Named("static", "A paddle that never moves."),
    "random": Named("random", "One that moves, or acts, at random."),
    "fixed": Named("fixed rule", "The best rule known that reads nothing."),
    "waiting": Named("waiting", "A paddle that stays where the ball was last seen."),
    "learning_off": Named("learning off", "The same culture, whose synapses stay as they are."),
    "never_relieved": Named("not relieved", "Its stimulation never ends."),
    "reversed": Named("reversed", "Its stimulation ends when it moves away from the ball."),
    "no_plasticity": Named("no plasticity", "The same culture, whose synapses stay as they are."),
}


@dataclass(frozen=True)
class Choice:
    """What is trained, on what, and who plays beside it; names as in `WORDS`.

    Where there is none of a kind, as a paddle in Doom, the name does not matter.
    """

    game: str = "pong"
    agent: str = "pursuit"
    substrate: str = "culture"
    paddle: str = "teleport"
    control: str = NO_CONTROL

    @classmethod
    def of(cls, options: Options, control: str = NO_CONTROL) -> "Choice":
        """The choice that options come from."""
        if isinstance(options, EpisodicOptions):
            return cls(options.game, options.agent, options.substrate, control=control)
        game = "curtain" if options.curtain else "pong"
        return cls(game, options.agent, options.substrate, options.paddle, control)

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Of what each of its fields could be changed to; nothing where there is none."""
        if self.game not in PONGS:
            agents: tuple[str, ...] = ("actor-critic",)
            controls: tuple[str, ...] = CONTROL_NAMES
        else:
            agents = ("pursuit", "reflex", "rstdp", "avoidance")
            found = control_names(cast(AgentKind, self.agent), curtain=self.game == "curtain")
            # Another's moments of relief are known only when its run is over.
            controls = tuple(name for name in found if name != "open_loop")
        substrates: tuple[str, ...] = SUBSTRATE_KINDS
        if self.agent == "rstdp":
            substrates = tuple(INPUT_TOTALS)
        embodied = self.agent == "avoidance"
        return {
            "game": (*PONGS, *GAME_NAMES),
            "agent": agents,
            "substrate": () if embodied else substrates,
            "paddle": () if embodied or self.game not in PONGS else PADDLES,
            "control": (NO_CONTROL, *controls),
        }

    @property
    def has_brain(self) -> bool:
        """Whether a file can hold what is learned."""
        return self.agent in ("pursuit", "actor-critic")

    @property
    def cells(self) -> str:
        """What plays, in a word."""
        return self.substrate if self.names["substrate"] else WORDS[self.agent].title

    @property
    def name(self) -> str:
        """What is trained, in words."""
        agent = WORDS[self.agent].title
        learner = f"{agent} on {self.substrate}" if self.names["substrate"] else agent
        return f"{WORDS[self.game].title}: {learner}"

    def title(self, n_neurons: int, seed: int) -> str:
        """What is trained, as the title of a picture."""
        learner = [WORDS[self.agent].title] if self.agent == "rstdp" else []
        cells = f"{self.cells} of {n_neurons:,}" if n_neurons else self.cells
        paddle = [self.paddle] if self.names["paddle"] else []
        return " · ".join([WORDS[self.game].title, *learner, cells, *paddle, f"seed {seed}"])

    def short_title(self, seed: int) -> str:
        """The same in fewer words."""
        if self.names["paddle"]:
            return f"{self.cells}, {self.paddle}, seed {seed}"
        return f"{WORDS[self.game].title}, {self.cells}, seed {seed}"

    def changed(self, field: str, name: str) -> "Choice":
        """The same with another name in a field, and with what is usual for it in the others."""
        other = replace(self, **{field: name})
        if field == "game" and other.agent not in other.names["agent"]:
            other = replace(other, agent=other.names["agent"][0])
        if field in ("game", "agent"):
            curtain = other.game == "curtain"
            substrate = "memory" if curtain else "bank" if other.agent == "rstdp" else "culture"
            usual = usual_game(cast(AgentKind, other.agent), curtain=curtain)
            other = replace(other, substrate=substrate, paddle=usual["paddle"])
        if other.control not in other.names["control"]:
            other = replace(other, control=NO_CONTROL)
        return other

    def options(self, seed: int) -> Options:
        """From which its session is built.

        Raises:
            Bl1Error: it does not go together, or its game is not installed.
        """
        if self.game not in PONGS:
            if self.game in SCENARIOS:
                extras.check("vizdoom", "vizdoom")
            return EpisodicOptions(
                game=cast(GameName, self.game),
                substrate=cast(SubstrateKind, self.substrate),
                seed=seed,
            )
        agent, curtain = cast(AgentKind, self.agent), self.game == "curtain"
        usual = usual_game(agent, curtain=curtain)
        options = SessionOptions(
            agent=agent,
            serve=usual["serve"],
            curtain=curtain,
            reward=usual["reward"],
            seed=seed,
        )
        if agent != "avoidance":  # whose cells and paddle are its own
            options = replace(
                options,
                substrate=cast(SubstrateKind, self.substrate),
                paddle=cast(Paddle, self.paddle),
            )
        options.check()
        return options


def as_plain(options: Options) -> dict[str, Any]:
    """Options as a JSON-able dict."""
    if isinstance(options, EpisodicOptions):
        return asdict(options)
    return {"game": "pong", **options.as_dict()}


def from_plain(plain: Mapping[str, Any]) -> Options:
    """The options that `as_plain` told."""
    kind = SessionOptions if plain.get("game") == "pong" else EpisodicOptions
    names = {field.name for field in fields(kind)} - {"pursuit", "rstdp"}
    return kind(**{name: value for name, value in plain.items() if name in names})
