"""Fitting: finds planted values, and is the same fit after a kill."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from experiments.measures import DISH, interrupted_at_3, of, planted

from bl1.errors import Bl1Error
from bl1.experiments.fitting import fit, loss_of

BOUNDS = {"background.mean": (1.0, 9.0), "background.std": (0.5, 4.0)}
TARGETS = {"power": (8.0, 10.0)}


@pytest.mark.parametrize(
    ("value", "low", "high", "cost"),
    [
        (10.0, 1.0, 100.0, 0.0),  # the middle of the logarithms
        (100.0, 1.0, 100.0, 0.1),
        (1000.0, 1.0, 100.0, 0.5 + 0.1),
        (0.1, 1.0, 100.0, 1.0 + 0.1),
        (1e99, 1.0, 100.0, 9.1),
        (0.0, 1.0, 100.0, 9.1),  # has no logarithm
        (None, 1.0, 100.0, 9.1),
        (1.0, 0.0, 4.0, 0.1 * 0.25),  # a range from 0 is taken as it is
        (6.0, 0.0, 4.0, 1.0 + 0.1),
        (-3.0, -4.0, 0.0, 0.1 * 0.25),
    ],
)
def test_the_cost_of_a_statistic_is_its_formula(value, low, high, cost):
    if value == 1000.0:
        value = 10.0**2.5
    if value == 0.1:
        value = 10.0**-1
    assert loss_of([of("y", value)], {"y": (low, high)}) == pytest.approx(cost)


def test_the_loss_is_the_mean_of_the_costs():
    measures = [of("a", 10.0), of("b", None), of("c", 1e9)]
    found = loss_of(measures, {"a": (1.0, 100.0), "b": (0.0, 1.0)})
    assert found == pytest.approx(9.1 / 2)
    with pytest.raises(Bl1Error, match="'d' was not measured, expected one of a, b, c"):
        loss_of(measures, {"d": (0.0, 1.0)})
    for low, high in ((1.0, 1.0), (2.0, 1.0), (math.nan, 1.0)):
        with pytest.raises(Bl1Error, match="expected the lower first"):
            loss_of(measures, {"a": (low, high)})


def test_a_planted_range_is_found_and_the_same_each_time():
    found = fit(DISH, BOUNDS, TARGETS, trials=25, seed=1, seeds=(0, 1), measure=planted)
    assert len(found.trials) == 25
    assert found.loss == min(trial.loss for trial in found.trials) <= 0.1
    power = planted(found.best, 0)[0].value
    assert 8.0 <= power <= 10.0
    assert found.best.changed(background=DISH.background) == DISH
    for trial in found.trials:
        assert all(low <= trial.values[key] <= high for key, (low, high) in BOUNDS.items())
        losses = [loss_of(measures, TARGETS) for measures in trial.measures]
        assert trial.loss == pytest.approx(sum(losses) / 2)
    assert fit(DISH, BOUNDS, TARGETS, trials=25, seed=1, seeds=(0, 1), measure=planted) == found
    other = fit(DISH, BOUNDS, TARGETS, trials=5, seed=2, seeds=(0, 1), measure=planted)
    assert other.trials != found.trials[:5]


def test_whole_numbers_stay_whole():
    def size(experiment, seed):
        return [of("size", float(experiment.culture.n_neurons))]

    bounds = {"culture.n_neurons": (50, 90)}
    found = fit(DISH, bounds, {"size": (69.0, 71.0)}, trials=30, measure=size)
    assert found.best.culture.n_neurons in (69, 70, 71)


def test_a_journal_goes_on_as_if_it_had_not_been_interrupted(tmp_path):
    given = {"seed": 3, "seeds": (0, 1), "measure": planted}
    whole = fit(DISH, BOUNDS, TARGETS, trials=20, **given)
    journal = tmp_path / "fit.journal"
    for trials in (1, 7, 13):
        fit(DISH, BOUNDS, TARGETS, trials=trials, journal=journal, **given)
    new = []
    found = fit(DISH, BOUNDS, TARGETS, trials=20, journal=journal, progress=new.append, **given)
    assert found == whole and len(new) == 7
    again = fit(DISH, BOUNDS, TARGETS, trials=20, journal=journal, progress=new.append, **given)
    assert again == whole and len(new) == 7


SCRIPT = """
import sys
from experiments.measures import DISH, slow
from bl1.experiments.fitting import fit
bounds = {"background.mean": (1.0, 9.0), "background.std": (0.5, 4.0)}
fit(DISH, bounds, {"power": (8.0, 10.0)}, trials=15, seed=5, measure=slow, journal=sys.argv[1],
    progress=lambda trial: print("trial", flush=True))
