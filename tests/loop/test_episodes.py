"""Sessions of episodes: the same episodes for all, and a run that goes on as if never stopped."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.games.doom_arena import DoomArena
from bl1.loop.agents.discrete import RandomActions
from bl1.loop.brain import read_brain, save_brain
from bl1.loop.episode_log import Episode, EpisodeLog
from bl1.loop.episodes import EpisodicSession, episode_seed
from bl1.loop.episodic import (
    CONTROL_NAMES,
    EpisodicBrain,
    EpisodicOptions,
    brain_of,
    control,
    make_agent,
    make_game,
    make_session,
    resume_session,
)


def played(session: EpisodicSession, n_episodes: int) -> list[Episode]:
    return [session.run_episode() for _ in range(n_episodes)]


def test_the_log_sums_up_returns_counts_and_accuracy() -> None:
    log = EpisodeLog(
        Episode(reward, 10 + i, {"shots": 4.0, "misses": 1.0}) for i, reward in enumerate(range(20))
    )
    summary = log.summary()
    assert log.n_steps == sum(range(10, 30))
    assert summary["return"] == 9.5 and log.mean_return(last=5) == 17.0
    assert summary["return_by_tenth"] == [0.5 + 2 * i for i in range(10)]
    assert summary["episode_steps"] == 19.5
    assert summary["accuracy"] == 0.75 and summary["shots"] == 4.0
    assert EpisodeLog().summary() == {
        "return": None,
        "return_by_tenth": [None] * 10,
        "episode_steps": None,
        "accuracy": None,
    }


def test_episodes_have_seeds_of_their_own() -> None:
    seeds = {episode_seed(seed, number) for seed in range(10) for number in range(100)}
    assert len(seeds) == 1000 and max(seeds) < 2**31


@pytest.mark.parametrize("substrate", ["bank", "culture", "shuffled", "identity"])
def test_resumed_equals_uninterrupted_to_the_bit(substrate: str, tmp_path) -> None:
    game, options = DoomArena(), EpisodicOptions(substrate=substrate, seed=5)
    whole = make_session(options, game)
    through = played(whole, 5)
    first = make_session(options, game)
    before = played(first, 2)
    save_brain(brain_of(first, options), tmp_path / "brain.yaml")
    brain = read_brain(tmp_path / "brain.yaml", EpisodicBrain)
    second = resume_session(brain, game)
    assert before + played(second, 3) == through
    again = brain_of(second, brain.options, brain.training)
    assert again.readout == brain_of(whole, options).readout
    assert [run.episodes for run in again.training] == [2, 3]


def test_every_agent_meets_the_same_episodes_and_a_loan_of_the_game_changes_nothing() -> None:
    game = DoomArena()
    alone = played(make_session(EpisodicOptions(substrate="identity"), game), 4)
    session = make_session(EpisodicOptions(substrate="identity"), game)
    met = []
    begun = []
    control = session.control(RandomActions(0, 4))
    for _ in range(4):
        begun.clear()
        met.append(session.run_episode(lambda: begun.append(game.sensed)))
        first = begun[0]
        begun.clear()
        control.run_episode(lambda: begun.append(game.sensed))
        assert begun[0] == first
    assert met == alone


def test_an_episode_step_by_step_is_the_episode() -> None:
    options = EpisodicOptions(substrate="bank", seed=2)
    session, other = (make_session(options, DoomArena()) for _ in range(2))
    whole = other.run_episode()
    steps = list(session.steps())
    assert [step.steps for step in steps] == list(range(whole.steps + 1))
    assert steps[0].reward == 0.0 and steps[0].counts["ammunition"] == 25
    assert steps[-1] == session.log[-1] == whole


@pytest.mark.parametrize("name", ["arena", "cartpole"])
def test_controls_meet_the_same_episodes_in_games_of_their_own(name: str) -> None:
    session = make_session(EpisodicOptions(game=name, substrate="bank"), make_game(name))
    next(session.steps())
    begun = session.game.sensed
    for kind in CONTROL_NAMES:
        beside = control(session, kind, make_game(name))
        next(beside.steps())
        assert beside.game is not session.game
        assert beside.game.sensed == begun
        assert beside.run_episode().steps > 0
    assert session.game.sensed == begun


def test_it_learns_and_frozen_it_aims_better_still() -> None:
    session = make_session(EpisodicOptions(substrate="identity"), DoomArena())
    played(session, 60)
    by_tenth = session.log.return_by_tenth()
    assert by_tenth[0] < 0 and by_tenth[-1] > 8
    readout = session.agent.readout
    frozen = session.greedy()
    played(frozen, 5)
    assert frozen.log.summary()["kills"] > 18
    assert session.agent.readout == readout and len(session.log) == 60


def test_shuffled_it_learns_nothing_of_the_bearing() -> None:
    session = make_session(EpisodicOptions(substrate="shuffled"), DoomArena())
    played(session, 30)
    assert session.log.summary()["kills"] < 3


def test_feedback_answers_kills_and_losses_and_is_in_the_brain(tmp_path) -> None:
    game, options = DoomArena(), EpisodicOptions(substrate="identity", seed=1, feedback="fep")
    session = make_session(options, game)
    shown, respond = [], session.substrate.respond
    session.substrate.respond = lambda stimulus: shown.append(stimulus) or respond(stimulus)
    counts = session.run_episode().counts
    most = 5 * counts["kills"] + 400 * (counts["misses"] + counts["bites"])
    # A miss and a bite in one step are one event.
    assert 0.8 * most < len(shown) - session.log.n_steps <= most
    save_brain(brain_of(session, options), tmp_path / "brain.yaml")
    resumed = resume_session(read_brain(tmp_path / "brain.yaml", EpisodicBrain), game)
    assert resumed.feedback is not None and resumed.run_episode() == session.run_episode()


def test_a_brain_of_another_game_or_agent_is_refused(tmp_path) -> None:
    game, options = DoomArena(), EpisodicOptions(substrate="identity")
    session = make_session(options, game)
    played(session, 1)
    brain = brain_of(session, options)
    shape = brain.readout.model_copy(update={"actions": ("a", "b", "c", "d")})
    with pytest.raises(Bl1Error, match="the brain has the actions a, b, c, d and senses 2 values"):
        resume_session(brain.model_copy(update={"readout": shape}), game)
    control = session.control(make_agent("fixed", game, 0))
    with pytest.raises(Bl1Error, match="only an actor-critic agent learns one"):
        brain_of(control, options)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("format_version: 1", "format_version: 9", "format_version is 9, expected 1"),
        ("n_values: 2", "n_values: 3", r"expected 48, 16 for each of the substrate's values"),
        ("  - wait\n", "", "expected a row for each action"),
        ("kind: identity", "kind: liver", "substrate.kind is the text 'liver'"),
    ],
)
def test_a_damaged_brain_gets_one_sentence(old, new, sentence, tmp_path) -> None:
    options = EpisodicOptions(substrate="identity")
    session = make_session(options, DoomArena())
    played(session, 1)
    path = tmp_path / "brain.yaml"
    save_brain(brain_of(session, options), path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(Bl1Error, match=sentence) as error:
        read_brain(path, EpisodicBrain)
    assert "\n" not in str(error.value)


def test_stimulus_and_features_have_sixteen_bands_for_each_value() -> None:
    session = make_session(EpisodicOptions(substrate="identity"), DoomArena())
    played(session, 1)
    assert session.stimulus.shape == session.features.shape == (32,)
    np.testing.assert_allclose(session.features.reshape(2, 16).sum(axis=1), 1.0)
