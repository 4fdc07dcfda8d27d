"""Event-driven weights: nothing is dropped, everything arrives when and where it should."""

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from circuits import wire
from jax.sharding import AbstractDevice, AbstractMesh

from bl1.bench.network import bench_experiment
from bl1.core import DenseWeights, Izhikevich, NeuronState, create_synapse_state, simulate
from bl1.core.traced.event_kernel import deliver_by_kernel, scale_of
from bl1.core.traced.events import CELLS_AT_A_TIME, EventWeights, deliver_by_rows
from bl1.core.traced.fired import at_ranks, cells_that
from bl1.core.traced.inputs import weights_of
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

N = 300


@pytest.fixture(scope="module")
def wiring():
    """Rows of 0 to 199 synapses, with delays of 1 to 8 steps."""
    rng = np.random.default_rng(0)
    return wire(
        N,
        [
            (source, int(target), float(rng.uniform(0.01, 0.1)), int(rng.integers(1, 9)))
            for source in range(N)
            for target in rng.choice(N, rng.integers(0, 200), replace=False)
        ],
    )


def sent_by(share, seed=1):
    rng = np.random.default_rng(seed)
    return ((rng.random(N) < share) * rng.random(N)).astype(np.float32)


def expected_ring(wiring, cells, ring, sent, now):
    """The same, synapse by synapse."""
    ring = ring.astype(np.float64).copy()
    columns = wiring.sources(), wiring.targets, wiring.weights, wiring.delays()
    for source, target, weight, delay in zip(*columns, strict=True):
        if source in cells:
            ring[(now // N + delay) % (len(ring) // N) * N + target] += weight * sent[source]
    return ring


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 1.0])
@pytest.mark.parametrize("by_kernel", [False, True])
def test_every_spike_is_delivered_however_many_there_are(wiring, share, by_kernel):
    weights = EventWeights.of(wiring, N, slice(10, 250))
    assert weights.longest == 8 and CELLS_AT_A_TIME < 240
    ring = np.random.default_rng(2).random(8 * N).astype(np.float32)
    sent, now = sent_by(share), jnp.int32(5 * N)
    given = weights.rows, jnp.asarray(ring), weights.values, jnp.asarray(sent), now
    found = deliver_by_kernel(*given, interpret=True) if by_kernel else deliver_by_rows(*given)
    expected = expected_ring(wiring, range(10, 250), ring, sent, int(now))
    assert (share > 0) == (not np.array_equal(expected, ring))
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-7)


def test_the_kernel_sums_in_any_order_to_the_same_bits(wiring):
    """The rows of the synapses are turned around: another order of the same additions."""
    weights = EventWeights.of(wiring, N)
    edges = list(
        zip(
            wiring.sources().tolist(), wiring.targets.tolist(), wiring.weights.tolist(),
            wiring.delays().tolist(), strict=True,
        )
    )  # fmt: skip
    mirrored = [(N - 1 - source, *rest) for source, *rest in edges]
    turned = EventWeights.of(wire(N, mirrored), N)
    sent, ring = jnp.asarray(sent_by(0.5)), jnp.zeros(8 * N)
    first, second = (
        deliver_by_kernel(w.rows, ring, w.values, s, jnp.int32(0), interpret=True)
        for w, s in ((weights, sent), (turned, sent[::-1]))
    )
    assert first.max() > 0.5
    assert np.array_equal(first, second)


def test_no_sum_of_the_kernel_leaves_its_range_where_pairs_are_wired_more_than_once():
    """The largest sum at any place, for each cell firing alone and for all at once."""
    culture = Culture.from_config(bench_experiment(200), seed=1)
    weights = culture.to_jax().W_exc
    rows, values = weights.rows, np.asarray(weights.values, np.float64)
    assert rows.multiplicity > 1
    starts, places = np.asarray(rows.starts), np.asarray(rows.places)
    for fired in (*([cell] for cell in range(len(starts) - 1)), range(len(starts) - 1)):
        sent = np.zeros(200, np.float32)
        sent[list(fired)] = 1.0
        scale = scale_of(weights.values, jnp.asarray(sent), rows.multiplicity)
        of_fired = np.concatenate([np.arange(starts[c], starts[c + 1]) for c in fired])
        sums = np.bincount(places[of_fired], np.floor(values[of_fired] * float(scale) + 0.5))
        assert sums.max(initial=0) < 2**31


