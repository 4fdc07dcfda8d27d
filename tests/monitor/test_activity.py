"""What an ActivityMonitor keeps and draws."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from bl1.errors import Bl1Error
from bl1.monitor import ActivityMonitor

PICTURES = ("plot_raster", "plot_mountain", "plot_mea_heatmap", "plot_dashboard")


def monitor_of(seconds: float = 4.0, n_neurons: int = 100, rate_hz: float = 5.0) -> ActivityMonitor:
    """Cells that fire at random, and a pulse on electrode 9 each second."""
    rng = np.random.default_rng(0)
    monitor = ActivityMonitor(n_neurons, keep_s=10.0)
    times_s = np.sort(rng.uniform(0, seconds, rng.poisson(n_neurons * rate_hz * seconds)))
    monitor.add(times_s, rng.integers(0, n_neurons, len(times_s)))
    monitor.stimulated(np.arange(int(seconds)), np.full(int(seconds), 9))
    return monitor


def test_it_keeps_the_last_seconds_only() -> None:
    monitor = ActivityMonitor(2, keep_s=1.0)
    for time_s in np.arange(0, 100, 0.25):
        monitor.add([time_s], [1])
    times_s, ids = monitor.spikes(0.5)
    assert times_s.tolist() == [99.25, 99.5, 99.75]
    assert set(ids.tolist()) == {1}
    monitor.advance(105.0)
    assert len(monitor) == 0


def test_its_memory_has_a_bound_whatever_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bl1.monitor.activity.MOST_SPIKES", 1000)
    monitor = ActivityMonitor(10)
    for step in range(50):
        monitor.add(np.full(300, step * 0.001), np.zeros(300, int))
        assert len(monitor) <= 1000
    assert monitor.spikes(60.0)[0][-1] == 0.049


@pytest.mark.parametrize(
    ("times_s", "ids", "sentence"),
    [
        ([0.2, 0.1], [0, 0], "not in order"),
        ([0.1], [0, 0], "one time for each"),
        ([0.1], [5], "from 0 to 4"),
        ([float("nan")], [0], "not in order"),
    ],
)
def test_it_refuses_what_is_no_spikes(times_s, ids, sentence) -> None:
    monitor = ActivityMonitor(5)
    with pytest.raises(Bl1Error, match=sentence):
        monitor.add(times_s, ids)
    assert len(monitor) == 0


@pytest.mark.parametrize("name", PICTURES)
def test_it_draws_into_axes_that_are_given_and_into_no_others(name) -> None:
    given = Figure()
    left, right = given.subplots(1, 2)
    figure, ax = getattr(monitor_of(), name)(window_s=2.0, ax=right)
    assert figure is given and ax is right
    assert not left.has_data()
    new, ax = getattr(monitor_of(), name)(window_s=2.0)
    assert new is not given and ax.get_figure() is new
    new.canvas.draw()


@pytest.mark.parametrize("name", PICTURES)
def test_it_draws_silence_too_and_no_more_than_it_keeps(name) -> None:
    monitor = ActivityMonitor(5, keep_s=10.0)
    getattr(monitor, name)(window_s=2.0)[0].canvas.draw()
    with pytest.raises(Bl1Error, match="window_s is 20, expected a time > 0 within the 10 s"):
        getattr(monitor, name)(window_s=20)


def test_the_raster_shows_the_window_and_its_pulses() -> None:
    _, ax = monitor_of().plot_raster(window_s=2.0)
    (ticks, *pulses) = ax.get_lines()
    assert len(ticks.get_xdata()) == len(monitor_of().spikes(2.0)[0])
    assert len(pulses) == 2  # at 2 and 3 s
    assert ax.get_ylabel() == "cell"


def test_a_frame_shows_who_fires_when() -> None:
    monitor = ActivityMonitor(2)
    monitor.add([9.0, 9.0, 10.0], [1, 1, 1])
    frame = monitor.render_frame(100, 100, window_s=10.0)
    assert frame.shape == (100, 100, 3) and frame.dtype == np.uint8
    ground = frame[50, 20]
    upper, lower = frame[:39], frame[39:76]
    assert np.all(lower == ground)  # cell 0 was silent
    (columns,) = np.nonzero(np.any(upper != ground, axis=(0, 2)))
    assert columns.tolist() == [90, 99]
    with pytest.raises(Bl1Error, match="expected 32 × 32 or more"):
        monitor.render_frame(10, 10)


def test_ridges_tell_the_rate_of_bands_of_cells() -> None:
    monitor = ActivityMonitor(128)
    monitor.add(np.linspace(3.0, 4.0, 100), np.repeat(127, 100))
    ridges_hz = monitor.ridges_hz(4.0)
    assert ridges_hz.shape == (40, 64)
    assert ridges_hz[:30].max() == 0 and ridges_hz[:, :63].max() == 0
    assert ridges_hz[30:, 63].mean() == pytest.approx(50, rel=0.05)  # two cells, one fires at 100
