"""Doom itself: scenarios of ViZDoom (extra `vizdoom`), headless, as games for a culture.

What is sensed is what a player could see on the screen, taken from ViZDoom's labels of what is
drawn: the bearing of the nearest target (the one that looks largest; finest in the middle, see
`bl1.games.fovea`) and how large it looks; nothing in sight is of no size, at the edge where a
target was seen last. An action holds its button for four tics of 1/35 s.

Kempka et al. 2016, doi:10.1109/CIG.2016.7860433.
"""

import os
import signal
from contextlib import chdir
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from bl1.core.interrupts import unheard_by_children
from bl1.errors import Bl1Error
from bl1.extras import needed
from bl1.games.episodic import EpisodicGame
from bl1.games.fovea import foveated

FRAME_SKIP = 4
TICS_PER_S = 35
HEIGHT, WIDTH = 120, 160
VIEW_DEG = 90.0


@dataclass(frozen=True)
class Scenario:
    """What a culture may do in a scenario, what it sees, and what that is worth.

    buttons: one for each action, as ViZDoom names them.
    targets: the objects whose nearest one is sensed. landmark: an object whose bearing is sensed
        too, if there is one.
    worth: the reward for each of the counts of `info` that grows by one.
    fixed_rule: numbers of buttons to press over and over.
    """

    buttons: tuple[str, ...]
    targets: frozenset[str]
    worth: dict[str, float]
    fixed_rule: tuple[int, ...]
    landmark: str | None = None


SCENARIOS = {
    "defend_the_center": Scenario(
        buttons=("TURN_LEFT", "TURN_RIGHT", "ATTACK"),
        targets=frozenset({"Demon", "MarineChainsawVzd"}),
        worth={"kills": 1.0, "misses": -0.1, "deaths": -1.0},
        fixed_rule=(1, 1, 1, 1, 1, 1, 2, 2, 2),
    ),
    "basic": Scenario(
        buttons=("MOVE_LEFT", "MOVE_RIGHT", "ATTACK"),
        targets=frozenset({"Cacodemon"}),
        worth={"score": 0.01},
        fixed_rule=(0, 2, 2),
    ),
    "deadly_corridor": Scenario(
        buttons=("MOVE_FORWARD", "TURN_LEFT", "TURN_RIGHT", "ATTACK"),
        targets=frozenset({"Zombieman", "ShotgunGuy", "ChaingunGuy"}),
        worth={"score": 0.01, "kills": 1.0},
        fixed_rule=(0,),
        landmark="GreenArmor",
    ),
    "health_gathering": Scenario(
        buttons=("MOVE_FORWARD", "TURN_LEFT", "TURN_RIGHT"),
        targets=frozenset({"Medikit"}),
        worth={"medikits": 1.0, "deaths": -1.0},
        fixed_rule=(0,) * 12 + (1,) * 4,
    ),
}


