"""What is reported of a run, and of the controls beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from statistics import fmean
from typing import Any

from bl1.loop.agents import Embodied, Pursuit
from bl1.loop.session import Session

EVALUATION_BALLS = 500
EMBODIED_EVALUATION_BALLS = 100  # these play slowly
CONTROL_STEPS = 20_000  # the controls of a longer run stop here; they have long settled by then


@dataclass(frozen=True)
class TrialResult:
    """What one seed reached; rates are shares of balls, None where there was no ball.

    greedy_hit_rate: of the agent frozen after the run, on unseen serves; None if it was stopped.
    mean_rally: hits in a row, on average over rallies.
    game_steps_per_s: 0 if there was no step.
    """

    seed: int
    hits: int
    misses: int
    hit_rate: float | None
    hit_rate_by_tenth: list[float | None]
    last_1000_hit_rate: float | None
    last_fifth_hit_rate: float | None
    greedy_hit_rate: float | None
    mean_rally: float
    game_steps_per_s: float


@dataclass(frozen=True)
class ControlResult:
    """What a control reached on the same serves; only a learner has a greedy hit rate."""

    hit_rate: float | None
    last_fifth_hit_rate: float | None
    greedy_hit_rate: float | None


def evaluation_balls(session: Session) -> int:
    """How many balls the frozen agent of a session is given."""
    embodied = isinstance(session.agent, Embodied)
    return EMBODIED_EVALUATION_BALLS if embodied else EVALUATION_BALLS


def control_steps(session: Session, steps: int) -> int:
    """How long the controls of a session of so many steps run."""
    seldom_rewarded = session.options is not None and session.options.sparse
    if seldom_rewarded or isinstance(session.agent, Embodied):
        return steps
    return min(steps, CONTROL_STEPS)


def trial_result(
    session: Session, run_s: float, stopped: Callable[[], bool] = lambda: False
) -> TrialResult:
    """Sum up a session that ran for `run_s` seconds of wall time.

    Args:
        stopped: asked during the greedy evaluation whether to give it up.
    """
    log = session.log
    return TrialResult(
        seed=session.seed,
        hits=log.n_hits,
        misses=log.n_misses,
        hit_rate=log.hit_rate(),
        hit_rate_by_tenth=session.hit_rate_by_tenth(),
        last_1000_hit_rate=log.hit_rate(last=1000),
        last_fifth_hit_rate=session.last_fifth_hit_rate(),
        greedy_hit_rate=session.evaluate_greedy(evaluation_balls(session), stopped),
        mean_rally=log.mean_rally(),
        game_steps_per_s=session.step_count / run_s if session.step_count else 0.0,
    )


def control_result(session: Session, stopped: Callable[[], bool] = lambda: False) -> ControlResult:
    """Sum up the session of a control."""
    learns = isinstance(session.agent, Pursuit)
    greedy = session.evaluate_greedy(EVALUATION_BALLS, stopped) if learns else None
    return ControlResult(session.log.hit_rate(), session.last_fifth_hit_rate(), greedy)


def mean_of(results: Sequence[TrialResult] | Sequence[ControlResult]) -> dict[str, Any]:
    """Each figure's mean over seeds, by its name; tenths one by one; None where there is none."""
    names = [field.name for field in fields(results[0]) if field.name != "seed"]
    return {name: _mean([getattr(result, name) for result in results]) for name in names}


def _mean(values: list[Any]) -> Any:
    if isinstance(values[0], list):
        return [_mean(list(column)) for column in zip(*values, strict=True)]
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
