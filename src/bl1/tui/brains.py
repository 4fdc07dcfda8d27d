"""Where brains are kept: yours in `brains/`, and those that are kept unasked elsewhere."""

from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bl1.atomicfile import make_folder
from bl1.errors import Bl1Error
from bl1.loop.brain import load_brain, read_brain, save_brain
from bl1.loop.episodic import EpisodicBrain
from bl1.loop.session import resume_session
from bl1.tui.kept_brains import OWN_FOLDER, newest_first
from bl1.tui.watched import Watched
from bl1.tui.watched_episodes import WatchedEpisodes
from bl1.tui.watched_pong import WatchedPong

MOST_AUTOSAVES = 20


class Brains:
    """Files of brains.

    Args:
        autosaves: the folder for those of which nobody said that they should be saved, the newest
            of a session and of some sessions; None for nowhere.
    """

    def __init__(self, autosaves: Path | None = None) -> None:
        self._autosaves = autosaves

    def save(self, watched: Watched, before: Path | None = None) -> Path:
        """Write a brain to `brains/GAME_brain.yaml` in the working directory, or beside it.

        Args:
            before: where the same was saved before, which alone is replaced.
        """
        return _written(watched.brain(), before or _free(watched.game))

    def autosave(self, watched: Watched, before: Path | None = None) -> Path | None:
        """Keep a brain; None if its agent has none, or there is no place.

        Args:
            before: where the same was kept before, which is replaced.
        """
        if self._autosaves is None:
            return None
        try:
            brain = watched.brain()
        except Bl1Error:
            return None
        now = f"{datetime.now():%Y-%m-%d_%H-%M-%S.%f}"
        path = _written(brain, before or self._autosaves / f"{now}_{watched.game}.yaml")
        for old, _ in newest_first(self._autosaves)[MOST_AUTOSAVES:]:
            old.unlink(missing_ok=True)
        return path


class _AnyBrain(BaseModel):
    """Of a brain of any kind, what tells its kind."""

    model_config = ConfigDict(extra="ignore")

    agent: Literal["pursuit", "actor-critic"] = "pursuit"


def resumed(path: Path) -> Watched:
    """Go on with a brain.

    Raises:
        Bl1Error: one sentence that names the file, the field and what was expected.
    """
    if read_brain(path, _AnyBrain).agent == "actor-critic":
        return WatchedEpisodes.resumed(read_brain(path, EpisodicBrain))
    brain = load_brain(path)
    n_balls = sum(run.balls for run in brain.training)
    return WatchedPong(resume_session(brain), brain.options, n_balls)


def _free(game: str) -> Path:
    """A name that no brain has."""
    names = (f"{game}_brain{'' if n == 1 else f'_{n}'}.yaml" for n in count(1))
    return next(path for name in names if not (path := OWN_FOLDER / name).exists())


def _written(brain: BaseModel, path: Path) -> Path:
    make_folder(path.parent)
    save_brain(brain, path)
    return path
