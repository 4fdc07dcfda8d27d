"""The log of balls against plain Python, over growth of its buffers."""

import tracemalloc

import numpy as np
import pytest

from bl1.loop.history import BallLog


def a_log(hits: list[bool]) -> BallLog:
    log = BallLog()
    for ball, hit in enumerate(hits):
        log.append(10 * ball + 9, hit)
    return log


def test_figures_are_those_of_the_list() -> None:
    hits = (np.random.default_rng(1).random(5000) < 0.7).tolist()
    log = a_log(hits)
    assert log.n_balls == 5000 and log.n_hits == sum(hits) and log.n_misses == 5000 - sum(hits)
    assert log.hits.tolist() == hits and log.steps[-1] == 49_999
    assert log.hit_rate() == sum(hits) / 5000
    assert log.hit_rate(last=100) == sum(hits[-100:]) / 100
    by_tenth = [sum(hits[k * 500 : (k + 1) * 500]) / 500 for k in range(10)]
    assert log.hit_rate_by_tenth(50_000) == pytest.approx(by_tenth)

    runs = "".join("h" if hit else " " for hit in hits).split(" ")
    assert log.best_rally == max(map(len, runs))
    assert log.rallies.max() == log.best_rally and log.rallies[-1] == log.rally == len(runs[-1])
    finished = runs if runs[-1] else runs[:-1]
    assert log.mean_rally() == pytest.approx(np.mean([len(run) for run in finished]))


def test_before_the_first_ball_there_is_no_rate() -> None:
    log = BallLog()
    assert log.hit_rate() is None and log.hit_rate(last=100) is None
    assert log.hit_rate_by_tenth(20) == [None] * 10
    assert log.mean_rally() == 0.0 and len(log.rallies) == 0


def test_a_tenth_without_a_ball_has_no_rate() -> None:
    log = BallLog()
    log.append(5, True)
    log.append(99, False)
    assert log.hit_rate_by_tenth(100) == [1.0, *[None] * 8, 0.0]


def test_a_curve_of_a_long_log_takes_no_memory_of_its_length() -> None:
    log = BallLog()
    for step in range(200_000):
        log.append(step, True)
    balls = np.linspace(1, 200_000, 100).astype(np.int64)
    tracemalloc.start()
    curve = log.hit_rate_after(balls)
    tenths = log.hit_rate_by_tenth(200_000)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.all(curve == 1) and tenths == [1.0] * 10
    assert most_bytes < 20_000  # sums up to every ball are 1.6 MB
