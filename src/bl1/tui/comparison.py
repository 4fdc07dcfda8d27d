"""Two runs side by side: what was found in them, and which settings differ."""

import json
from typing import Any

from bl1.experiments.results import leaves
from bl1.tui.runs import KeptRun

Line = tuple[str, str, str, str]  # name, in the first run, in the second, difference


def compared(first: KeptRun, second: KeptRun) -> list[Line]:
    """A line for each measure that one of them has, then one for each setting that differs."""
    lines: list[Line] = []
    for name in sorted(first.measures.keys() | second.measures.keys()):
        one, other = first.measures.get(name), second.measures.get(name)
        change = "" if one is None or other is None else f"{other - one:+.3g}"
        lines.append((name, number(one), number(other), change))
    settings, others = _settings(first), _settings(second)
    for key in sorted(settings.keys() | others.keys()):
        if settings.get(key) != others.get(key):
            lines.append((key, settings.get(key, "–"), others.get(key, "–"), "differs"))
    return lines


def number(value: float | None) -> str:
    """A measure, short; a dash where there were not enough data."""
    return "–" if value is None else f"{value:.3g}"


def _settings(run: KeptRun) -> dict[str, str]:
    known: dict[str, Any] = {"seed": run.seed, "version": run.version}
    return leaves(run.config) | {key: json.dumps(value) for key, value in known.items()}
