"""Avalanches: the share of at least so many, the slope of the fitted law, and scaled shapes."""

import numpy as np
import pytest
from analysis.processes import avalanche_train, poisson_train
from visualization.pictures import assert_draws_into, texts, train

from bl1.analysis.avalanche import avalanches, mean_shapes
from bl1.analysis.critical import criticality
from bl1.analysis.power_laws import power_law
from bl1.visualization import (
    plot_avalanche_durations,
    plot_avalanche_shapes,
    plot_avalanche_sizes,
)

TRAIN, SIZES, DURATIONS = avalanche_train(4000, m=1.0, seed=0)
FOUND = avalanches(TRAIN, bin_ms=4.0)


def lines(ax):
    """Data of each line, by its label."""
    return {line.get_label(): line.get_xydata() for line in ax.lines}


@pytest.mark.parametrize(
    ("plot", "values", "label"),
    [
        (plot_avalanche_sizes, SIZES, "size (spikes)"),
        (plot_avalanche_durations, DURATIONS, "duration (bins of 4 ms)"),
    ],
)
def test_the_line_is_the_share_of_at_least_so_many(plot, values, label):
    _, ax = plot(FOUND)
    x, share = lines(ax)["data"].T
    assert x.tolist() == np.unique(values).tolist()
    assert share[0] == 1.0
    assert share == pytest.approx([np.mean(values >= at) for at in x])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == (label, "share of avalanches ≥")


@pytest.mark.parametrize("xmax", [None, 1000])
def test_the_fitted_line_falls_as_its_exponent_says(xmax):
    fit = power_law(FOUND.sizes, xmin=1, xmax=xmax or np.inf)
    assert fit.exponent == pytest.approx(1.5, abs=0.1)
    _, ax = plot_avalanche_sizes(FOUND, fit)
    (name,) = set(lines(ax)) - {"data"}
    assert name.startswith(f"τ = {fit.exponent:.2f}, {fit.decades:.1f} decades")
    x, share = lines(ax)[name].T
    # P(S ≥ x) falls with α − 1; for x to x + 1 the share lost is P(S = x), which falls with α.
    one_apart = np.flatnonzero(np.diff(x) == 1)
    lost = -np.diff(share)[one_apart]
    slope = np.polyfit(np.log(x[one_apart]), np.log(lost), 1)[0]
    assert slope == pytest.approx(-fit.exponent, rel=1e-6)
    assert share[0] == pytest.approx(1.0)
    measured = np.array([np.mean(at <= SIZES) for at in x])
    assert share[:-1] == pytest.approx(measured[:-1], abs=0.05)


def test_a_law_that_is_rejected_says_so_in_its_name():
    found = avalanches(poisson_train([1.0] * 50, 200.0, seed=0))
    _, ax = plot_avalanche_sizes(found, power_law(found.sizes))
    assert any(name.endswith("rejected") for name in lines(ax))


def test_the_shuffled_train_is_told_from_the_data_without_colour():
    other = avalanches(poisson_train([0.1] * 50, 100.0, seed=0))
    _, ax = plot_avalanche_sizes(FOUND, power_law(FOUND.sizes), other)
    assert lines(ax)["shuffled"][:, 0].tolist() == np.unique(other.sizes).tolist()
    assert len({line.get_linestyle() for line in ax.lines}) == 3
    assert len(ax.get_legend().get_texts()) == 3


def test_shapes_are_scaled_by_the_exponent_of_the_collapse():
    critical = criticality(TRAIN, seed=0, bin_ms=4.0)
    gamma = critical.data.shape_collapse.exponent
    figure, ax = plot_avalanche_shapes(FOUND, critical)
    durations, shapes, _ = mean_shapes(FOUND)
    assert len(ax.lines) == len(durations) > 5
    for line, duration, shape in zip(ax.lines, durations, shapes, strict=True):
        assert line.get_ydata() == pytest.approx(shape / duration ** (gamma - 1))
    assert ax.get_ylabel() == f"spikes per bin / duration$^{{{gamma - 1:.2f}}}$"
    assert figure.axes[1].get_ylabel() == "duration (bins of 4 ms)"
    _, ax = plot_avalanche_shapes(FOUND)
    assert ax.lines[0].get_ydata() == pytest.approx(shapes[0])
    assert ax.get_ylabel() == "spikes per bin"


@pytest.mark.parametrize(
    ("plot", "sentence"),
    [
        (plot_avalanche_sizes, "not enough data: 3 avalanches, needs 10"),
        (plot_avalanche_durations, "not enough data: 3 avalanches, needs 10"),
        (plot_avalanche_shapes, "not enough data: no duration of four bins or more occurs ten"),
    ],
)
def test_too_few_are_said_to_be_too_few(plot, sentence):
    found = avalanches(train([0.1, 0.3, 0.5], [0, 1, 2], 1.0), bin_ms=4.0)
    _, ax = plot(found)
    assert texts(ax)[0].startswith(sentence) and not ax.lines
    _, ax = plot(avalanches(train([], [], 1.0)))
    assert texts(ax)[0].startswith("not enough data")


@pytest.mark.parametrize(
    "plot", [plot_avalanche_sizes, plot_avalanche_durations, plot_avalanche_shapes]
)
def test_it_draws_into_axes_that_are_given(plot):
    assert_draws_into(lambda ax: plot(FOUND, ax=ax))
