"""Drugs: how much a concentration blocks, what a blocked channel does to a cell and to a culture,
and that a drug acts for as long as it is in the medium."""

import math

import numpy as np
import pytest
from circuits import SILENT, drive, engine, fire_once

from bl1.analysis.bursting import Bursts, bursts
from bl1.bench.network import bench_experiment
from bl1.config import BackgroundConfig, BlockedConfig, load_experiment
from bl1.core import Record, simulate
from bl1.core.cells import MODELS, Cells, Population, parameters_of
from bl1.core.engine import Engine
from bl1.core.izhikevich import CELL_TYPES, sodium_shunt
from bl1.core.spikes import Spikes, SpikeTrain
from bl1.errors import Bl1Error
from bl1.network.culture import Culture
from bl1.network.pharmacology import DRUGS, MOST_SODIUM_BLOCKED, Drug, blocked_by, dosed

CALIBRATED = load_experiment("wagenaar_calibrated")
SECONDS = 100.0
HALF_SODIUM = BlockedConfig(sodium=0.5)


# -- concentrations


@pytest.mark.parametrize("name", DRUGS)
def test_half_of_the_channels_are_blocked_at_ic50_and_all_far_above_it(name):
    drug = DRUGS[name]
    assert drug.blocked(drug.ic50_um) == pytest.approx(0.5)
    assert drug.blocked(0.0) == 0.0
    assert drug.blocked(1e-300) == pytest.approx(0.0, abs=1e-200)
    assert drug.blocked(1e6 * drug.ic50_um) == pytest.approx(1.0, abs=2e-6)
    shares = [drug.blocked(c) for c in np.geomspace(1e-6, 1e6, 60)]
    assert np.all(np.diff(shares) > 0)


def test_a_hill_coefficient_sharpens_the_curve():
    drug = Drug("nmda", 5.0, hill=2.0)
    for concentration_um in (0.1, 5.0, 40.0):
        expected = concentration_um**2 / (concentration_um**2 + 25.0)
        assert drug.blocked(concentration_um) == pytest.approx(expected, rel=1e-12)


def test_what_drugs_leave_of_a_channel_multiplies():
    blocked = blocked_by({"TTX": 0.010, "carbamazepine": 600.0, "APV": 15.0})
    assert blocked.sodium == pytest.approx(1.0 - 0.5 / 3.0)
    assert blocked.nmda == pytest.approx(0.75)
    assert (blocked.ampa, blocked.gaba_a, blocked.gaba_b) == (0.0, 0.0, 0.0)
    more = blocked_by({"APV": 5.0}, before=blocked)
    assert more == blocked.changed(nmda=1.0 - 0.25 * 0.5)


def test_no_concentration_blocks_more_than_a_config_may_hold():
    assert blocked_by({"TTX": 1e9}).sodium == MOST_SODIUM_BLOCKED
    assert blocked_by({}) == BlockedConfig()


@pytest.mark.parametrize(
    ("concentrations_um", "sentence"),
    [
        ({"bicuculine": 10.0}, "there is no drug 'bicuculine'; did you mean 'bicuculline'?"),
        ({"water": 1.0}, "there is no drug 'water'; known: APV, CNQX, TTX, bicuculline"),
        ({"TTX": -1.0}, "TTX is given at -1.0 µM, expected a number >= 0"),
        ({"APV": math.nan}, "APV is given at nan µM, expected a number >= 0"),
        ({"APV": math.inf}, "APV is given at inf µM, expected a number >= 0"),
    ],
)
def test_what_cannot_be_given_is_refused_in_one_sentence(concentrations_um, sentence):
    for give in (blocked_by, lambda drugs: dosed(CALIBRATED, drugs)):
        with pytest.raises(Bl1Error) as refused:
            give(concentrations_um)
        assert str(refused.value).startswith(sentence)


def test_a_dose_changes_only_what_is_blocked():
    found = dosed(CALIBRATED, {"CNQX": 1.0}).model_dump()
    assert found["synapses"].pop("blocked") != CALIBRATED.synapses.blocked.model_dump()
    expected = CALIBRATED.model_dump()
    del expected["synapses"]["blocked"]
    assert found == expected


# -- what a blocked channel is


@pytest.mark.parametrize("blocked", [0.0, 0.3, 0.9, 0.9999])
def test_the_shunt_moves_the_threshold_and_leaves_the_rest(blocked):
    conductance, current = sodium_shunt(blocked)
    rest_mv, threshold_mv = np.sort(np.roots([0.04, 5.0, 140.0]))
    roots = np.sort(np.roots([0.04, 5.0 - conductance, 140.0 + current]))
    assert roots == pytest.approx([rest_mv, threshold_mv - 6.0 * math.log(1.0 - blocked)])


