"""What a viewer is sent, and what it misses."""

import asyncio
import math

import numpy as np
import pytest

from bl1.monitor.playout import Playout
from bl1.monitor.stretch import N_BANDS, Stretch, cut, joined
from bl1.monitor.viewers import MOST_FRAMES, MOST_VIEWERS, Viewers


def stretch(first_s: float, last_s: float, times_s: list[float]) -> Stretch:
    """One with spikes at some times, and a pulse at each of them."""
    times = np.array(times_s)
    marks = times, np.arange(len(times), dtype=np.uint16)
    bands = np.full(N_BANDS, len(times), np.uint16)
    currents_ua = np.arange(len(times), dtype=np.float32)
    return Stretch(
        first_s, last_s, 5.0, 0.1, marks, marks, marks, currents_ua, bands, N_BANDS * len(times)
    )


def test_a_stretch_survives_its_journey() -> None:
    sent = stretch(1.0, 2.0, [1.25, 1.5])
    got = Stretch.unpacked(sent.packed())
    assert (got.first_s, got.last_s, got.n_all) == (1.0, 2.0, 2 * N_BANDS)
    for name in ("spikes", "events", "pulses"):
        for mine, theirs in zip(getattr(sent, name), getattr(got, name), strict=True):
            assert np.array_equal(mine, theirs)
    assert got.packed() == sent.packed()


def test_a_stretch_in_two_has_together_what_it_had() -> None:
    whole = stretch(0.0, 1.0, [0.1, 0.5, 0.9])
    early, late = cut(whole, 0.5)
    assert early.spikes[0].tolist() == [0.1] and late.pulses[0].tolist() == [0.5, 0.9]
    assert joined([early, late]).packed() == whole.packed()


def test_ticks_are_shown_at_an_even_pace_and_whole() -> None:
    playout, shown = Playout(), []
    for tick in range(5):
        times_s = [tick * 0.1 + k * 0.01 for k in range(10)]
        playout.add(stretch(tick * 0.1, tick * 0.1 + 0.1, times_s))
        shown += [playout.take(1 / 30) for _ in range(3)]
    shown += [playout.take(1 / 30) for _ in range(3)]
    frames = [frame for frame in shown if frame]
    assert all(frame.last_s - frame.first_s <= 1 / 30 + 1e-9 for frame in frames)
    assert sum(len(frame.spikes[0]) for frame in frames) == 50
    assert sum(frame.n_all for frame in frames) == 50 * N_BANDS
    assert frames[-1].last_s == pytest.approx(0.5)


def test_what_is_too_late_is_caught_up_with() -> None:
    playout = Playout()
    for tick in range(100):
        playout.add(stretch(tick * 0.1, tick * 0.1 + 0.1, [tick * 0.1]))
    frame = playout.take(1 / 30)
    assert frame and frame.last_s == pytest.approx(10 - 0.6)
    assert len(frame.spikes[0]) == 94


@pytest.mark.parametrize("pace", [0.1, 16.0, math.inf])
def test_at_another_pace_as_much_more_is_shown(pace) -> None:
    playout = Playout()
    playout.pace = pace
    for tick in range(10):
        playout.add(stretch(tick * 0.1, tick * 0.1 + 0.1, [tick * 0.1]))
    frame = playout.take(1 / 30)
    assert frame and frame.last_s == pytest.approx(min(pace / 30, 1.0) if pace > 1 else 0.85)
    playout.clear()
    assert playout.take(1 / 30) is None


async def test_a_slow_viewer_loses_the_oldest_frames_and_knows_how_many() -> None:
    viewers = Viewers()
    viewer = viewers.enter()
    assert viewer
    for k in range(MOST_FRAMES + 5):
        viewers.show_frame(stretch(k, k + 1, []).packed())
    got = [await viewer.next() for _ in range(MOST_FRAMES)]
    assert all(isinstance(frame, bytes) for frame in got)
    assert [Stretch.unpacked(frame).first_s for frame in got] == list(range(5, MOST_FRAMES + 5))
    assert int.from_bytes(got[0][4:8], "little") == 5
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(viewer.next(), 0.01)


async def test_a_viewer_is_sent_the_latest_of_each_kind_only() -> None:
    viewers = Viewers()
    viewers.show("hello", "hello")
    viewer = viewers.enter()
    assert viewer
    for k in range(100):
        viewers.show("map", f"map {k}")
    assert [await viewer.next() for _ in range(2)] == ["hello", "map 99"]
    viewers.tell("refusal", "no")
    later = viewers.enter()
    assert later
    assert [await later.next() for _ in range(2)] == ["hello", "map 99"]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(later.next(), 0.01)


def test_there_are_only_so_many_viewers() -> None:
    viewers = Viewers()
    entered = [viewers.enter() for _ in range(MOST_VIEWERS)]
    assert all(entered) and viewers.enter() is None
    assert entered[0]
    viewers.leave(entered[0])
    assert viewers.enter() is not None
