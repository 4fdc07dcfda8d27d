"""From a culture of the engine to what simulate() takes: the same cells, wiring and noise."""

from dataclasses import replace
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.experimental.sparse import BCOO
from numpy.typing import NDArray

from bl1.config import BackgroundConfig, Experiment, StpConfig, SynapsesConfig
from bl1.core.cells import Cells
from bl1.core.noise import key_of, mix, standard_normal
from bl1.core.slow import Dish
from bl1.core.traced.cells import Group, groups_of
from bl1.core.traced.events import EventWeights
from bl1.core.traced.pytree import traced
from bl1.core.traced.rules import Rule, Rules, RulesState
from bl1.core.traced.slow import Scaling, Turnover
from bl1.core.traced.state import NeuronState, SynapseState, create_synapse_state
from bl1.core.traced.stdp import Rewards, Stdp
from bl1.core.traced.weights import DenseWeights, SparseWeights, Weights
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error

MOST_DENSE_CELLS = 3000

WeightsKind = Literal["events", "dense", "bcoo"]


@traced
class Background:
    """The background current of the engine: the same numbers for (seed, step, neuron).

    ``std`` is that of a step; ``neurons`` (n,) are the numbers of the cells.
    """

    seed: Array  # uint32
    mean: Array  # mV/ms
    std: Array
    neurons: Array

    @classmethod
    def of(cls, config: BackgroundConfig, n: int, dt_ms: float, seed: int) -> "Background":
        """The background of n cells as the experiment file has it."""
        return cls(
            seed=jnp.asarray(mix(np.array([seed & 0xFFFFFFFF], np.uint32))[0]),
            mean=jnp.float32(config.mean),
            std=jnp.float32(config.std / np.sqrt(dt_ms)),
            neurons=jnp.arange(n, dtype=jnp.uint32),
        )

    def __call__(self, step: Array) -> Array:
        """The current into each cell (mV/ms) at a step."""
        key = key_of(self.seed, step, jnp.uint32(0))
        current: Array = self.mean + self.std * standard_normal(key, self.neurons)
        return current


class Inputs(NamedTuple):
    """What simulate() takes for a culture; ``simulate(**inputs.arguments(), n_steps=...)``."""

    params: tuple[Group, ...]
    neuron_state: NeuronState
    syn_state: SynapseState
    stdp_state: RulesState | None
    W_exc: Weights
    W_inh: Weights
    background: Background
    dt: float
    kinetics: SynapsesConfig
    stp: StpConfig | None
    n_exc: int
    refractory_ms: float
    plasticity: Rules | None

    def arguments(self) -> dict[str, Any]:
        """All of it by the names of simulate(), the background as the current."""
        named = self._asdict()
        return named | {"I_external": named.pop("background")}


def inputs_of(
    cells: Cells,
    synapses: Synapses | None,
    config: Experiment,
    dish: Dish,
    *,
    weights: WeightsKind,
    rewards: Rewards | None,
    seed: int,
) -> Inputs:
    """The arguments of simulate() for what the engine is made from.

    Args:
        cells, synapses: of the culture.
        config: its experiment file, as it is at the culture's age.
        dish: where cells lie.
        weights: the type of the weights.
        rewards: as in :class:`bl1.core.traced.stdp.Stdp`; needed where the file has ``reward``.
        seed: of the background noise, and of the synapses that come and go.
    """
    n, dt_ms = len(cells), config.dt_ms
    if synapses is None:
        none = np.empty(0, np.uint32)
        synapses = Synapses(np.zeros(n + 1, np.uint32), none, none.astype(np.float32), 1, 1)
    w_exc = weights_of(synapses, n, slice(cells.n_exc), weights)
    if isinstance(w_exc, DenseWeights) and config.structural:
        w_exc = _with_delays_of_all_pairs(w_exc, dish, dt_ms)
    rules = rules_of(config, dish, cells, synapses, rewards, seed)
    return Inputs(
        params=groups_of(cells),
        neuron_state=at_rest(cells),
        syn_state=create_synapse_state(n),
        stdp_state=rules.init(w_exc) if rules else None,
        W_exc=w_exc,
        W_inh=weights_of(synapses, n, slice(cells.n_exc, n), weights),
        background=Background.of(config.background, n, dt_ms, seed),
        dt=dt_ms,
        kinetics=config.synapses,
        stp=config.stp,
        n_exc=cells.n_exc,
        refractory_ms=config.culture.refractory_ms,
        plasticity=rules,
    )


