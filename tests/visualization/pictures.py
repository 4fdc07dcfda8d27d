"""What the tests of pictures share: small trains, and what every picture must be."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from bl1.core.spikes import SpikeTrain
from bl1.mea.layout import Layout, cl1
from bl1.recording import Recording


def train(times_s: ArrayLike, units: ArrayLike, seconds: float, n_units: int = 59) -> SpikeTrain:
    """A train of cells in steps of 0.5 ms."""
    steps = np.round(np.asarray(times_s, float) * 2000).astype(np.int64)
    ids = np.asarray(units, np.int32)
    order = np.lexsort((ids, steps))
    return SpikeTrain(steps[order], ids[order], 0.5, round(seconds * 2000), n_units)


def recording(
    times_s: ArrayLike, electrodes: ArrayLike, seconds: float, layout: Layout | None = None
) -> Recording:
    """What these places of a layout (of a CL1's) heard."""
    layout = layout or cl1()
    of = train(times_s, electrodes, seconds, len(layout))
    return Recording(of.steps, of.ids, of.dt_ms, of.n_steps, of.n_units, layout=layout)


def bursting(n_bursts: int = 8, every_s: float = 7.0) -> Recording:
    """Bursts of 30 electrodes, each with six spikes at 10 ms, on an idle background."""
    rng = np.random.default_rng(0)
    times_s = list(rng.uniform(0, n_bursts * every_s, 300))
    electrodes = list(rng.integers(0, 59, 300))
    for k in range(n_bursts):
        for electrode in range(30):
            start_s = 2.0 + k * every_s + 0.02 * rng.random()
            times_s += [start_s + 0.01 * i for i in range(6)]
            electrodes += [electrode] * 6
    return recording(times_s, electrodes, n_bursts * every_s)


def texts(ax: Axes) -> list[str]:
    """What is written inside of axes."""
    return [text.get_text() for text in ax.texts]


def assert_draws_into(draw: Callable[[Axes | None], tuple[Figure, Axes]]) -> None:
    """It draws into axes that are given and into no others; without them into a new figure."""
    given = Figure()
    left, right = given.subplots(1, 2)
    figure, ax = draw(right)
    assert figure is given and ax is right
    assert not left.has_data() and not left.texts
    new, ax = draw(None)
    assert new is not given and ax.get_figure() is new
    assert ax.get_xlabel() and ax.get_ylabel()