def test_the_kernel_lowers_for_a_gpu(wiring):
    """To Triton's language; whether it runs there takes a GPU to tell."""
    weights = EventWeights.of(wiring, N)

    def deliver(ring, values, sent, now):
        return deliver_by_kernel(weights.rows, ring, values, sent, now)

    triton = "__gpu$xla.gpu.triton"
    export = jax.export.export(
        jax.jit(deliver),
        platforms=["cuda"],
        disabled_checks=[jax.export.DisabledSafetyCheck.custom_call(triton)],
    )
    given = jnp.zeros(8 * N), weights.values, jnp.zeros(N), jnp.int32(0)
    gpu = AbstractDevice(device_kind="NVIDIA H100 80GB HBM3", num_cores=None, platform="gpu")
    with jax.sharding.use_abstract_mesh(AbstractMesh((1,), ("x",), abstract_device=gpu)):
        exported = export(*given)
    assert triton in exported.mlir_module()


@pytest.mark.parametrize("n", [1, 31, 32, 33, 500])
def test_cells_are_found_by_rank(n):
    flags = np.random.default_rng(n).random(n) < 0.4
    fired = cells_that(jnp.asarray(flags))
    expected = np.flatnonzero(flags)
    assert fired.n == len(expected)
    assert np.array_equal(at_ranks(fired, jnp.arange(len(expected))), expected)


@pytest.mark.parametrize("kind", ["events", "dense", "bcoo"])
def test_a_spike_arrives_after_its_delay_and_not_before(kind):
    """Delays of 1, 2, 5 and 5 steps, also around the end of the ring, from one spike."""
    wiring = wire(5, [(0, 1, 0.1, 1), (0, 2, 0.2, 2), (0, 3, 0.3, 5), (0, 4, 0.4, 5)])
    weights, none = (weights_of(wiring, 5, cells, kind) for cells in (slice(5), slice(0)))
    rs = Izhikevich(*(jnp.full(5, value) for value in (0.02, 0.2, -65.0, 8.0)))
    rest = NeuronState(jnp.full(5, -65.0), jnp.full(5, -13.0), jnp.zeros(5, bool))
    drive = np.zeros((40, 5), np.float32)
    drive[5:9, 0] = 60.0

    def until(n_steps):
        return simulate(
            rs, rest, create_synapse_state(5), W_exc=weights, W_inh=none,
            I_external=drive[:n_steps], refractory_ms=50.0,
        )  # fmt: skip

    (sent,) = np.flatnonzero(until(40).spike_history[:, 0])
    for delay, cell, weight in ((1, 1, 0.1), (2, 2, 0.2), (5, 3, 0.3), (5, 4, 0.4)):
        before, after = until(sent + delay), until(sent + delay + 1)
        assert before.syn_state.ampa[cell] == 0
        kept = np.exp(-0.5 / 2.0)
        assert after.syn_state.ampa[cell] == pytest.approx(weight * kept, rel=1e-5)
        assert until(sent + 20).syn_state.ampa[cell] == pytest.approx(
            weight * kept ** (20 - delay), rel=1e-4
        )


def test_impossible_synapses_are_refused_by_name(wiring):
    weights = wiring.weights.copy()
    weights[4] = np.nan
    broken = Synapses(wiring.starts, wiring.targets, weights, wiring.min_delay, wiring.n_delays)
    with pytest.raises(Bl1Error, match="the weight of synapse 4 is nan, expected a finite"):
        EventWeights.of(broken, N)
    with pytest.raises(Bl1Error, match="weights are 'csr', expected events, dense or bcoo"):
        weights_of(wiring, N, slice(N), "csr")


def test_delays_that_cannot_be_are_refused_by_name():
    for delays, sentence in (
        (0, "the delays are 0 to 0 steps, expected 1 to 65535"),
        (0.5, "the delays are float64, expected whole numbers of steps"),
        (np.ones((2, 3), int), r"the delays have shape \(2, 3\), expected \(2, 2\)"),
    ):
        with pytest.raises(Bl1Error, match=sentence):
            DenseWeights.of(np.ones((2, 2)), delays)
