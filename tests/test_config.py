"""The experiment file: what is accepted, and the sentence that each mistake gets."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bl1.config import (
    BackgroundConfig,
    CultureConfig,
    Experiment,
    load_experiment,
    save_experiment,
    shipped,
)
from bl1.errors import Bl1Error
from bl1.network.culture import Culture

SHIPPED = sorted(file.stem for file in shipped("configs").glob("*.yaml"))

SMALLEST = """\
name: dish
culture:
  n_neurons: 100
  density_per_mm2: 400
"""


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(Bl1Error) as error:
        load_experiment(path)
    return str(error.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dish.yaml"


def test_the_smallest_file_has_the_documented_defaults(file: Path) -> None:
    file.write_text(SMALLEST)
    experiment = load_experiment(file)
    assert experiment == Experiment(
        name="dish", culture=CultureConfig(n_neurons=100, density_per_mm2=400)
    )
    assert experiment.dt_ms == 0.5
    assert experiment.stp is None
    assert experiment.mea is None
    assert experiment.culture.side_um == pytest.approx(500.0)
    assert sum(experiment.culture.cell_types.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_load_by_name_and_survive_a_round_trip(name: str, file: Path) -> None:
    experiment = load_experiment(name)
    assert experiment.name == name
    save_experiment(experiment, file)
    assert load_experiment(file) == experiment
    assert [other.name for other in file.parent.iterdir()] == [file.name]


def test_a_section_without_anything_in_it_is_not_silently_off(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("name: x\nculture: {n_neurons: 10, density_per_mm2: 100.0}\nstdp:\n")
    with pytest.raises(Bl1Error) as raised:
        load_experiment(path)
    assert str(raised.value) == (
        f"{path}, line 3: stdp is empty, expected its keys, {{}} for its defaults, or nothing of "
        "that name"
    )


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ("structural: {tau_s: 0.001}", "structural.interval_s is 1.0, expected at most tau_s"),
        ("homeostatic: {tau_s: 0.5}", "homeostatic.interval_s is 1.0, expected at most tau_s"),
        ("structural: {prune_below: .9}", "structural.prune_below is 0.9, expected at most g_exc"),
        ("reward: {}", "reward is {}, expected a section stdp beside it"),
        ("stdp: {tau_plus_ms: -3}", "stdp.tau_plus_ms is -3, expected a number >= 0.01"),
        ("stdp: {w_max: 0.02}", "stdp.w_max is 0.02, expected at least 0.055, the largest initial"),
    ],
)
def test_rules_of_plasticity_that_cannot_be_are_refused(
    tmp_path: Path, sections: str, sentence: str
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"name: x\nculture: {{n_neurons: 10, density_per_mm2: 100.0}}\n{sections}\n")
    with pytest.raises(Bl1Error, match="line 3: " + re.escape(sentence)):
        load_experiment(path)


def test_a_section_is_changed_as_a_file_would_be() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    growth = experiment.growth.changed(synapse_half_div=15.5)
    assert experiment.changed(growth=growth).growth.synapse_half_div == 15.5
    assert experiment.growth.synapse_half_div == 12.0
    with pytest.raises(Bl1Error, match=r"^synapse_half_div is -5\.0, expected a number >= 0"):
        experiment.growth.changed(synapse_half_div=-5.0)
    with pytest.raises(Bl1Error, match="has no key 'synapse_halfdiv'; did you mean 'synapse_half"):
        experiment.growth.changed(synapse_halfdiv=12.0)


def test_a_copy_that_was_never_checked_is_checked_before_it_is_grown() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    young = experiment.growth.model_copy(update={"inh_start": float("nan")})
    with pytest.raises(Bl1Error, match=r"growth\.inh_start is NaN, expected a number >= 0"):
        Culture.grow(experiment.model_copy(update={"growth": young}), 3, n_neurons=50)


def test_the_three_experiments_of_the_literature_are_shipped() -> None:
    assert {"default", "wagenaar_calibrated", "dishbrain_pong"} <= set(SHIPPED)
    default = load_experiment("default").culture
    assert default.n_neurons == 100_000
    assert default.side_um == pytest.approx(3000.0, rel=1e-3)
    assert load_experiment("wagenaar_calibrated").culture.n_neurons == 5_000
    assert load_experiment("dishbrain_pong").closed_loop is not None


@pytest.mark.parametrize(
    ("line", "text", "sentence"),
    [
        (3, "n_neurons: -5", "culture.n_neurons is -5, expected a whole number >= 1"),
        (3, "n_neurons: '100'", "culture.n_neurons is the text '100', expected a whole number"),
        (3, "n_neurons: 2.5", "culture.n_neurons is 2.5, expected a whole number >= 1"),
        (3, "n_neurons: true", "culture.n_neurons is true, expected a whole number >= 1"),
        (3, "n_neurons:", "culture.n_neurons is empty, expected a whole number >= 1"),
        (3, "n_neuron: 5", "culture has no key 'n_neuron'; did you mean 'n_neurons'?"),
        (5, "p_max: 1.5", "culture.p_max is 1.5, expected a number >= 0 and <= 1"),
        (5, "p_max: .nan", "culture.p_max is NaN, expected a number >= 0 and <= 1"),
        (5, "lambda_um: .inf", "culture.lambda_um is Infinity, expected a number >= 1 and <= 5000"),
        (5, "g_exc: yes", "culture.g_exc is the text 'yes', expected a number >= 0"),
        (5, "g_exc: true", "culture.g_exc is true, expected a number >= 0"),
        (5, "lambda_um: 0", "culture.lambda_um is 0, expected a number >= 1 and <= 5000"),
        (5, "cell_types: {RS: 1, XY: 1}", "culture.cell_types.XY is 1, expected a known cell type"),
        (5, "cell_types: {FS: 1}", "expected a share above 0 for one of RS, IB, CH"),
        (5, "cell_types: {RS: 1}", "expected a share above 0 for one of FS, LTS"),
        (3, "n_neurons: 1e30", "culture.n_neurons is 1e+30, expected a whole number >= 1 and <="),
        (3, "n_neurons: 10000001", "expected a whole number >= 1 and <= 10000000"),
        (4, "density_per_mm2: 1e-9", "expected a number >= 0.001 and <= 10000000"),
        (5, "g_exc: 1e30", "culture.g_exc is 1e+30, expected a number >= 0 and <= 1000"),
        (5, "refractory_ms: 1e30", "refractory_ms is 1e+30, expected a number >= 0 and <= 1000"),
        (5, "cell_types: {RS: 1e300, FS: 1}", "cell_types.RS is 1e+300, expected a number >= 0"),
        (
            5,
            "conduction_velocity_m_per_s: [1e-9, .5]",
            "m_per_s[0] is 1e-09, expected a number >= 0.01 and <= 1000",
        ),
        (
            5,
            "conduction_velocity_m_per_s: [.5, .3]",
            "culture.conduction_velocity_m_per_s is [0.5, 0.3], expected the slowest axon first",
        ),
        (
            5,
            "conduction_velocity_m_per_s: [.5]",
            "culture.conduction_velocity_m_per_s[1] is missing, expected a number >= 0.01",
        ),
        (
            5,
            "synaptic_delay_ms: .2",
            "culture.synaptic_delay_ms is 0.2, expected at least one step of dt_ms (0.5)",
        ),
    ],
)
def test_a_mistake_in_the_culture(file: Path, line: int, text: str, sentence: str) -> None:
    lines = [*SMALLEST.splitlines(), ""]
    lines[line - 1] = f"  {text}"
    message = refusal(file, "\n".join(lines))
    assert f"{file}, line {line}: " in message
    assert sentence in message


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("dt_ms: 0", "line 5: dt_ms is 0, expected a number >= 0.01 and <= 1"),
        ("duration_s: -1", "line 5: duration_s is -1, expected a number > 0"),
        ("dt_ms: 1e-9", "dt_ms is 1e-09, expected a number >= 0.01 and <= 1"),
        ("duration_s: 1e300", "duration_s is 1e+300, expected a number > 0 and <= 10000000"),
        ("background: {mean: -1e30}", "mean is -1e+30, expected a number >= -1000 and <= 1000"),
        ("synapses: {tau_ampa_ms: 1e-300}", "tau_ampa_ms is 1e-300, expected a number >= 0.01"),
        (
            "stp: &s {excitatory: &e {U: 1, tau_rec_ms: 1, tau_fac_ms: 1e-300}, inhibitory: *e}",
            "stp.excitatory.tau_fac_ms is 1e-300, expected 0, or a number >= 0.01",
        ),
        ("synapse: {}", "line 5: the file has no key 'synapse'; did you mean 'synapses'?"),
        ("7: x", "line 5: the file has no key '7'; known: background, bursts"),
        (
            "synapses: {tau_nmda_decay_ms: 2.0}",
            "synapses.tau_nmda_decay_ms is 2.0, expected more than tau_nmda_rise_ms (2)",
        ),
        (
            "synapses: {tau_gaba_b_rise_ms: 200}",
            "synapses.tau_gaba_b_decay_ms is 170.0, expected more than tau_gaba_b_rise_ms (200)",
        ),
        ("stp: {excitatory: {U: 1, tau_rec_ms: 1, tau_fac_ms: 0}}", "stp.inhibitory is missing"),
        ("background: {std: -1}", "background.std is -1, expected a number >= 0"),
        ("stimulation: {max_hz: 3}", "stimulation.max_hz is 3, expected at least min_hz (4)"),
        ("stdp: {w_max: 0.05}", "stdp.w_max is 0.05, expected at least 0.055"),
        (
            "closed_loop: {conditions: [resting]}",
            "closed_loop.conditions[0] is the text 'resting', expected one of closed_loop, silent,",
        ),
        ("closed_loop: {motor_up: [1.5]}", "closed_loop.motor_up[0] is 1.5, expected a whole"),
        ("mea: {channels: 30}\nclosed_loop: {}", "expected electrodes below mea.channels (30)"),
    ],
)
def test_a_mistake_in_another_section(file: Path, text: str, sentence: str) -> None:
    assert sentence in refusal(file, SMALLEST + text + "\n")


def test_delays_that_are_too_long_for_the_step_are_refused(file: Path) -> None:
    slow = SMALLEST + "  conduction_velocity_m_per_s: [.01, .5]\n  lambda_um: 1000\ndt_ms: 0.02\n"
    sentence = (
        "culture.synaptic_delay_ms is 1.0, expected no delay above 65,535 steps of dt_ms (0.02), "
        "and over 16 lambda_um the slowest axon takes 1600 ms"
    )
    assert sentence in refusal(file, slow)
    file.write_text(slow.replace("0.02", "0.025"))
    load_experiment(file)


@given(
    name=st.text(min_size=1),
    n_neurons=st.integers(1, 10_000_000),
    density=st.floats(1e-3, 1e7),
    mean=st.floats(-1000, 1000),
    duration_s=st.floats(0, 1e7, exclude_min=True),
)
def test_any_experiment_survives_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    n_neurons: int,
    density: float,
    mean: float,
    duration_s: float,
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    experiment = Experiment(
        name=name,
        duration_s=duration_s,
        culture=CultureConfig(n_neurons=n_neurons, density_per_mm2=density),
        background=BackgroundConfig(mean=mean),
    )
    save_experiment(experiment, file)
    assert load_experiment(file) == experiment


def test_all_mistakes_are_listed_in_the_order_of_the_file(file: Path) -> None:
    message = refusal(file, SMALLEST.replace("100", "-1").replace("400", "0") + "dt_ms: 2\n")
    assert [line.split(": ")[0].rsplit(" ", 1)[-1] for line in message.splitlines()] == list("345")


def test_a_long_list_of_mistakes_is_cut(file: Path) -> None:
    message = refusal(file, SMALLEST + "".join(f"key_{i}: {i}\n" for i in range(100)))
    assert len(message.splitlines()) == 13
    assert message.endswith("... and 88 more")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty, expected a mapping with at least name, culture"),
        ("# nothing but a comment\n", "is empty"),
        ("[1, 2]", "the file is [1, 2], expected a mapping with at least name, culture"),
        ("just words", "the file is the text 'just words', expected a mapping"),
        ("name: dish\n", "culture is missing, expected a mapping with at least n_neurons"),
        (SMALLEST + "name: other\n", 'line 5: not valid YAML: found duplicate key "name"'),
        ("name: [dish\n", "line 2: not valid YAML: "),
        ("name: dish\n\tculture: 1\n", "line 2: not valid YAML: "),
        (SMALLEST + "---\nname: two\n", "not valid YAML: "),
        ("name: !!python/name:os.system\n", "line 1: not valid YAML: "),
        ("&a [*a]", "is not valid YAML: "),
    ],
)
def test_a_file_that_is_no_experiment(file: Path, text: str, sentence: str) -> None:
    message = refusal(file, text)
    assert message.startswith(str(file))
    assert sentence in message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Bl1Error, match=r"cannot read .*: Is a directory"):
        load_experiment(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(Bl1Error, match="is not a text file in UTF-8"):
        load_experiment(binary)


def test_an_unknown_name_suggests_a_shipped_experiment() -> None:
    with pytest.raises(Bl1Error, match=r"no experiment file .* 'defualt'; did you mean 'default'"):
        load_experiment("defualt")


def test_a_folder_does_not_hide_a_shipped_experiment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "default").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_experiment("default").name == "default"


def test_saving_replaces_the_file_at_one_stroke_or_not_at_all(tmp_path: Path) -> None:
    experiment = load_experiment("default")
    target = tmp_path / "dish.yaml"
    target.write_text("the old one")
    save_experiment(experiment, target)
    assert load_experiment(target) == experiment
    with pytest.raises(Bl1Error, match="cannot write"):
        save_experiment(experiment, tmp_path)
    with pytest.raises(Bl1Error, match="cannot write"):
        save_experiment(experiment, tmp_path / "nowhere" / "dish.yaml")
    with pytest.raises(Bl1Error, match=r"cannot write .*: Not a directory"):
        save_experiment(experiment, target / "dish.yaml")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dish.yaml"]


def test_an_experiment_is_a_value(file: Path) -> None:
    experiment = Experiment(
        name="dish",
        culture=CultureConfig(n_neurons=100, density_per_mm2=400),
        background=BackgroundConfig(mean=1.0, std=3.0),
    )
    with pytest.raises(ValueError, match="frozen"):
        experiment.dt_ms = 0.1
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        CultureConfig(n_neurons=0, density_per_mm2=400)


def test_cell_types_are_those_of_the_neuron_models() -> None:
    from bl1.config import EXCITATORY_TYPES, INHIBITORY_TYPES
    from bl1.core.adex import ADEX_SETS
    from bl1.core.cells import is_excitatory
    from bl1.core.izhikevich import CELL_TYPES

    known = {*CELL_TYPES, *(f"adex_{name}" for name in ADEX_SETS)}
    assert {name for name in known if is_excitatory(name)} == set(EXCITATORY_TYPES)
    assert known == {*EXCITATORY_TYPES, *INHIBITORY_TYPES}
