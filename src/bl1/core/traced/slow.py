"""Slow plasticity under JAX: scaling toward a rate, and synapses that form and vanish.

The equations are those of :mod:`bl1.plasticity.homeostatic` and :mod:`bl1.plasticity.structural`.
A rule acts at the end of each step after which the steps taken are a multiple of its interval, as
in the engine.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from bl1.config import HomeostaticConfig, StdpConfig, StructuralConfig
from bl1.core.slow import Dish, interval_of
from bl1.core.traced.pytree import fixed, traced
from bl1.core.traced.rules import Plastic, changed
from bl1.core.traced.weights import DenseWeights, Weights
from bl1.errors import Bl1Error
from bl1.plasticity import structural
from bl1.plasticity.homeostatic import averaged_rate, scale_after


class Activity(NamedTuple):
    """Spikes of each cell in this interval, and its rate (Hz), averaged over τ_rate."""

    counts: Array
    rate_hz: Array


@traced
class Interval:
    """When a slow rule acts, and how it averages; steps and seconds."""

    steps: int = fixed()
    length_s: float = fixed()
    tau_rate_s: float = fixed()
    target_hz: float = fixed()

    @classmethod
    def of(cls, config: HomeostaticConfig | StructuralConfig, dt_ms: float) -> "Interval":
        steps, length_s = interval_of(config, dt_ms)
        return cls(steps, length_s, config.tau_rate_s, config.target_rate_hz)

    def quiet(self, n: int) -> Activity:
        """No spikes yet; at first every cell is taken to be at the target."""
        return Activity(jnp.zeros(n, jnp.float32), jnp.full(n, self.target_hz, jnp.float32))

    def is_over(self, step: Array) -> Array:
        """Whether the interval ends with this step."""
        return (step + np.uint32(1)) % np.uint32(self.steps) == 0

    def ended(self, activity: Activity) -> Activity:
        """The activity once an interval is over."""
        rate_hz = averaged_rate(activity.rate_hz, activity.counts, self.length_s, self.tau_rate_s)
        return Activity(jnp.zeros_like(activity.counts), rate_hz)


class ScalingState(NamedTuple):
    """Activity, and the factor (n,) by which each cell has scaled its input."""

    activity: Activity
    scale: Array


@traced
class Scaling:
    """Homeostatic scaling of what each cell receives from excitatory cells."""

    interval: Interval
    share: float = fixed()  # of τ that an interval takes
    max_scale: float = fixed()
    bounds: tuple[float, float] = fixed()

    @classmethod
    def of(
        cls, config: HomeostaticConfig, dt_ms: float, stdp: StdpConfig | None = None
    ) -> "Scaling":
        """The rule for steps of dt_ms; weights stay within the bounds of STDP, where there is."""
        interval = Interval.of(config, dt_ms)
        bounds = (stdp.w_min, stdp.w_max) if stdp else (0.0, float("inf"))
        return cls(interval, interval.length_s / config.tau_s, config.max_scale, bounds)

    def init(self, weights: Weights) -> ScalingState:
        n = weights.shape[0]
        return ScalingState(self.interval.quiet(n), jnp.ones(n, jnp.float32))

    def __call__(
        self, state: ScalingState, weights: Weights, plastic: Plastic, fired: Array, step: Array
    ) -> tuple[ScalingState, Plastic]:
        seen = state.activity._replace(counts=state.activity.counts + fired)

        def act() -> tuple[ScalingState, Plastic]:
            activity = self.interval.ended(seen)
            scale = scale_after(
                state.scale, activity.rate_hz, self.interval.target_hz, self.share, self.max_scale
            )
            scaled = plastic.values * weights.from_targets(scale / state.scale)
            values = jnp.clip(scaled, *self.bounds)
            return ScalingState(activity, scale), changed(plastic, jnp.array(True), values)

        before = ScalingState(seen, state.scale), plastic
        after: tuple[ScalingState, Plastic]
        after = lax.cond(self.interval.is_over(step), act, lambda: before)
        return after


class TurnoverState(NamedTuple):
    """Activity, and what the synapses were at the start.

    ``mean_degree`` is the mean number of excitatory ones a cell had, ``most`` how many places of
    the matrix may be taken.
    """

    activity: Activity
    mean_degree: Array
    most: Array


@traced
class Turnover:
    """Creation and pruning of excitatory synapses, between the pairs of a dense matrix.

    A cell forms synapses with excitatory cells with which it has none, at distances d with
    probabilities in proportion to exp(−d/λ), along straight paths. Where the matrix has a delay for
    every pair (:meth:`bl1.Culture.to_jax`), a new synapse has that of its pair.
    """

    positions_um: Array  # (n, 2)
    key: Array
    mean_degree: Array | None  # excitatory synapses a cell had at the start
    interval: Interval
    lambda_um: float = fixed()
    g_exc: float = fixed()
    share: float = fixed()
    prune_below: float = fixed()
    max_synapses: int | None = fixed()
    n_exc: int = fixed()
    n_inh_synapses: int = fixed()

    @classmethod
    def of(
        cls,
        config: StructuralConfig,
        dish: Dish,
        n_exc: int,
        dt_ms: float,
        key: Array,
        n_exc_synapses: int | None = None,
        n_inh_synapses: int = 0,
    ) -> "Turnover":
        """The rule for steps of dt_ms.

        Args:
            config: section of the experiment file.
            dish: where the cells lie.
            n_exc: excitatory cells.
            key: of ``jax.random``; seeds what comes and goes.
            n_exc_synapses: at the start; None for the places of the matrix that are not 0, which
                are fewer where pairs are wired more than once.
            n_inh_synapses: counted in max_synapses.
        """
        n = len(dish.positions_um)
        mean_degree = None if n_exc_synapses is None else jnp.float32(n_exc_synapses / n)
        interval = Interval.of(config, dt_ms)
        return cls(
            jnp.asarray(dish.positions_um),
            key,
            mean_degree,
            interval,
            dish.lambda_um,
            dish.g_exc,
            interval.length_s / config.tau_s,
            config.prune_below,
            config.max_synapses,
            n_exc,
            n_inh_synapses,
        )

    def init(self, weights: Weights) -> TurnoverState:
        """At the target rate.

        Raises:
            Bl1Error: the weights have no place for synapses that are not there yet.
        """
        if not isinstance(weights, DenseWeights):
            raise Bl1Error(
                f"structural plasticity got {type(weights).__name__}, expected DenseWeights, which "
                "have a place for every pair: to_jax('dense')"
            )
        n = len(weights.values)
        n_synapses = int(jnp.sum(weights.exist()))
        most = structural.most_synapses(self.max_synapses, n_synapses + self.n_inh_synapses)
        most = min(max(most - self.n_inh_synapses, 0), np.iinfo(np.int32).max)
        mean_degree = self.mean_degree
        if mean_degree is None:
            mean_degree = jnp.float32(n_synapses / n)
        return TurnoverState(self.interval.quiet(n), mean_degree, jnp.int32(most))

    def __call__(
        self, state: TurnoverState, weights: Weights, plastic: Plastic, fired: Array, step: Array
    ) -> tuple[TurnoverState, Plastic]:
        seen = state.activity._replace(counts=state.activity.counts + fired)

        def act() -> tuple[TurnoverState, Plastic]:
            activity = self.interval.ended(seen)
            loss, birth, choice = jax.random.split(jax.random.fold_in(self.key, step), 3)
            kept = plastic.exist & ~self._lost(plastic, activity.rate_hz, loss)
            new = self._formed(kept, activity.rate_hz, state.mean_degree, birth)
            new = _at_most(new, state.most - jnp.sum(kept, dtype=jnp.int32), choice)
            values = jnp.where(new, self.g_exc, jnp.where(kept, plastic.values, 0.0))
            return state._replace(activity=activity), Plastic(values, kept | new)

        before = state._replace(activity=seen), plastic
        after: tuple[TurnoverState, Plastic]
        after = lax.cond(self.interval.is_over(step), act, lambda: before)
        return after

    def _lost(self, plastic: Plastic, rate_hz: Array, key: Array) -> Array:
        """Which of the places lose the synapse that they may have."""
        weak = plastic.values < self.prune_below
        rate = weak + structural.excess(rate_hz, self.interval.target_hz)[None, :]
        draws = jax.random.uniform(key, rate.shape)
        lost: Array = draws < structural.loss_probability(self.share * rate)
        return lost

    def _formed(self, exist: Array, rate_hz: Array, mean_degree: Array, key: Array) -> Array:
        """Which of the places where there is none get a synapse."""
        x, y = self.positions_um.T
        distance_um = jnp.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        cell = jnp.arange(len(x))
        possible = (cell < self.n_exc)[:, None] & (cell[:, None] != cell[None, :]) & ~exist
        density = jnp.where(possible, jnp.exp(-distance_um / self.lambda_um), 0.0)
        density = density / jnp.maximum(jnp.sum(density, axis=0), 1e-30)
        need = structural.need(rate_hz, self.interval.target_hz)
        expected = mean_degree * self.share * need * density
        return jax.random.uniform(key, expected.shape) < -jnp.expm1(-expected)


def _at_most(chosen: Array, room: Array, key: Array) -> Array:
    """No more than ``room`` of the places that are chosen, drawn from them."""
    draws = jnp.where(chosen, jax.random.uniform(key, chosen.shape), 2.0)
    last = jnp.sort(draws, axis=None)[jnp.clip(room, 0, draws.size - 1)]
    return chosen & (draws < last)
