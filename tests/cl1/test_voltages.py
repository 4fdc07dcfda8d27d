"""Frames are the same however they are asked for, and have what happened where it happened."""

import numpy as np
import pytest

from bl1.cl1.voltages import Voltages
from bl1.mea.layout import cl1
from bl1.mea.stimulation import biphasic

PULSE = biphasic(-1.5, 200.0)


def frames(parts: list[int], noise_uv: float = 5.0) -> np.ndarray:
    """A tenth of a second in parts that end at these samples, with an event and an artefact."""
    voltages = Voltages(cl1(), noise_uv, seed=1)
    voltages.extend(parts[-1])
    voltages.add_event(1000, 27, 100.0)
    voltages.add_artefact(2000, 8, PULSE)
    starts = [0, *parts[:-1]]
    return np.concatenate([voltages.take(a, b) for a, b in zip(starts, parts, strict=True)])


def test_they_do_not_depend_on_how_they_are_asked_for() -> None:
    whole = frames([2500])
    assert whole.shape == (2500, 64) and whole.dtype == np.int16
    assert np.array_equal(whole, frames(list(range(5, 2501, 5))))


def test_noise_has_its_rms_on_every_channel() -> None:
    rms_uv = 0.195 * frames([2500])[:900].std(axis=0)
    assert rms_uv == pytest.approx(np.full(64, 5.0), rel=0.12)


def test_an_event_has_its_trough_where_it_was_and_on_its_channel() -> None:
    quiet = 0.195 * frames([2500], noise_uv=0.0)[:1900]
    assert np.unravel_index(np.argmin(quiet), quiet.shape) == (1000, 27)
    assert -130 < quiet[1000, 27] < -80
    assert not np.any(np.delete(quiet, 27, axis=1))


def test_an_artefact_is_largest_on_its_channel_and_fades() -> None:
    quiet = 0.195 * frames([2500], noise_uv=0.0)
    assert np.argmax(np.abs(quiet[2000])) == 8
    assert np.abs(quiet[2000, 8]) > 10 * np.abs(quiet[2000, 9]) > 0
    assert not np.any(quiet[1999, :8])
    assert np.abs(quiet[2225, 8]) < 0.001 * np.abs(quiet[2000, 8]) + 0.2


def test_a_snippet_has_the_trough_at_its_26th_sample() -> None:
    voltages = Voltages(cl1(), 0.0, seed=1)
    voltages.extend(100)
    voltages.add_event(40, 27, 100.0)
    snippet_uv = voltages.snippet_uv(40, 27)
    assert snippet_uv.shape == (75,) and np.argmin(snippet_uv) == 25
    assert voltages.snippet_uv(10, 28).shape == (75,)  # an event just after the start