class VizDoom(EpisodicGame):
    """A scenario of ViZDoom (see the module's text).

    Observation: the screen, uint8 (120, 160), grey.
    Action: the number of a button of `SCENARIOS[scenario].buttons`.
    Reward: by the scenario's `worth`.
    `info`: of the episode so far, kills, shots, misses, medikits and deaths, and `score`, the
    scenario's own reward; ammunition and health as they are.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["rgb_array"],
        "render_fps": TICS_PER_S / FRAME_SKIP,
    }

    frames_per_step = FRAME_SKIP

    def __init__(self, scenario: str, render_mode: str | None = None) -> None:
        if scenario not in SCENARIOS:
            raise Bl1Error(f"scenario is {scenario!r}, expected one of {', '.join(SCENARIOS)}")
        self.scenario = SCENARIOS[scenario]
        self.render_mode = render_mode
        self.action_names = tuple(
            button.lower().replace("_", " ") for button in self.scenario.buttons
        )
        self.fixed_rule = self.scenario.fixed_rule
        self.observation_space = spaces.Box(0, 255, shape=(HEIGHT, WIDTH), dtype=np.uint8)
        self.action_space = spaces.Discrete(len(self.action_names))
        self._vizdoom = needed("vizdoom", "vizdoom")
        self._folder = TemporaryDirectory(prefix="bl1-vizdoom-")
        self._game = self._started(scenario)
        self._screen = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
        self._presses = np.eye(len(self.action_names), dtype=int).tolist()
        self._size = 0.0
        self._target_at = self._landmark_at = 0.5
        self._counts: dict[str, float] = {}
        self._hits = 0.0
        self._ended = True

    def _started(self, scenario: str) -> Any:
        vizdoom = self._vizdoom
        game = vizdoom.DoomGame()
        game.load_config(os.path.join(vizdoom.scenarios_path, f"{scenario}.cfg"))
        game.set_available_buttons([getattr(vizdoom.Button, b) for b in self.scenario.buttons])
        game.set_window_visible(False)
        game.set_sound_enabled(False)
        game.set_mode(vizdoom.Mode.PLAYER)  # the game waits for each action
        game.set_screen_resolution(vizdoom.ScreenResolution.RES_160X120)
        game.set_screen_format(vizdoom.ScreenFormat.GRAY8)
        game.set_labels_buffer_enabled(True)
        game.set_doom_config_path(os.devnull)
        stops = unheard_by_children(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        with stops, chdir(self._folder.name):  # Doom leaves files where it is started
            game.init()
        return game

    @property
    def sensed(self) -> tuple[float, ...]:
        """The nearest target's bearing and apparent size, and the landmark's bearing if any."""
        target = (self._target_at, self._size)
        return (*target, self._landmark_at) if self.scenario.landmark else target

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Begin an episode: the one of `seed` (below 2³²), or another at random."""
        super().reset(seed=seed)
        if seed is None:
            seed = int(self.np_random.integers(2**31))
        self._game.set_seed(seed)
        self._game.new_episode()
        self._ended = False
        self._target_at = self._landmark_at = 0.5
        zero = ("kills", "shots", "misses", "medikits", "deaths", "score")
        self._counts = dict.fromkeys(zero, 0.0)
        self._counts["ammunition"] = self._variable("AMMO2")
        self._counts["health"] = self._variable("HEALTH")
        self._hits = 0.0
        self._look()
        return self._screen, dict(self._counts)

    def step(
        self, action: np.int64 | int
    ) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Hold a button for four tics."""
        if self._ended:
            raise ResetNeeded("the episode is over or was never begun: call reset before step")
        before = dict(self._counts)
        score = self._game.make_action(self._presses[int(action)], FRAME_SKIP)
        self._ended = self._game.is_episode_finished()
        died = self._game.is_player_dead()
        self._count(score, died)
        reward = sum(
            worth * (self._counts[name] - before[name])
            for name, worth in self.scenario.worth.items()
        )
        if not self._ended:
            self._look()
        timed_out = self._ended and self._game.is_episode_timeout_reached() and not died
        return self._screen, reward, self._ended and not timed_out, timed_out, dict(self._counts)

    def _count(self, score: float, died: bool) -> None:
        counts, hits = self._counts, self._variable("HITCOUNT")
        ammunition, health = self._variable("AMMO2"), self._variable("HEALTH")
        shots = max(counts["ammunition"] - ammunition, 0.0)
        counts["shots"] += shots
        counts["misses"] += max(shots - (hits - self._hits), 0.0)
        counts["medikits"] += health > counts["health"]
        counts["kills"] = self._variable("KILLCOUNT")
        counts["deaths"] = float(died)
        counts["score"] += score
        counts["ammunition"], counts["health"], self._hits = ammunition, max(health, 0.0), hits

    def _variable(self, name: str) -> float:
        return float(self._game.get_game_variable(getattr(self._vizdoom.GameVariable, name)))

    def _look(self) -> None:
        """See the screen, and on it the nearest target and the landmark."""
        state = self._game.get_state()
        self._screen = state.screen_buffer
        targets = [label for label in state.labels if label.object_name in self.scenario.targets]
        if targets:
            nearest = max(targets, key=lambda label: label.height)
            self._target_at = _bearing(nearest)
            self._size = (nearest.height / HEIGHT) ** 0.5
        else:
            self._target_at = 1.0 if self._target_at > 0.5 else 0.0
            self._size = 0.0
        for label in state.labels:
            if label.object_name == self.scenario.landmark:
                self._landmark_at = _bearing(label)

    def render(self) -> NDArray[np.uint8] | None:
        """The screen, uint8 (120, 160, 3)."""
        if self.render_mode is None:
            return None
        return np.repeat(self._screen[..., None], 3, axis=2)

    def close(self) -> None:
        """End Doom's own process."""
        self._game.close()
        self._folder.cleanup()


def _bearing(label: Any) -> float:
    """Where the middle of an object on the screen is seen, from 0 (left) to 1."""
    share = (label.x + label.width / 2) / WIDTH - 0.5
    return foveated(share * VIEW_DEG, VIEW_DEG / 2)
