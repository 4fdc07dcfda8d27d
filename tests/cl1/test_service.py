"""The service keeps the wall's time, answers each stimulation, and ends as it is told."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from bl1.cl1.bench import Bench
from bl1.cl1.device import Device, Timing
from bl1.cl1.packets import Feedback, FeedbackKind
from bl1.cl1.ports import PortNumbers, Ports
from bl1.cl1.probe import probe
from bl1.cl1.service import Service
from bl1.cl1.tissue import Listened, Tissue
from bl1.errors import Bl1Error

RATES_HZ, CURRENTS_UA = (10.0,) * 8, (2.0,) * 8
TIMING = Timing(100.0, 10.0, 20.0)


class Serving:
    """A service in a thread, and what it says."""

    def __init__(self, tissue: Tissue, numbers: PortNumbers, timing: Timing) -> None:
        self.told: list[str] = []
        self.complete: bool | None = None
        self._stop = False
        self.ports = Ports(numbers=numbers, tell=self.told.append)
        self.service = Service(Device(tissue, timing), self.ports, tell=self.told.append)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.complete = self.service.run(stop=lambda: self._stop)

    def end(self) -> None:
        self._stop = True
        self.thread.join(10)
        self.ports.close()


@contextmanager
def serving(tissue: Tissue, numbers: PortNumbers, timing: Timing = TIMING) -> Iterator[Serving]:
    each = Serving(tissue, numbers, timing)
    each.thread.start()
    try:
        yield each
    finally:
        each.end()


@pytest.fixture
def bench(numbers: PortNumbers) -> Iterator[Bench]:
    bench = Bench(numbers=numbers)
    yield bench
    bench.close()


def test_each_stimulation_is_answered_once(
    tissue: Tissue, numbers: PortNumbers, bench: Bench
) -> None:
    with serving(tissue, numbers) as each:
        answers = [bench.ask(RATES_HZ, CURRENTS_UA) for _ in range(20)]
        time.sleep(0.1)
        assert bench.drain() == 0
    assert all(counts for counts, _ in answers)
    assert bench.n_lost == bench.n_unsolicited == 0
    assert each.service.statistics.n_answered == 20
    took_s = sorted(took_s for _, took_s in answers[1:])
    assert took_s[10] == pytest.approx(0.04, abs=0.015)  # 1 + 1 + 2 ticks


def test_a_stimulation_before_the_answer_takes_its_place(
    tissue: Tissue, numbers: PortNumbers, bench: Bench
) -> None:
    with serving(tissue, numbers, Timing(100.0, 0.0, 500.0)) as each:
        bench.stimulate(RATES_HZ, CURRENTS_UA)
        time.sleep(0.1)
        assert bench.ask(RATES_HZ, CURRENTS_UA)[0]
        time.sleep(0.6)
        assert bench.drain() == 0
    assert each.service.statistics.n_superseded == 1


def test_what_came_long_before_it_served_is_not_answered(
    tissue: Tissue, numbers: PortNumbers, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bl1.cl1.service.FORGOTTEN_S", 0.5)
    each = Serving(tissue, numbers, TIMING)
    for _ in range(2):  # a trainer that has given up on the first
        bench.stimulate(RATES_HZ, CURRENTS_UA)
    time.sleep(0.6)
    each.thread.start()
    try:
        time.sleep(0.5)
        assert bench.drain() == 0
        assert bench.ask(RATES_HZ, CURRENTS_UA)[0]
    finally:
        each.end()
    assert each.service.statistics.n_answered == 1


def test_a_trainer_that_is_gone_and_comes_again_is_answered(
    tissue: Tissue, numbers: PortNumbers
) -> None:
    with serving(tissue, numbers):
        gone = Bench(numbers=numbers)
        gone.stimulate(RATES_HZ, CURRENTS_UA)  # and is killed before the answer
        gone.close()
        time.sleep(0.2)
        again = Bench(numbers=numbers)
        assert again.ask(RATES_HZ, CURRENTS_UA)[0]
        assert again.n_unsolicited == 0
        again.close()


def test_the_end_of_training_ends_it(tissue: Tissue, numbers: PortNumbers, bench: Bench) -> None:
    with serving(tissue, numbers) as each:
        bench.tell("episode_end", {"kills": 1})
        time.sleep(0.1)
        assert each.thread.is_alive()
        bench.tell("training_complete")
        each.thread.join(5)
        assert each.complete is True


def test_feedback_is_obeyed_and_what_is_too_much_told_once_a_second(
    tissue: Tissue, numbers: PortNumbers, bench: Bench
) -> None:
    with serving(tissue, numbers) as each:
        for _ in range(100):  # more trains than a channel can wait to give
            bench.feed_back(Feedback(0, FeedbackKind.REWARD, (19,), 1, 1.0, 100))
            time.sleep(0.012)
        until_s = time.monotonic() + 5
        while each.ports.feedback.n_dropped < 36 and time.monotonic() < until_s:
            time.sleep(0.01)
        assert each.ports.feedback.n_packets == 100
    assert "dropped a datagram channel 19 still has 64 trains to give" in each.told[0]
    assert len(each.told) <= 3


def test_the_culture_does_not_drift_from_the_wall(tissue: Tissue, numbers: PortNumbers) -> None:
    with serving(tissue, numbers) as each:
        time.sleep(0.5)  # it has begun by then
        start_s, first, n_ticks = (
            time.monotonic(),
            tissue.step_count,
            each.service.statistics.n_ticks,
        )
        time.sleep(1.5)
        passed_s = time.monotonic() - start_s
        lived_s = (tissue.step_count - first) * tissue.dt_ms / 1000
        n_ticks = each.service.statistics.n_ticks - n_ticks
    assert lived_s == pytest.approx(passed_s, abs=0.1)
    assert n_ticks == pytest.approx(100 * passed_s, abs=10)


def test_no_search_for_garbage_goes_through_what_was_built(
    tissue: Tissue, numbers: PortNumbers
) -> None:
    with serving(tissue, numbers):
        until_s = time.monotonic() + 5
        while gc.get_freeze_count() < 10_000 and time.monotonic() < until_s:
            time.sleep(0.01)
        assert gc.get_freeze_count() > 10_000
    assert gc.get_freeze_count() == 0


def test_a_service_that_falls_behind_says_so_once_and_answers(
    tissue: Tissue, numbers: PortNumbers, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    live: Callable[[int], Listened] = tissue.advance

    def slow(n_steps: int) -> Listened:
        time.sleep(0.05)  # for a tick of 10 ms
        return live(n_steps)

    monkeypatch.setattr(tissue, "advance", slow)
    with serving(tissue, numbers) as each:
        time.sleep(3)
        assert bench.ask(RATES_HZ, CURRENTS_UA)[0]
    (said,) = each.told
    assert "falling behind: the culture of 1,000 lives at 0." in said
    assert "--neurons" in said


def test_the_probe_finds_rates_latencies_and_signal(
    tissue: Tissue, numbers: PortNumbers, bench: Bench
) -> None:
    with serving(tissue, numbers):
        found = probe(bench, TIMING, seconds=1.5)
    assert found.n_lost == found.n_unsolicited == 0
    assert len(found.latency_s) == found.n_asked == 49
    assert np.median(found.beyond_s) == pytest.approx(0, abs=0.01)
    assert found.evoked_hz.shape == (8,) and np.all(found.evoked_hz >= 0)
    assert set(found.r2) == {0, 1, 2, 5}


def test_a_probe_of_nothing_says_that_there_is_nothing(
    numbers: PortNumbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bl1.cl1.bench.PATIENCE_S", 0.05)
    bench = Bench(numbers=numbers)
    with pytest.raises(Bl1Error, match="3 stimulations in a row had no answer"):
        probe(bench, TIMING, seconds=1.0)
    bench.close()