"""


def test_a_journal_survives_a_kill(tmp_path):
    journal = tmp_path / "fit.journal"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", SCRIPT, str(journal)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    for _ in range(5):
        assert running.stdout.readline() == b"trial\n"
    time.sleep(0.15)  # in the middle of the sixth
    running.kill()
    running.wait()
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("trial") == 10 and done.stderr == ""
    from experiments.measures import slow

    given = {"trials": 15, "seed": 5, "measure": slow}
    found = fit(DISH, BOUNDS, TARGETS, journal=journal, **given)
    assert [trial.values for trial in found.trials] == [
        trial.values
        for trial in fit(DISH, BOUNDS, TARGETS, trials=15, seed=5, measure=planted).trials
    ]


def test_a_journal_of_another_fit_or_of_none_is_refused(tmp_path):
    journal = tmp_path / "fit.journal"
    fit(DISH, BOUNDS, TARGETS, trials=1, journal=journal, measure=planted)
    for changed in (
        {"targets": {"power": (8.0, 11.0)}},
        {"seed": 1},
        {"seeds": (1,)},
        {"measure": interrupted_at_3},
        {"experiment": DISH.changed(dt_ms=0.25)},
    ):
        given = {"experiment": DISH, "bounds": BOUNDS, "targets": TARGETS, "measure": planted}
        with pytest.raises(Bl1Error, match="is of another fit, expected the same experiment"):
            fit(**(given | changed), trials=2, journal=journal)
    for name, content in (("text", "rubbish\n"), ("json", '{"a": 1}\n')):
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(Bl1Error, match="not the journal of a fit, or a damaged one"):
            fit(DISH, BOUNDS, TARGETS, trials=2, journal=path, measure=planted)
    with pytest.raises(Bl1Error, match="cannot be written"):
        fit(DISH, BOUNDS, TARGETS, trials=2, journal=tmp_path / "no" / "fit", measure=planted)


def test_ctrl_c_keeps_the_trials():
    def seen(experiment, seed):
        calls.append(seed)
        return interrupted_at_3(experiment, 3 if len(calls) == 4 else 0)

    calls = []
    found = fit(DISH, BOUNDS, {"seed": (-1.0, 1.0)}, trials=9, measure=seen)
    assert len(found.trials) == 3 and found.n_trials == 9 and found.best is not None
    calls[:] = [0, 0, 0]
    nothing = fit(DISH, BOUNDS, {"seed": (-1.0, 1.0)}, trials=9, measure=seen)
    assert (nothing.trials, nothing.best, nothing.loss) == ((), None, None)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"bounds": {"background.men": (1.0, 2.0)}}, "did you mean 'background.mean'"),
        ({"bounds": {"background.mean": (2.0, 1.0)}}, "expected the lower first"),
        ({"targets": {}}, "needs at least one trial, one target and one seed"),
        ({"targets": {"powr": (1.0, 2.0)}}, "'powr' was not measured"),
        ({"trials": 0}, "needs at least one trial"),
    ],
)
def test_what_cannot_be_fitted_is_refused(changed, sentence):
    given = {"experiment": DISH, "bounds": BOUNDS, "targets": TARGETS, "trials": 2}
    with pytest.raises(Bl1Error, match=sentence):
        fit(**(given | changed), measure=planted)


def test_optuna_is_silent_and_as_talkative_as_before(capfd):
    import optuna

    before = optuna.logging.get_verbosity()
    fit(DISH, BOUNDS, TARGETS, trials=2, measure=planted)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
