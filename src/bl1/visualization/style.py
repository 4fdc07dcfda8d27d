"""What the pictures share: colours, and figures that no window or global state belongs to.

The colours are told apart in print and by colour-blind readers (Okabe & Ito 2008; maps are
cividis), and never mean something by themselves: lines differ in style, regions have labels.
"""

from typing import cast

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

EXCITATORY = "#1f6fb4"
INHIBITORY = "#d03b3b"
INK = "#30343b"
FAINT = "#9aa0a8"
ACCENT = "#d55e00"
SECOND = "#0072b2"
SHADE = "#f0e442"
MAP = "cividis"


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure that draws into memory, on machines without a display too."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def canvas(ax: Axes | None, width_in: float, height_in: float) -> tuple[Figure, Axes]:
    """The axes to draw into and their figure: those given, or new ones of this size."""
    if ax is None:
        figure = new_figure(width_in, height_in)
        return figure, figure.subplots()
    return cast(Figure, ax.get_figure(root=True)), ax


def plain(ax: Axes) -> None:
    """Leave away what says nothing: the upper and the right spine."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)


def decades(axis: Axis) -> None:
    """Ticks of a logarithmic axis at 1, 10, 100 ..., and between them where it is short."""
    low, high = sorted(axis.get_view_interval())
    subs = [1, 2, 5] if high < 40 * low else [1]
    if high < 5 * low:
        subs = list(range(1, 10))
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_formatter(NullFormatter())


def say(ax: Axes, text: str) -> None:
    """Write a sentence where there is nothing to draw, and no scale."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.text(
        0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=INK, fontsize=9,
        wrap=True,
    )  # fmt: skip
