"""Sessions: agents learn on every substrate, chunks do not matter, evaluations leave no trace."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.games.pong import Pong
from bl1.loop.agents import Pursuit
from bl1.loop.controls import control as control_of
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session, make_session, resume_session
from bl1.loop.substrate import Identity


def fingerprint(session: Session) -> tuple[object, ...]:
    """All that a run leaves behind."""
    weights = session.agent.weights
    return (
        session.log.steps.tolist(),
        session.log.hits.tolist(),
        None if weights is None else weights.tolist(),
        session.features.tolist(),
        session.game.ball,
        session.game.paddle_y,
    )


def ran(n_steps: int, **options: object) -> Session:
    session = make_session(SessionOptions(**options))
    session.run(n_steps)
    return session


@pytest.mark.parametrize("paddle", ["teleport", "inertial"])
@pytest.mark.parametrize("serve", ["centre", "uniform"])
def test_pursuit_learns_without_neurons(paddle: str, serve: str) -> None:
    session = ran(6000, substrate="identity", paddle=paddle, serve=serve, seed=1)
    tenths = session.hit_rate_by_tenth()
    assert np.mean(tenths[-3:]) > 0.9 > 0.7 > tenths[0]
    assert session.evaluate_greedy(200) > 0.95


@pytest.mark.parametrize("paddle", ["teleport", "inertial"])
@pytest.mark.parametrize(("substrate", "n_steps"), [("bank", 4000), ("culture", 6000)])
def test_pursuit_learns_on_spiking_cells(substrate: str, n_steps: int, paddle: str) -> None:
    session = ran(n_steps, substrate=substrate, paddle=paddle, seed=2)
    tenths = session.hit_rate_by_tenth()
    assert session.log.hit_rate() > 0.55
    assert np.mean(tenths[-3:]) > np.mean(tenths[:2]) + 0.1
    assert session.evaluate_greedy(200) > 0.8
    assert session.rate_hz > 0


@pytest.mark.parametrize("substrate", ["identity", "bank", "culture"])
def test_a_reflex_plays_well_on_everything_that_keeps_places(substrate: str) -> None:
    assert ran(3000, agent="reflex", substrate=substrate).log.hit_rate() > 0.9


@pytest.mark.parametrize(("name", "most"), [("static", 0.3), ("random", 0.3), ("shuffled", 0.35)])
def test_controls_without_information_stay_at_the_floor(name: str, most: float) -> None:
    control = control_of(make_session(SessionOptions(substrate="identity")), name)
    control.run(12_000)
    assert 0.1 < control.log.hit_rate() < most
    assert control.evaluate_greedy(300) < most


def test_controls_meet_the_serves_of_the_session() -> None:
    session = make_session(SessionOptions(substrate="identity", paddle="inertial", seed=4))
    for name in ("static", "random", "identity", "shuffled"):
        control = control_of(session, name)
        assert control.game.paddle == "inertial"
        heights = []
        for game in (session.game, control.game):
            game.reset(seed=session.seed)
            heights.append([game.reset()[0].tolist() for _ in range(10)])
        assert heights[0] == heights[1]


@pytest.mark.parametrize("substrate", ["identity", "shuffled", "bank", "culture"])
@pytest.mark.parametrize("agent", ["pursuit", "reflex", "random"])
def test_how_a_run_is_cut_does_not_matter(substrate: str, agent: str) -> None:
    whole = ran(700, substrate=substrate, agent=agent, seed=3)
    pieces = make_session(SessionOptions(substrate=substrate, agent=agent, seed=3))
    for n in (1, 0, 99, 300, 7, 293):
        pieces.run(n)
    assert fingerprint(pieces) == fingerprint(whole)
    assert pieces.step_count == 700
    other = ran(700, substrate=substrate, agent=agent, seed=4)
    assert fingerprint(other) != fingerprint(whole)


@pytest.mark.parametrize("substrate", ["shuffled", "bank", "culture"])
def test_an_evaluation_leaves_no_trace(substrate: str) -> None:
    plain = ran(600, substrate=substrate, seed=5)
    looked_at = ran(300, substrate=substrate, seed=5)
    rate = looked_at.evaluate_greedy(20)
    assert rate == looked_at.evaluate_greedy(20)
    looked_at.run(300)
    assert fingerprint(looked_at) == fingerprint(plain)


def test_an_evaluation_has_serves_of_its_own_and_a_frozen_agent() -> None:
    session = ran(2000, substrate="identity", seed=5)
    evaluation = session.greedy()
    before = evaluation.agent.weights
    assert evaluation.game.reset(seed=evaluation.seed)[0][3] != session.game.reset(seed=5)[0][3]
    evaluation.run(500)
    np.testing.assert_array_equal(evaluation.agent.weights, before)
    assert evaluation.agent.sigma == 0.0


def test_what_a_view_draws_is_that_of_the_last_step() -> None:
    session = ran(500, substrate="bank")
    assert session.stimulus.shape == session.features.shape == (16,)
    assert session.stimulus.max() <= 1.0 and session.features.sum() == pytest.approx(1.0)
    assert session.agent.weights is not None and 0 < session.agent.sigma < 0.3
    assert session.recent_hit_rate == session.log.hit_rate(last=100)
    assert ran(10, substrate="identity").rate_hz is None


@pytest.mark.parametrize("substrate", ["identity", "bank"])
def test_a_resumed_session_goes_on_where_the_saved_one_stood(substrate: str) -> None:
    session = ran(2000, substrate=substrate, paddle="inertial", serve="uniform", seed=6)
    brain = session.brain()
    resumed, twin = resume_session(brain), resume_session(brain)
    np.testing.assert_array_equal(resumed.agent.weights, session.agent.weights)
    assert resumed.agent.sigma == session.agent.sigma
    assert resumed.first_ball == session.log.n_balls
    assert resumed.options.serve == "uniform" and resumed.step_count == 0
    np.testing.assert_array_equal(resumed.agent.weights, session.agent.weights)
    for each in (resumed, twin):
        each.run(1500)
    assert fingerprint(resumed) == fingerprint(twin)
    assert resumed.log.hit_rate() > session.log.hit_rate()
    again = resumed.brain()
    assert [run.steps for run in again.training] == [2000, 1500]
    assert again.readout.steps == 3500


def test_only_a_learner_has_a_brain() -> None:
    for session in (
        make_session(SessionOptions(agent="reflex", substrate="identity")),
        Session(Pong(), Identity(), Pursuit(0), 0),
    ):
        with pytest.raises(Bl1Error, match="there is no brain to save"):
            session.brain()


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(Bl1Error, match="seed is -1, expected a whole number from 0 to 4294967295"):
        make_session(SessionOptions(seed=-1))


@pytest.mark.slow
@pytest.mark.parametrize("substrate", ["bank", "culture"])
def test_a_long_run_ends_near_perfection(substrate: str) -> None:
    session = ran(150_000, substrate=substrate, seed=1)
    assert session.log.hit_rate() >= 0.90
    assert session.log.hit_rate(last=1000) >= 0.98
