"""The numbers of a session, each with a bar where it has a full scale."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from bl1.tui.snapshot import Snapshot
from bl1.tui.widgets.picture import Picture, mix, style, triplet

FULL_SIGMA = 0.3
FULL_RATE_HZ = 20.0
LABEL_WIDTH = 9
VALUE_WIDTH = 8
MOST_GAP = 2
TRACK_SHARE = 0.25


@dataclass(frozen=True)
class Gauge:
    """A number as it is shown; `share` of its full scale, None where it has none."""

    label: str
    value: str
    component: str = "gauges--plain"
    share: float | None = None


def gauges(snapshot: Snapshot) -> list[Gauge]:
    """The numbers of a session, those that matter most first."""
    recent, overall = snapshot.recent_hit_rate, snapshot.hit_rate
    rate_hz, steps_per_s = snapshot.rate_hz, snapshot.steps_per_s
    factor = snapshot.realtime_factor
    return [
        Gauge("hit rate", _share(recent), "gauges--hit", recent or 0.0),
        Gauge("overall", _share(overall), "gauges--quiet", overall or 0.0),
        Gauge("explores", f"{snapshot.sigma:.3f}", "gauges--explore", snapshot.sigma / FULL_SIGMA),
        Gauge(
            "fires",
            "–" if rate_hz is None else f"{rate_hz:.1f} Hz",
            "gauges--response",
            (rate_hz or 0.0) / FULL_RATE_HZ,
        ),
        Gauge("balls", f"{snapshot.n_balls:,}"),
        Gauge("rally", f"{snapshot.rally:,}, best {snapshot.best_rally:,}"),
        Gauge("steps", "–" if steps_per_s is None else f"{steps_per_s:,.0f}/s"),
        Gauge("speed", "–" if factor is None else f"{factor:,.1f} × realtime"),
    ]


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.0%}"


class Gauges(Picture[Snapshot]):
    """A line for each number."""

    BORDER_TITLE = "gauges"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "gauges--plain",
        "gauges--quiet",
        "gauges--hit",
        "gauges--explore",
        "gauges--response",
    }

    DEFAULT_CSS = """
    Gauges {
        & > .gauges--plain { color: $foreground; }
        & > .gauges--quiet { color: $quiet; }
        & > .gauges--hit { color: $hit; }
        & > .gauges--explore { color: $ball; }
        & > .gauges--response { color: $response; }
    }
    """

    def draw(self, snapshot: Snapshot, width: int, height: int) -> list[Strip]:
        """The gauges, with a free line between them where there is room."""
        rows = gauges(snapshot)
        blank = self.blank(width)
        gap = min(max((height - len(rows)) // (len(rows) - 1), 0), MOST_GAP)
        strips: list[Strip] = []
        for gauge in rows:
            strips += [self._strip(gauge, width), *[blank] * gap]
        return (strips + [blank] * height)[:height]

    def _strip(self, gauge: Gauge, width: int) -> Strip:
        background = self.colour("background")

        def painted(text: str, component: str, share: float = 1.0) -> Segment:
            colour = mix(background, self.colour(component), share)
            return Segment(text, style(triplet(colour), triplet(background)))

        label = painted(f"{gauge.label:<{LABEL_WIDTH}}", "gauges--quiet")
        if gauge.share is None:
            segments = [label, painted(gauge.value, "gauges--plain")]
        else:
            value = f"{gauge.value:>{VALUE_WIDTH}}"
            length = max(width - LABEL_WIDTH - VALUE_WIDTH, 0)
            full = round(min(max(gauge.share, 0.0), 1.0) * length)
            segments = [
                label,
                painted("━" * full, gauge.component),
                painted("━" * (length - full), gauge.component, TRACK_SHARE),
                painted(value, "gauges--plain"),
            ]
        segments.append(painted(" " * width, "background"))
        return Strip(segments).crop(0, width)
