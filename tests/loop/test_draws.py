"""Draws by position: order does not matter, seeds and purposes do, moments are right."""

import numpy as np

from bl1.loop import draws


def test_a_draw_depends_on_its_position_alone() -> None:
    in_order = [draws.normal(4, "a")[n] for n in range(0, 3000, 7)]
    backwards = draws.normal(4, "a")
    assert [backwards[n] for n in reversed(range(0, 3000, 7))] == in_order[::-1]
    assert draws.normal(5, "a")[0] != in_order[0] != draws.normal(4, "b")[0]
    assert isinstance(in_order[0], float)


def test_moments() -> None:
    n = 50_000
    normal, uniform = draws.normal(0, "x"), draws.uniform(0, "x")
    values = np.array([normal[i] for i in range(n)])
    assert abs(values.mean()) < 3 / np.sqrt(n) and abs(values.var() - 1) < 3 * np.sqrt(2 / n)
    assert len(set(values.tolist())) == n  # blocks do not repeat each other
    values = np.array([uniform[i] for i in range(n)])
    assert values.min() >= 0 and values.max() < 1
    assert abs(values.mean() - 0.5) < 3 / np.sqrt(12 * n)


def test_permutations_put_each_value_everywhere_alike() -> None:
    permutations = draws.permutations(0, "x", 16)
    drawn = np.array([permutations[n] for n in range(8000)])
    assert np.all(np.sort(drawn, axis=1) == np.arange(16))
    counts = np.array([np.bincount(column, minlength=16) for column in drawn.T])
    assert abs(counts - 500).max() < 5 * np.sqrt(500)
