"""simulate(): the explicit form, what it records, resumes, compiles and refuses."""

import subprocess
import sys
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental.sparse import BCOO

from bl1 import Culture
from bl1.config import StdpConfig, StpConfig, StpParameters, SynapsesConfig
from bl1.core import (
    Izhikevich,
    NeuronState,
    Record,
    Rules,
    Stdp,
    SuperSpike,
    create_synapse_state,
    simulate,
)
from bl1.core.traced import simulate as module
from bl1.errors import Bl1Error

QUICKSTART = """
import jax
from bl1 import Culture
from bl1.core import NeuronState, create_synapse_state, simulate
from bl1.visualization import plot_raster

net_params, state, izh_params = Culture.create(
    jax.random.PRNGKey(42), n_neurons=200, ei_ratio=0.8, g_exc=0.05, g_inh=0.20)   # also lambda_um=, p_max=
syn_state = create_synapse_state(200)
I_ext = 5.0 * jax.random.normal(jax.random.PRNGKey(0), (2000, 200))
neuron_state = NeuronState(v=state.v, u=state.u, spikes=state.spikes)
result = simulate(izh_params, neuron_state, syn_state, stdp_state=None,
                  W_exc=net_params.W_exc, W_inh=net_params.W_inh, I_external=I_ext, dt=0.5)
fig = plot_raster(result.spike_history, dt_ms=0.5, ei_boundary=160); fig.savefig("raster.png", dpi=150)
"""  # noqa: E501


def test_the_explicit_quickstart_runs_word_for_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(QUICKSTART, names)
    raster = np.asarray(names["result"].spike_history)
    assert raster.shape == (2000, 200)
    assert 0.5 < raster.sum() / 200 < 20  # Hz, over one second
    assert (tmp_path / "raster.png").stat().st_size > 10_000


N = 60
NET, REST, CELLS = Culture.create(jax.random.PRNGKey(1), n_neurons=N)
NOISE = 5.0 * jax.random.normal(jax.random.PRNGKey(2), (1500, N))
STP = StpConfig(
    excitatory=StpParameters(U=0.5, tau_rec_ms=800.0, tau_fac_ms=0.0),
    inhibitory=StpParameters(U=0.04, tau_rec_ms=100.0, tau_fac_ms=1000.0),
)


def run(**changed):
    given = {
        "params": CELLS,
        "neuron_state": REST,
        "syn_state": create_synapse_state(N),
        "W_exc": NET.W_exc,
        "W_inh": NET.W_inh,
        "I_external": NOISE,
    }
    return simulate(**(given | changed))


def test_rows_are_presynaptic_and_each_kind_opens_its_own_receptors():
    """One cell of each kind is fired; only its targets' conductances open, the next step."""
    weights = np.zeros((4, 4), np.float32)
    weights[0, 1], weights[0, 2], weights[3, 1] = 0.3, 0.1, 0.2
    rs = Izhikevich(*(jnp.full(4, value) for value in (0.02, 0.2, -65.0, 8.0)))
    state = NeuronState(jnp.full(4, -65.0), jnp.full(4, -13.0), jnp.zeros(4, bool))
    for cell, receptor, expected in (
        (0, "ampa", [0.0, 0.3, 0.1, 0.0]),
        (3, "gaba_a", [0.0, 0.2, 0.0, 0.0]),
    ):
        drive = np.zeros((10, 4), np.float32)
        drive[:, cell] = 100.0
        until = int(np.argmax(_fire(rs, state, weights, drive).spike_history[:, cell]))
        after = _fire(rs, state, weights, drive[: until + 2]).syn_state
        tau_ms = {"ampa": 2.0, "gaba_a": 6.0}[receptor]
        opened = np.asarray(getattr(after, receptor)) / np.exp(-0.5 / tau_ms)
        assert opened == pytest.approx(expected, abs=1e-6)
        other = "gaba_a" if receptor == "ampa" else "ampa"
        assert not np.asarray(getattr(after, other)).any()


def _fire(cells, state, weights, drive):
    exc, inh = weights.copy(), weights.copy()
    exc[3], inh[0] = 0.0, 0.0
    syn = create_synapse_state(4)
    return simulate(cells, state, syn, W_exc=exc, W_inh=inh, I_external=drive)


def test_a_run_goes_on_to_the_same_bits_wherever_it_was_cut():
    whole = run(stp=STP, n_exc=48, record=Record("events"))
    parts, state = [], {}
    for first, last in ((0, 1), (1, 700), (700, 1500)):
        part = run(
            I_external=NOISE[first:last], stp=STP, n_exc=48, record=Record("events"), **state
        )
        state = {"neuron_state": part.neuron_state, "syn_state": part.syn_state}
        parts.append(part)
    assert len(whole.events.ids) > 100
    for name in ("steps", "ids"):
        pieces = [getattr(part.events, name) for part in parts]
        assert np.array_equal(np.concatenate(pieces), getattr(whole.events, name))
    for a, b in zip(
        jax.tree.leaves((whole.neuron_state, whole.syn_state)),
        jax.tree.leaves((parts[-1].neuron_state, parts[-1].syn_state)),
        strict=True,
    ):
        assert np.array_equal(a, b)


