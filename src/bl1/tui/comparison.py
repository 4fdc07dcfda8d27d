"""Two runs side by side: what was found in them, and which settings differ."""

import json
from typing import Any

from bl1.experiments.results import leaves
from bl1.tui.examination import number
from bl1.tui.runs import KeptRun

UNITS = {"rate per electrode": "Hz", "burst duration": "s", "inter-burst interval": "s"}
LABELS = {  # of measures whose names do not say what they are
    "rate_hz": "mean rate of a cell (Hz)",
    "seconds": "culture's time (s)",
    "realtime_factor": "speed (× real time)",
    "hit_rate": "hit rate",
}

Line = tuple[str, str, str, str]  # name, in the first run, in the second, difference


def compared(first: KeptRun, second: KeptRun) -> list[Line]:
    """A line for each measure that one of them has, then one for each setting that differs."""
    lines: list[Line] = []
    for name in first.measures | second.measures:
        one, other = first.measures.get(name), second.measures.get(name)
        lines.append((label(name), number(one), number(other), _change(one, other)))
    settings, others = _settings(first), _settings(second)
    for key in sorted(settings.keys() | others.keys()):
        if settings.get(key) != others.get(key):
            lines.append((key, settings.get(key, "–"), others.get(key, "–"), "differs"))
    return lines


def label(name: str) -> str:
    """What a measure is, with its unit."""
    unit = f" ({UNITS[name]})" if name in UNITS else ""
    return LABELS.get(name, f"{name}{unit}")


def _change(one: float | None, other: float | None) -> str:
    if one is None or other is None:
        return ""
    return f"{'+' if other > one else ''}{number(other - one)}"


def _settings(run: KeptRun) -> dict[str, str]:
    known: dict[str, Any] = {"seed": run.seed, "version": run.version}
    return leaves(run.config) | {key: json.dumps(value) for key, value in known.items()}
