"""The raster plot: what is drawn where, in which colour, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.visualization import plot_raster
from bl1.visualization.style import EXCITATORY, INHIBITORY

RASTER = np.zeros((2000, 10))  # 1 s of 10 cells
RASTER[[0, 500, 500, 1999], [1, 2, 8, 9]] = 1


def train_of(raster, n_exc):
    steps, ids = np.nonzero(raster)
    return SpikeTrain(steps, ids.astype(np.int32), 0.5, len(raster), raster.shape[1], n_exc)


def dots(ax):
    """Times and cells of the dots of each kind, with their colour."""
    return {line.get_label(): (line.get_xydata().tolist(), line.get_color()) for line in ax.lines}


def test_each_spike_is_a_dot_at_its_time_and_cell_in_the_colour_of_its_kind():
    figure = plot_raster(RASTER, dt_ms=0.5, ei_boundary=8)
    drawn = dots(figure.axes[0])
    assert drawn["excitatory"][0] == [[0.0, 1.0], [250.0, 2.0]]
    assert drawn["inhibitory"][0] == [[250.0, 8.0], [999.5, 9.0]]
    assert same_color(drawn["excitatory"][1], EXCITATORY)
    assert same_color(drawn["inhibitory"][1], INHIBITORY)
    assert figure.axes[1].get_xlabel() == "time (ms)"
    assert figure.axes[0].get_xlim() == (0.0, 1000.0)


def test_a_train_draws_what_its_raster_draws():
    from_train = dots(plot_raster(train_of(RASTER, 8)).axes[0])
    assert from_train == dots(plot_raster(RASTER, 0.5, 8).axes[0])


def test_the_panel_below_shows_the_rate_of_each_kind():
    raster = np.zeros((20_000, 50))  # 10 s: in bins of 50 ms, a hundred steps
    raster[::400, :40] = 1  # 5 Hz on average
    figure = plot_raster(raster, dt_ms=0.5, ei_boundary=40)
    excitatory, inhibitory = (curve.get_data() for curve in figure.axes[1].patches)
    assert np.diff(excitatory.edges) == pytest.approx(0.05)
    assert excitatory.values.max() == pytest.approx(20.0)
    assert np.average(excitatory.values, weights=np.diff(excitatory.edges)) == pytest.approx(5.0)
    assert not inhibitory.values.any()


def test_long_runs_count_in_seconds_and_a_raster_without_boundary_has_one_colour():
    figure = plot_raster(np.zeros((5000, 3), bool), dt_ms=1.0)
    assert figure.axes[1].get_xlabel() == "time (s)"
    assert list(dots(figure.axes[0])) == ["all units"]


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5, 5)])
def test_nothing_to_draw_is_drawn_too(shape, tmp_path):
    plot_raster(np.zeros(shape), dt_ms=0.5).savefig(tmp_path / "empty.png")


def test_it_draws_into_axes_that_are_given_and_changes_no_others():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plot_raster(RASTER, dt_ms=0.5, ei_boundary=8, ax=right) is figure
    assert len(right.lines) == 2
    assert not left.lines
    assert len(figure.axes) == 2


def test_saved_without_a_display_or_a_global_figure(tmp_path):
    from matplotlib import pyplot

    plot_raster(RASTER, dt_ms=0.5, ei_boundary=8).savefig(tmp_path / "raster.png", dpi=150)
    assert (tmp_path / "raster.png").read_bytes().startswith(b"\x89PNG")
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((np.zeros(5), 0.5), r"spikes have shape \(5,\), expected \(steps, neurons\)"),
        ((np.full((5, 2), np.nan), 0.5), "other values than 0 and 1"),
        ((RASTER,), "dt_ms is None, expected the length of a step in ms"),
        ((RASTER, -1.0), r"dt_ms is -1\.0, expected the length of a step in ms"),
        ((RASTER, 0.5, 11), "ei_boundary is 11, expected a number of cells from 0 to 10"),
        ((train_of(RASTER, 8), 1.0), r"dt_ms is 1\.0, but the spikes have steps of 0\.5 ms"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        plot_raster(*arguments)


def test_without_matplotlib_one_sentence_names_the_command():
    code = "import sys; sys.modules['matplotlib'] = None; import bl1.visualization"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith(
        "Bl1Error: pictures need matplotlib: pip install 'bl1[plot]'"
    )
