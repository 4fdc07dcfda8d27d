"""Controls: what a run is compared with, on the same game and the same serves.

Which they are depends on what learns. A readout (pursuit, reflex) is held against

    static, random   paddles that read nothing
    identity         a pursuit agent on no neurons at all
    shuffled         a pursuit agent on the substrate's response, its bands permuted at each step

R-STDP against static and random paddles, and against itself with learning off (`learning_off`).
Stimulation avoidance against another culture that is relieved as often, whatever it does, at this
one's moments half a run away (`open_loop`), and against itself relieved never (`never_relieved`),
for moving away from the ball (`reversed`), and without plasticity (`no_plasticity`).

Behind a curtain there is `waiting` too, a paddle that stays where the ball was last seen: it needs
no neurons, since its place is a memory.
"""

import copy
from typing import Literal, TypeAlias

from bl1.loop.agents import (
    Agent,
    AgentKind,
    Avoidance,
    Embodied,
    Pursuit,
    Reflex,
    RStdp,
    make_agent,
)
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session
from bl1.loop.substrate import Identity, Shuffled, Substrate

ControlName: TypeAlias = Literal[
    "static",
    "random",
    "identity",
    "shuffled",
    "learning_off",
    "open_loop",
    "never_relieved",
    "reversed",
    "no_plasticity",
    "waiting",
]


def control_names(agent: AgentKind, *, curtain: bool) -> tuple[ControlName, ...]:
    """The names of the controls that an agent is held against."""
    waiting: tuple[ControlName, ...] = ("waiting",) if curtain else ()
    match agent:
        case "rstdp":
            return "static", "random", *waiting, "learning_off"
        case "avoidance":
            return "open_loop", "never_relieved", "reversed", "no_plasticity"
    return "static", "random", *waiting, "identity", "shuffled"


def controls_of(session: Session) -> tuple[ControlName, ...]:
    """The names of the controls that a session has."""
    agents: dict[type, AgentKind] = {RStdp: "rstdp", Avoidance: "avoidance"}
    kind = agents.get(type(session.agent), "pursuit")
    return control_names(kind, curtain=session.curtain)


def control(session: Session, name: ControlName) -> Session:
    """An untrained session on the same game and the same serves as this one.

    The open-loop control is relieved as often as this session was, so run the session first.
    """
    cells, agent = _parts(session, name)
    game = copy.deepcopy(session.game)
    return Session(
        game,
        cells,
        agent,
        session.seed,
        first_ball=session.first_ball,
        feedback=session.feedback,
    )


def _parts(session: Session, name: ControlName) -> tuple[Substrate | Embodied, Agent]:
    mine, options = session.agent, session.options or SessionOptions()
    if name == "static" or name == "random":
        return Identity(), make_agent(name, session.seed)
    if name == "waiting":
        return Identity(), Reflex()
    if isinstance(mine, RStdp):
        off = mine.fresh(learns=False)
        return off, off
    if isinstance(mine, Avoidance):
        match name:
            case "open_loop":
                other = mine.yoked()
            case "never_relieved" | "reversed":
                other = mine.fresh(name)
            case _:
                other = mine.fresh(plastic=False)
        return other, other
    learner = Pursuit(session.seed, settings=options.pursuit, sparse=options.sparse)
    if name == "identity":
        return Identity(), learner
    cells = session.substrate.fresh()
    assert not isinstance(cells, Embodied)
    return Shuffled(cells, session.seed), learner
