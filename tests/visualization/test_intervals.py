"""Histograms of intervals: every interval is counted, in the bin that it belongs to."""

import numpy as np
import pytest
from analysis.processes import poisson_train
from visualization.pictures import assert_draws_into, bursting, texts, train

from bl1.analysis.bursting import bursts
from bl1.visualization import plot_ibi_histogram, plot_isi_histogram


def counted(ax):
    """Edges and heights of the bars."""
    bars = ax.patches
    edges = [bar.get_x() for bar in bars] + [bars[-1].get_x() + bars[-1].get_width()]
    return np.array(edges), np.array([bar.get_height() for bar in bars])


def test_intervals_are_those_of_single_units():
    # Unit 0 waits 10 ms each time, unit 1 100 ms; between the two there is no interval.
    spikes = train([*np.arange(0, 1, 0.01), *np.arange(0, 1, 0.1)], [0] * 100 + [1] * 10, 1.0, 2)
    _, ax = plot_isi_histogram(spikes)
    edges_ms, heights = counted(ax)
    middle = np.searchsorted(edges_ms, (10, 100)) - 1
    assert heights[middle].tolist() == [99, 9]
    assert heights.sum() == 108
    assert ax.get_xscale() == "log"
    assert ax.get_title("left") == "median 10 ms, CV 1.42, n 108"
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "inter-spike interval (ms)",
        "number of intervals",
    )


def test_no_bin_is_narrower_than_a_step():
    _, ax = plot_isi_histogram(poisson_train([200.0] * 5, 20.0, seed=0))
    edges_ms, heights = counted(ax)
    assert np.all(np.diff(edges_ms) >= 0.5 - 1e-9)
    assert edges_ms[0] == pytest.approx(0.25)  # half a step below the shortest interval
    assert np.all(heights[:5] > 0)


def test_two_spikes_in_one_step_are_no_interval():
    _, ax = plot_isi_histogram(train([0.1] * 9, [0] * 9, 1.0))
    assert texts(ax) == ["not enough data: 0 intervals, needs 5"]


def test_equal_intervals_have_a_scale():
    figure, ax = plot_isi_histogram(train(np.arange(10) * 0.07, [0] * 10, 1.0))
    figure.canvas.draw()
    assert counted(ax)[1].sum() == 9
    low, high = ax.get_xlim()
    assert any(low < tick < high for tick in ax.get_xticks())


def test_bursts_wait_from_start_to_start():
    found = bursts(bursting(8, every_s=7.0))
    _, ax = plot_ibi_histogram(found)
    edges_s, heights = counted(ax)
    assert heights.sum() == 7
    assert edges_s[0] <= 7.0 <= edges_s[-1]
    assert edges_s[0] == pytest.approx(found.inter_burst_intervals_s.min())
    assert ax.get_xlabel() == "inter-burst interval (s)"
    assert ax.get_title("left").startswith("median 7 s, CV 0.00")


def test_too_few_are_said_to_be_too_few():
    _, ax = plot_ibi_histogram(bursts(bursting(3)))
    assert texts(ax) == ["not enough data: 2 intervals, needs 5"]
    assert not ax.patches and not len(ax.get_xticks())
    _, ax = plot_isi_histogram(train([], [], 1.0))
    assert texts(ax) == ["not enough data: 0 intervals, needs 5"]


def test_it_draws_into_axes_that_are_given():
    assert_draws_into(lambda ax: plot_isi_histogram(bursting(), ax=ax))
    assert_draws_into(lambda ax: plot_ibi_histogram(bursts(bursting()), ax=ax))
