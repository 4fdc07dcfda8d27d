"""Spike-timing dependent plasticity under JAX, by itself or as what a reward acts on.

The equations are those of :mod:`bl1.plasticity.stdp` and :mod:`bl1.plasticity.reward`. In a step
arrivals come first and meet y, the trace of the target, before its spike of this step; then the
cells that fire meet x, the trace of the source, as it was when what has arrived by now left it.
Every synapse is visited at every step, so this is for cultures of some thousand cells.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike

from bl1.config import RewardConfig, StdpConfig
from bl1.core.traced.numbers import engine_constants
from bl1.core.traced.pytree import as_argument, traced
from bl1.core.traced.rules import Plastic, changed
from bl1.core.traced.weights import Weights, put, slot_of
from bl1.errors import Bl1Error
from bl1.plasticity.reward import after_reward
from bl1.plasticity.stdp import bounded, check_within_bounds, decline, growth, trace_at_spike

Rewards = ArrayLike | Callable[[Array], Array]

_STDP_NUMBERS = (
    "a_plus", "a_minus", "keep_plus", "keep_minus", "w_min", "w_max", "nearest", "soft",
)  # fmt: skip


class StdpState(NamedTuple):
    """Traces, and what the cells showed while it was on its way.

    Attributes:
        x, fired: rings (longest delay, n) of the presynaptic trace after, and of the spikes of,
            the last steps.
        y: postsynaptic trace (n,).
        eligibility: of each synapse; None without reward.
        baseline: running mean of the rewards.
    """

    x: Array
    fired: Array
    y: Array
    eligibility: Array | None
    baseline: Array


@traced
class Reward:
    """The third factor; see :mod:`bl1.plasticity.reward`."""

    rewards: Any  # (steps,) or a function of the step; nan where none is given
    kept: Array  # of an eligibility, after a step
    learning_rate: Array
    baseline_rate: Array

    def at_end_of(self, step: Array) -> Array:
        """The reward that is given when a step is over, or nan."""
        if callable(self.rewards):
            return jnp.asarray(self.rewards(step), jnp.float32)
        known = step < np.uint32(len(self.rewards))
        return jnp.where(known, self.rewards[step], jnp.nan)


@traced
class Stdp:
    """Pair STDP as in the experiment file; with a ``reward`` it only makes synapses eligible."""

    numbers: dict[str, Any]
    reward: Reward | None = None

    @classmethod
    def of(
        cls,
        config: StdpConfig,
        dt_ms: float,
        reward: RewardConfig | None = None,
        rewards: Rewards | None = None,
    ) -> "Stdp":
        """The rule for steps of dt_ms.

        Args:
            config, reward: sections of the experiment file.
            rewards: the reward at the end of each step, nan where none is given: (steps,), counted
                from the first step of the culture, or a function of the step.
        """
        if (reward is None) != (rewards is None):
            raise Bl1Error(
                "reward needs rewards, expected both or neither: to_jax(rewards=...), one a step, "
                "nan where none is given"
            )
        k = engine_constants(dt_ms, stdp=config, reward=reward)
        numbers = {name: k[name] for name in _STDP_NUMBERS}
        if reward is None or rewards is None:
            return cls(numbers)
        third = Reward(
            as_argument(rewards) if callable(rewards) else jnp.asarray(rewards, jnp.float32),
            jnp.exp(-k["eligibility"]),
            jnp.float32(reward.learning_rate),
            jnp.float32(reward.baseline_rate),
        )
        return cls(numbers, third)

    def init(self, weights: Weights) -> StdpState:
        """No trace of anything.

        Raises:
            Bl1Error: a weight is outside the bounds that it would be held between.
        """
        if not isinstance(weights.values, jax.core.Tracer):
            values = np.asarray(weights.values)[np.asarray(weights.exist())]
            check_within_bounds(values, self.numbers["w_min"], self.numbers["w_max"])
        n = weights.shape[0]
        nothing = jnp.zeros((weights.longest, n), jnp.float32)
        eligibility = None if self.reward is None else jnp.zeros_like(weights.values)
        return StdpState(nothing, nothing, nothing[0], eligibility, jnp.float32(0.0))

    def __call__(
        self, state: StdpState, weights: Weights, plastic: Plastic, fired: Array, step: Array
    ) -> tuple[StdpState, Plastic]:
        k = self.numbers
        bounds = k["w_min"], k["w_max"]
        y = state.y * k["keep_minus"]
        arrived = weights.from_sources(state.fired, step)
        x = weights.from_sources(state.x, step)
        spiked = weights.from_targets(fired.astype(jnp.float32))
        eligibility = state.eligibility
        w = plastic.values
        down = arrived * decline(w, weights.from_targets(y), k["a_minus"], *bounds, k["soft"])
        if eligibility is None:
            plastic = changed(plastic, arrived > 0, bounded(w - down, *bounds))
            w = plastic.values
        up = spiked * growth(w, x, k["a_plus"], *bounds, k["soft"])
        if eligibility is None:
            plastic = changed(plastic, spiked > 0, bounded(w + up, *bounds))
        else:
            eligibility = jnp.where(plastic.exist, eligibility + up - down, 0.0)
        state = self._with_traces(state, y, fired, step)._replace(eligibility=eligibility)
        return self._rewarded(state, plastic, step)

    def _with_traces(self, state: StdpState, y: Array, fired: Array, step: Array) -> StdpState:
        """The traces that the spikes of a step leave."""
        k = self.numbers
        x = state.x[slot_of(step, len(state.x), 1)] * k["keep_plus"]
        x = jnp.where(fired, trace_at_spike(x, k["nearest"]), x)
        return state._replace(
            x=put(state.x, x, step),
            fired=put(state.fired, fired.astype(jnp.float32), step),
            y=jnp.where(fired, trace_at_spike(y, k["nearest"]), y),
        )

    def _rewarded(
        self, state: StdpState, plastic: Plastic, step: Array
    ) -> tuple[StdpState, Plastic]:
        """What the reward at the end of a step does."""
        if self.reward is None or state.eligibility is None:
            return state, plastic
        eligibility = state.eligibility * self.reward.kept
        reward = self.reward.at_end_of(step)
        given = jnp.isfinite(reward)
        surprise = jnp.where(given, reward - state.baseline, 0.0)
        gain = self.reward.learning_rate * surprise
        bounds = self.numbers["w_min"], self.numbers["w_max"]
        w = after_reward(plastic.values, eligibility, gain, *bounds)
        baseline = state.baseline + self.reward.baseline_rate * surprise
        state = state._replace(eligibility=eligibility, baseline=baseline)
        return state, changed(plastic, given, w)
