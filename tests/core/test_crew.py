"""Helper threads are used while they win, left out when they lose, and never stay behind."""

import threading
import time

import numpy as np
import pytest

from bl1.bench.network import bench_experiment
from bl1.core import engine as engine_module
from bl1.core.crew import MOST_CALLS_ALONE, PROBE_SHARE, Crew
from bl1.network.culture import Culture


def calls(crew, paces_together, retired=False, n=200, pace_alone=1.0):
    """Run the judgement for n calls; returns which had helpers."""
    together = []
    for _ in range(n):
        helped, _ = crew.plan()
        crew.learn(helped, retired and helped, paces_together if helped else pace_alone)
        together.append(helped)
    return together


def test_one_thread_never_has_helpers():
    assert not any(calls(Crew(0, 1000), 0.5))


def test_helpers_that_win_stay_and_their_calls_grow():
    crew = Crew(1, 1000)
    assert calls(crew, 0.6, n=20).count(True) == 19  # the first call learns the pace alone
    assert crew.plan() == (True, 1000)


def test_helpers_that_lose_are_tried_ever_more_rarely():
    together = calls(Crew(1, 1000), 1.5, n=1000)
    gaps = np.diff(np.flatnonzero(together))
    assert gaps[:5].tolist() == [2, 3, 5, 9, 17]
    assert gaps.max() == MOST_CALLS_ALONE + 1


def test_helpers_that_were_retired_count_as_lost():
    assert calls(Crew(1, 1000), 0.1, retired=True).count(True) < 10


def test_helpers_are_taken_back_when_the_cores_are_free_again():
    crew = Crew(1, 1000)
    calls(crew, 1.5)
    assert sum(calls(crew, 0.6)) > 100


def test_a_trial_with_helpers_is_short():
    crew = Crew(1, 3200)
    crew.learn(False, False, 1.0)
    assert crew.plan() == (True, 3200 // PROBE_SHARE)


def test_compiling_is_not_taken_for_the_pace_of_one_thread():
    running = Culture.from_config(bench_experiment(1100)).engine(threads=2)
    running.run(10)
    assert running._threads == 2
    assert running._crew._pace_alone_s < 0.01


def test_an_interrupted_call_leaves_no_helper_behind(monkeypatch):
    running = Culture.from_config(bench_experiment(1100)).engine(threads=2)
    running.run(100)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine_module, "lead_run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            running._lead(10, together=True)
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.1  # nobody spins
    assert running.run(100).steps.max(initial=100) <= 199
    assert threading.active_count() < 10
