"""Plasticity under JAX: closed forms, composition, and what it keeps to.

That each rule changes weights as in the engine is in tests/core/test_simulate_agreement.py.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bl1.config import HomeostaticConfig, RewardConfig, StdpConfig, StructuralConfig
from bl1.core import (
    DenseWeights,
    EventWeights,
    Izhikevich,
    NeuronState,
    Record,
    Rules,
    Scaling,
    SparseWeights,
    Stdp,
    Turnover,
    create_synapse_state,
    simulate,
)
from bl1.core.slow import Dish
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.plasticity.structural import need

PRE, POST, DELAY, W = 0, 1, 4, 0.03
KICK = 400.0  # makes a cell at rest cross its peak in this step
RS = Izhikevich(*(jnp.full(2, value) for value in (0.02, 0.2, -65.0, 8.0)))
REST = NeuronState(jnp.full(2, -65.0), jnp.full(2, -13.0), jnp.zeros(2, bool))
NONE = jnp.zeros((2, 2))


def weights_as(kind):
    """One synapse from PRE to POST."""
    row = Synapses(
        np.array([0, 1, 1], np.uint32),
        np.array([1], np.uint32),
        np.array([W], np.float32),
        DELAY,
        1,
    )
    if kind == "events":
        return EventWeights.of(row, 2)
    matrix = jnp.zeros((2, 2)).at[PRE, POST].set(W)
    if kind == "dense":
        return DenseWeights.of(matrix, DELAY)
    return SparseWeights.of(jax.experimental.sparse.BCOO.fromdense(matrix), DELAY)


def learned(times, rule, kind="dense", n_steps=100):
    """The weight after PRE and POST fired at the given steps, and the whole run."""
    drive = np.zeros((n_steps, 2), np.float32)
    for cell, steps in times.items():
        drive[steps, cell] = KICK
    weights, rules = weights_as(kind), Rules((rule,))
    result = simulate(
        RS, REST, create_synapse_state(2), rules.init(weights), W_exc=weights, W_inh=NONE,
        I_external=drive, plasticity=rules,
    )  # fmt: skip
    for cell, steps in times.items():
        assert np.flatnonzero(result.spike_history[:, cell]).tolist() == steps
    return float(jnp.max(result.W_exc.values)), result


@pytest.mark.parametrize("kind", ["dense", "bcoo", "events"])
def test_the_window_of_pair_stdp_counted_from_the_arrival(kind):
    stdp = Stdp.of(StdpConfig(w_max=0.1), 0.5)
    for steps in (0, 2, 10, 60):
        grown, _ = learned({PRE: [10], POST: [10 + DELAY + steps]}, stdp, kind)
        assert grown == pytest.approx(W + 0.0005 * math.exp(-steps * 0.5 / 20.0), abs=1e-8)
    for steps in (1, 2, 10, 60):
        fallen, _ = learned({POST: [20], PRE: [20 + steps - DELAY]}, stdp, kind)
        assert fallen == pytest.approx(W - 0.000525 * math.exp(-steps * 0.5 / 50.0), abs=1e-8)


def test_a_pair_without_a_synapse_gets_none_and_one_that_fell_to_0_stays():
    strong = Stdp.of(StdpConfig(w_max=0.1, a_minus=1.0), 0.5)
    times = {POST: [20], PRE: [20]}
    weight, result = learned(times, strong)
    assert weight == 0.0
    assert result.stdp_state.exist[PRE, POST] and result.stdp_state.exist.sum() == 1
    again = simulate(
        RS, result.neuron_state, result.syn_state, result.stdp_state, W_exc=result.W_exc,
        W_inh=NONE, I_external=_kicks({PRE: [200], POST: [204]}, 300),
        plasticity=Rules((strong,)),
    )  # fmt: skip
    assert again.W_exc.values[PRE, POST] == pytest.approx(0.0005, rel=0.01)
    assert jnp.count_nonzero(again.W_exc.values) == 1


def _kicks(times, n_steps):
    drive = np.zeros((n_steps, 2), np.float32)
    for cell, steps in times.items():
        drive[steps, cell] = KICK
    return drive


def test_a_reward_turns_what_timing_marked_into_weight_and_decays_in_between():
    """η (R − R̄) e exp(−Δt/τ_e); a second, equal reward meets the baseline that the first left."""
    marked = 0.0005
    config = RewardConfig(tau_eligibility_ms=50.0, learning_rate=2.0, baseline_rate=0.25)
    rewards = np.full(100, np.nan)
    rewards[[34, 74]] = 1.0
    rule = Stdp.of(StdpConfig(w_max=0.1), 0.5, config, rewards)
    weight, result = learned({PRE: [10], POST: [10 + DELAY]}, rule)
    first = 2.0 * 1.0 * marked * math.exp(-(35 - 14) * 0.5 / 50.0)
    second = 2.0 * 0.75 * marked * math.exp(-(75 - 14) * 0.5 / 50.0)
    assert weight == pytest.approx(W + first + second, abs=1e-8)
    assert result.stdp_state.of_rules[0].baseline == pytest.approx(0.25 + 0.25 * 0.75)
    by_function = Stdp.of(
        StdpConfig(w_max=0.1),
        0.5,
        config,
        lambda step: jnp.where((step == 34) | (step == 74), 1.0, jnp.nan),
    )
    assert learned({PRE: [10], POST: [10 + DELAY]}, by_function)[0] == weight


def test_a_silent_cell_scales_all_its_input_up_by_the_same_factor():
    """s (1 + Δt/τ (1 − r/r*)) in each interval, the average rate falling from r*."""
    config = HomeostaticConfig(target_rate_hz=5.0, tau_s=1.0, tau_rate_s=0.2, interval_s=0.1)
    n = 3
    weights = jnp.array([[0.0, 0.02, 0.04], [0.01, 0.0, 0.0], [0.0, 0.03, 0.0]])
    rules = Rules((Scaling.of(config, 0.5),))
    rest = NeuronState(jnp.full(n, -65.0), jnp.full(n, -13.0), jnp.zeros(n, bool))
    result = simulate(
        Izhikevich(*(jnp.full(n, x) for x in (0.02, 0.2, -65.0, 8.0))), rest,
        create_synapse_state(n), rules.init(weights), W_exc=weights, W_inh=jnp.zeros((n, n)),
        I_external=jnp.zeros(n), n_steps=1000, plasticity=rules,
    )  # fmt: skip
    expected = math.prod(1 + 0.1 * (1 - math.exp(-0.1 * k / 0.2)) for k in range(1, 6))
    np.testing.assert_allclose(result.W_exc, weights * expected, rtol=1e-5)


N = 300


def turnover(mean_drive, config, seconds, weights=None, seed=0):
    rng = np.random.default_rng(1)
    positions = rng.uniform(0.0, 900.0, (N, 2)).astype(np.float32)
    dish = Dish(positions, 900.0, 150.0, np.full(N, 0.4, np.float32), 1.0, 0.001)
    if weights is None:
        apart = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
        wired = rng.random((N, N)) < 0.3 * np.exp(-apart / 150.0)
        wired[240:] = False
        np.fill_diagonal(wired, False)
        weights = 0.001 * wired
    rules = Rules((Turnover.of(config, dish, 240, 0.5, jax.random.key(seed)),))
    w_exc = jnp.asarray(weights, jnp.float32)
    n_steps = round(2000 * seconds)
    result = simulate(
        Izhikevich(*(jnp.full(N, x) for x in (0.02, 0.2, -65.0, 8.0))),
        NeuronState(jnp.full(N, -65.0), jnp.full(N, -13.0), jnp.zeros(N, bool)),
        create_synapse_state(N), rules.init(w_exc), W_exc=w_exc, W_inh=jnp.zeros((N, N)),
        I_external=jnp.full(N, mean_drive), n_steps=n_steps, plasticity=rules,
        record=Record("none"),
    )  # fmt: skip
    return weights != 0, np.asarray(result.W_exc) != 0, positions, result


def test_silent_cells_form_synapses_at_the_rate_of_the_rule_near_by_and_from_excitatory_cells():
    config = StructuralConfig(
        target_rate_hz=1.0, tau_s=5.0, tau_rate_s=0.5, interval_s=0.5, max_synapses=90_000
    )
    before, after, positions, result = turnover(0.0, config, 5.0)
    rates = np.exp(-np.arange(1, 11), dtype=np.float32)
    formed = before.sum() * 0.1 * float(np.sum(need(rates, 1.0)))
    assert after.sum() - before.sum() == pytest.approx(formed, rel=0.05)
    assert not np.any(before & ~after)  # nobody lost any
    assert not after[240:].any() and not after.diagonal().any()
    new = after & ~before
    apart = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    assert apart[new].mean() == pytest.approx(apart[before].mean(), rel=0.1)
    assert np.all(np.asarray(result.W_exc)[new] == np.float32(0.001))
    assert np.array_equal(result.stdp_state.exist, after)


def test_cells_that_fire_too_much_lose_synapses_exponentially():
    config = StructuralConfig(target_rate_hz=0.5, tau_s=5.0, tau_rate_s=0.1, interval_s=0.5)
    before, after, *_ = turnover(8.0, config, 5.0)
    assert after.sum() == pytest.approx(before.sum() * np.exp(-1.0), rel=0.05)
    assert not np.any(after & ~before)


def test_no_more_synapses_form_than_there_is_room_for():
    config = StructuralConfig(
        target_rate_hz=1.0, tau_s=0.5, tau_rate_s=0.1, interval_s=0.5, max_synapses=4000
    )
    before, after, *_ = turnover(0.0, config, 3.0)
    assert before.sum() < 4000 == after.sum()


def test_without_a_limit_no_more_form_than_twice_as_many_as_there_were():
    config = StructuralConfig(target_rate_hz=1.0, tau_s=0.5, tau_rate_s=0.1, interval_s=0.5)
    before, after, *_ = turnover(0.0, config, 3.0)
    assert after.sum() == 2 * before.sum()


def test_weak_synapses_are_pruned_and_strong_ones_are_not():
    weights = np.zeros((N, N))
    weights[0, 1:200], weights[1, 2:200] = 0.01, 0.1
    config = StructuralConfig(
        target_rate_hz=1e-3, tau_s=1.0, tau_rate_s=1e5, interval_s=0.5, prune_below=0.05
    )
    _, after, *_ = turnover(0.0, config, 4.0, weights)
    assert after[1, 2:200].all()
    assert after[0, 1:200].sum() == pytest.approx(199 * np.exp(-4.0), abs=8)


class Forgetting:
    """A plain class, which JAX has never heard of."""

    def init(self, weights):
        return ()

    def __call__(self, state, weights, plastic, fired, step):
        return state, plastic._replace(values=plastic.values * 0.999)


def test_a_rule_of_ones_own_needs_no_more_than_two_methods():
    weight, _ = learned({PRE: [10], POST: [30]}, Forgetting(), n_steps=100)
    assert weight == pytest.approx(W * 0.999**100, rel=1e-4)
    with pytest.raises(Bl1Error, match="rules are a Forgetting, expected a tuple of rules"):
        Rules(Forgetting())


def test_rules_that_cannot_be_are_refused_by_name():
    config = StructuralConfig()
    dish = Dish(np.zeros((2, 2), np.float32), 1.0, 1.0, np.ones(2, np.float32), 1.0, 0.1)
    rules = Rules((Turnover.of(config, dish, 2, 0.5, jax.random.key(0)),))
    with pytest.raises(Bl1Error, match="got EventWeights, expected DenseWeights"):
        rules.init(weights_as("events"))
    with pytest.raises(Bl1Error, match="reward needs rewards, expected both or neither"):
        Stdp.of(StdpConfig(), 0.5, RewardConfig())
