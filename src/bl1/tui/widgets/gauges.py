"""The numbers of a session, each with a bar where it has a full scale."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from bl1.tui.snapshot import Signal, Snapshot
from bl1.tui.widgets.picture import Picture, mix, style, triplet

FULL_RATE_HZ = 20.0
LABEL_WIDTH = 9
VALUE_WIDTH = 8
MOST_GAP = 2
TRACK_SHARE = 0.25
#: Of what games count, that which is shown, and how it is called.
COUNTS = {
    "kills": "kills",
    "shots": "shots",
    "ammunition": "ammo",
    "health": "health",
    "medikits": "medikits",
}


@dataclass(frozen=True)
class Gauge:
    """A number as it is shown; `share` of its full scale, None where it has none."""

    label: str
    value: str
    component: str = "gauges--plain"
    share: float | None = None


def gauges(snapshot: Snapshot) -> list[Gauge]:
    """The numbers of a session, those that matter most first."""
    factor, steps_per_s = snapshot.realtime_factor, snapshot.steps_per_s
    speed = "–" if steps_per_s is None else f"{steps_per_s:,.0f}/s"
    realtime = "–" if factor is None else f"{factor:,.1f} × realtime"
    rows = _of_balls(snapshot) if snapshot.unit == "ball" else _of_episodes(snapshot)
    return [*rows, Gauge("steps", speed), Gauge("speed", realtime)]


def _of_balls(snapshot: Snapshot) -> list[Gauge]:
    mine, beside = snapshot.mine, snapshot.control
    compared = []
    if beside:
        share = beside.recent or 0.0
        compared = [
            Gauge("control", _percent(beside.recent), "gauges--control", share),
            _ahead(mine.recent, beside.recent, lambda by: f"{100 * by:+.0f} points"),
        ]
    return [
        Gauge("hit rate", _percent(mine.recent), "gauges--hit", mine.recent or 0.0),
        *compared,
        Gauge("overall", _percent(mine.overall), "gauges--quiet", mine.overall or 0.0),
        *_of_cells(snapshot.signal),
        Gauge(
            "balls", f"{snapshot.n_earlier:,} + {mine.n:,}" if snapshot.n_earlier else f"{mine.n:,}"
        ),
        Gauge("rally", f"{mine.counts['rally']:,}, best {mine.counts['best rally']:,}"),
    ]


def _of_episodes(snapshot: Snapshot) -> list[Gauge]:
    mine, beside, counts = snapshot.mine, snapshot.control, snapshot.mine.counts
    compared = []
    if beside:
        compared = [
            Gauge("control", _mean(beside.recent), "gauges--control"),
            _ahead(mine.recent, beside.recent, lambda by: f"{by:+,.1f}"),
        ]
    return [
        Gauge(snapshot.measure, _mean(mine.recent), "gauges--hit"),
        *compared,
        Gauge(
            "episode", f"{snapshot.n_earlier + mine.n + 1:,}, at {counts[snapshot.measure]:,.1f}"
        ),
        *(Gauge(label, f"{counts[name]:,.0f}") for name, label in COUNTS.items() if name in counts),
        *_of_cells(snapshot.signal),
    ]


def _of_cells(signal: Signal) -> list[Gauge]:
    rows = []
    if signal.sigma is not None and signal.first_sigma:
        share = signal.sigma / signal.first_sigma
        rows.append(Gauge("explores", f"{signal.sigma:.3f}", "gauges--explore", share))
    if signal.rate_hz is not None:
        share = signal.rate_hz / FULL_RATE_HZ
        rows.append(Gauge("fires", f"{signal.rate_hz:.1f} Hz", "gauges--response", share))
    return rows


def _ahead(mine: float | None, its: float | None, told: Callable[[float], str]) -> Gauge:
    """By how much it is ahead of the control."""
    if mine is None or its is None:
        return Gauge("ahead", "–")
    component = "gauges--hit" if mine >= its else "gauges--miss"
    return Gauge("ahead", told(mine - its), component)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.0%}"


def _mean(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


class Gauges(Picture[Snapshot]):
    """A line for each number."""

    BORDER_TITLE = "gauges"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "gauges--plain",
        "gauges--quiet",
        "gauges--hit",
        "gauges--miss",
        "gauges--control",
        "gauges--explore",
        "gauges--response",
    }

    DEFAULT_CSS = """
    Gauges {
        & > .gauges--plain { color: $foreground; }
        & > .gauges--quiet { color: $quiet; }
        & > .gauges--hit { color: $hit; }
        & > .gauges--miss { color: $miss; }
        & > .gauges--control { color: $control; }
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
            segments = [label, painted(gauge.value, gauge.component)]
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
