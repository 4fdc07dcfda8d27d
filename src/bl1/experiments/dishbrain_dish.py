"""One culture's session of DishBrain: it plays, and is told how it did.

After Kagan et al. 2022 (doi:10.1016/j.neuron.2022.09.001), through the virtual array: every step of
the game the ball is shown and the paddle moved, as :mod:`bl1.experiments.dishbrain_codes` has it.
What a hit or a miss is answered with depends on the condition:

    closed_loop  a hit: predictable pulses; a miss: unpredictable ones, then rest
    silent       nothing, for as long as those would take
    open_loop    what a random one of the arrivals so far deserved, this one with them: as many of
                 both kinds on average, but they say nothing of what the culture did
    rest         as silent, and the ball is not shown either

Play stands still meanwhile. After a miss the next ball is served; the paddle stays where it is.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bl1.config import ClosedLoopConfig, Condition, Experiment, StimulationConfig
from bl1.experiments.dishbrain_codes import Feedback, MotorCode, SensoryCode
from bl1.games.pong import Pong
from bl1.mea.floor import Events
from bl1.mea.rig import Rig
from bl1.network.culture import Culture

OPEN_LOOP_DRAWS = 0x09E2
REWARDS = {True: 1.0, False: -1.0}  # of predictable and unpredictable feedback


@dataclass(frozen=True)
class Arrival:
    """A ball that came to the paddle's plane: when (s since the start), and whether it was hit."""

    time_s: float
    hit: bool


class Dish:
    """A culture that plays.

    Args:
        config: with the sections ``stimulation`` and ``closed_loop``.
        condition: see the module.
        seed: of the culture, of the serves and of the feedback.

    Attributes:
        arrivals: of every ball so far.
        n_pulses: given, counted on each electrode.
        n_events: heard on the motor electrodes and all others, in play and out of it.
    """

    def __init__(self, config: Experiment, condition: Condition, seed: int) -> None:
        self.condition = condition
        self.rig = Rig(Culture.from_config(config, seed=seed))
        self.loop = config.closed_loop or ClosedLoopConfig()
        stimulation = config.stimulation or StimulationConfig()
        places = {int(number): place for place, number in enumerate(self.rig.layout.electrodes)}
        self.rig.layout.index_of(
            (*self.loop.sensory_channels, *self.loop.motor_up, *self.loop.motor_down)
        )
        self.sensory = SensoryCode(stimulation, self.loop)
        self.motor = MotorCode(self.loop, places)
        self.feedback = Feedback(stimulation, self.loop.sensory_channels, seed)
        self.game = Pong(paddle="steady", serve="uniform", ball_speed=self.loop.ball_speed)
        self.game.reset(seed=seed)
        self.arrivals: list[Arrival] = []
        self.n_pulses = 0
        self.n_events = 0
        self._draws = np.random.default_rng([seed, OPEN_LOOP_DRAWS])
        self._rewarded = config.reward is not None
        self._dt_ms = config.dt_ms

    @property
    def time_s(self) -> float:
        """Time of the culture since the start (s)."""
        return self.rig.engine.step_count * self._dt_ms / 1000

    def play(self, seconds: float) -> None:
        """Play until so many seconds of the culture's time have passed since its start."""
        while self.time_s < seconds - 1e-9:
            self._step()

    def _step(self) -> None:
        """A step of the game, and what follows where a ball arrives."""
        step_s = self.loop.game_step_ms / 1000
        x, y = self.game.ball
        if self.condition != "rest":
            train = self.sensory.pulses(y - self.game.paddle_y, x, step_s)
            if train is not None:
                self.rig.stimulate(train)
        direction = self.motor.direction(self._advance(step_s))
        target = (self.game.paddle_y, 1.0, 0.0)[direction]
        _, _, missed, _, info = self.game.step(np.array([target], np.float32))
        if "hit" in info:
            self.arrivals.append(Arrival(round(self.time_s, 6), info["hit"]))
            self._answer()
        if missed:
            self.game.reset()

    def _answer(self) -> None:
        """What follows a ball's arrival; play stands still meanwhile."""
        answered = self.arrivals[-1].hit
        if self.condition == "open_loop":
            answered = self.arrivals[int(self._draws.integers(len(self.arrivals)))].hit
        if self.condition in ("closed_loop", "open_loop"):
            for train in self.feedback.trains(answered):
                self.rig.stimulate(train)
            if self._rewarded:
                self.rig.engine.reward(REWARDS[answered])
        self._advance(self.feedback.duration_s(answered))
        self.sensory.reset()
        self.motor.reset()

    def _advance(self, seconds: float) -> Events:
        heard = self.rig.advance(math.ceil(seconds * 1000 / self._dt_ms - 1e-9))
        self.n_pulses += len(heard.pulses)
        self.n_events += len(heard.events.ids)
        return heard.events


def played(
    experiment: Mapping[str, Any],
    condition: Condition,
    minutes: float,
    seed: int,
    watch: Callable[[Dish], None] = lambda dish: None,
) -> dict[str, Any]:
    """A whole session, JSON-able: the arrivals, the pulses given and the events heard.

    `watch` is called with the dish before it plays.
    """
    config = Experiment.model_validate_json(json.dumps(experiment))
    dish = Dish(config, condition, seed)
    watch(dish)
    dish.play(60 * minutes)
    return {
        "times_s": [arrival.time_s for arrival in dish.arrivals],
        "hits": [arrival.hit for arrival in dish.arrivals],
        "n_pulses": dish.n_pulses,
        "event_rate_hz": dish.n_events / dish.time_s / len(dish.rig.layout),
    }
