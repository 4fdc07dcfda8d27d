"""Pictures of spikes, of a simulated culture or of a living one (extra ``plot``).

Each takes ``ax``, the axes to draw into, and returns ``(figure, axes)``; :func:`plot_raster`, which
is older, returns the figure alone.
"""

from bl1.errors import Bl1Error

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise Bl1Error("pictures need matplotlib: pip install 'bl1[plot]'") from error

from bl1.visualization.avalanches import (
    plot_avalanche_durations,
    plot_avalanche_shapes,
    plot_avalanche_sizes,
)
from bl1.visualization.comparison import plot_comparison, plot_development
from bl1.visualization.intervals import plot_ibi_histogram, plot_isi_histogram
from bl1.visualization.mea import plot_activity, plot_mea_heatmap
from bl1.visualization.raster import plot_raster
from bl1.visualization.rates import plot_population_rate

__all__ = [
    "plot_activity",
    "plot_avalanche_durations",
    "plot_avalanche_shapes",
    "plot_avalanche_sizes",
    "plot_comparison",
    "plot_development",
    "plot_ibi_histogram",
    "plot_isi_histogram",
    "plot_mea_heatmap",
    "plot_population_rate",
    "plot_raster",
]
