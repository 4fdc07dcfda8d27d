"""Pulses are queued, spaced and cut as the hardware does it."""

import pytest

from bl1.cl1.pulses import MOST_TRAINS, PulseQueue
from bl1.errors import Bl1Error


def test_trains_follow_each_other_and_no_pulse_comes_too_soon() -> None:
    queue = PulseQueue(dt_ms=0.5)
    queue.add((8,), 1.0, now=100, n_pulses=3, rate_hz=100.0)  # every 10 ms
    queue.add((8,), 2.0, now=100)
    queue.add((9,), 1.5, now=101)
    assert queue.take(until=121) == [(100, 8, 1.0), (101, 9, 1.5), (120, 8, 1.0)]
    assert queue.take(until=1000) == [(140, 8, 1.0), (150, 8, 2.0)]
    queue.add((8,), 1.0, now=152)
    assert queue.take(until=1000) == [(160, 8, 1.0)]  # 5 ms after the last
    assert queue.take(until=10**9) == []


def test_an_interruption_ends_what_it_names_and_nothing_else() -> None:
    queue = PulseQueue(dt_ms=0.5)
    for channel in (8, 9):
        queue.add((channel,), 1.0, now=0, n_pulses=2, rate_hz=10.0)
    assert len(queue.take(until=1)) == 2
    queue.interrupt((8, 10))
    queue.add((8,), 2.0, now=1)
    assert queue.take(until=1000) == [(10, 8, 2.0), (200, 9, 1.0)]


def test_what_a_channel_has_to_give_is_limited() -> None:
    queue = PulseQueue(dt_ms=0.5)
    for _ in range(MOST_TRAINS):
        queue.add((8,), 1.0, now=0)
    with pytest.raises(Bl1Error, match="channel 8 still has 64 trains to give"):
        queue.add((9, 8), 1.0, now=0)
    assert len(queue.take(until=10**6)) == MOST_TRAINS  # none on channel 9
