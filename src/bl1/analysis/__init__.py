"""What the field measures on spikes, whatever made them: ``bl1.analysis.bursts(run).per_minute``.

The names below load their modules when they are first used. Some measures need the libraries of
the extra ``analysis``.
"""

from bl1.lazy import offered

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
__getattr__, __dir__ = offered(
    __name__, {name: f"bl1.analysis.{module}" for name, module in _HOME.items()}
)
