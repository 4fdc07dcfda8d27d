"""Scenes: what is to be seen of a game that a culture plays, beside the culture."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bl1.experiments.dishbrain_dish import Dish
from bl1.games.episodic import EpisodicGame
from bl1.games.game import Game
from bl1.loop.agents import Avoidance
from bl1.loop.agents.actor_critic import ActorCritic
from bl1.loop.encoding import N_BANDS
from bl1.loop.episodes import EpisodicSession
from bl1.loop.session import Session
from bl1.monitor.watch import Scene


def pong_scene(session: Session) -> Callable[[], Scene]:
    """Pong, what has which share of the response that is read, and how it goes."""
    session.game.render_mode = "rgb_array"
    names = [f"band {band}" for band in reversed(range(N_BANDS))]  # the highest at the top
    places = slice(None, None, -1)
    if isinstance(session.agent, Avoidance):
        names, places = ["up", "down"], slice(2)

    def now() -> Scene:
        log, response = session.log, session.features[places]
        shares = (response / max(response.sum(), 1e-9)).tolist()
        counts: dict[str, float] = {"balls": log.n_balls, "rally": log.rally}
        if (recent := session.recent_hit_rate) is not None:
            counts["hit rate"] = recent
        actions = dict(zip(names, shares, strict=True))
        return Scene(_picture(session.game), {"actions": actions, "counts": counts})

    return now


def episodes_scene(session: EpisodicSession) -> Callable[[], Scene]:
    """A game of episodes, what the actor is inclined to, its rewards, and what the game counts."""
    n_over, of_over, told = 0, 0.0, 0.0  # episodes, their rewards, and what was told of all

    def now() -> Scene:
        nonlocal n_over, of_over, told
        log, episode = session.log, session.episode
        of_over += sum(each.reward for each in log[n_over:])
        n_over = len(log)
        is_over = n_over > 0 and episode is log[-1]
        total = of_over + (0.0 if is_over else episode.reward)
        reward, told = total - told, total
        decoder = {"reward": reward, "episode_reward": episode.reward, "counts": episode.counts}
        if isinstance(session.agent, ActorCritic):
            names, shares = session.game.action_names, session.agent.probabilities.tolist()
            decoder["actions"] = dict(zip(names, shares, strict=True))
        return Scene(_picture(session.game), decoder)

    return now


def dish_scene(dish: Dish) -> Callable[[], Scene]:
    """Pong as a culture on an array plays it, the share of each motor region, and how it goes."""
    dish.game.render_mode = "rgb_array"
    ways = {1: "up", -1: "down"}
    regions = [f"{ways[sign]}, region {k}" for k, sign in enumerate(dish.motor.signs)]

    def now() -> Scene:
        hits = [arrival.hit for arrival in dish.arrivals]
        counts = {"balls": len(hits), "hits": sum(hits)}
        shares = dish.motor.scaled / max(dish.motor.scaled.sum(), 1e-9)
        actions = dict(zip(regions, shares.tolist(), strict=True))
        return Scene(_picture(dish.game), {"actions": actions, "counts": counts})

    return now


def _picture(game: Game | EpisodicGame) -> NDArray[np.uint8]:
    rgb = game.render()
    assert isinstance(rgb, np.ndarray)  # it was told to draw
    return rgb
