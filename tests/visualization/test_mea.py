"""The array: which electrode has which colour, where, and when."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from visualization.pictures import assert_draws_into, bursting, recording

from bl1.errors import Bl1Error
from bl1.mea.layout import cl1, maxone, mea60, spread_out
from bl1.visualization import plot_activity, plot_mea_heatmap
from bl1.visualization.style import FAINT


def centres(collection):
    """The middle of each square of a map (µm)."""
    return np.array(
        [path.get_extents().get_points().mean(axis=0) for path in collection.get_paths()]
    )


def test_each_electrode_has_the_colour_of_its_rate_at_its_place():
    heard = recording([0.1, 0.2, 0.3, 0.4], [7, 7, 7, 30], 2.0)
    _, ax = plot_mea_heatmap(heard)
    silent, active = ax.collections
    places = heard.layout.positions_um
    assert centres(active) == pytest.approx(places[[7, 30]])
    assert active.get_array().tolist() == [1.5, 0.5]
    assert centres(silent) == pytest.approx(np.delete(places, [7, 30], axis=0))
    assert len(silent.get_facecolor()) == 0  # empty
    assert to_hex(silent.get_edgecolor()[0]) == FAINT
    assert ax.get_title("left") == "cl1: 2 of 59 electrodes active"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (µm)", "y (µm)")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # row 0 is the upper one


def test_brighter_is_more_active_so_that_grey_print_says_the_same():
    heard = recording([0.01 * k for k in range(111)], [0] * 1 + [1] * 10 + [2] * 100, 2.0)
    _, ax = plot_mea_heatmap(heard)
    active = ax.collections[1]
    grey = active.to_rgba(active.get_array())[:, :3] @ [0.299, 0.587, 0.114]
    assert np.all(np.diff(grey) > 0.2)


@pytest.mark.parametrize("layout", [cl1(), spread_out(maxone())], ids=["cl1", "maxone"])
def test_squares_do_not_overlap_whatever_the_pitch(layout):
    _, ax = plot_mea_heatmap(recording([], [], 1.0, layout))
    (silent,) = ax.collections
    assert len(silent.get_paths()) == len(layout)
    side_um = silent.get_paths()[0].get_extents().width
    places = layout.positions_um
    nearest_um = np.min(np.linalg.norm(places[1:] - places[0], axis=1))
    assert 0.5 * nearest_um < side_um < nearest_um


def test_a_single_electrode_is_drawn():
    layout = cl1().selected([9])
    _, ax = plot_mea_heatmap(recording([0.5], [0], 1.0, layout))
    assert ax.collections[1].get_array().tolist() == [1.0]


def test_places_that_nobody_knows_are_no_map():
    with pytest.raises(Bl1Error, match="where the electrodes of layout mea60 lie is not known"):
        plot_mea_heatmap(recording([], [], 1.0, mea60()))


def test_activity_over_time_has_the_most_active_electrode_on_top():
    heard = recording([0.1, 0.2, 1.1, 2.1, 2.9, 3.0], [4, 4, 4, 8, 4, 4], 3.2)
    _, ax = plot_activity(heard, bin_s=1.0)  # of the last 0.2 s there is no whole bin
    image = ax.images[0].get_array()
    assert image.shape == (59, 3)
    assert image[0].tolist() == [2.0, 1.0, 1.0] and image[1].tolist() == [0.0, 0.0, 1.0]
    assert not image[2:].any()
    assert ax.images[0].get_extent() == [0.0, 3.0, 59, 0.0]
    assert ax.get_xlabel() == "time (s)"


def test_bins_of_a_third_of_the_time_are_three():
    _, ax = plot_activity(recording([0.25], [0], 0.3), bin_s=0.1)
    assert ax.images[0].get_array().shape[1] == 3
    assert ax.images[0].get_array()[0].tolist() == pytest.approx([0.0, 0.0, 10.0])


@pytest.mark.parametrize("bin_s", [0.0, -1.0, float("nan"), 3.0])
def test_a_bin_that_is_none_is_refused(bin_s):
    with pytest.raises(Bl1Error, match=r"bin_s is .*, expected a time within the 2 s"):
        plot_activity(recording([], [], 2.0), bin_s=bin_s)


@pytest.mark.parametrize("plot", [plot_mea_heatmap, plot_activity])
def test_it_draws_into_axes_that_are_given_and_silence_too(plot, tmp_path):
    assert_draws_into(lambda ax: plot(bursting(), ax=ax))
    figure = Figure()
    plot(recording([], [], 2.0), ax=figure.subplots())[0].savefig(tmp_path / "silent.png")
