"""The engine: determinism, checkpoints, and a naive twin of the fused step."""

import numpy as np
import pytest
from circuits import TSODYKS_MARKRAM, engine, wire

from bl1.bench.network import bench_experiment
from bl1.config import BackgroundConfig, SynapsesConfig
from bl1.core import izhikevich, layout, noise, synapses
from bl1.core.cells import Cells
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

NOISY = BackgroundConfig(mean=4.0, std=4.0)


@pytest.fixture(scope="module")
def dish():
    return Culture.from_config(bench_experiment(3000), seed=3)


def run(dish, parts, threads=1):
    running = dish.engine(threads)
    pieces = [running.run(n) for n in parts]
    return dish.spike_train(
        np.concatenate([p.steps for p in pieces]),
        np.concatenate([p.ids for p in pieces]),
        sum(parts),
    )


def test_same_spikes_at_any_number_of_threads_and_any_chunking(dish):
    whole = run(dish, [4000])
    assert len(whole) > 2000
    assert whole.hash() == run(dish, [4000], threads=2).hash()
    assert whole.hash() == run(dish, [4000], threads=5).hash()
    assert whole.hash() == run(dish, [400] * 10).hash()
    assert whole.hash() == run(dish, [1, 2, 3, 994, 3000], threads=3).hash()


@pytest.mark.parametrize("n_steps", [-1, 1.5, float("nan"), "5"])
def test_a_number_of_steps_that_cannot_be_is_refused(dish, n_steps):
    with pytest.raises(Bl1Error, match=f"n_steps is {n_steps!r}, expected a whole number >= 0"):
        dish.engine().run(n_steps)


def test_another_seed_gives_other_spikes(dish):
    other = Culture.from_config(bench_experiment(3000), seed=4)
    assert run(dish, [1000]).hash() != run(other, [1000]).hash()


@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0])
def test_conductances_at_rest_are_small_but_never_denormal(ratio):
    """Arithmetic with denormal numbers is ten times slower, also for receptors without a share."""
    kinetics = SynapsesConfig(nmda_ratio=ratio, gaba_b_ratio=ratio)
    quiet = engine(["RS", "FS"], [(0, 1, 0.1, 2), (1, 0, 0.1, 2)], kinetics=kinetics)
    quiet.run(60_000)
    rows = layout.rows(quiet.memory.cells)[:, layout.AMPA : layout.GABA_B_DECAY + 1]
    assert rows.min() > np.finfo(np.float32).tiny
    assert rows.max() < 1e-20


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 4), (3, 2)])
def test_a_checkpoint_goes_on_to_the_same_bits(dish, before, after, tmp_path):
    first = dish.engine(before)
    first.run(2001)
    np.savez(tmp_path / "checkpoint.npz", **first.checkpoint())
    expected = first.run(1000)
    second = dish.engine(after)
    second.run(17)
    with np.load(tmp_path / "checkpoint.npz") as stored:
        second.restore(dict(stored))
    found = second.run(1000)
    assert np.array_equal(expected.steps, found.steps)
    assert np.array_equal(expected.ids, found.ids)
    assert np.array_equal(first.v_mv, second.v_mv)


@pytest.mark.parametrize(
    "change",
    [
        {"culture": {"n_neurons": 2999}},
        {"culture": {"g_exc": 0.1}},
        {"culture": {"synaptic_delay_ms": 20.0}},
        {"background": {"std": 4.0}},
        {"synapses": {"nmda_ratio": 0.2}},
        {"dt_ms": 0.25},
        {"stp": None},
    ],
)
def test_a_checkpoint_of_another_culture_is_refused(dish, change):
    config = dish.config
    for section, values in change.items():
        if isinstance(values, dict):
            values = getattr(config, section).model_copy(update=values)
        config = config.model_copy(update={section: values})
    other = Culture.from_config(config, seed=3).engine()
    with pytest.raises(Bl1Error, match="checkpoint is of another culture"):
        other.restore(dish.engine().checkpoint())
    assert other.step_count == 0


def test_a_damaged_checkpoint_is_refused_and_changes_nothing(dish):
    running = dish.engine()
    running.run(100)
    voltages = running.v_mv
    checkpoint = dish.engine().checkpoint()
    del checkpoint["resources"]
    with pytest.raises(Bl1Error, match="resources is missing"):
        running.restore(checkpoint)
    checkpoint = dish.engine().checkpoint()
    checkpoint["state"] = checkpoint["state"][:10]
    with pytest.raises(Bl1Error, match=r"state is float32 of shape \(10, 8, 64\)"):
        running.restore(checkpoint)
    assert np.array_equal(running.v_mv, voltages)


def test_only_cells_that_exist_fire():
    """The last block of 64 is filled up with cells that must stay mute however strong the noise."""
    lonely = Culture.uncoupled(10, background=BackgroundConfig(mean=200.0, std=60.0))
    spikes = lonely.engine().run(2000)
    assert set(spikes.ids.tolist()) == set(range(10))
    config = bench_experiment(70).model_copy(
        update={"background": BackgroundConfig(mean=5.0, std=60.0)}
    )
    assert Culture.from_config(config).engine().run(4000).ids.max() < 70


def test_spikes_are_ordered_and_in_range(dish):
    spikes = dish.engine(2).run(3000)
    order = np.lexsort((spikes.ids, spikes.steps))
    assert np.array_equal(order, np.arange(len(order)))
    assert spikes.steps.min() >= 0 and spikes.steps.max() < 3000
    assert spikes.ids.min() >= 0 and spikes.ids.max() < dish.n_neurons


