"""Two runs side by side: what was found in them, and which settings differ."""

import json
from typing import Any

from bl1.experiments.results import leaves
from bl1.tui.runs import KeptRun

LABELS = {  # of measures whose names do not say what they are, or in which unit
    "rate_hz": "mean rate of a cell (Hz)",
    "seconds": "culture's time (s)",
    "realtime_factor": "speed (× real time)",
    "hit_rate": "hit rate",
    "rate per electrode": "rate per electrode (Hz)",
    "burst duration": "burst duration (s)",
    "inter-burst interval": "inter-burst interval (s)",
}

Line = tuple[str, str, str, str]  # name, in the first run, in the second, difference


def compared(first: KeptRun, second: KeptRun) -> list[Line]:
    """A line for each measure that one of them has, then one for each setting that differs."""
    lines: list[Line] = []
    for name in sorted(first.measures.keys() | second.measures.keys()):
        one, other = first.measures.get(name), second.measures.get(name)
        lines.append((label(name), number(one), number(other), _change(one, other)))
    settings, others = _settings(first), _settings(second)
    for key in sorted(settings.keys() | others.keys()):
        if settings.get(key) != others.get(key):
            lines.append((key, settings.get(key, "–"), others.get(key, "–"), "differs"))
    return lines


def label(name: str) -> str:
    """What a measure is, with its unit."""
    return LABELS.get(name, name)


def number(value: float | None) -> str:
    """A measure, in three digits or whole; a dash where there were not enough data."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _change(one: float | None, other: float | None) -> str:
    if one is None or other is None:
        return ""
    return f"{'+' if other > one else ''}{number(other - one)}"


def _settings(run: KeptRun) -> dict[str, str]:
    known: dict[str, Any] = {"seed": run.seed, "version": run.version}
    return leaves(run.config) | {key: json.dumps(value) for key, value in known.items()}
