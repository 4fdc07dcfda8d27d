"""The physics: cells, synapses and noise, and the two engines that run them.

The names below are those of simulate(), the engine in JAX. They load it when they are first used.
"""

from typing import TYPE_CHECKING

from bl1.lazy import offered

if TYPE_CHECKING:
    from bl1.core.traced.cells import Adex, Izhikevich, Lif
    from bl1.core.traced.compartmental import Compartmental
    from bl1.core.traced.events import EventWeights
    from bl1.core.traced.inputs import Background
    from bl1.core.traced.rules import Rules
    from bl1.core.traced.simulate import simulate
    from bl1.core.traced.slow import Scaling, Turnover
    from bl1.core.traced.state import NeuronState, Record, Result, create_synapse_state
    from bl1.core.traced.stdp import Stdp
    from bl1.core.traced.surrogate import ArcTan, Sigmoid, Soft, SuperSpike
    from bl1.core.traced.weights import DenseWeights, SparseWeights

__all__ = [
    "Adex",
    "ArcTan",
    "Background",
    "Compartmental",
    "DenseWeights",
    "EventWeights",
    "Izhikevich",
    "Lif",
    "NeuronState",
    "Record",
    "Result",
    "Rules",
    "Scaling",
    "Sigmoid",
    "Soft",
    "SparseWeights",
    "Stdp",
    "SuperSpike",
    "Turnover",
    "create_synapse_state",
    "simulate",
]

_HOME = {
    "cells": ("Adex", "Izhikevich", "Lif"),
    "compartmental": ("Compartmental",),
    "events": ("EventWeights",),
    "inputs": ("Background",),
    "rules": ("Rules",),
    "simulate": ("simulate",),
    "slow": ("Scaling", "Turnover"),
    "state": ("NeuronState", "Record", "Result", "create_synapse_state"),
    "stdp": ("Stdp",),
    "surrogate": ("ArcTan", "Sigmoid", "Soft", "SuperSpike"),
    "weights": ("DenseWeights", "SparseWeights"),
}
__getattr__, __dir__ = offered(
    __name__,
    {name: f"bl1.core.traced.{module}" for module, names in _HOME.items() for name in names},
)