def test_more_spikes_than_the_buffer_holds_are_all_kept():
    cells = engine(["FS"] * 300, background=BackgroundConfig(mean=500.0, std=0.0))
    spikes = cells.run(4000)
    assert len(spikes.ids) > 1 << 18
    assert np.bincount(spikes.ids).min() == np.bincount(spikes.ids).max()


def test_a_current_drives_only_the_cells_it_names():
    cells = engine(["RS"] * 130)
    current = np.zeros(130)
    current[[0, 64, 129]] = 10.0
    assert set(cells.run(1000, current).ids.tolist()) == {0, 64, 129}
    assert len(cells.run(1000).ids) <= 3  # the current was for that run only


def test_negative_steps_and_no_threads_are_refused():
    with pytest.raises(Bl1Error, match="n_steps is -1"):
        engine(["RS"]).run(-1)
    with pytest.raises(Bl1Error, match="threads is 0"):
        engine(["RS"], threads=0)


def naive_run(types, edges, kinetics, stp, background, seed, n_steps, dt=0.5):
    """The same step, written plainly over arrays from the same equations."""
    f = np.float32
    cells = Cells.of_types(types)
    a, b, c, d = cells.populations[0].parameters
    n = len(types)
    v = np.full(n, f(-65.0))
    u = v * b
    taus = (2.0, 2.0, 100.0, 6.0, 45.0, 170.0)
    g = np.zeros((6, n), f)
    keep = np.array([synapses.decay_per_step(tau, dt) for tau in taus], f)
    mean = np.array([synapses.mean_over_step(tau, dt) for tau in taus], f)
    to_nmda = kinetics.nmda_ratio * synapses.dual_exponential_scale(2.0, 100.0)
    to_gaba_b = kinetics.gaba_b_ratio * synapses.dual_exponential_scale(45.0, 170.0)
    gain = np.array(
        [1 - kinetics.nmda_ratio, to_nmda, to_nmda, 1 - kinetics.gaba_b_ratio, to_gaba_b, to_gaba_b]
    )
    resources, used, last = np.ones(n), np.zeros(n), np.full(n, -np.inf)
    arrivals = np.zeros((n_steps + 64, 2, n))
    fired = []
    key_seed = noise.mix(np.array([seed], np.uint32))[0]
    for step in range(n_steps):
        g[:3] += gain[:3, None] * arrivals[step, 0]
        g[3:] += gain[3:, None] * arrivals[step, 1]
        ampa, nmda_rise, nmda_decay, gaba_a, gaba_b_rise, gaba_b_decay = mean[:, None] * g
        g_exc = ampa + (nmda_decay - nmda_rise) * synapses.nmda_block(v, f(1.0))
        g_b = gaba_b_decay - gaba_b_rise
        key = noise.step_key(key_seed, np.array([step]))[0]
        white = noise.standard_normal(key, np.arange(n, dtype=np.uint32))
        current = background.mean + background.std / np.sqrt(dt) * white
        current = (current - 75.0 * gaba_a - 95.0 * g_b).astype(f)
        total = g_exc + gaba_a + g_b
        new_v, new_u, crossed = izhikevich.izhikevich_flow(v, u, current, total, a, b, f(dt))
        reset_v, reset_u = izhikevich.izhikevich_reset(
            v, u, new_v, current, total, a, b, c, d, f(dt)
        )
        v, u = np.where(crossed, reset_v, new_v), np.where(crossed, reset_u, new_u)
        g *= keep[:, None]
        for cell in np.flatnonzero(crossed):
            kind = stp.excitatory if cell < cells.n_exc else stp.inhibitory
            elapsed = (step - last[cell]) * dt
            recovered = np.exp(-elapsed / kind.tau_rec_ms)
            kept = np.exp(-elapsed / kind.tau_fac_ms) if kind.tau_fac_ms else 0.0
            available = 1 - (1 - resources[cell]) * recovered
            used[cell] = used[cell] * kept + kind.U * (1 - used[cell] * kept)
            efficacy = used[cell] * available / kind.U
            resources[cell] = available * (1 - used[cell])
            last[cell] = step
            fired.append((step, cell))
            for source, target, weight, delay in edges:
                if source == cell:
                    row = 0 if cell < cells.n_exc else 1
                    arrivals[step + delay, row, target] += weight * efficacy
    return fired


def test_the_fused_kernel_agrees_with_a_naive_twin():
    rng = np.random.default_rng(5)
    types = ["RS"] * 50 + ["IB"] * 6 + ["CH"] * 6 + ["FS"] * 12 + ["LTS"] * 6
    n = len(types)
    edges = [
        (int(source), int(target), 0.05 if source < 62 else 0.2, int(rng.integers(2, 9)))
        for source in range(n)
        for target in rng.choice(n, 12, replace=False)
        if source != target
    ]
    kinetics = SynapsesConfig(nmda_ratio=0.2, gaba_b_ratio=0.1)
    fused = engine(types, edges, kinetics=kinetics, stp=TSODYKS_MARKRAM, background=NOISY, seed=9)
    spikes = fused.run(400)
    naive = naive_run(types, edges, kinetics, TSODYKS_MARKRAM, NOISY, 9, 400)
    assert len(naive) > 60
    assert list(zip(spikes.steps.tolist(), spikes.ids.tolist(), strict=True)) == naive


def test_wire_builds_the_rows_it_says():
    wiring = wire(3, [(0, 1, 0.1, 2), (0, 2, 0.2, 4), (2, 0, 0.3, 2)])
    assert wiring.starts.tolist() == [0, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert wiring.targets.tolist() == [1, 2, 0]
