"""Cultures beside each other, and over days in vitro."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from visualization.pictures import assert_draws_into, bursting, texts, train

from bl1.analysis.bursting import bursts
from bl1.analysis.measure import Measure
from bl1.errors import Bl1Error
from bl1.visualization import plot_comparison, plot_development


def measure(value, interval=None, reason=None):
    return Measure("burstiness index", value, "", interval, 60, "seconds", "f15", reason)


BY_DIV = {17: measure(0.4, (0.3, 0.45)), 10: measure(0.1), 28: measure(None, reason="silent")}


def test_each_recording_has_a_raster_and_its_rate_with_bursts():
    heard = bursting()
    cells = train([0.5, 1.5], [3, 4], 40.0)
    figure, axes = plot_comparison({"array": heard, "cells": cells}, seconds=30.0)
    assert figure.axes == axes and len(axes) == 4
    assert [ax.get_title("left") for ax in axes[:2]] == ["array", "cells"]
    assert [ax.get_ylabel() for ax in axes[:2]] == ["electrode", "cell"]
    ticks = axes[0].lines[0].get_xydata()
    assert len(ticks) == np.count_nonzero(heard.times_s < 30.0)
    assert all(ax.get_xlim() == (0.0, 30.0) for ax in axes)
    assert axes[2].get_title("left") == "4 bursts (wagenaar)"
    starts_s = bursts(heard).starts_s
    assert axes[2].lines[0].get_xdata() == pytest.approx(starts_s[starts_s < 30.0])
    assert axes[2].get_ylim() == axes[3].get_ylim()
    assert axes[2].get_xlabel() == "time (s)" and axes[2].get_ylabel().startswith("rate (Hz)")


def test_bursts_are_those_of_the_whole_recording():
    heard = bursting()
    whole = bursts(heard)
    half_s = float(whole.starts_s[2]) + 0.03  # cuts the third burst in two
    _, axes = plot_comparison({"cut": heard}, seconds=half_s)
    assert axes[1].lines[0].get_xdata() == pytest.approx(whole.starts_s[:3])
    shade = next(patch for patch in axes[1].patches[::-1] if hasattr(patch, "get_width"))
    assert shade.get_x() + shade.get_width() == pytest.approx(half_s, abs=1e-3)


def test_short_and_silent_recordings_are_drawn(tmp_path):
    figure, axes = plot_comparison({"a": train([], [], 0.05), "b": train([0.01], [0], 5.0)})
    figure.savefig(tmp_path / "short.png")
    assert axes[0].get_xlim() == (0.0, pytest.approx(50.0))


@pytest.mark.parametrize(("recordings", "seconds"), [({}, 60.0), ({"a": train([], [], 1)}, 0.0)])
def test_nothing_to_compare_is_refused(recordings, seconds):
    with pytest.raises(Bl1Error, match="at least one recording and a time > 0 s"):
        plot_comparison(recordings, seconds)


def test_development_has_points_in_order_with_their_intervals():
    _, ax = plot_development(BY_DIV, {10: measure(0.11), 17: measure(0.43)})
    simulated, living = ax.containers
    assert simulated.lines[0].get_xydata().tolist() == [[10, 0.1], [17, 0.4]]
    bars = simulated.lines[2][0].get_segments()
    assert np.allclose(bars, [[[10, 0.1], [10, 0.1]], [[17, 0.3], [17, 0.45]]])
    assert living.lines[0].get_xydata().tolist() == [[10, 0.11], [17, 0.43]]
    assert simulated.lines[0].get_marker() != living.lines[0].get_marker()
    assert to_rgb(simulated.lines[0].get_color()) != to_rgb(living.lines[0].get_color())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["simulated", "living"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("days in vitro", "burstiness index")


def test_development_without_a_value_says_so():
    for by_div in ({28: BY_DIV[28]}, {}):
        _, ax = plot_development(by_div)
        assert texts(ax) == ["not enough data at any age"]


def test_it_draws_into_axes_that_are_given():
    assert_draws_into(lambda ax: plot_development(BY_DIV, ax=ax))
