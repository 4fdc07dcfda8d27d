"""Sensitivity against planted power laws."""

import numpy as np
import pytest
from experiments.measures import DISH, of, planted, rate

from bl1.errors import Bl1Error
from bl1.experiments.sensitivity import elasticities, rank_correlations
from bl1.experiments.sweep import sampled, sweep


def found_by(rows):
    return {(row.key, row.statistic): row for row in rows}


def test_elasticities_are_the_exponents_of_a_power_law():
    keys = ["background.mean", "background.std"]
    found = found_by(elasticities(DISH, keys, seeds=range(5), measure=planted))
    mean, std = found[keys[0], "power"], found[keys[1], "power"]
    assert (mean.elasticity, mean.standard_error, mean.n) == (
        pytest.approx(2.0), pytest.approx(0.0, abs=1e-9), 5
    )  # fmt: skip
    # Each seed has an exponent of its own: −0.5 − 0.01 seed.
    assert std.elasticity == pytest.approx(-0.52)
    assert std.standard_error == pytest.approx(0.01 * np.std(range(5), ddof=1) / np.sqrt(5))
    assert "±5 %" in mean.method


def test_what_has_no_logarithm_has_no_elasticity():
    found = found_by(elasticities(DISH, ["background.mean"], seeds=range(3), measure=planted))
    for statistic, n in (("none", 0), ("zero", 1)):
        row = found["background.mean", statistic]
        assert (row.elasticity, row.standard_error, row.n) == (None, None, n)
        assert row.reason == f"not enough data: {n} of 3 seeds have values above 0, needs 2"


def test_a_negative_value_is_changed_by_its_share():
    def depth(experiment, seed):
        return [of("depth", experiment.synapses.e_gaba_a_mv**2)]

    (row,) = elasticities(DISH, ["synapses.e_gaba_a_mv"], seeds=range(2), measure=depth)
    assert row.elasticity == pytest.approx(2.0)


def test_more_drive_more_spikes():
    (row,) = elasticities(DISH, ["background.mean"], seeds=range(3), measure=rate)
    assert row.elasticity - 2 * row.standard_error > 0.5


@pytest.mark.parametrize(
    ("key", "step", "sentence"),
    [
        ("background.men", 0.05, "did you mean 'background.mean'"),
        ("synapses.nmda_ratio", 0.05, "nmda_ratio is 0.0, expected a number other than 0"),
        ("culture.n_neurons", 0.05, "n_neurons is 60, expected a number other than 0 that is not"),
        ("background.mean", 1.5, "step is 1.5, expected a share"),
        ("culture.ei_ratio", 0.5, "culture.ei_ratio is 1.2"),
    ],
)
def test_what_cannot_be_changed_is_refused(key, step, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        elasticities(DISH, [key], step=step, measure=planted)


def test_rank_correlations_over_a_sample():
    bounds = {"background.mean": (2.0, 6.0), "background.std": (1.0, 3.0), "dt_ms": (0.4, 0.6)}
    points = sampled(DISH, bounds, 64, seed=1)
    found = found_by(rank_correlations(sweep(DISH, points, seeds=(0, 1), measure=planted)))
    assert found["background.mean", "power"].rho > 0.9
    assert found["background.mean", "power"].p < 1e-10
    assert -0.5 < found["background.std", "power"].rho < -0.1
    assert abs(found["dt_ms", "power"].rho) < 0.2
    assert found["background.mean", "power"].n == 64
    assert found["background.mean", "none"].reason == "not enough data: 0 points, needs 8"
    assert found["background.mean", "zero"].reason == "zero never changes"
    few = rank_correlations(sweep(DISH, points[:5], measure=planted))
    assert few[0].reason == "not enough data: 5 points, needs 8"
