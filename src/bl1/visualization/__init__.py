"""Pictures of spikes, of a simulated culture or of a living one (extra ``plot``)."""

from bl1.errors import Bl1Error

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise Bl1Error("pictures need matplotlib: pip install 'bl1[plot]'") from error

from bl1.visualization.raster import plot_raster

__all__ = ["plot_raster"]
