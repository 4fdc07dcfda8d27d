"""What a person chooses of a session."""

from dataclasses import dataclass, field, fields
from typing import Any

from bl1.errors import Bl1Error
from bl1.games.pong import SPARSE_REWARDS, Paddle, Reward, Serve
from bl1.loop.agents import AgentKind, PursuitSettings, RStdpSettings
from bl1.loop.agents.rstdp import INPUT_TOTALS
from bl1.loop.feedback import FeedbackMode
from bl1.loop.substrate import SubstrateKind


def check_seed(seed: int) -> None:
    """Refuse a seed that random draws by position cannot have."""
    if not 0 <= seed < 2**32:
        raise Bl1Error(f"seed is {seed}, expected a whole number from 0 to {2**32 - 1}")


def usual_game(agent: AgentKind, *, curtain: bool) -> dict[str, Any]:
    """The game that suits an agent, where a person does not choose: paddle, serve and reward."""
    synapses = agent in ("rstdp", "avoidance")
    return {
        "paddle": "steady" if agent == "rstdp" else "teleport",
        "serve": "uniform" if synapses else "centre",
        "reward": "arrival" if curtain else "aim" if agent == "rstdp" else "distance",
    }


@dataclass(frozen=True)
class SessionOptions:
    """From which a session can be built, and built again.

    curtain: whether the ball is hidden in the second half of its flight. reward: what a step is
    worth, see `bl1.games.pong`. feedback: what follows a hit or a miss; None for nothing.
    n_neurons, window_steps: None for the substrate's usual number of cells, and of game steps whose
    spikes are read. pursuit, rstdp: how these agents learn.
    """

    agent: AgentKind = "pursuit"
    substrate: SubstrateKind = "bank"
    paddle: Paddle = "teleport"
    serve: Serve = "centre"
    curtain: bool = False
    reward: Reward = "distance"
    feedback: FeedbackMode | None = None
    n_neurons: int | None = None
    window_steps: int | None = None
    seed: int = 0
    pursuit: PursuitSettings = field(default_factory=PursuitSettings)
    rstdp: RStdpSettings = field(default_factory=RStdpSettings)

    def check(self) -> None:
        """Refuse what does not go together.

        Raises:
            Bl1Error: one sentence that says why.
        """
        if self.agent == "rstdp" and self.substrate not in INPUT_TOTALS:
            raise Bl1Error(
                f"substrate is {self.substrate}, expected one of {', '.join(INPUT_TOTALS)}: R-STDP "
                "learns by the synapses of spiking cells"
            )
        usual = SessionOptions(agent="avoidance", serve=self.serve, seed=self.seed)
        if self.agent == "avoidance" and self != usual:
            raise Bl1Error(
                "stimulation avoidance takes a serve and a seed, expected no other option: its "
                "culture and its game are a recipe of their own"
            )

    def as_dict(self) -> dict[str, Any]:
        """For a result file, JSON-able: what was chosen, and how its own agent learns."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        settings = {name: plain.pop(name).model_dump() for name in ("pursuit", "rstdp")}
        return plain | {name: how for name, how in settings.items() if name == self.agent}

    @property
    def sparse(self) -> bool:
        """Whether a reward of 0 is none."""
        return self.reward in SPARSE_REWARDS
