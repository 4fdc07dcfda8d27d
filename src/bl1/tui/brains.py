"""Where brains are kept: yours in `brains/`, and those that are kept unasked elsewhere."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bl1.atomicfile import make_folder
from bl1.config import shipped
from bl1.errors import Bl1Error
from bl1.loop.brain import load_brain, read_brain, save_brain
from bl1.loop.episodic import EpisodicBrain
from bl1.loop.session import resume_session
from bl1.tui.watched import Watched
from bl1.tui.watched_episodes import WatchedEpisodes
from bl1.tui.watched_pong import WatchedPong

OWN_FOLDER = Path("brains")  # in the working directory
SHIPPED_BRAIN = "trained_culture.yaml"
MOST_AUTOSAVES = 20


class Brains:
    """Files of brains.

    Args:
        autosaves: the folder for those of which nobody said that they should be saved, the newest
            of a session and of some sessions; None for nowhere.
    """

    def __init__(self, autosaves: Path | None = None) -> None:
        self._autosaves = autosaves

    def save(self, watched: Watched) -> Path:
        """Write a brain to `brains/GAME_brain.yaml` in the working directory."""
        return _written(watched.brain(), _own(watched.game))

    def autosave(self, watched: Watched, before: Path | None = None) -> Path | None:
        """Keep a brain; None if its agent has none, or there is no place.

        Args:
            before: where the same was kept before, which is not needed any longer.
        """
        if self._autosaves is None:
            return None
        try:
            brain = watched.brain()
        except Bl1Error:
            return None
        now = f"{datetime.now():%Y-%m-%d_%H-%M-%S.%f}"  # sorts by time
        path = _written(brain, self._autosaves / f"{now}_{watched.game}.yaml")
        if before:
            before.unlink(missing_ok=True)
        for old in self._autosaved()[:-MOST_AUTOSAVES]:
            old.unlink(missing_ok=True)
        return path

    def newest(self, game: str) -> Path:
        """The newest of your own brain of a game and of all that were kept; or the shipped one.

        Raises:
            Bl1Error: there is none.
        """
        own = _own(game)
        found = [*([own] if own.exists() else []), *self._autosaved()[-1:]]
        if found:
            return max(found, key=lambda path: path.stat().st_mtime)
        if game == "pong":
            return shipped("brains") / SHIPPED_BRAIN
        raise Bl1Error(f"there is no {own} to go on with: w saves one")

    def _autosaved(self) -> list[Path]:
        return sorted(self._autosaves.glob("*.yaml")) if self._autosaves else []


class _AnyBrain(BaseModel):
    """Of a brain of any kind, what tells its kind."""

    model_config = ConfigDict(extra="ignore")

    agent: Literal["pursuit", "actor-critic"] = "pursuit"


def resumed(path: Path) -> tuple[Watched, str]:
    """Go on with a brain; and how much it was trained, in words.

    Raises:
        Bl1Error: one sentence that names the file, the field and what was expected.
    """
    if read_brain(path, _AnyBrain).agent == "actor-critic":
        learned = read_brain(path, EpisodicBrain)
        n_episodes = sum(run.episodes for run in learned.training)
        return WatchedEpisodes.resumed(learned), f"{n_episodes:,} episodes"
    brain = load_brain(path)
    n_balls = sum(run.balls for run in brain.training)
    return WatchedPong(resume_session(brain), brain.options), f"{n_balls:,} balls"


def _own(game: str) -> Path:
    return OWN_FOLDER / f"{game}_brain.yaml"


def _written(brain: BaseModel, path: Path) -> Path:
    make_folder(path.parent)
    save_brain(brain, path)
    return path
