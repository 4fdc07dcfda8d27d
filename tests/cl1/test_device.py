"""The device answers each stimulation once, at its tick, with what the culture did."""

import numpy as np
import pytest

from bl1.cl1.channels import ENCODING, GROUPS
from bl1.cl1.device import Device, Timing
from bl1.cl1.packets import Feedback, FeedbackKind, Stimulation
from bl1.cl1.tissue import Tissue
from bl1.errors import Bl1Error

STIMULATION = Stimulation(0, (10.0,) * 8, (2.0,) * 8)


def ticks_to_answer(device: Device, most: int = 50) -> int:
    """Ticks from now to the next answer."""
    for n_ticks in range(most):
        if device.answer() is not None:
            return n_ticks
        device.live()
    raise AssertionError("no answer")


@pytest.mark.parametrize(
    ("tick_hz", "wait_ms", "window_ms", "ticks"),
    [(10, 0, 100, 1), (10, 1, 0, 2), (100, 20, 25, 5), (240, 0, 100, 24), (240, 5, 20, 7)],
)
def test_an_answer_comes_after_the_wait_and_the_window(
    tissue: Tissue, tick_hz: float, wait_ms: float, window_ms: float, ticks: int
) -> None:
    device = Device(tissue, Timing(tick_hz, wait_ms, window_ms))
    device.obey(STIMULATION)
    assert ticks_to_answer(device) == ticks


def test_nothing_is_answered_unasked_or_twice(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0, 0.0, 20.0))
    answers = []
    for n_ticks in range(20):
        answers.append(device.answer())
        if n_ticks == 5:
            device.obey(STIMULATION)
        device.live()
    assert [place for place, counts in enumerate(answers) if counts] == [7]


def test_a_new_stimulation_begins_the_wait_anew(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0, 10.0, 20.0))
    device.obey(STIMULATION)
    device.live()
    device.live()
    device.obey(STIMULATION)
    assert ticks_to_answer(device) == 3


def test_what_is_answered_are_the_events_of_the_window_by_group(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0, 10.0, 100.0))
    device.obey(STIMULATION)
    heard = [device.live() for _ in range(11)]
    channels = np.concatenate([part.events.ids for part in heard[1:]])
    counts = device.answer()
    assert counts == tuple(float(np.isin(channels, group).sum()) for group in GROUPS.values())
    assert sum(counts) > 0


def test_a_stimulation_gives_one_cathodic_pulse_to_each_encoding_channel(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0))
    device.obey(Stimulation(0, (40.0,) * 8, (1.0, 0.0, *(2.0,) * 6)))
    pulses = [pulse for _ in range(20) for pulse in device.live().pulses]
    assert pulses == [(0, 8, 1.0), *((0, channel, 2.0) for channel in ENCODING[2:])]


def test_it_fires_cells_and_without_pulses_fewer(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0))
    quiet = sum(len(device.live().spikes.ids) for _ in range(10))
    device.obey(STIMULATION)
    assert sum(len(device.live().spikes.ids) for _ in range(10)) > quiet + 10


def test_feedback_is_a_train_that_an_interruption_of_its_channels_ends(tissue: Tissue) -> None:
    device = Device(tissue, Timing(100.0))
    device.obey(Feedback(0, FeedbackKind.REWARD, (19, 20), rate_hz=50, current_ua=2.0, n_pulses=9))
    pulses = [pulse for _ in range(5) for pulse in device.live().pulses]
    assert [(sample, channel) for sample, channel, _ in pulses] == [
        (sample, channel) for sample in (0, 500, 1000) for channel in (19, 20)
    ]
    device.obey(Feedback(0, FeedbackKind.INTERRUPT, (19,)))
    pulses = [pulse for _ in range(5) for pulse in device.live().pulses]
    assert {channel for _, channel, _ in pulses} == {20}
    device.obey(STIMULATION)  # interrupts all
    pulses = [pulse for _ in range(10) for pulse in device.live().pulses]
    assert {channel for _, channel, _ in pulses} == set(ENCODING)


def test_the_culture_keeps_the_time_of_the_ticks(tissue: Tissue) -> None:
    device = Device(tissue, Timing(240.0))
    for _ in range(240):
        device.live()
    assert tissue.step_count == 2000  # one second


@pytest.mark.parametrize(
    ("timing", "said"),
    [
        ({"tick_hz": 0.5}, "tick_hz is 0.5, expected 1 to 1000"),
        ({"tick_hz": float("nan")}, "tick_hz is nan"),
        ({"artifact_wait_ms": -1.0}, "artifact_wait_ms is -1"),
        ({"collect_window_ms": 5000.0}, "an answer would take 5 s"),
    ],
)
def test_times_that_no_device_can_keep_are_refused(timing: dict[str, float], said: str) -> None:
    with pytest.raises(Bl1Error, match=said):
        Timing(**timing)
