"""What a person chooses of a session."""

from dataclasses import dataclass, field

from bl1.games.pong import Paddle, Serve
from bl1.loop.agents import AgentKind, PursuitSettings
from bl1.loop.substrate import SubstrateKind


@dataclass(frozen=True)
class SessionOptions:
    """From which a session can be built, and built again.

    n_neurons: None for the substrate's usual number. pursuit: how a pursuit agent learns.
    """

    agent: AgentKind = "pursuit"
    substrate: SubstrateKind = "bank"
    paddle: Paddle = "teleport"
    serve: Serve = "centre"
    n_neurons: int | None = None
    seed: int = 0
    pursuit: PursuitSettings = field(default_factory=PursuitSettings)
