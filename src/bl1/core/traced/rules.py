"""Rules that change the excitatory weights as a culture runs under JAX, one after the other.

Which synapses exist is kept beside the weights: a synapse whose weight has fallen to 0 is still
there, and a pair of cells without one does not get one by a rule that only changes weights.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jax import Array

from bl1.core.traced.pytree import traced
from bl1.core.traced.weights import AnyWeights, Weights, as_weights
from bl1.errors import Bl1Error


class Plastic(NamedTuple):
    """What rules change: weights, and whether there is a synapse at each place."""

    values: Array
    exist: Array


@runtime_checkable
class Rule(Protocol):
    """One rule of plasticity."""

    def init(self, weights: Weights) -> Any:
        """Its state before the first step."""
        ...

    def __call__(
        self, state: Any, weights: Weights, plastic: Plastic, fired: Array, step: Array
    ) -> tuple[Any, Plastic]:
        """Its state, and the synapses, at the end of a step.

        Args:
            state: its own.
            weights: how the synapses run; their values are those of ``plastic``.
            plastic: the synapses before this rule.
            fired: (n,) bool, the cells that fired in the step.
            step: number of the step.
        """
        ...


class RulesState(NamedTuple):
    """Which synapses exist, and the state of each rule."""

    exist: Array
    of_rules: tuple[Any, ...]


@traced
class Rules:
    """Rules in the order in which they act; ``simulate(..., plasticity=rules, stdp_state=...)``.

    The spikes of a step have met the weights as they were before it. A rule may be of any class;
    one that JAX does not know is a constant to it, so its numbers must not change.
    """

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.rules, tuple):
            raise Bl1Error(f"rules are a {type(self.rules).__name__}, expected a tuple of rules")
        for rule in self.rules:
            if jax.tree_util.all_leaves([rule]) and isinstance(rule, Rule):
                jax.tree_util.register_static(type(rule))  # type: ignore[type-var]

    def init(self, W_exc: AnyWeights) -> RulesState:
        """The state for excitatory weights of any type; in a dense matrix 0 is no synapse."""
        weights = as_weights(W_exc)
        return RulesState(weights.exist(), tuple(rule.init(weights) for rule in self.rules))

    def __call__(
        self, state: RulesState, weights: Weights, fired: Array, step: Array
    ) -> tuple[RulesState, Array]:
        """The state, and the values of the weights, at the end of a step."""
        plastic = Plastic(weights.values, state.exist)
        states = []
        for rule, its_state in zip(self.rules, state.of_rules, strict=True):
            weights = weights.with_values(plastic.values)
            its_state, plastic = rule(its_state, weights, plastic, fired, step)
            states.append(its_state)
        return RulesState(plastic.exist, tuple(states)), plastic.values


def changed(plastic: Plastic, where: Array, values: Array) -> Plastic:
    """Other values where there are synapses and ``where`` holds."""
    return plastic._replace(values=jnp.where(plastic.exist & where, values, plastic.values))
