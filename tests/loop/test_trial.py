"""What is reported of a run: its figures, and means over seeds that may lack some."""

import pytest

from bl1.loop.controls import control as control_of
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.loop.trial import ControlResult, control_result, mean_of, trial_result


def test_a_trial_sums_up_its_session() -> None:
    session = make_session(SessionOptions(substrate="identity", seed=3))
    session.run(2000)
    result = trial_result(session, run_s=0.5)
    assert result.seed == 3 and result.game_steps_per_s == 4000
    assert result.hits + result.misses == session.log.n_balls
    assert result.hit_rate == result.last_1000_hit_rate == result.hits / session.log.n_balls
    assert len(result.hit_rate_by_tenth) == 10
    assert result.greedy_hit_rate == session.evaluate_greedy(500)


def test_a_trial_that_was_stopped_before_its_first_step_has_a_result() -> None:
    session = make_session(SessionOptions(substrate="identity"))
    result = trial_result(session, run_s=0.0, stopped=lambda: True)
    assert (result.hits, result.hit_rate, result.game_steps_per_s) == (0, None, 0.0)
    assert result.greedy_hit_rate is None
    assert mean_of([result])["hits"] == 0


def test_an_evaluation_that_is_stopped_has_no_hit_rate() -> None:
    session = make_session(SessionOptions(substrate="identity"))
    asked = []

    def stopped() -> bool:
        asked.append(True)
        return len(asked) == 3

    assert control_result(control_of(session, "identity"), stopped).greedy_hit_rate is None
    assert len(asked) == 3


def test_only_learning_controls_are_evaluated_frozen() -> None:
    session = make_session(SessionOptions(substrate="identity"))
    for name, learns in (("static", False), ("random", False), ("identity", True)):
        control = control_of(session, name)
        control.run(500)
        assert (control_result(control).greedy_hit_rate is not None) is learns


def test_means_are_over_the_seeds_that_have_the_figure() -> None:
    results = [ControlResult(0.2, 0.3, None), ControlResult(0.4, 0.5, 0.9)]
    assert mean_of(results) == {
        "hit_rate": pytest.approx(0.3),
        "last_fifth_hit_rate": pytest.approx(0.4),
        "greedy_hit_rate": 0.9,
    }
    assert mean_of(results[:1]) == {
        "hit_rate": 0.2,
        "last_fifth_hit_rate": 0.3,
        "greedy_hit_rate": None,
    }

    trials = []
    for seed in (0, 1):
        session = make_session(SessionOptions(substrate="identity", seed=seed))
        session.run(100 + 900 * seed)  # the first has tenths without a ball
        trials.append(trial_result(session, 1.0))
    mean = mean_of(trials)
    assert "seed" not in mean
    assert mean["hits"] == (trials[0].hits + trials[1].hits) / 2
    assert trials[0].hit_rate_by_tenth[0] is None
    assert mean["hit_rate_by_tenth"][0] == trials[1].hit_rate_by_tenth[0]