def test_it_records_what_is_asked_and_nothing_else():
    whole = run(record=Record("raster", v_of=(3, 0)))
    events = run(record=Record("events"))
    assert events.spike_history is None and events.v_history is None
    steps, ids = np.nonzero(whole.spike_history)
    assert np.array_equal(events.events.steps, steps)
    assert np.array_equal(events.events.ids, ids)
    assert whole.v_history.shape == (1500, 2)
    assert np.array_equal(whole.v_history[-1], whole.neuron_state.v[jnp.array([3, 0])])
    assert run(record=Record("none")).spike_history is None


def test_any_length_and_any_numbers_run_through_code_that_was_compiled_once():
    run(I_external=NOISE[:10])
    before = module._chunk._cache_size()
    run()
    run(I_external=2.0 * NOISE[:777], W_exc=2.0 * NET.W_exc, dt=0.25)
    run(kinetics=SynapsesConfig(nmda_ratio=0.3), refractory_ms=3.0)
    assert module._chunk._cache_size() == before


def test_a_function_of_the_step_is_the_same_current_as_its_values():
    def wave(step):
        return 6.0 + 4.0 * jnp.sin(0.01 * (step + jnp.arange(N)))

    values = jax.vmap(wave)(jnp.arange(1200, dtype=jnp.uint32))
    by_values = run(I_external=values).spike_history
    assert by_values.sum() > 100
    assert np.array_equal(run(I_external=wave, n_steps=1200).spike_history, by_values)


def test_traced_and_chunked_runs_are_the_same_run():
    """Also where the traced one is more than one stretch of 1,000 steps."""
    traced = jax.jit(lambda current: run(I_external=current).spike_history)(NOISE)
    assert np.array_equal(traced, run().spike_history)


def test_a_gradient_reaches_what_a_function_of_the_step_holds_and_runs_can_be_batched():
    def n_spikes(bias):
        result = run(I_external=lambda step: NOISE[step] + bias, n_steps=1100, surrogate="sigmoid")
        return result.spike_history.sum()

    assert jnp.all(jax.grad(n_spikes)(jnp.ones(N)) != 0)
    batch = jax.vmap(n_spikes)(jnp.array([0.0, 2.0]))
    assert batch.tolist() == [n_spikes(0.0), n_spikes(2.0)]
    assert batch[0] < batch[1]


def test_a_large_culture_is_created_as_bcoo():
    net, rest, cells = Culture.create(jax.random.PRNGKey(0), n_neurons=3001)
    assert isinstance(net.W_exc, BCOO) and len(cells) == 3001 == len(rest.v)
    assert net.W_inh.indices[:, 0].min() >= net.n_exc > net.W_exc.indices[:, 0].max()
    with pytest.raises(Bl1Error, match=r"ei_ratio is 2\.0: "):
        Culture.create(jax.random.PRNGKey(0), ei_ratio=2.0)


def test_bcoo_and_dense_weights_are_the_same_network():
    sparse = {name: BCOO.fromdense(getattr(NET, name)) for name in ("W_exc", "W_inh")}
    assert np.array_equal(run(**sparse).spike_history, run().spike_history)


def test_silence_stays_silent_and_a_constant_current_is_taken():
    quiet = run(I_external=jnp.zeros(N), n_steps=1001)
    assert quiet.spike_history.shape == (1001, N) and not quiet.spike_history.any()
    assert run(I_external=jnp.full(N, 10.0), n_steps=1000).spike_history.sum() > 10 * N


CELLS_OF_ONE = (jnp.float32(0.02), jnp.float32(0.2), jnp.float32(-65.0), jnp.float32(8.0))


def test_numbers_of_any_library_are_taken():
    short = NOISE[:200]
    expected = run(I_external=short).spike_history
    for dt in (np.float32(0.5), jnp.float32(0.5)):
        assert np.array_equal(run(I_external=short, dt=dt).spike_history, expected)


X64 = """
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp, numpy as np
from bl1 import Culture
from bl1.bench.network import bench_experiment
from bl1.config import HomeostaticConfig, StdpConfig, StructuralConfig
from bl1.core import Compartmental, Izhikevich, NeuronState, Record, create_synapse_state, simulate
rules = {"homeostatic": HomeostaticConfig(interval_s=0.1),
         "structural": StructuralConfig(interval_s=0.1), "stdp": StdpConfig(w_max=5.0)}
config = bench_experiment(60).model_copy(update=rules)
culture = Culture.from_config(config, seed=1)
given = culture.to_jax("dense").arguments()
print(int(simulate(**given, n_steps=1500).spike_history.sum()))
rs = Izhikevich(*(jnp.full(1, x, jnp.float32) for x in (0.02, 0.2, -65.0, 8.0)))
rest = NeuronState(jnp.full(2, -65.0), jnp.array([-13.0, 0.0]), jnp.zeros(2, bool))
none = jnp.zeros((2, 2))
result = simulate((rs, Compartmental(1)), rest, create_synapse_state(2), W_exc=none, W_inh=none,
                  I_external=jnp.full(2, 10.0), n_steps=200)
print(int(result.spike_history[:, 1].sum()))
"""


