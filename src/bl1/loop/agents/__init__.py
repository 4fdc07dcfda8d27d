"""Who turns the response of a substrate into an action: learners, and what they must beat."""

from typing import Literal, TypeAlias, get_args

from bl1.errors import Bl1Error
from bl1.loop.agents.agent import Agent
from bl1.loop.agents.avoidance import Avoidance
from bl1.loop.agents.fixed import RandomPaddle, StaticPaddle
from bl1.loop.agents.pursuit import Pursuit, PursuitSettings, Readout
from bl1.loop.agents.reflex import Reflex
from bl1.loop.agents.rstdp import RStdp, RStdpSettings

AgentKind: TypeAlias = Literal["pursuit", "reflex", "rstdp", "avoidance", "static", "random"]
AGENT_KINDS: tuple[AgentKind, ...] = get_args(AgentKind)
#: Cultures that learn by their own synapses: each is substrate and agent in one.
Embodied: TypeAlias = RStdp | Avoidance

__all__ = [
    "AGENT_KINDS",
    "Agent",
    "AgentKind",
    "Avoidance",
    "Embodied",
    "Pursuit",
    "PursuitSettings",
    "RStdp",
    "RStdpSettings",
    "RandomPaddle",
    "Readout",
    "Reflex",
    "StaticPaddle",
    "make_agent",
]


def make_agent(
    kind: AgentKind, seed: int, pursuit: PursuitSettings | None = None, sparse: bool = False
) -> Agent:
    """Build an untrained agent that reads a substrate."""
    match kind:
        case "pursuit":
            return Pursuit(seed, settings=pursuit, sparse=sparse)
        case "reflex":
            return Reflex()
        case "static":
            return StaticPaddle()
        case "random":
            return RandomPaddle(seed)
    raise Bl1Error(f"agent is {kind!r}, expected one of {', '.join(AGENT_KINDS)}")
