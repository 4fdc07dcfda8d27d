"""A trainer, without thread or screen."""

import time
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.controls import control
from bl1.loop.episodic import EpisodicOptions
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session, make_session
from bl1.tui import brains, watched, watched_episodes, watched_pong
from bl1.tui.brains import Brains
from bl1.tui.choice import Choice, as_plain, from_plain
from bl1.tui.kept_brains import kept_brains
from bl1.tui.snapshot import FrameScene, PongScene
from bl1.tui.trained import Trained
from bl1.tui.trainer import Trainer

PLAIN_PONG = SessionOptions(substrate="identity", seed=3)


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(PLAIN_PONG)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    """One that keeps brains below an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return Trainer(PLAIN_PONG, Brains(tmp_path / "autosave"))


def session_of(trainer: Trainer) -> Session:
    mine = trainer._now.mine
    assert isinstance(mine, watched_pong.WatchedPong)
    return mine.session


def scene_of(trainer: Trainer) -> PongScene:
    scene = trainer.snapshot().mine.scene
    assert isinstance(scene, PongScene)
    return scene


def caught_up(trainer: Trainer) -> None:
    while trainer.hurried:
        trainer.advance(10**9, seconds=0.01)
        trainer.conclusion()


def test_it_runs_the_session_that_bl1_pong_runs(trainer: Trainer) -> None:
    trainer.advance(700)
    trainer.advance(1300)
    session = make_session(PLAIN_PONG)
    session.run(2000)
    moment = trainer.snapshot()
    assert moment.mine.outcomes.tolist() == session.log.hits.tolist()
    assert moment.signal.weights is not None and session.agent.weights is not None
    assert moment.signal.weights[:, 0].tolist() == session.agent.weights.tolist()
    assert moment.mine.overall == session.log.hit_rate()


def test_advance_heeds_the_time(trainer: Trainer) -> None:
    start_s = perf_counter()
    n_steps = trainer.advance(10**9, seconds=0.02)
    assert 0.02 <= perf_counter() - start_s < 0.5
    assert n_steps == trainer.snapshot().step_count > 10


def test_the_static_paddle_is_measured(trainer: Trainer) -> None:
    assert trainer.snapshot().static_hit_rate == pytest.approx(0.2, abs=0.06)


def test_the_trail_is_the_flight_of_this_ball(trainer: Trainer) -> None:
    for _ in range(200):
        trainer.advance(1)
        trail = scene_of(trainer).trail
        assert (np.diff(np.array(trail)[:, 0]) > 0).all()
        assert trail[-1] == session_of(trainer).game.ball


def test_an_arrival_ages_until_the_next(trainer: Trainer) -> None:
    trainer.advance(1)
    assert scene_of(trainer).arrival is None
    log = session_of(trainer).log
    while not log.n_balls:
        trainer.advance(1)
    arrival = scene_of(trainer).arrival
    assert arrival and arrival.age_steps == 0 and arrival.hit == log.hits[-1]
    trainer.advance(5)
    arrival = scene_of(trainer).arrival
    assert arrival and arrival.age_steps == 5


def test_a_snapshot_stays_as_it_was(trainer: Trainer) -> None:
    trainer.advance(2000)
    moment = trainer.snapshot()
    hits, weights = moment.mine.outcomes.copy(), np.copy(moment.signal.weights)
    rates = moment.mine.curve.overall.copy()
    trainer.advance(100_000)  # the log outgrows its first buffer
    assert moment.mine.outcomes.tolist() == hits.tolist()
    assert np.asarray(moment.signal.weights).tolist() == weights.tolist()
    assert moment.mine.curve.overall.tolist() == rates.tolist()


def test_the_learning_curve_tells_the_hit_rates(trainer: Trainer) -> None:
    assert len(trainer.snapshot().mine.curve.after) == 0
    trainer.advance(60_000)
    mine = trainer.snapshot().mine
    curve, hits = mine.curve, mine.outcomes
    assert curve.after[0] == watched_pong.FIRST_BALLS and curve.after[-1] == mine.n
    assert len(curve.after) <= watched.CURVE_POINTS < mine.n
    for ball, recent, overall in zip(curve.after, curve.recent, curve.overall, strict=True):
        assert overall == pytest.approx(hits[:ball].mean())
        assert recent == pytest.approx(hits[max(0, ball - 25) : ball].mean())


def test_the_curve_is_worked_out_anew_when_that_can_be_seen(trainer: Trainer) -> None:
    trainer.advance(60_000)
    before = trainer.snapshot().mine
    trainer.advance(60)
    between = trainer.snapshot().mine
    assert between.n > before.n and between.curve is before.curve
    trainer.advance(400)
    assert trainer.snapshot().mine.curve.after[-1] > before.n


def test_a_greedy_evaluation_is_that_of_the_session(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_pong, "evaluation_balls", lambda session: 50)
    trainer.advance(3000)
    expected = session_of(trainer).evaluate_greedy(50)
    trainer.evaluate()
    while trainer.conclusion() is None:
        trainer.advance(10**9, seconds=0.01)
    moment = trainer.snapshot()
    assert (moment.greedy, moment.step_count) == (expected, 3000)
    assert not trainer.hurried


def test_what_cannot_be_built_leaves_the_session_as_it_was() -> None:
    trainer = Trainer(SessionOptions(substrate="identity", seed=2**32 - 1))
    trainer.advance(100)
    with pytest.raises(Bl1Error, match="seed is 4294967296"):
        trainer.fresh()
    with pytest.raises(Bl1Error, match="stimulation avoidance takes a serve and a seed"):
        trainer.begin(Choice("curtain", "avoidance"))
    trainer.advance(100)
    assert trainer.snapshot().step_count == 200


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (Choice(), "Pong: pursuit on culture"),
        (Choice("curtain", substrate="memory"), "Pong, curtain: pursuit on memory"),
        (Choice(agent="reflex", substrate="bank"), "Pong: reflex on bank"),
        (Choice(agent="avoidance"), "Pong: avoidance"),
        (Choice("arena", "actor-critic", "identity"), "Doom arena: actor-critic on identity"),
        (Choice("cartpole", "actor-critic", "identity"), "CartPole: actor-critic on identity"),
    ],
)
def test_whatever_is_chosen_is_trained_beside_each_of_its_controls(
    trainer: Trainer, choice: Choice, name: str
) -> None:
    assert trainer.begin(choice) == f"a fresh session of {name}"
    for control_name in choice.names["control"][1:]:
        trainer.next_control()
        caught_up(trainer)
        trainer.advance(20)
        moment = trainer.snapshot()
        assert moment.choice.control == control_name
        assert moment.control is not None and moment.control_lag == 0
        assert len(moment.signal.stimulus) == len(moment.signal.response)
    trainer.next_control()
    assert trainer.snapshot().control is None
    assert from_plain(as_plain(trainer._options)) == trainer._options


def test_a_control_catches_up_and_then_keeps_step_on_the_same_serves(trainer: Trainer) -> None:
    trainer.advance(1500)
    trainer.next_control()  # static
    trainer.next_control()  # random
    assert trainer.snapshot().control_lag == 1500
    caught_up(trainer)
    assert trainer.snapshot().step_count == 1500
    trainer.advance(500)
    session = make_session(PLAIN_PONG)
    expected = control(session, "random")
    expected.run(2000)
    beside = trainer.snapshot().control
    assert beside and beside.outcomes.tolist() == expected.log.hits.tolist()
    assert trainer.snapshot().mine.n == session_of(trainer).log.n_balls


def test_a_control_stays_when_another_session_begins_that_has_it(trainer: Trainer) -> None:
    trainer.begin(Choice(substrate="identity", control="random"))
    trainer.fresh()
    assert trainer.snapshot().choice.control == "random"
    trainer.begin(Choice("arena", "actor-critic", "identity", control="waiting"))
    assert trainer.snapshot().control is None


def test_the_longest_series_can_be_replayed(trainer: Trainer) -> None:
    positions = []
    for _ in range(4000):
        trainer.advance(1)
        game = session_of(trainer).game
        positions.append((*game.ball, game.paddle_y))
    moment, log = trainer.snapshot(), session_of(trainer).log
    best, worst = moment.best, moment.worst
    assert best and worst and best.hit and not worst.hit
    assert best.n_balls == log.best_rally
    misses = max(len(series) for series in "".join("HM"[not hit] for hit in log.hits).split("H"))
    assert worst.n_balls == misses
    for replay in (best, worst):
        of_series = log.hits[replay.last_ball - replay.n_balls : replay.last_ball]
        assert (of_series == replay.hit).all()
        last = replay.scene(replay.n_frames - 1)
        arrived = int(log.steps[replay.last_ball - 1])
        shown = (*last.trail[-1], last.paddle_y)
        assert shown == pytest.approx(positions[arrived - 1], abs=1e-6)
        assert replay.ball(replay.n_frames - 1) == replay.last_ball
        assert len(replay.flights) <= 40


def test_a_replay_is_bounded_and_shows_a_slow_ball_in_as_many_pictures() -> None:
    trainer = Trainer(Choice(agent="reflex", substrate="identity").options(0))
    trainer.advance(6000)
    best = trainer.snapshot().best
    assert best and best.n_balls > len(best.flights) == 40
    trainer.begin(Choice(agent="avoidance"))
    trainer.advance(500)
    moment = trainer.snapshot()
    slow = moment.best or moment.worst
    assert slow and len(slow.flights[0]) > 150
    assert slow.n_frames / len(slow.flights) < 80


def test_episodes_are_drawn_and_counted() -> None:
    trainer = Trainer(Choice("arena", "actor-critic", "identity").options(0))
    trainer.advance(1500)
    moment = trainer.snapshot()
    mine = moment.mine
    assert (moment.unit, moment.measure) == ("episode", "return")
    assert isinstance(mine.scene, FrameScene) and mine.scene.rgb.shape == (120, 160, 3)
    assert mine.n == len(mine.outcomes) > 5
    assert mine.overall == pytest.approx(mine.outcomes.mean())
    assert mine.recent == pytest.approx(mine.outcomes[-10:].mean())
    assert mine.curve.recent[-1] == pytest.approx(mine.recent)
    assert {"kills", "shots", "ammunition"} <= set(mine.counts)
    assert moment.signal.stimulus.shape == (2, 16)
    assert moment.signal.weights is not None and moment.signal.weights.shape == (16, 8)


def test_cartpole_tells_its_score_and_a_greedy_evaluation_leaves_its_episode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watched_episodes.WatchedEpisodes, "n_evaluated", 3)
    trainer = Trainer(Choice("cartpole", "actor-critic", "identity").options(0))
    trainer.advance(300)
    before = trainer.snapshot()
    assert before.measure == "score" and before.mine.outcomes.sum() < 300
    trainer.evaluate()
    sentence = None
    while sentence is None:
        trainer.advance(10**9, seconds=0.01)
        sentence = trainer.conclusion()
    after = trainer.snapshot()
    assert sentence.startswith("frozen and greedy its score is")
    assert after.greedy and after.mine.counts == before.mine.counts


@pytest.mark.parametrize("game", ["pong", "arena"])
def test_a_brain_that_was_kept_goes_on_to_the_bit(kept: Trainer, game: str) -> None:
    agent = "pursuit" if game == "pong" else "actor-critic"
    kept.begin(Choice(game, agent, "identity"))
    kept.advance(1000)
    sentence = kept.keep()
    assert sentence and "autosave" in sentence
    n_steps, n = kept.snapshot().step_count, kept.snapshot().mine.n  # Doom ended its episode
    kept.advance(2000 - n_steps)
    learned = kept.snapshot().signal.weights
    other = Trainer(PLAIN_PONG, Brains(Path("autosave")))
    unit = "balls" if game == "pong" else "episodes"
    (path,) = Path("autosave").iterdir()
    assert other.load(path).endswith(f"trained on {n} {unit}")
    other.advance(2000 - n_steps)
    if game == "arena":  # which begins each episode anew, so that nothing can tell that it stopped
        assert np.array_equal(other.snapshot().signal.weights, learned)
    again = Trainer(PLAIN_PONG, Brains(Path("autosave")))
    again.load(path)
    again.advance(2000 - n_steps)
    assert np.array_equal(again.snapshot().signal.weights, other.snapshot().signal.weights)


def test_a_brain_is_kept_when_another_takes_its_place_unless_it_is_saved(kept: Trainer) -> None:
    folder = Path("autosave")
    kept.advance(100)  # too few balls
    kept.fresh()
    assert not folder.exists()
    kept.advance(1000)
    kept.save()
    kept.fresh()
    assert not folder.exists()
    kept.advance(1000)
    kept.fresh()
    (path,) = folder.iterdir()
    assert kept.load(path) == f"loaded {path}, trained on 26 balls"


def test_the_newest_brains_are_kept_and_the_oldest_let_go(
    kept: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brains, "MOST_AUTOSAVES", 2)
    for _ in range(3):
        kept.advance(600)
        kept.fresh()
    assert len(list(Path("autosave").iterdir())) == 2
    kept.advance(800)
    kept.save()
    assert [brain.path.parent.name for brain in kept_brains(Path("autosave"))] == [
        "brains", "autosave", "autosave", "brains",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nothing(kept: Trainer) -> None:
    Path("autosave").write_text("a file where a folder should be")
    kept.advance(600)
    with pytest.raises(Bl1Error, match="cannot make the folder"):
        kept.keep()
    assert "the brain before was not kept: cannot make the folder" in kept.fresh()
    assert kept.snapshot().step_count == 0


def test_without_a_brain_there_is_nothing_to_keep(kept: Trainer) -> None:
    kept.begin(Choice(agent="reflex", substrate="identity"))
    kept.advance(600)
    assert kept.keep() is None
    with pytest.raises(Bl1Error, match="cannot read gone"):
        kept.load(Path("gone.yaml"))


@pytest.mark.parametrize("damage", ["truncated", "version"])
def test_a_damaged_brain_of_doom_is_a_sentence(kept: Trainer, damage: str) -> None:
    kept.begin(Choice("arena", "actor-critic", "identity"))
    kept.advance(300)
    kept.save()
    path = Path("brains/arena_brain.yaml")
    text = path.read_text()
    path.write_text(
        {
            "truncated": text[: len(text) // 2],
            "version": text.replace("format_version: 1", "format_version: 99"),
        }[damage]
    )
    with pytest.raises(Bl1Error, match=r"arena_brain\.yaml") as error:
        kept.load(path)
    assert "\n" not in str(error.value)
    assert kept.snapshot().choice.game == "arena"


def test_what_was_trained_is_told_when_another_takes_its_place(trainer: Trainer) -> None:
    told: list[Trained] = []
    trainer.on_finished = told.append
    trainer.advance(100)
    trainer.fresh()
    assert told == [] and trainer.finished() is None
    trainer.advance(2000)
    log = session_of(trainer).log
    trainer.begin(Choice("arena", "actor-critic", "identity"))
    (pong,) = told
    assert (pong.name, pong.seed, pong.steps) == ("Pong: pursuit on identity", 4, 2000)
    assert (pong.rounds, pong.hits, pong.hit_rate) == (log.n_balls, log.n_hits, log.hit_rate())
    assert pong.mean_return is None and pong.wall_s > 0
    assert (pong.n_neurons, pong.seconds) == (0, 40.0)  # a game step is 20 ms
    trainer.advance(500)
    arena = trainer.finished()
    assert arena and arena.hits is None and arena.mean_return is not None
    assert from_plain(arena.options) == EpisodicOptions(substrate="identity", seed=4)
    assert trainer.again(from_plain(pong.options)) == "once more, seed 4"
    trainer.advance(2000)
    assert session_of(trainer).log.hits.tolist() == log.hits.tolist()


def test_what_it_took_is_by_the_clock_pauses_included(trainer: Trainer) -> None:
    began_s = time.perf_counter()
    trainer.fresh()
    trainer.advance(1000)
    time.sleep(0.3)  # a pause
    trained, passed_s = trainer.finished(), time.perf_counter() - began_s
    assert trained and 0.3 < trained.wall_s < passed_s


def test_options_are_those_of_the_session() -> None:
    moment = Trainer(SessionOptions(substrate="bank", paddle="inertial", seed=5)).snapshot()
    assert (moment.choice.substrate, moment.choice.paddle, moment.seed) == ("bank", "inertial", 5)
    assert moment.n_neurons == 512
    assert moment.title == "Pong · bank of 512 · inertial · seed 5"
