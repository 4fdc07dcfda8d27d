"""Percentiles of durations are right to their classes, whatever came."""

import numpy as np
import pytest

from bl1.cl1.percentiles import Percentiles


def test_they_are_those_of_the_sample_to_some_per_cent() -> None:
    durations = np.random.default_rng(0).lognormal(-5, 1, 5000)
    found = Percentiles()
    for duration_s in durations:
        found.add(duration_s)
    for percent in (1, 50, 95, 99):
        assert found.at(percent) == pytest.approx(np.percentile(durations, percent), rel=0.03)
    assert found.longest_s == durations.max()
    assert len(found) == 5000


def test_nothing_zero_and_eternity_have_a_place() -> None:
    found = Percentiles()
    assert found.at(50) == 0
    found.add(0.0)
    assert found.at(99) == 0
    found.add(1e9)
    assert found.at(100) > 900