@pytest.mark.slow
def test_all_of_it_runs_where_jax_computes_in_double_precision():
    done = subprocess.run([sys.executable, "-c", X64], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(int(spikes) > 0 for spikes in done.stdout.split())


def nan_at(matrix, *at):
    return matrix.at[at].set(jnp.nan)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"W_exc": nan_at(NET.W_exc, 2, 5)},
            r"W_exc\[2, 5\] is nan, expected a finite number >= 0",
        ),
        ({"W_inh": -NET.W_inh}, r"W_inh\[.*\] is -0.*, expected a finite number >= 0"),
        ({"W_exc": NET.W_exc[:, :50]}, r"W_exc has shape \(60, 50\), expected \(60, 60\)"),
        ({"I_external": NOISE[:, :9]}, r"I_external has shape \(1500, 9\), expected \(steps, 60\)"),
        ({"I_external": nan_at(NOISE, 7, 7)}, "I_external holds a number that is not finite"),
        ({"I_external": NOISE[0]}, "I_external has no time axis, expected n_steps"),
        ({"n_steps": 3}, "n_steps is 3, but I_external has 1500 steps"),
        ({"dt": 0.0}, "dt is 0.0, expected the length of a step in ms, a number > 0"),
        ({"refractory_ms": -1.0}, "refractory_ms is -1.0, expected"),
        (
            {"kinetics": SynapsesConfig().model_copy(update={"tau_ampa_ms": -2.0})},
            "tau_ampa_ms of kinetics is -2.0, expected a number > 0 ms",
        ),
        ({"stp": STP}, "expected n_exc"),
        ({"surrogate": "heaviside"}, "the surrogate is 'heaviside', expected superspike, sigmoid"),
        ({"params": (CELLS, "adex")}, "params hold a str, expected groups of cells"),
        ({"syn_state": create_synapse_state(7)}, r"syn_state.ampa has shape \(7,\), expected"),
        ({"plasticity": Rules(())}, "plasticity has no state, expected stdp_state="),
        ({"stdp_state": 1}, "stdp_state is given without a rule"),
        ({"record": Record("raster", (60,))}, "record asks for v of cell 60"),
        ({"record": "events"}, "record is 'events', expected Record"),
        ({"plasticity": Stdp.of(StdpConfig(), 0.5)}, r"plasticity is a Stdp, expected Rules\("),
        ({"W_exc": [[0.0]]}, "weights are a list, expected a JAX array, a BCOO matrix"),
        ({"W_inh": None}, "weights are a NoneType, expected a JAX array"),
        ({"refractory_ms": np.inf}, "refractory_ms is inf, expected a number >= 0 and <= 1000"),
        ({"I_external": NOISE[0], "n_steps": 5.5}, "n_steps is 5.5, expected a whole number >= 0"),
        ({"I_external": None}, "I_external is None, expected a current"),
        ({"surrogate": 3}, "the surrogate is '3', expected superspike"),
        ({"params": None}, "params hold a NoneType, expected groups of cells"),
        ({"params": Izhikevich(*CELLS_OF_ONE)}, r"a of Izhikevich cells has shape \(\), expected"),
        (
            {"params": replace(CELLS, a=nan_at(CELLS.a, 3))},
            "a of Izhikevich cells holds a number that is not finite",
        ),
        (
            {"neuron_state": REST._replace(v=nan_at(REST.v, 3))},
            "neuron_state.v holds a number that is not finite",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(changed, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        run(**changed)


def test_a_surrogate_of_no_width_and_an_unknown_record_are_refused():
    with pytest.raises(Bl1Error, match="the width of a surrogate is 0, expected a number > 0 mV"):
        SuperSpike(0)
    with pytest.raises(Bl1Error, match="spikes are kept as 'dense', expected raster"):
        Record("dense")


def test_bl1_core_does_not_load_jax_and_names_the_command_where_it_is_missing():
    assert _without("jax", "from bl1.core import simulate") == (
        "Bl1Error simulate() and all it uses need JAX: pip install 'bl1[jax]'\n"
    )
    assert _without("jaxley", "from bl1.core import Compartmental") == (
        "Bl1Error cells with a dendrite need Jaxley: pip install 'bl1[jaxley]'\n"
    )


def _without(package, statement):
    code = f"""
import sys
import bl1.core
assert "jax" not in sys.modules
sys.modules["{package}"] = None
try:
    {statement}
except ValueError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout
