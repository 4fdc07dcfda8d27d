"""Who turns the response of a substrate into an action: learners, and what they must beat."""

from typing import Literal, TypeAlias

from bl1.errors import Bl1Error
from bl1.loop.agents.agent import Agent
from bl1.loop.agents.fixed import RandomPaddle, StaticPaddle
from bl1.loop.agents.pursuit import Pursuit, PursuitSettings, Readout
from bl1.loop.agents.reflex import Reflex

AgentKind: TypeAlias = Literal["pursuit", "reflex", "static", "random"]
AGENT_KINDS: tuple[AgentKind, ...] = ("pursuit", "reflex", "static", "random")

__all__ = [
    "AGENT_KINDS",
    "Agent",
    "AgentKind",
    "Pursuit",
    "PursuitSettings",
    "RandomPaddle",
    "Readout",
    "Reflex",
    "StaticPaddle",
    "make_agent",
]


def make_agent(kind: AgentKind, seed: int, pursuit: PursuitSettings | None = None) -> Agent:
    """Build an untrained agent."""
    match kind:
        case "pursuit":
            return Pursuit(seed, settings=pursuit)
        case "reflex":
            return Reflex()
        case "static":
            return StaticPaddle()
        case "random":
            return RandomPaddle(seed)
    raise Bl1Error(f"agent is {kind!r}, expected one of {', '.join(AGENT_KINDS)}")