def quadratic_cell(blocked: BlockedConfig) -> Engine:
    """A membrane without recovery, v' = 0.04 v² + 5 v + 140 + I."""
    cell = Population("izhikevich", np.array([[0.0, 0.0, -65.0, 0.0]], np.float32).T)
    kinetics = CALIBRATED.synapses
    running = Engine(Cells((cell,), n_exc=1), None, kinetics=kinetics, stp=None, background=SILENT)
    running.block(blocked)
    return running


def least_current(make, steps: int, low: float, high: float) -> float:
    """The least current (mV/ms), to 1e-3, that makes a cell spike within some steps."""
    while high - low > 1e-3:
        middle = (low + high) / 2
        spiked = len(make().run(steps, [middle]).ids)
        low, high = (low, middle) if spiked else (middle, high)
    return high


@pytest.mark.parametrize("blocked", [0.0, 0.3, 0.9])
def test_a_membrane_spikes_from_the_current_that_its_threshold_tells(blocked):
    """The quadratic loses its roots v_r and v_t + Δ at I = 0.04 ((v_t + Δ − v_r)/2)²."""
    rest_mv, threshold_mv = np.sort(np.roots([0.04, 5.0, 140.0]))
    apart_mv = threshold_mv - 6.0 * math.log(1.0 - blocked) - rest_mv
    found = least_current(lambda: quadratic_cell(BlockedConfig(sodium=blocked)), 4000, 0.0, 200.0)
    assert found == pytest.approx(0.01 * apart_mv**2, rel=2e-3)


def test_the_rheobase_of_a_regular_spiking_cell_rises_as_its_equation_says():
    """An RS cell leaves its rest where that turns unstable, at 0.08 v + 5 − g = a; a step of
    current, which it first overshoots, fires it a little earlier."""
    cell = CELL_TYPES["RS"]
    found, expected = [], []
    for blocked in (0.0, 0.3, 0.9):

        def make(blocked: float = blocked) -> Engine:
            running = engine(["RS"])
            running.block(BlockedConfig(sodium=blocked))
            return running

        g, current = sodium_shunt(blocked)
        v = (cell.a - 5.0 + g) / 0.08
        expected.append(-(0.04 * v**2 + (5.0 - cell.b - g) * v + 140.0 + current))
        found.append(least_current(make, 4000, 0.0, 200.0))
    assert found == pytest.approx(expected, rel=0.1)
    assert np.array(found) / found[0] == pytest.approx(np.array(expected) / expected[0], rel=0.02)


@pytest.mark.parametrize(
    ("model", "parameters", "current"),
    [("adex", parameters_of("adex_adapting"), 3.0), ("lif", (0.05, -60.0, -50.0, -60.0, 5.0), 0.8)],
)
def test_cells_whose_threshold_is_a_parameter_have_a_higher_one(model, parameters, current):
    raised = np.array([parameters], np.float32).T
    raised[MODELS[model].parameters.index("v_t")] += 6.0 * math.log(2.0)

    def spikes(parameters: np.ndarray, blocked: BlockedConfig) -> Spikes:
        cells = Cells((Population(model, parameters),), n_exc=1)
        running = Engine(
            cells, None, kinetics=CALIBRATED.synapses, stp=None, background=SILENT
        )  # fmt: skip
        running.block(blocked)
        return running.run(4000, [current])

    expected = spikes(raised, BlockedConfig())
    found = spikes(np.array([parameters], np.float32).T, HALF_SODIUM)
    assert len(expected.ids) > 5
    assert np.abs(found.steps - expected.steps).max() <= 1


@pytest.mark.parametrize(
    ("kind", "mean"), [("RS", 6.0), ("FS", 6.0), ("adex_adapting", 1.8), ("adex_tonic", 1.5)]
)
def test_cells_without_synapses_feel_it_whatever_their_model(kind, mean):
    running = Culture.uncoupled(70, kind, BackgroundConfig(mean=mean, std=1.0), seed=1).engine()
    running.run(1000)
    before = len(running.run(2000).ids)
    running.block(blocked_by({"carbamazepine": 30.0}))
    under = len(running.run(2000).ids)
    running.block(blocked_by({"TTX": 1.0}))
    running.run(20)  # what was beyond the threshold already
    assert len(running.run(2000).ids) == 0
    running.block(BlockedConfig())
    assert before > 200 and under < before
    running.run(1000)
    assert len(running.run(2000).ids) == pytest.approx(before, rel=0.2)


