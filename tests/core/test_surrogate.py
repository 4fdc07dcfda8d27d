"""Surrogate gradients: what they are the derivatives of, and that a network learns through them."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from circuits import wire

from bl1 import Culture
from bl1.config import SynapsesConfig
from bl1.core import (
    ArcTan,
    EventWeights,
    Sigmoid,
    Soft,
    SuperSpike,
    create_synapse_state,
    simulate,
)
from bl1.core.traced.inputs import weights_of

SURROGATES = [SuperSpike(), Sigmoid(), ArcTan(), SuperSpike(5.0)]


def test_surrogates_of_different_kinds_are_compiled_apart():
    """JAX finds compiled code by the structure of its arguments."""
    structures = [jax.tree.structure(Soft(surrogate)) for surrogate in SURROGATES]
    assert len(set(structures)) == len(SURROGATES)
    assert all(a != b for i, a in enumerate(structures) for b in structures[:i])


@pytest.mark.parametrize("surrogate", SURROGATES)
def test_the_gradient_of_a_spike_is_that_of_the_soft_step(surrogate):
    x = jnp.linspace(-90.0, 30.0, 241)
    step = 0.5
    slope = (surrogate.soft_step(x + step) - surrogate.soft_step(x - step)) / (2 * step)
    fired = x >= 0
    spikes, gradient = (
        surrogate.spikes(x, fired),
        jax.vmap(jax.grad(lambda x, fired: surrogate.spikes(x, fired)))(
            x, fired.astype(jnp.float32)
        ),
    )
    assert np.array_equal(spikes, fired)
    # At its peak SuperSpike has a cusp, which a finite difference rounds off.
    np.testing.assert_allclose(gradient, slope, rtol=0.6 / surrogate.width_mv, atol=2e-5)
    assert surrogate.soft_step(jnp.array([-1e6, 1e6])) == pytest.approx([0.0, 1.0], abs=1e-4)


@pytest.mark.parametrize("surrogate", [SuperSpike(), Sigmoid(), ArcTan()])
def test_a_cell_40_mv_below_its_peak_still_feels_the_gradient(surrogate):
    gradient = jax.grad(lambda x: surrogate.soft_step(x))
    assert gradient(-40.0) > 0.1 * gradient(-0.01)


N = 40
NET, REST, CELLS = Culture.create(jax.random.PRNGKey(1), n_neurons=N)


def run(scale=1.0, bias=0.0, n_steps=120, noise=2.0, **options):
    drive = noise * jax.random.normal(jax.random.PRNGKey(0), (n_steps, N)) + bias
    return simulate(
        CELLS,
        REST,
        create_synapse_state(N),
        W_exc=scale * NET.W_exc,
        W_inh=scale * NET.W_inh,
        I_external=drive,
        **options,
    )


@pytest.mark.parametrize("surrogate", [SuperSpike(), Sigmoid(), ArcTan()])
def test_gradients_of_a_network_of_graded_spikes_equal_finite_differences(surrogate):
    """Through membranes, receptors, recurrent synapses and time."""

    def loss(scale, bias):
        options = {"surrogate": Soft(surrogate), "kinetics": SynapsesConfig(nmda_ratio=0.2)}
        sent = run(0.02 * scale, bias - 1.0, **options).spike_history
        return 1e3 * jnp.mean(sent[-50:] ** 2)

    point = jnp.float32(1.0), jnp.zeros(N)
    along = jnp.float32(0.7), jax.random.normal(jax.random.PRNGKey(3), (N,))
    gradient = jax.grad(loss, argnums=(0, 1))(*point)
    found = gradient[0] * along[0] + gradient[1] @ along[1]
    step = 0.1
    after, before = (
        loss(*(p + sign * step * a for p, a in zip(point, along, strict=True))) for sign in (1, -1)
    )
    assert found == pytest.approx((after - before) / (2 * step), rel=0.01)
    assert abs(gradient[0]) > 1e-6 and jnp.all(gradient[1] != 0)


@pytest.mark.parametrize(
    ("surrogate", "n_steps"), [("superspike", 2500), ("sigmoid", 2000), ("arctan", 2000)]
)
def test_gradients_stay_finite_and_point_uphill_over_many_spikes(surrogate, n_steps):
    """Also where cells pass through infinity, and over more than one stretch of 1,000 steps."""

    def rate(scale, bias):
        return jnp.mean(
            run(scale, bias, n_steps=n_steps, noise=30.0, surrogate=surrogate).spike_history
        )

    spikes = run(1.0, jnp.zeros(N), n_steps=n_steps, noise=30.0).spike_history.sum()
    assert spikes > 1000
    of_scale, of_bias = jax.grad(rate, argnums=(0, 1))(jnp.float32(1.0), jnp.zeros(N))
    assert jnp.isfinite(of_scale) and jnp.all(jnp.isfinite(of_bias))
    # The true slope, from two runs: more current, more spikes.
    true = float(rate(1.0, jnp.full(N, 0.5)) - rate(1.0, jnp.full(N, -0.5)))
    assert true > 0
    assert 0.1 < float(jnp.sum(of_bias)) / true < 10


def test_a_surrogate_does_not_change_the_spikes():
    options = {"n_steps": 1500, "noise": 6.0}
    hard = run(**options).spike_history
    with_surrogate = run(surrogate=Sigmoid(), **options).spike_history
    assert hard.sum() > 20 and with_surrogate.dtype == jnp.float32
    assert np.array_equal(hard, with_surrogate)


def test_the_gradient_takes_the_way_through_the_reset_only_where_asked():
    def last_v(bias, surrogate):
        result = run(0.0, bias, n_steps=60, noise=0.0, surrogate=surrogate)
        return jnp.mean(result.neuron_state.v)

    detached = jax.grad(last_v)(8.0, Sigmoid())
    through = jax.grad(last_v)(8.0, Sigmoid(through_reset=True))
    assert jnp.isfinite(detached) and jnp.isfinite(through)
    assert through < detached  # more current, more soft resets


def test_gradients_through_events_equal_those_through_the_matrix():
    """Also those of cells that did not fire."""
    rng = np.random.default_rng(0)
    edges = [
        (source, int(target), 0.05, 2)
        for source in range(N)
        for target in rng.choice(np.delete(np.arange(N), source), 10, replace=False)
    ]
    wiring = wire(N, edges)
    events, dense = (weights_of(wiring, N, slice(0, 32), kind) for kind in ("events", "dense"))
    inhibition = weights_of(wiring, N, slice(32, N), "dense")
    assert isinstance(events, EventWeights)
    drive = 5.0 * jax.random.normal(jax.random.PRNGKey(0), (300, N))

    def loss(values, bias, weights):
        result = simulate(
            CELLS, REST, create_synapse_state(N), W_exc=weights.with_values(values),
            W_inh=inhibition, I_external=drive + bias, surrogate="sigmoid",
        )  # fmt: skip
        return jnp.mean(result.spike_history * jnp.linspace(0, 1, N)), result.spike_history.sum()

    gradient = jax.grad(loss, argnums=(0, 1), has_aux=True)
    (of_matrix, bias_by_matrix), spikes = gradient(dense.values, jnp.zeros(N), dense)
    (of_events, bias_by_events), same = gradient(events.values, jnp.zeros(N), events)
    assert spikes == same > 10
    sources, targets = events.rows.sources, events.rows.places % N
    np.testing.assert_allclose(of_events, of_matrix[sources, targets], rtol=1e-3, atol=1e-8)
    np.testing.assert_allclose(bias_by_events, bias_by_matrix, rtol=1e-3, atol=1e-8)
    assert jnp.all(bias_by_events != 0)


@pytest.mark.slow
def test_200_neurons_learn_to_fire_at_5_hz():
    """From about 1 Hz, by Adam, in fewer than 100 steps; judged by a plain run, which knows no
    surrogate, over 20 s of noise that was not trained on."""
    n, target_hz, n_updates = 200, 5.0, 60
    net, rest, cells = Culture.create(jax.random.PRNGKey(42), n_neurons=n, g_exc=0.03)

    def rate_hz(parameters, key, seconds, surrogate=None):
        spikes = simulate(
            cells,
            rest,
            create_synapse_state(n),
            W_exc=jnp.exp(parameters["log_factor"]) * net.W_exc,
            W_inh=net.W_inh,
            I_external=4.3 * jax.random.normal(key, (2000 * seconds, n)) + parameters["bias"],
            surrogate=surrogate,
        ).spike_history
        return spikes.sum() / n / seconds

    def error(parameters, key):
        return (rate_hz(parameters, key, 1, "sigmoid") / target_hz - 1) ** 2

    optimizer = optax.adam(optax.cosine_decay_schedule(0.08, n_updates))

    @jax.jit
    def update(parameters, state, key):
        changes, state = optimizer.update(jax.grad(error)(parameters, key), state)
        return optax.apply_updates(parameters, changes), state

    unseen = jax.random.PRNGKey(1)
    parameters = {"log_factor": jnp.float32(0.0), "bias": jnp.zeros(n)}
    state = optimizer.init(parameters)
    assert rate_hz(parameters, unseen, 20) == pytest.approx(1.0, abs=0.3)
    for key in jax.random.split(jax.random.PRNGKey(2), n_updates):
        parameters, state = update(parameters, state, key)
    assert rate_hz(parameters, unseen, 20) == pytest.approx(target_hz, rel=0.05)
