"""Pong: its conventions, its geometry, its paddle, and serves that nobody's play can change."""

import warnings
from math import cos, pi, sin, tan

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import bl1.games  # noqa: F401  (registers the games)
from bl1.errors import Bl1Error
from bl1.games.pong import BALL_SPEED, PADDLE_HEIGHT, PADDLES, SERVES, Pong, serve_fractions


def fold(y: float) -> float:
    """Reflection at 0 and 1 in closed form: a triangle wave of period 2."""
    return abs((y + 1) % 2 - 1)


def to(height: float) -> np.ndarray:
    return np.array([height])


@pytest.mark.parametrize("paddle", PADDLES)
@pytest.mark.parametrize("serve", SERVES)
def test_gymnasium_finds_nothing_wrong(paddle: str, serve: str) -> None:
    env = gymnasium.make("bl1/Pong-v0", paddle=paddle, serve=serve)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)


def test_it_draws_ball_paddle_and_curtain() -> None:
    game = Pong(curtain=True, render_mode="rgb_array")
    game.reset(seed=0)
    game.step(np.array([0.75], np.float32))
    picture = game.render()
    assert picture is not None and picture.shape == (240, 240, 3) and picture.dtype == np.uint8
    field, hidden = picture[5, 100], picture[5, 140]
    assert field.sum() > hidden.sum()
    paddle = np.flatnonzero((picture[:, -1] != hidden).any(axis=1))
    assert (240 - paddle.mean()) / 240 == pytest.approx(0.75, abs=0.01)  # upwards
    assert len(paddle) == pytest.approx(240 * PADDLE_HEIGHT, abs=1)
    rows, columns = np.nonzero((picture[:, :120] != field).any(axis=2))
    assert (columns.mean() / 240, 1 - rows.mean() / 240) == pytest.approx(game.ball, abs=0.01)
    assert Pong().render() is None
    with pytest.raises(Bl1Error, match="render_mode is 'human', expected rgb_array or None"):
        Pong(render_mode="human")


@pytest.mark.parametrize("serve", SERVES)
def test_serves_are_a_function_of_seed_and_ball_alone(serve: str) -> None:
    def serves(paddle: str, aim: float | None, n: int = 30) -> list[tuple[float, ...]]:
        game = Pong(paddle, serve)
        found = []
        observation, _ = game.reset(seed=5)
        while len(found) < n:
            found.append(tuple(observation[:4]))
            info = {}
            while "hit" not in info:
                target = game.sensed[0] if aim is None else aim
                observation, _, terminated, _, info = game.step(to(target))
            if terminated:
                observation, _ = game.reset()
        return found

    perfect = serves("teleport", None)
    assert perfect == serves("teleport", 0.0) == serves("inertial", 0.5)
    assert len(set(perfect)) == len(perfect)
    assert perfect[0] != tuple(Pong("teleport", serve).reset(seed=6)[0][:4])

    seventh = Pong("teleport", serve)
    assert tuple(seventh.reset(seed=5, options={"first_ball": 7})[0][:4]) == perfect[7]


def test_serves_are_uniform_in_height_and_angle() -> None:
    n = 20_000
    fractions = np.array([serve_fractions(3, ball) for ball in range(n)])
    for column in fractions.T:
        # Kolmogorov-Smirnov: 1.63/√n is the limit at 1 %.
        distance = np.abs(np.sort(column) - (np.arange(n) + 0.5) / n).max()
        assert distance < 1.63 / np.sqrt(n)
    assert abs(np.corrcoef(fractions.T)[0, 1]) < 3 / np.sqrt(n)
    assert abs(np.corrcoef(fractions[1:, 1], fractions[:-1, 1])[0, 1]) < 3 / np.sqrt(n)


@pytest.mark.parametrize("serve", SERVES)
def test_the_ball_flies_straight_and_is_reflected_exactly(serve: str) -> None:
    game = Pong(serve=serve)
    for ball in range(200):
        game.reset(seed=11, options={"first_ball": ball})
        height, fraction = serve_fractions(11, ball)
        y0 = 0.5 if serve == "centre" else height
        angle = (2 * fraction - 1) * pi / 4
        terminated, n = False, 0
        while not terminated:
            # The paddle stays out of the way: at the edge farther from where the ball will be.
            away = 1.0 if fold(y0 + tan(angle)) < 0.5 else 0.0
            _, reward, terminated, _, info = game.step(to(away))
            n += 1
            if not terminated:
                assert game.ball[0] == pytest.approx(n * BALL_SPEED * cos(angle), abs=1e-12)
                expected = fold(y0 + n * BALL_SPEED * sin(angle))
                assert game.ball[1] == pytest.approx(expected, abs=1e-12)
        assert info == {"hit": False, "ball": ball}
        assert game.ball == (1.0, pytest.approx(fold(y0 + tan(angle)), abs=1e-12))
        assert reward == pytest.approx(1 - 2 * abs(away - game.ball[1]), abs=1e-12)


@pytest.mark.parametrize(("offset", "hit"), [(0.0999, True), (0.1001, False)])
def test_half_a_paddle_decides(offset: float, hit: bool) -> None:
    assert PADDLE_HEIGHT / 2 == 0.1
    game = Pong()
    for ball in range(50):
        arrival = fold(0.5 + tan((2 * serve_fractions(2, ball)[1] - 1) * pi / 4))
        side = 1 if arrival < 0.5 else -1
        game.reset(seed=2, options={"first_ball": ball})
        info: dict = {}
        while "hit" not in info:
            _, _, terminated, _, info = game.step(to(arrival + side * offset))
        assert info["hit"] is hit
        assert terminated is not hit


