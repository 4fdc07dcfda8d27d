"""The keys of an experiment file, one by one."""

import pytest

from bl1.config import keys, load_experiment, shipped
from bl1.errors import Bl1Error


def test_every_key_of_every_shipped_file_can_be_read_described_and_written_back() -> None:
    for path in shipped("configs").glob("*.yaml"):
        experiment = load_experiment(path)
        values = keys.values_of(experiment)
        assert {"name", "culture.g_exc", "culture.cell_types", "synapses.blocked.ampa"} <= set(
            values
        )
        for key, text in values.items():
            assert keys.description_of(experiment, key)
            assert keys.with_value(experiment, key, text) == experiment


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("culture.g_exc", "-1", "culture.g_exc is -1, expected a number >= 0 and <= 1000"),
        ("culture.g_exc", "much", "culture.g_exc is the text 'much', expected a number"),
        ("culture.g_exc", "", "culture.g_exc is empty, expected a number"),
        ("culture.n_neurons", "2.5", "culture.n_neurons is 2.5, expected a whole number"),
        ("culture.cell_types", "{RS: 1, FS: 1", "expected a mapping"),
        ("mea.layout", "cl2", "mea.layout is the text 'cl2', expected one of cl1, maxone"),
        ("reward", "{}", "reward is {}, expected a section stdp beside it"),
    ],
)
def test_a_value_that_cannot_be_is_refused_as_in_a_file(key: str, text: str, sentence: str) -> None:
    with pytest.raises(Bl1Error) as refusal:
        keys.with_value(load_experiment("wagenaar_calibrated"), key, text)
    assert sentence in str(refusal.value)


def test_a_value_is_what_yaml_takes_it_for() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    changed = keys.with_value(experiment, "culture.conduction_velocity_m_per_s", "[0.1, 0.2]")
    assert changed.culture.conduction_velocity_m_per_s == (0.1, 0.2)
    changed = keys.with_value(changed, "stdp", "{w_max: 0.2}")
    assert changed.stdp and changed.stdp.w_max == 0.2
    assert keys.with_value(changed, "description", "a: b").description == "a: b"
    assert keys.with_value(changed, "stdp.a_plus", "1e-3").stdp.a_plus == 0.001


def test_a_section_that_need_not_be_there_is_made_and_removed() -> None:
    experiment = load_experiment("default")
    assert keys.section_of("stp.u_exc") == "stp"
    assert keys.section_of("stp") is keys.section_of("culture.n_neurons") is None
    made = keys.with_value(experiment.changed(stdp=None), "stdp", "{}")
    assert made.stdp and keys.with_value(made, "stdp", "").stdp is None
    with pytest.raises(Bl1Error, match="expected a section stdp beside it"):
        keys.with_value(keys.with_value(made, "reward", "{}"), "stdp", "")


def test_another_time_is_a_whole_number_of_steps() -> None:
    experiment = load_experiment("wagenaar_calibrated")
    assert experiment.lasting(1.0002).duration_s == 1.0
    assert experiment.lasting(1e-9).n_steps == 1
    assert experiment.lasting(2.0).n_steps == 4000
