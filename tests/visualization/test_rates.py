"""The population rate: heights of its steps, and bursts at their times."""

import numpy as np
import pytest
from visualization.pictures import assert_draws_into, bursting, train

from bl1.analysis.bursting import bursts
from bl1.errors import Bl1Error
from bl1.visualization import plot_population_rate


def test_each_step_is_the_mean_rate_of_a_bin():
    spikes = train([0.05, 0.15, 0.15, 0.151, 0.95], [0, 1, 2, 2, 3], 1.0, n_units=4)
    _, ax = plot_population_rate(spikes, bin_ms=100.0)
    values, edges_s, _ = ax.patches[0].get_data()
    assert edges_s == pytest.approx(np.arange(11) / 10)
    assert values == pytest.approx([2.5, 7.5, 0, 0, 0, 0, 0, 0, 0, 2.5])
    assert np.sum(values * np.diff(edges_s)) * 4 == pytest.approx(len(spikes))
    assert ax.get_xlim() == (0.0, 1.0)
    assert ax.get_xlabel() == "time (s)" and ax.get_ylabel() == "rate (Hz)\nper 100 ms"


def test_the_last_bin_may_be_short_and_its_rate_is_right():
    _, ax = plot_population_rate(train([0.21, 0.22], [0, 0], 0.25, n_units=1), bin_ms=100.0)
    values, edges_s, _ = ax.patches[0].get_data()
    assert edges_s == pytest.approx([0.0, 0.1, 0.2, 0.25])
    assert values == pytest.approx([0.0, 0.0, 40.0])


def test_a_mark_and_a_shade_lie_at_each_burst():
    spikes = bursting()
    found = bursts(spikes)
    assert len(found) == 8
    _, ax = plot_population_rate(spikes, bursts=found)
    shades = [patch for patch in ax.patches if hasattr(patch, "get_width")]
    assert [shade.get_x() for shade in shades] == pytest.approx(found.starts_s.tolist())
    assert [shade.get_width() for shade in shades] == pytest.approx(found.durations_s.tolist())
    assert ax.lines[0].get_xdata() == pytest.approx(found.starts_s)
    assert ax.get_title("left") == "8 bursts (wagenaar)"


def test_silence_is_a_line_at_zero():
    _, ax = plot_population_rate(train([], [], 2.0), bursts=bursts(train([], [], 2.0)))
    assert not ax.patches[0].get_data().values.any()
    assert ax.get_title("left") == "0 bursts (wagenaar)"


def test_it_draws_into_axes_that_are_given():
    assert_draws_into(lambda ax: plot_population_rate(bursting(), ax=ax))


@pytest.mark.parametrize("bin_ms", [0.0, -1.0, float("nan"), 2000.5])
def test_a_bin_that_is_none_is_refused(bin_ms):
    with pytest.raises(Bl1Error, match=r"bin_ms is .*, expected a time within the 2000 ms"):
        plot_population_rate(train([], [], 2.0), bin_ms=bin_ms)