def test_after_a_hit_the_next_ball_comes_at_once() -> None:
    game = Pong()
    game.reset(seed=1)
    info: dict = {}
    while "hit" not in info:
        observation, _, _, _, info = game.step(to(game.sensed[0]))
    assert info["hit"]
    assert game.ball == (0.0, 0.5) and observation[0] == 0.0


def test_a_teleporting_paddle_is_where_it_is_sent_within_the_field() -> None:
    game = Pong()
    game.reset(seed=0)
    for target, place in ((0.3, 0.3), (1.7, 1.0), (-0.2, 0.0)):
        game.step(to(target))
        assert game.paddle_y == place


def test_an_inertial_paddle_is_a_damped_spring_with_a_speed_limit() -> None:
    game = Pong("inertial")
    game.reset(seed=0)
    y, v, heights = 0.5, 0.0, []
    for _ in range(30):
        game.step(to(0.8))
        v = np.clip(0.6 * v + 0.5 * (0.8 - y), -0.08, 0.08)
        y = np.clip(y + v, 0, 1)
        assert game.paddle_y == pytest.approx(y, abs=1e-12)
        heights.append(y)
    speeds = np.abs(np.diff([0.5, *heights]))
    assert speeds.max() == pytest.approx(0.08)
    assert heights[-1] == pytest.approx(0.8, abs=0.002)
    assert max(heights) > 0.8  # underdamped: it overshoots, then settles


def test_what_cannot_be_played_is_refused() -> None:
    expected = "paddle is 'rubber', expected one of teleport, steady, inertial"
    with pytest.raises(Bl1Error, match=expected):
        Pong("rubber")
    with pytest.raises(Bl1Error, match="serve is 'left', expected one of centre, uniform"):
        Pong(serve="left")
    game = Pong()
    with pytest.raises(ResetNeeded):
        game.step(to(0.5))
    game.reset(seed=0)
    with pytest.raises(Bl1Error, match="the action is NaN"):
        game.step(to(float("nan")))


def test_a_steady_paddle_moves_as_fast_as_the_ball() -> None:
    game = Pong("steady")
    game.reset(seed=1)
    heights = [game.paddle_y]
    for _ in range(20):
        game.step(to(1.0))
        heights.append(game.paddle_y)
    assert np.diff(heights)[:16] == pytest.approx(0.03)
    assert heights[-1] == 1.0


def test_a_curtain_hides_the_second_half_of_a_flight() -> None:
    game = Pong(curtain=True)
    game.reset(seed=3)
    for _ in range(30):
        (seen,) = game.sensed
        x, y = game.ball
        assert seen == (y if x < 0.5 else None)
        game.step(to(0.5))


def test_an_offset_tells_how_far_the_ball_is_above_the_paddle() -> None:
    game = Pong(sense="offset", serve="uniform")
    game.reset(seed=2)
    game.step(to(0.2))
    assert game.sensed[0] == pytest.approx(0.5 + (game.ball[1] - 0.2) / 2)


def test_a_slow_ball_takes_the_same_way() -> None:
    def arrival(speed: float) -> tuple[int, float]:
        game = Pong(ball_speed=speed)
        game.reset(seed=4)
        steps = 1
        while "hit" not in (step := game.step(to(0.5)))[-1]:
            steps += 1
        return steps, 1 - 2 * abs(game.ball[1] - 0.5) if step[2] else step[1]

    (fast, reward), (slow, same) = arrival(0.03), arrival(0.005)
    assert slow == pytest.approx(6 * fast, abs=6)
    assert reward == pytest.approx(same, abs=1e-9)


def rewards(kind: str, aim: float, seed: int = 5) -> tuple[list[float], bool]:
    """Of every step of one flight, and whether the ball was hit."""
    game = Pong(reward=kind)
    game.reset(seed=seed)
    found = []
    while True:
        _, reward, _, _, info = game.step(to(aim))
        found.append(reward)
        if "hit" in info:
            return found, info["hit"]


def test_what_is_rewarded() -> None:
    distance, hit = rewards("distance", 0.9)
    *flight, arrival = rewards("arrival", 0.9)[0]
    assert not any(flight) and arrival == distance[-1]
    for aim in (0.0, 0.25, 0.5, 0.75, 1.0):
        (*flight, outcome), hit = rewards("outcome", aim)
        assert not any(flight) and outcome == (1.0 if hit else -1.0)
    aimed, _ = rewards("aim", 0.5)
    assert aimed[0] == 1.0  # served in the middle: no band off
    assert all(round(reward / 0.1) * 0.1 == pytest.approx(reward) for reward in aimed)
    assert rewards("aim", 0.0)[0][0] == 0.0  # eight bands off


@pytest.mark.parametrize("speed", [0.0, -0.1, 0.6, float("nan")])
def test_a_ball_that_cannot_fly_is_refused(speed: float) -> None:
    with pytest.raises(Bl1Error, match=r"ball_speed is .*, expected a number > 0 and <= 0\.5"):
        Pong(ball_speed=speed)