def rules_of(
    config: Experiment,
    dish: Dish,
    cells: Cells,
    synapses: Synapses,
    rewards: Rewards | None,
    seed: int,
) -> Rules | None:
    """The rules of plasticity that an experiment file switches on; None where there are none."""
    if config.reward and not config.stdp:
        raise Bl1Error("reward acts on what spike timing marked, expected stdp beside it")
    rules: list[Rule] = []
    if config.stdp:
        rules.append(Stdp.of(config.stdp, config.dt_ms, config.reward, rewards))
    if config.homeostatic:
        rules.append(Scaling.of(config.homeostatic, config.dt_ms, config.stdp))
    if config.structural:
        key = jax.random.key(seed)
        n_exc_synapses = synapses.n_of_first(cells.n_exc)
        n_of_kinds = n_exc_synapses, len(synapses.targets) - n_exc_synapses
        rule = Turnover.of(config.structural, dish, cells.n_exc, config.dt_ms, key, *n_of_kinds)
        rules.append(rule)
    return Rules(tuple(rules)) if rules else None


def seed_of(key: Array) -> int:
    """A seed for what is drawn outside of JAX."""
    return int(jax.random.bits(key, dtype="uint32"))


class NetworkParams(NamedTuple):
    """Wiring as matrices: W[i, j] is the weight from cell i to cell j, without delays.

    A pair of cells that is wired more than once has the sum of its weights.
    """

    W_exc: Array | BCOO
    W_inh: Array | BCOO
    n_exc: int  # excitatory cells; they come first


def network_of(cells: Cells, synapses: Synapses) -> NetworkParams:
    """The wiring of a culture as matrices, dense up to 3,000 cells, else BCOO."""
    n = len(cells)
    matrices: list[Array | BCOO] = []
    for kind in (slice(cells.n_exc), slice(cells.n_exc, n)):
        sources, targets, values, _ = coordinates(synapses, n, kind)
        matrix = _bcoo(sources, targets, values, n)
        matrices.append(matrix.todense() if n <= MOST_DENSE_CELLS else matrix.sum_duplicates())
    W_exc, W_inh = matrices
    return NetworkParams(W_exc, W_inh, cells.n_exc)


def at_rest(cells: Cells) -> NeuronState:
    """The membranes of a fresh culture."""
    v, u = (
        jnp.asarray(np.concatenate([getattr(p, name) for p in cells.populations]))
        for name in ("rest_v_mv", "rest_u")
    )
    return NeuronState(v, u, jnp.zeros(len(cells), bool))


def weights_of(synapses: Synapses, n: int, cells: slice, kind: WeightsKind) -> Weights:
    """The synapses that a range of presynaptic cells makes, with their delays.

    A dense matrix has one synapse a pair. Where a pair is wired more than once, the weights add up
    and arrive after the delay of the strongest. (STDP then refuses a sum beyond its bounds.)
    """
    if kind == "events":
        return EventWeights.of(synapses, n, cells)
    sources, targets, values, delays = coordinates(synapses, n, cells)
    if kind == "bcoo":
        entries = _bcoo(sources, targets, values, n)
        return SparseWeights.of(entries, delays)
    if kind != "dense":
        raise Bl1Error(f"weights are '{kind}', expected events, dense or bcoo")
    matrix, steps = np.zeros((n, n), np.float32), np.ones((n, n), np.int32)
    np.add.at(matrix, (sources, targets), values)
    weakest_first = np.argsort(values, kind="stable")
    steps[sources[weakest_first], targets[weakest_first]] = delays[weakest_first]
    return DenseWeights.of(matrix, steps)


def _bcoo(
    sources: NDArray[np.int32], targets: NDArray[np.int32], values: NDArray[np.float32], n: int
) -> BCOO:
    pairs = np.stack([sources, targets], axis=1)
    return BCOO((jnp.asarray(values), jnp.asarray(pairs)), shape=(n, n))


def _with_delays_of_all_pairs(weights: DenseWeights, dish: Dish, dt_ms: float) -> DenseWeights:
    """Delays also for pairs without a synapse, by their distance, within the range there is."""
    assert weights.steps is not None
    x, y = dish.positions_um.T
    distance_um = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    delay_ms = dish.synaptic_delay_ms + distance_um / (1000.0 * dish.velocity_m_per_s[:, None])
    steps = np.clip(np.rint(delay_ms / dt_ms), 1, weights.longest).astype(np.int32)
    return replace(weights, steps=jnp.where(weights.exist(), weights.steps, steps))


def coordinates(
    synapses: Synapses, n: int, cells: slice
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    """Source, target, weight and delay (steps) of each synapse of a range of cells."""
    synapses.check(n)
    first, last, _ = cells.indices(n)
    begin, end = (int(synapses.starts[cell * synapses.n_delays]) for cell in (first, last))
    chosen = slice(begin, end)
    return (
        synapses.sources()[chosen].astype(np.int32),
        synapses.targets[chosen].astype(np.int32),
        synapses.weights[chosen],
        synapses.delays()[chosen].astype(np.int32),
    )
