"""What the field measures on spikes, whatever made them: ``bl1.analysis.bursts(run).per_minute``.

The names below load their modules when they are first used. Some measures need the libraries of
the extra ``analysis``.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "active_information_storage": "information",
    "avalanches": "avalanche",
    "branching_ratio": "branching",
    "bursts": "bursting",
    "complexity": "integration",
    "correlation_matrix": "correlation",
    "criticality": "critical",
    "cross_correlogram": "correlation",
    "entropies": "information",
    "every_measure": "summary",
    "graph_measures": "graphs",
    "interval_shuffled": "surrogates",
    "jittered": "surrogates",
    "mutual_information": "information",
    "naive_branching_ratio": "branching",
    "nine_statistics": "statistics",
    "power_law": "power_laws",
    "shape_collapse": "avalanche",
    "shuffled": "surrogates",
    "significance": "correlation",
    "spike_time_tiling": "correlation",
    "synchrony": "correlation",
    "transfer_entropy": "transfer",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'bl1.analysis' has no attribute {name!r}")
    value = getattr(import_module(f"bl1.analysis.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
