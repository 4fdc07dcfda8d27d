"""The file of a sweep, and what is run at its points."""

import pytest

from bl1.config import load_experiment, shipped
from bl1.errors import Bl1Error
from bl1.experiments.results import Results
from bl1.experiments.search import Point, search
from bl1.experiments.spec import SweepSpec, load_spec
from bl1.experiments.subjects import statistics_of
from bl1.experiments.sweep import NineStatistics, with_values
from bl1.loop.agents import RStdpSettings
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.loop.trial import trial_result

PONG = """\
name: small
pong:
  substrate: identity
  steps: 300
seeds: [0, 1]
"""
GRID = "grid:\n  pursuit.learning_rate: [0.5, 2]\n  paddle: [teleport, inertial]\n"
RANDOM = """\
random:
  points: 3
  bounds:
    pursuit.learning_rate: [0.01, 100]
    steps: [100, 200]
  log: [pursuit.learning_rate]
"""
OPTUNA = """\
optuna:
  maximise: hit_rate
  points: 10
  batch: 4
  bounds:
    pursuit.learning_rate: [0.1, 10]
    steps: [100, 900]
"""


@pytest.fixture(autouse=True)
def few_balls(monkeypatch):
    """The evaluation after a session is most of a short run."""
    monkeypatch.setattr("bl1.loop.trial.EVALUATION_BALLS", 10)


def spec_of(tmp_path, text: str) -> SweepSpec:
    (tmp_path / "sweep.yaml").write_text(text)
    return load_spec(tmp_path / "sweep.yaml")


@pytest.mark.parametrize("path", sorted(shipped("sweeps").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_shipped_sweeps_are_right_and_known_by_name(path):
    assert load_spec(path.stem).name == path.stem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            PONG + "grid:\n  pursuit.learning_rat: [1]\n",
            "line 7: grid.pursuit.learning_rat is [1], expected possible values: "
            "it has no value 'pursuit.learning_rat'; did you mean 'pursuit.learning_rate'?",
        ),
        (
            PONG + "grid:\n  steps: [100, 0]\n",
            "line 7: grid.steps is [100, 0], expected possible values: steps is 0, expected a",
        ),
        (PONG + "grid:\n  steps: 100\n", "line 7: grid.steps is 100, expected a list of values"),
        (PONG + "grid: {}\n", "line 6: grid is {}, expected the values of at least one key"),
        (PONG + GRID + RANDOM, "line 9: random is "),
        (PONG, "grid is empty, expected exactly one of the sections grid, random, optuna"),
        (PONG.replace("1]", "0]") + GRID, "line 5: seeds is [0, 0], expected seeds that differ"),
        (PONG.replace("0, 1", "") + GRID, "line 5: seeds is [], expected a list of 1, each a"),
        (PONG.replace("300", "0") + GRID, "line 4: pong.steps is 0, expected a whole number >= 1"),
        (
            "statistics: {config: defalt}\nname: x\nseeds: [0]\n" + GRID,
            "line 1: statistics.config is the text 'defalt', expected an experiment file: there is",
        ),
        (
            PONG + RANDOM.replace("100, 200", "200, 100"),
            "line 10: random.bounds.steps is [200, 100], expected the lower bound first",
        ),
        (
            PONG + RANDOM.replace("100]\n", "1e9]\n"),
            "line 9: random.bounds.pursuit.learning_rate is [0.01, 1000000000.0], expected",
        ),
        (
            PONG + RANDOM.replace("steps", "n_neurons"),
            "line 10: random.bounds.n_neurons is [100, 200], expected possible values: n_neurons",
        ),
        (PONG + RANDOM.replace("log: [pursuit.", "log: [pursit."), "line 11: random.log is"),
        (
            PONG + OPTUNA.replace("hit_rate", "hits_rate"),
            "line 7: optuna.maximise is the text 'hits_rate', expected one of hits, misses, hit_ra",
        ),
        (
            PONG + OPTUNA.replace("  maximise: hit_rate\n", ""),
            "optuna.maximise is empty, expected either maximise or minimise",
        ),
    ],
)
def test_errors_name_the_file_the_line_and_what_was_expected(tmp_path, text, sentence):
    with pytest.raises(Bl1Error) as refused:
        spec_of(tmp_path, text)
    assert f"{tmp_path}/sweep.yaml" in str(refused.value) and sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_sweep_that_is_not_there_is_told():
    with pytest.raises(
        Bl1Error, match="shipped sweep 'pong_learnin'; did you mean 'pong_learning'"
    ):
        load_spec("pong_learnin")


