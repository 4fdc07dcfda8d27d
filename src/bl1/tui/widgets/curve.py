"""The learning curve: hit rate against balls, in braille dots."""

from typing import ClassVar

from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import Picture
from bl1.tui.widgets.plot import Plot

FIRST_SPAN = 50  # balls on the axis at first; it doubles when they are exceeded
AXIS_WIDTH = 5


class LearningCurve(Picture[Snapshot]):
    """Recent and overall hit rate, and as lines across: the static paddle, the frozen readout."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "curve--recent",
        "curve--overall",
        "curve--static",
        "curve--greedy",
        "curve--axis",
    }

    DEFAULT_CSS = """
    LearningCurve {
        & > .curve--recent { color: $hit; }
        & > .curve--overall { color: $quiet; }
        & > .curve--static { color: $miss; }
        & > .curve--greedy { color: $paddle; }
        & > .curve--axis { color: $quiet; }
    }
    """

    def essence(self, snapshot: Snapshot) -> object:
        """It changes with a ball, and when a greedy evaluation is over."""
        return snapshot.curve, snapshot.greedy_hit_rate

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """The plot, and under it the axis of balls."""
        self.entitle(_legend(snapshot))
        plot_width, plot_height = max(width - AXIS_WIDTH, 1), max(height - 1, 1)
        span = FIRST_SPAN
        while span < snapshot.n_balls:
            span *= 2
        plot = Plot(plot_width, plot_height, blank="curve--axis")
        plot.across(snapshot.static_hit_rate, "curve--static", dash=1, gap=1)
        if snapshot.greedy_hit_rate is not None:
            plot.across(snapshot.greedy_hit_rate, "curve--greedy", dash=4, gap=2)
        curve = snapshot.curve
        if len(curve.balls):
            plot.line(curve.balls / span, curve.overall, "curve--overall")
            plot.line(curve.balls / span, curve.recent, "curve--recent")
        labels = _rate_labels(plot_height)
        lines = [
            [(character, "curve--axis") for character in labels[row]] + plot.cells[row]
            for row in range(plot_height)
        ]
        lines.append([(character, "curve--axis") for character in _ball_axis(plot_width, span)])
        return [self.strip(line, width) for line in lines[:height]]


def _legend(snapshot: Snapshot) -> str:
    parts = [
        "hit rate",
        f"[$hit]━[/] last {snapshot.recent_balls}",
        "[$quiet]━[/] all",
        f"[$miss]┈[/] static paddle {snapshot.static_hit_rate:.2f}",
    ]
    if snapshot.greedy_hit_rate is not None:
        parts.append(f"[$paddle]╌[/] greedy {snapshot.greedy_hit_rate:.2f}")
    return "  ".join(parts)


def _rate_labels(height: int) -> list[str]:
    """The axis of rates, from 1 at the top to 0 at the bottom."""
    labels = ["    │"] * height
    for rate in (0.0, 0.25, 0.5, 0.75, 1.0) if height >= 9 else (0.0, 0.5, 1.0):
        labels[round((1 - rate) * (4 * height - 1)) // 4] = f"{rate:4.2f}┤"
    return labels


def _ball_axis(width: int, span: int) -> str:
    """The axis of balls, with its quarters."""
    axis = [" "] * AXIS_WIDTH + ["─"] * width
    axis[AXIS_WIDTH - 1] = "└"
    for quarter in (1, 2, 3, 4) if width >= 60 and span % 4 == 0 else (2, 4):
        label = f" {span * quarter // 4:,}" + (" balls" if quarter == 4 else " ")
        end = AXIS_WIDTH + width * quarter // 4 + (0 if quarter == 4 else len(label) // 2)
        axis[end - len(label) : end] = label
    return "".join(axis)
