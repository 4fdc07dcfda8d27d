"""The experiment files that can be run: those that bl1 brings along, and yours in ./configs."""

import re
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
    """What a file of this name would be; "" if it would be a new one.

    Raises:
        Bl1Error: no file can have this name.
    """
    if not NAME.fullmatch(name):
        raise Bl1Error("expected a name of letters, digits, _, - and .")
    path = FOLDER / f"{name}.yaml"
    return f"{path} is there and will be replaced" if path.exists() else ""


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
