"""The learning curve: what balls or episodes came to, by how many there were, in braille dots."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from bl1.tui.snapshot import Curve, Snapshot
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.plot import Plot

FIRST_SPAN = {"ball": 50, "episode": 20}  # on the axis at first; it doubles when it is exceeded
AXIS_WIDTH = 5
ROUND = (1, 2, 5, 10)  # steps of an axis, by powers of ten


class LearningCurve(Picture[Snapshot]):
    """Recent and overall means, the control's beside them, and lines across.

    Across lie the hit rate of a static paddle, and what the frozen agent comes to.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curve--recent",
        "curve--overall",
        "curve--control",
        "curve--static",
        "curve--greedy",
        "curve--axis",
    }

    DEFAULT_CSS = """
    LearningCurve {
        & > .curve--recent { color: $hit; }
        & > .curve--overall { color: $quiet; }
        & > .curve--control { color: $control; }
        & > .curve--static { color: $miss; }
        & > .curve--greedy { color: $paddle; }
        & > .curve--axis { color: $quiet; }
    }
    """

    def essence(self, snapshot: Snapshot) -> object:
        """It changes with a ball or an episode, and when a greedy evaluation is over."""
        beside = snapshot.control
        return snapshot.mine.curve, beside and (beside.name, beside.curve), snapshot.greedy

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """The plot, and under it the axis of balls or episodes."""
        self.entitle(_legend(snapshot))
        plot_width, plot_height = max(width - AXIS_WIDTH, 1), max(height - 1, 1)
        mine, beside = snapshot.mine, snapshot.control
        n = max(mine.n, beside.n if beside else 0)
        span = FIRST_SPAN[snapshot.unit]
        while span < n:
            span *= 2
        n_ticks = 4 if plot_height >= 9 else 2
        of_balls = snapshot.unit == "ball"
        ticks = np.linspace(0, 1, n_ticks + 1) if of_balls else _ticks(snapshot, n_ticks)
        low, high = ticks[0], ticks[-1]
        plot = Plot(plot_width, plot_height, axis="curve--axis")
        for value, component, dash, gap in (
            (snapshot.static_hit_rate, "curve--static", 1, 1),
            (snapshot.greedy, "curve--greedy", 4, 2),
        ):
            if value is not None:
                plot.across((value - low) / (high - low), component, dash, gap)
        for curve, values, component in (
            (mine.curve, mine.curve.overall, "curve--overall"),
            *([(beside.curve, beside.curve.recent, "curve--control")] if beside else []),
            (mine.curve, mine.curve.recent, "curve--recent"),
        ):
            if len(curve.after):
                plot.line(curve.after / span, (values - low) / (high - low), component)
        digits = "0%" if of_balls else "0f" if ticks[1] - ticks[0] >= 1 else "1f"
        labels = _labels(plot_height, ticks, digits)
        lines = plot.lines(labels, below=_axis(plot_width, span, f"{snapshot.unit}s"))
        return [self.strip(line) for line in lines[:height]]


def _legend(snapshot: Snapshot) -> str:
    parts = [snapshot.measure, f"[$hit]━[/] last {snapshot.n_recent}", "[$quiet]━[/] all"]
    if snapshot.control:
        parts.append(f"[$control]━[/] {snapshot.control.name}")
    if snapshot.static_hit_rate is not None:
        beside = snapshot.control is not None and snapshot.control.name == "static"
        name = "in the long run" if beside else "static"
        parts.append(f"[$miss]┈[/] {name} {snapshot.static_hit_rate:.0%}")
    if snapshot.greedy is not None:
        digits = "0%" if snapshot.unit == "ball" else "1f"
        parts.append(f"[$paddle]╌[/] greedy {snapshot.greedy:.{digits}}")
    return "  ".join(parts)


def _ticks(snapshot: Snapshot, n: int) -> NDArray[np.float64]:
    """Round numbers, some n steps apart, that enclose all that is drawn, and 0."""
    curves: list[Curve] = [side.curve for side in (snapshot.mine, snapshot.control) if side]
    across = np.array([0.0, snapshot.greedy or 0.0])
    drawn = np.concatenate([across, curves[0].overall, *(curve.recent for curve in curves)])
    low, high = float(drawn.min()), float(drawn.max())
    step = (high - low) / n or 1.0
    power = 10.0 ** np.floor(np.log10(step))
    step = next(leap * power for leap in ROUND if leap * power >= step * (1 - 1e-9))
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    ticks: NDArray[np.float64] = np.arange(first, max(last, first + 1) + 1) * step
    return ticks


def _labels(height: int, ticks: NDArray[np.float64], digits: str) -> list[str]:
    """The axis of values, the last tick at the top and the first at the bottom."""
    labels = [" " * (AXIS_WIDTH - 1) + "│"] * height
    for place, value in zip(np.linspace(1, 0, len(ticks)), ticks, strict=True):
        labels[round(place * (4 * height - 1)) // 4] = f"{value:>{AXIS_WIDTH - 1}.{digits}}┤"
    return labels


def _axis(width: int, span: int, unit: str) -> str:
    """The axis of balls or episodes, with its quarters."""
    axis = [" "] * AXIS_WIDTH + ["─"] * width
    axis[AXIS_WIDTH - 1] = "└"
    for quarter in (1, 2, 3, 4) if width >= 60 and span % 4 == 0 else (2, 4):
        label = f" {span * quarter // 4:,}" + (f" {unit}" if quarter == 4 else " ")
        end = AXIS_WIDTH + width * quarter // 4 + (0 if quarter == 4 else len(label) // 2)
        axis[end - len(label) : end] = label
    return "".join(axis)
