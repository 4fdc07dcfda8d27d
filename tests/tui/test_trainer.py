"""A trainer, without thread or screen."""

from time import perf_counter

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.tui import trainer as trainer_module
from bl1.tui.trainer import Trainer


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(SessionOptions(substrate="identity", seed=3))


def test_it_runs_the_session_that_bl1_pong_runs(trainer: Trainer) -> None:
    trainer.advance(700)
    trainer.advance(1300)
    session = make_session(SessionOptions(substrate="identity", seed=3))
    session.run(2000)
    moment = trainer.snapshot()
    assert moment.hits.tolist() == session.log.hits.tolist()
    assert moment.weights is not None and session.agent.weights is not None
    assert moment.weights.tolist() == session.agent.weights.tolist()
    assert moment.hit_rate == session.log.hit_rate()


def test_advance_heeds_the_time(trainer: Trainer) -> None:
    start_s = perf_counter()
    n_steps = trainer.advance(10**9, seconds=0.02)
    assert 0.02 <= perf_counter() - start_s < 0.5
    assert n_steps == trainer.session.step_count > 10


def test_the_static_paddle_is_measured(trainer: Trainer) -> None:
    assert trainer.snapshot().static_hit_rate == pytest.approx(0.2, abs=0.06)


def test_the_trail_is_the_flight_of_this_ball(trainer: Trainer) -> None:
    for _ in range(200):
        trainer.advance(1)
        moment = trainer.snapshot()
        x = np.array(moment.trail)[:, 0]
        assert (np.diff(x) > 0).all()
        assert moment.trail[-1] == trainer.session.game.ball


def test_an_arrival_ages_until_the_next(trainer: Trainer) -> None:
    trainer.advance(1)
    assert trainer.snapshot().arrival is None
    while not trainer.session.log.n_balls:
        trainer.advance(1)
    arrival = trainer.snapshot().arrival
    assert arrival and arrival.age_steps == 0 and arrival.hit == trainer.session.log.hits[-1]
    trainer.advance(5)
    arrival = trainer.snapshot().arrival
    assert arrival and arrival.age_steps == 5


def test_a_snapshot_stays_as_it_was(trainer: Trainer) -> None:
    trainer.advance(2000)
    moment = trainer.snapshot()
    hits, weights = moment.hits.copy(), np.copy(moment.weights)
    rates = moment.curve.overall.copy()
    trainer.advance(100_000)  # the log outgrows its first buffer
    assert moment.hits.tolist() == hits.tolist()
    assert np.asarray(moment.weights).tolist() == weights.tolist()
    assert moment.curve.overall.tolist() == rates.tolist()


def test_the_learning_curve_tells_the_hit_rates(trainer: Trainer) -> None:
    assert len(trainer.snapshot().curve.balls) == 0
    trainer.advance(60_000)
    moment = trainer.snapshot()
    curve, hits = moment.curve, moment.hits
    assert curve.balls[0] == trainer_module.FIRST_BALLS and curve.balls[-1] == moment.n_balls
    assert len(curve.balls) <= trainer_module.CURVE_POINTS < moment.n_balls
    for ball, recent, overall in zip(curve.balls, curve.recent, curve.overall, strict=True):
        assert overall == pytest.approx(hits[:ball].mean())
        assert recent == pytest.approx(hits[max(0, ball - moment.recent_balls) : ball].mean())


def test_a_greedy_evaluation_is_that_of_the_session(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "GREEDY_BALLS", 50)
    trainer.advance(3000)
    expected = trainer.session.evaluate_greedy(50)
    trainer.evaluate()
    while trainer.conclusion() is None:
        trainer.advance(10**9, seconds=0.01)
    assert trainer.snapshot().greedy_hit_rate == expected
    assert trainer.session.step_count == 3000
    assert not trainer.evaluating


def test_what_cannot_be_built_leaves_the_session_as_it_was() -> None:
    trainer = Trainer(SessionOptions(substrate="identity", seed=2**32 - 1))
    trainer.advance(100)
    with pytest.raises(Bl1Error, match="seed is 4294967296"):
        trainer.fresh()
    trainer.advance(100)
    assert trainer.snapshot().step_count == 200