@pytest.mark.parametrize(
    ("receptor", "kind"), [("ampa", "RS"), ("nmda", "RS"), ("gaba_a", "FS"), ("gaba_b", "FS")]
)
def test_a_blocked_receptor_opens_less_at_the_next_spike(receptor, kind):
    kinetics = CALIBRATED.synapses.changed(gaba_b_ratio=0.5)
    cells = ["RS", "RS"] if kind == "RS" else ["RS", "FS"]
    edges = [(0, 1, 0.1, 2)] if kind == "RS" else [(1, 0, 0.1, 2)]

    def opened(blocked: BlockedConfig) -> dict[str, float]:
        circuit = engine(cells, edges, kinetics=kinetics)
        circuit.block(blocked)
        source, target, *_ = edges[0]
        fire_once(circuit, source, 2)
        circuit.run(4)
        return {name: float(g[target]) for name, g in circuit.conductances().items()}

    whole, part = opened(BlockedConfig()), opened(BlockedConfig(**{receptor: 0.75}))
    for name in whole:
        share = 0.25 if name == receptor else 1.0
        assert part[name] == pytest.approx(share * whole[name], rel=1e-4, abs=1e-12)
    assert whole[receptor] > 1e-3


# -- cultures under drugs


def under(drugs: dict[str, float], seconds: float, seed: int, n: int = 2000) -> SpikeTrain:
    return Culture.from_config(dosed(CALIBRATED, drugs), seed=seed, n_neurons=n).run(seconds)


def bursts_of(train: SpikeTrain) -> Bursts:
    return bursts(train, "population_rate")


@pytest.fixture(scope="module")
def control() -> SpikeTrain:
    train = under({}, SECONDS, seed=1)
    assert len(bursts_of(train)) >= 4
    return train


def test_ttx_silences_every_cell_but_those_that_a_current_forces():
    running = Culture.from_config(dosed(CALIBRATED, {"TTX": 1.0}), 1, 2000).engine()
    assert len(running.run(20_000).ids) == 0
    forced = np.zeros(2000, np.float32)
    forced[::100] = 60.0
    assert np.array_equal(np.unique(running.run(200, forced).ids), np.arange(0, 2000, 100))
    running.run(20)  # what was beyond the threshold already
    assert len(running.run(2000).ids) == 0


def test_sodium_blockers_lower_the_rate(control):
    for drugs in (
        {"TTX": 0.010},
        {"TTX": 0.0005},
        {"carbamazepine": 500.0},
        {"carbamazepine": 20.0},
    ):
        train = under(drugs, SECONDS, seed=1)
        assert train.rate_hz() < 0.75 * control.rate_hz(), drugs
        assert len(bursts_of(train)) < len(bursts_of(control)), drugs


def test_bicuculline_makes_bursts_fuller(control):
    train = under({"bicuculline": 10.0}, SECONDS, seed=1)
    found, before = bursts_of(train), bursts_of(control)
    assert len(found) >= 4
    assert np.median(found.n_spikes) > 1.3 * np.median(before.n_spikes)
    assert train.rate_hz() > 1.1 * control.rate_hz()


def test_without_nmda_or_without_ampa_there_are_hardly_any_bursts(control):
    for drugs in ({"APV": 50.0}, {"CNQX": 10.0}):
        found = bursts_of(under(drugs, SECONDS, seed=1))
        assert len(found) < 0.5 * len(bursts_of(control)), drugs
        assert found.share_of_spikes < 0.1, drugs


@pytest.mark.slow
def test_part_of_a_receptor_changes_bursts_in_its_own_way():
    """Over three cultures: less NMDA makes bursts shorter, of fewer spikes; less AMPA makes fewer
    bursts of about the same size; less GABA_A leaves more spikes in each."""
    drugs = {"APV": {"APV": 2.0}, "CNQX": {"CNQX": 0.1}, "bicuculline": {"bicuculline": 3.0}}
    per_minute, n_spikes, duration_s = {}, {}, {}
    for name, drug in ({"nothing": {}} | drugs).items():
        found = [bursts_of(under(drug, 120.0, seed)) for seed in range(3)]
        per_minute[name] = np.mean([each.per_minute for each in found])
        n_spikes[name] = np.median(np.concatenate([each.n_spikes for each in found]))
        duration_s[name] = np.median(np.concatenate([each.durations_s for each in found]))
    assert n_spikes["APV"] < 0.8 * n_spikes["nothing"]
    assert duration_s["APV"] < duration_s["nothing"]
    assert per_minute["CNQX"] < 0.5 * per_minute["nothing"]
    assert n_spikes["CNQX"] == pytest.approx(n_spikes["nothing"], rel=0.2)
    assert n_spikes["bicuculline"] > 1.1 * n_spikes["nothing"]


# -- a drug in a running culture


