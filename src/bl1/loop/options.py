"""What a person chooses of a session."""

from dataclasses import dataclass, field

from bl1.games.pong import SPARSE_REWARDS, Paddle, Reward, Serve
from bl1.loop.agents import AgentKind, PursuitSettings, RStdpSettings
from bl1.loop.feedback import FeedbackMode
from bl1.loop.substrate import SubstrateKind


@dataclass(frozen=True)
class SessionOptions:
    """From which a session can be built, and built again.

    curtain: whether the ball is hidden in the second half of its flight. reward: what a step is
    worth, see `bl1.games.pong`. feedback: what follows a hit or a miss; None for nothing.
    n_neurons: None for the substrate's usual number. pursuit, rstdp: how these agents learn.
    """

    agent: AgentKind = "pursuit"
    substrate: SubstrateKind = "bank"
    paddle: Paddle = "teleport"
    serve: Serve = "centre"
    curtain: bool = False
    reward: Reward = "distance"
    feedback: FeedbackMode | None = None
    n_neurons: int | None = None
    seed: int = 0
    pursuit: PursuitSettings = field(default_factory=PursuitSettings)
    rstdp: RStdpSettings = field(default_factory=RStdpSettings)

    @property
    def sparse(self) -> bool:
        """Whether a reward of 0 is none."""
        return self.reward in SPARSE_REWARDS
