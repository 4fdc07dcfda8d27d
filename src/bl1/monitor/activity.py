"""ActivityMonitor: the last seconds of a culture's spikes, and pictures of them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.errors import Bl1Error
from bl1.mea.layout import CL1_SITES
from bl1.monitor.frame import frame
from bl1.monitor.spike_window import SpikeWindow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SPIKES = 1_000_000  # 24 MB
MOST_PULSES = 10_000
N_BANDS = 64  # of cells, in the mountain plot
N_RIDGES = 40


class ActivityMonitor:
    """A rolling window of what a culture does.

    Args:
        n_neurons: ids of spikes are from 0 to before this.
        keep_s: seconds that are kept; no picture shows more.
        electrode_of: (n_neurons,) the electrode of an 8 × 8 array, 0 to 63 down its columns, that
            hears each neuron; None to spread them over the array in their order.

    Raises:
        Bl1Error: there are no neurons, no time is kept, or an electrode does not exist.
    """

    def __init__(
        self, n_neurons: int, keep_s: float = 60.0, electrode_of: ArrayLike | None = None
    ) -> None:
        if n_neurons < 1:
            raise Bl1Error(f"n_neurons is {n_neurons}, expected a whole number >= 1")
        if not 0 < keep_s < float("inf"):
            raise Bl1Error(f"keep_s is {keep_s}, expected a number of seconds > 0")
        self.n_neurons, self.keep_s = n_neurons, keep_s
        if electrode_of is None:
            electrode_of = np.arange(n_neurons) * CL1_SITES // n_neurons
        self.electrode_of = np.asarray(electrode_of, np.int32)
        if self.electrode_of.shape != (n_neurons,) or not _within(self.electrode_of, CL1_SITES):
            raise Bl1Error(
                f"electrode_of is no array of {n_neurons} electrodes from 0 to {CL1_SITES - 1}"
            )
        self._spikes = SpikeWindow(keep_s, MOST_SPIKES)
        self._pulses = SpikeWindow(keep_s, MOST_PULSES)

    def __len__(self) -> int:
        """Spikes that are kept."""
        return len(self._spikes)

    @property
    def now_s(self) -> float:
        """The latest time it was told of (s)."""
        return max(self._spikes.now_s, self._pulses.now_s)

    def add(self, times_s: ArrayLike, ids: ArrayLike) -> None:
        """Add spikes.

        Args:
            times_s: in order, none before the last one that was added (s).
            ids: of the cells that fired.

        Raises:
            Bl1Error: times are not in order, or there is no such cell.
        """
        if not _within(np.asarray(ids), self.n_neurons):
            raise Bl1Error(f"ids are not all from 0 to {self.n_neurons - 1}")
        self._spikes.add(times_s, ids)

    def stimulated(self, times_s: ArrayLike, electrodes: ArrayLike) -> None:
        """Add pulses, which pictures mark.

        Args:
            times_s: in order, none before the last one that was added (s).
            electrodes: of the 8 × 8 array, 0 to 63.

        Raises:
            Bl1Error: times are not in order, or there is no such electrode.
        """
        if not _within(np.asarray(electrodes), CL1_SITES):
            raise Bl1Error(f"electrodes are not all from 0 to {CL1_SITES - 1}")
        self._pulses.add(times_s, electrodes)

    def advance(self, now_s: float) -> None:
        """It is later now (s), though nothing fired."""
        self._spikes.advance(now_s)
        self._pulses.advance(now_s)

    def plot_raster(
        self, window_s: float = 10.0, ax: "Axes | None" = None
    ) -> "tuple[Figure, Axes]":
        """Draw which cell fired when, pulses as lines."""
        from bl1.monitor.plots import raster

        self._check(window_s)
        return raster(self, window_s, ax)

    def plot_mountain(
        self, window_s: float = 10.0, ax: "Axes | None" = None
    ) -> "tuple[Figure, Axes]":
        """Draw the rate of bands of cells as ridges behind each other, the latest in front."""
        from bl1.monitor.plots import mountain

        self._check(window_s)
        return mountain(self, window_s, ax)

    def plot_mea_heatmap(
        self, window_s: float = 10.0, ax: "Axes | None" = None
    ) -> "tuple[Figure, Axes]":
        """Draw the rate of each electrode at its place, rings where pulses were given."""
        from bl1.monitor.plots import mea_heatmap

        self._check(window_s)
        return mea_heatmap(self, window_s, ax)

    def plot_dashboard(
        self, window_s: float = 10.0, ax: "Axes | None" = None
    ) -> "tuple[Figure, Axes]":
        """Draw raster, rate, array and mountains beside each other, in the place of the axes."""
        from bl1.monitor.plots import dashboard

        self._check(window_s)
        return dashboard(self, window_s, ax)

    def render_frame(self, width: int, height: int, window_s: float = 10.0) -> NDArray[np.uint8]:
        """The raster with the population's rate below it, quickly.

        Args:
            width, height: of the picture (pixels).
            window_s: seconds that it shows.

        Returns:
            (height, width, 3), red, green and blue.

        Raises:
            Bl1Error: it is too small to show anything.
        """
        self._check(window_s)
        self.advance(self.now_s)
        spikes, pulses = self.spikes(window_s), self.pulses(window_s)
        return frame(spikes, pulses[0], self.n_neurons, self.now_s, window_s, width, height)

    def spikes(self, window_s: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Times (s) and cells of the spikes of the last seconds."""
        self.advance(self.now_s)
        return self._spikes.last(window_s)

    def pulses(self, window_s: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Times (s) and electrodes of the pulses of the last seconds."""
        self.advance(self.now_s)
        return self._pulses.last(window_s)

    def ridges_hz(self, window_s: float) -> NDArray[np.float64]:
        """(moments, bands) mean rate of bands of cells, the earliest first."""
        times_s, ids = self.spikes(window_s)
        n_bands = min(N_BANDS, self.n_neurons)
        start_s = self.now_s - window_s
        moments = ((times_s - start_s) * (N_RIDGES / window_s)).astype(int)
        band_of = np.arange(self.n_neurons) * n_bands // self.n_neurons
        place = np.minimum(moments, N_RIDGES - 1) * n_bands + band_of[ids]
        counts = np.bincount(place, minlength=N_RIDGES * n_bands).reshape(N_RIDGES, n_bands)
        return counts / np.bincount(band_of) / (window_s / N_RIDGES)

    def _check(self, window_s: float) -> None:
        if not 0 < window_s <= self.keep_s:
            raise Bl1Error(
                f"window_s is {window_s}, expected a time > 0 within the {self.keep_s:g} s "
                f"that are kept"
            )


def _within(ids: NDArray[np.int32], n: int) -> bool:
    return bool(ids.size == 0 or (ids.min() >= 0 and ids.max() < n))