def test_a_drug_acts_for_as_long_as_it_is_there_and_washes_out():
    running = Culture.from_config(bench_experiment(1000), 1).engine()

    def rates_hz(n: int) -> list[float]:
        return [len(running.run(2000).ids) / 1000 for _ in range(n)]

    before_hz = np.mean(rates_hz(8)[1:])
    running.block(blocked_by({"carbamazepine": 200.0}))
    under_hz = rates_hz(12)
    assert max(under_hz) < 0.8 * before_hz
    assert np.mean(under_hz[-4:]) == pytest.approx(np.mean(under_hz[:4]), rel=0.1)
    running.block(BlockedConfig())
    assert np.mean(rates_hz(8)[1:]) == pytest.approx(before_hz, rel=0.1)


def test_a_receptor_stays_blocked_in_every_chunk():
    edges = [(0, 1, 0.1, 2)]
    circuit = engine(["RS", "RS"], edges)
    peaks = []
    for blocked in (0.0, 0.8, 0.8, 0.8, 0.0):
        circuit.block(BlockedConfig(ampa=blocked))
        for _ in range(3):
            fire_once(circuit, 0, 2)
            circuit.run(3, drive(2))
            peaks.append(float(circuit.conductances()["ampa"][1]))
            circuit.run(2000)
    assert peaks == pytest.approx([peaks[0]] * 3 + [0.2 * peaks[0]] * 9 + [peaks[0]] * 3, rel=0.02)


def test_a_drug_from_the_beginning_is_that_of_the_file_and_blocking_nothing_does_nothing():
    plain, drugs = Culture.from_config(CALIBRATED, 2, 400), {"bicuculline": 3.0, "TTX": 0.0002}
    expected = Culture.from_config(dosed(CALIBRATED, drugs), 2, 400).engine().run(4000)
    running = plain.engine()
    running.block(blocked_by(drugs))
    assert np.array_equal(running.run(4000).ids, expected.ids)
    untouched, blocked = plain.engine(), plain.engine()
    parts = []
    for _ in range(4):
        blocked.block(CALIBRATED.synapses.blocked)
        parts.append(blocked.run(1000).ids)
    assert np.array_equal(np.concatenate(parts), untouched.run(4000).ids)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_checkpoint_under_a_drug_goes_on_to_the_same_bits(threads):
    culture = Culture.from_config(CALIBRATED, 3, 2000)
    running = culture.engine()
    running.run(1000)
    running.block(blocked_by({"bicuculline": 3.0, "carbamazepine": 10.0}))
    running.run(1000)
    saved = running.checkpoint()
    expected = running.run(3000)
    assert len(expected.ids) > 100
    running.block(BlockedConfig())
    running.restore(saved)
    assert np.array_equal(running.run(3000).ids, expected.ids)
    fresh = culture.engine(threads)
    fresh.restore(saved)
    found = fresh.run(3000)
    assert np.array_equal(found.steps, expected.steps) and np.array_equal(found.ids, expected.ids)


@pytest.mark.parametrize("share", [-0.1, 0.99995, 1.5, math.nan])
def test_a_checkpoint_that_blocks_an_impossible_share_changes_nothing(share):
    running = Culture.from_config(CALIBRATED, 3, 200).engine()
    saved = running.checkpoint()
    saved["blocked"][-1] = share
    running.run(100)
    before = running.checkpoint()
    with pytest.raises(Bl1Error, match="the checkpoint is damaged: blocked"):
        running.restore(saved)
    for name, value in running.checkpoint().items():
        assert np.array_equal(value, before[name]), name


@pytest.mark.parametrize("blocked", [HALF_SODIUM, BlockedConfig(ampa=0.5, nmda=0.9, gaba_a=0.7)])
@pytest.mark.parametrize("types", [{}, {"RS": 0.4, "adex_adapting": 0.4, "FS": 0.2}])
def test_both_engines_fire_the_same_spikes_under_the_same_block(blocked, types):
    plain = bench_experiment(200)
    plating = plain.culture.changed(cell_types=types or plain.culture.cell_types)
    config = plain.changed(
        culture=plating,
        synapses=plain.synapses.changed(blocked=blocked),
        background=plain.background.changed(mean=plain.background.mean + 4.0),
    )
    culture = Culture.from_config(config, seed=4)
    expected = culture.engine().run(2000)
    found = simulate(**culture.to_jax().arguments(), n_steps=2000, record=Record("events")).events
    unblocked = culture.engine()
    unblocked.block(BlockedConfig())
    assert len(expected.ids) > 100
    assert not np.array_equal(unblocked.run(2000).ids, expected.ids)
    assert np.array_equal(found.steps, expected.steps)
    assert np.array_equal(found.ids, expected.ids)
