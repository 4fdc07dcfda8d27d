"""The measure of signal finds what is there, at its lag, and nothing in noise."""

import numpy as np
import pytest

from bl1.cl1.signal import held_out_r2, shuffled_r2


def test_it_is_the_share_of_the_variance_that_was_put_in_and_only_at_its_lag() -> None:
    rng = np.random.default_rng(0)
    asked = rng.uniform(1, 2.5, (3000, 8))
    signal = asked @ rng.standard_normal((8, 2))
    noise = rng.standard_normal(signal.shape) * signal.std(axis=0)  # half of the variance
    answered = np.column_stack([signal + noise, noise[:, 0]])
    found = held_out_r2(asked, answered)
    assert found == pytest.approx([0.5, 0.5, 0.0], abs=0.05)
    late = np.roll(answered, 1, axis=0)
    assert held_out_r2(asked, late, lag=1)[:2] == pytest.approx([0.5, 0.5], abs=0.05)
    assert np.all(held_out_r2(asked, late, lag=0) < 0.02)
    assert np.all(np.abs(shuffled_r2(asked, answered)) < 0.02)


def test_too_few_steps_and_answers_that_never_change_have_none() -> None:
    rng = np.random.default_rng(0)
    assert np.isnan(held_out_r2(rng.random((9, 2)), rng.random((9, 1)))).all()
    assert np.isnan(held_out_r2(rng.random((50, 2)), np.ones((50, 1)))).all()
