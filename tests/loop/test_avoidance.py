"""Stimulation avoidance: what ends the stimulation is learned, by the closed loop alone."""

import numpy as np
import pytest

from bl1.loop.agents.avoidance import Avoidance
from bl1.loop.controls import control, controls_of
from bl1.loop.options import SessionOptions
from bl1.loop.session import Session, make_session

OFF = np.array((1.0, 0.0), np.float32)  # the ball is above
LEVEL = np.zeros(2, np.float32)


def session(seed: int = 0) -> Session:
    return make_session(SessionOptions(agent="avoidance", serve="uniform", seed=seed))


def test_a_ball_within_the_dead_zone_is_not_felt() -> None:
    assert Avoidance.encode(0.5 + 0.03).tolist() == [0, 0]  # .06 of the field
    assert Avoidance.encode(0.5 + 0.04).tolist() == [1, 0]
    assert Avoidance.encode(0.5 - 0.04).tolist() == [0, 1]


def test_a_pulse_fires_the_sensory_cells_of_its_side() -> None:
    agent = Avoidance(0, plastic=False)
    fired = np.zeros(100, int)
    agent.engine.run(0)
    driven = agent.engine.run(4, agent._pulses[0]).ids
    np.add.at(fired, driven, 1)
    assert (fired[agent._pulses[0] > 0] == 1).all()


def test_every_motor_spike_moves_the_paddle() -> None:
    agent = Avoidance(0)
    assert agent.act(np.array((3.0, 1.0))) == pytest.approx(0.5 + 2 * 0.006)


def relieved_after(agent: Avoidance, moved: list[int], wanted: float = 1.0) -> bool:
    agent._relieve(0.0, np.arange(len(moved)) * 1.0, np.array(moved, np.int64), wanted)
    return bool(agent.relieved_ms)


def test_relief_needs_a_difference_toward_the_ball() -> None:
    assert relieved_after(Avoidance(0), [1])
    assert not relieved_after(Avoidance(0), [-1])
    assert not relieved_after(Avoidance(0), [-1, 1])  # both sides alike, within 3 ms
    assert relieved_after(Avoidance(0), [-1], wanted=-1.0)
    assert relieved_after(Avoidance(0, "reversed"), [-1])
    assert not relieved_after(Avoidance(0, "never_relieved"), [1])


def test_relief_stops_the_pulses_for_40_ms() -> None:
    agent = Avoidance(0, "open_loop", [3.0], plastic=False)
    pulses = []
    run = agent.engine.run
    agent.engine.run = lambda n, current=None: (
        pulses.append(current is not None and current.any()), run(n, current)
    )[1]  # fmt: skip
    for _ in range(6):
        pulses.append(None)
        agent.respond(OFF)
    steps = "".join("|" if p is None else "P" if p else "." for p in pulses)
    assert steps == "|P.|.|.|.|.|P."  # none at 10, 20, 30 and 40 ms, since relief came at 3 ms


def test_an_open_loop_is_another_culture_relieved_as_often_at_other_moments() -> None:
    ran = session()
    ran.run(800)
    other = control(ran, "open_loop")
    other.run(800)
    assert len(ran.agent.relieved_ms) > 5
    moments = sorted((at_ms + 4000) % 8000 for at_ms in ran.agent.relieved_ms)
    assert other.agent.relieved_ms == moments
    mine, others = (s.agent.engine.synapses for s in (ran, other))
    assert len(mine.targets) != len(others.targets)  # wired otherwise: no replay of this run
    assert controls_of(ran) == ("open_loop", "never_relieved", "reversed", "no_plasticity")


def test_the_same_seed_gives_the_same_run_however_it_is_cut() -> None:
    whole, cut = session(3), session(3)
    whole.run(500)
    for _ in range(5):
        cut.run(100)
    for one, other in ((whole, cut),):
        assert one.game.paddle_y == other.game.paddle_y
        weights = [s.agent.engine.synapses.weights.tobytes() for s in (one, other)]
        assert weights[0] == weights[1]


@pytest.mark.slow
def test_the_closed_loop_learns_and_its_controls_do_not() -> None:
    ran = session(1)
    ran.run(30_000)
    assert ran.last_fifth_hit_rate() > 0.95
    for name in controls_of(ran):
        other = control(ran, name)
        other.run(30_000)
        assert other.last_fifth_hit_rate() < 0.4