def test_points_of_a_grid_and_of_a_sample(tmp_path):
    points = spec_of(tmp_path, PONG + GRID).points
    assert len(points) == 4
    assert points[1] == {"pursuit.learning_rate": 0.5, "paddle": "inertial"}
    points = spec_of(tmp_path, PONG + RANDOM.replace("points: 3", "points: 64")).points
    below = sum(point["pursuit.learning_rate"] < 1 for point in points)
    assert below == 32  # half of the decades
    assert all(isinstance(point["steps"], int) for point in points)
    assert points == spec_of(tmp_path, PONG + RANDOM.replace("points: 3", "points: 64")).points


def test_how_synapses_learn_is_swept_as_how_a_readout_does(tmp_path):
    text = "name: rates\npong: {agent: rstdp}\nseeds: [0]\n"
    trial = spec_of(tmp_path, text + "grid:\n  rstdp.learning_rate: [0.0, 0.335]\n").subject.base
    options = with_values(trial, {"rstdp.learning_rate": 0.1}).options(seed=3)
    assert options == SessionOptions(
        agent="rstdp",
        paddle="steady",
        serve="uniform",
        reward="aim",
        seed=3,
        rstdp=RStdpSettings(learning_rate=0.1),
    )


def test_a_run_of_pong_is_the_session_with_these_values(tmp_path):
    spec = spec_of(tmp_path, PONG + GRID)
    with Results(tmp_path, {}) as results:
        found = search(spec, results)
    assert found.complete and len(found.points) == 4
    session = make_session(SessionOptions(substrate="identity", paddle="teleport", seed=1))
    session.run(300)
    usual = trial_result(session, 1.0)
    run = spec.subject.run({"paddle": "teleport"}, 1)
    result = run.function(**run.arguments)
    assert (result["hits"], result["greedy_hit_rate"]) == (usual.hits, usual.greedy_hit_rate)
    assert tuple(result) == spec.subject.measures
    slow, fast = found.points[0], found.points[2]
    assert slow.rows[1].result["greedy_hit_rate"] != fast.rows[1].result["greedy_hit_rate"]


def test_a_run_of_statistics_is_that_of_the_changed_experiment(tmp_path):
    text = "name: x\nstatistics: {config: wagenaar_calibrated, seconds: 1.0}\nseeds: [3]\n"
    spec = spec_of(tmp_path, text + "grid: {culture.n_neurons: [200], background.std: [3.0]}")
    run = spec.subject.run(spec.points[0], 3)
    dish = load_experiment("wagenaar_calibrated").plated(200)
    dish = dish.changed(background=dish.background.changed(std=3.0))
    assert run.function is statistics_of
    wanted = {each.name: each.value for each in NineStatistics(1.0)(dish, 3)}
    assert run.function(**run.arguments) == wanted
    assert tuple(wanted) == spec.subject.measures


def test_a_mean_has_its_interval_and_its_n():
    class Row:
        def __init__(self, value):
            self.result = value and {"rate": value}

    point = Point({}, [Row(1.0), Row(2.0), Row(None), Row(4.0)])
    mean = point.mean("rate")
    assert (mean.value, mean.n) == (pytest.approx(7 / 3), 3)
    # s = 1.5275, t(0.975, 2) = 4.3027
    assert mean.interval_95 == pytest.approx((7 / 3 - 3.7946, 7 / 3 + 3.7946), abs=1e-3)
    assert Point({}, [Row(2.0)]).mean("rate").interval_95 is None
    assert Point({}, [Row(None)]).mean("rate").reason == "not enough data: 0 seeds, needs 1"


def test_a_search_goes_on_as_if_it_had_not_been_stopped(tmp_path):
    spec = spec_of(tmp_path, PONG + OPTUNA)
    with Results(tmp_path / "whole", {}) as results:
        whole = search(spec, results)
    assert whole.complete and len(whole.points) == 10

    def stop(done, of):
        if done == 11:  # in the middle of the second batch
            raise KeyboardInterrupt

    with Results(tmp_path / "cut", {}) as results:
        cut = search(spec, results, progress=stop)
        assert not cut.complete and sum(len(point.rows) for point in cut.points) == 11
        rest = search(spec, results)
    assert [point.values for point in rest.points] == [point.values for point in whole.points]
    for a, b in zip(rest.points, whole.points, strict=True):
        assert [row.result for row in a.rows] == [row.result for row in b.rows]


def test_a_search_is_of_its_seed_and_finds_what_is_better(tmp_path):
    spec = spec_of(tmp_path, PONG + OPTUNA.replace("points: 10", "points: 24"))
    with Results(tmp_path / "a", {}) as results:
        found = search(spec, results)
    steps = [point.values["steps"] for point in found.points]
    assert sum(steps[:8]) / 8 < sum(steps[-8:]) / 8  # who trains longer hits more
    other = spec_of(tmp_path, PONG + OPTUNA + "  seed: 1\n")
    with Results(tmp_path / "b", {}) as results:
        assert search(other, results).points[0].values != found.points[0].values
