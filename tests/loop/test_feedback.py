"""Feedback: what follows a hit or a miss is what the mode says, and nobody can tell the rest."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.feedback import Feedback
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session


def stimuli(mode: str, good: bool, event: int = 0, seed: int = 1) -> np.ndarray:
    return np.array(list(Feedback(mode, seed, 16).answer(good, event)))


def test_what_is_good_is_predictable() -> None:
    hits = [stimuli("fep", True, event) for event in range(3)]
    assert all((hit == 1.0).all() and len(hit) == 5 for hit in hits)  # 100 ms, all bands


def test_what_is_bad_is_not() -> None:
    misses = [stimuli("fep", False, event) for event in range(3)]
    for miss in misses:
        assert len(miss) == 400 and not miss[200:].any()  # 4 s, and 4 s of rest
        assert miss[:200].sum() / 16 == pytest.approx(20, rel=0.2)  # 5 Hz
    assert not np.array_equal(misses[0], misses[1])
    assert np.array_equal(misses[0], stimuli("fep", False, 0))  # of its number alone


def test_an_open_loop_does_not_know_what_happened() -> None:
    lengths = [len(stimuli("open_loop", True, event)) for event in range(200)]
    assert lengths == [len(stimuli("open_loop", False, event)) for event in range(200)]
    assert 70 < lengths.count(5) < 130 and set(lengths) == {5, 400}


def test_silence_takes_as_long() -> None:
    for good in (True, False):
        assert not stimuli("silent", good).any()
        assert len(stimuli("silent", good)) == len(stimuli("fep", good))


def test_other_modes_are_refused() -> None:
    with pytest.raises(
        Bl1Error, match="feedback is 'loud', expected one of fep, open_loop, silent"
    ):
        Feedback("loud", 0, 16)


def test_a_session_feels_its_feedback_while_the_game_waits() -> None:
    session = make_session(SessionOptions(n_neurons=32, feedback="fep"))
    felt, respond = [], session.substrate.respond
    session.substrate.respond = lambda stimulus: (felt.append(stimulus.sum()), respond(stimulus))[1]
    session.run(250)
    log = session.log
    assert log.n_hits and log.n_misses
    assert len(felt) == 250 + 5 * log.n_hits + 400 * log.n_misses
    assert felt.count(16.0) == 5 * log.n_hits


def test_how_a_run_with_feedback_is_cut_does_not_matter() -> None:
    def ran(*cuts: int) -> tuple[list[int], list[bool], list[float]]:
        session = make_session(SessionOptions(n_neurons=32, feedback="fep"))
        for steps in cuts:
            session.run(steps)
        return session.log.steps.tolist(), session.log.hits.tolist(), session.features.tolist()

    assert ran(150) == ran(100, 50)
