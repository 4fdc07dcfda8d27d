"""The experiment files that can be run: those that bl1 brings along, and yours in ./configs."""

import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bl1.atomicfile import make_folder
from bl1.errors import Bl1Error

if TYPE_CHECKING:
    from bl1.config import Experiment

FOLDER = Path("configs")  # yours
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def experiment_files() -> list[Path]:
    """The files, the shipped ones first."""
    from bl1.config import shipped  # here, since it imports pydantic

    found = {path.resolve(): path for path in sorted(FOLDER.glob("*.yaml"))}
    brought = sorted(shipped("configs").resolve().glob("*.yaml"))
    return [*brought, *(path for real, path in found.items() if real not in brought)]


def check_name(name: str) -> str:
    """What a file of this name would be, in words.

    Raises:
        Bl1Error: no file can have this name.
    """
    if not NAME.fullmatch(name):
        raise Bl1Error("expected a name of letters, digits, _, - and .")
    if name in _brought():
        raise Bl1Error("bl1 brings a file of this name along: expected another")
    path = FOLDER / f"{name}.yaml"
    return f"replaces your {path}" if path.exists() else f"a new file, {path}"


def suggested_name(name: str) -> str:
    """The name of a file of yours as it is; of any other experiment, one that is free."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_.-") or "experiment"
    if stem == name and stem not in _brought():
        return stem
    names = (f"{stem}_{n}" for n in count(2))
    return next(free for free in names if not (FOLDER / f"{free}.yaml").exists())


def _brought() -> set[str]:
    """The names of the shipped files."""
    from bl1.config import shipped

    return {path.stem for path in shipped("configs").glob("*.yaml")}


def save_as(name: str, experiment: "Experiment") -> Path:
    """Write an experiment to ./configs under a name, at one stroke.

    Raises:
        Bl1Error: the name cannot be, or the folder cannot be written to.
    """
    from bl1.config import save_experiment

    check_name(name)
    path = FOLDER / f"{name}.yaml"
    make_folder(FOLDER)
    save_experiment(experiment.changed(name=name), path)
    return path
