"""What the pictures share: colours, and figures that no window or global state belongs to."""

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

EXCITATORY = "#1f6fb4"
INHIBITORY = "#d03b3b"
INK = "#30343b"


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure that draws into memory, on machines without a display too."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plain(ax: Axes) -> None:
    """Leave away what says nothing: the upper and the right spine."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)
