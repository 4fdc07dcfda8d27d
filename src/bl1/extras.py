"""Libraries that come with an extra of bl1, and the sentence for where they are missing."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bl1.errors import Bl1Error


def needed(module: str, extra: str) -> Any:
    """Import a library that an extra brings.

    Raises:
        Bl1Error: it is not installed; the sentence names the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise _missing(module, extra) from error


def check(module: str, extra: str) -> None:
    """Look whether there is a library, which is not imported.

    Args:
        module: its name, without a dot.
        extra: of bl1, which brings it.

    Raises:
        Bl1Error: as `needed`.
    """
    if find_spec(module) is None:
        raise _missing(module, extra)


def _missing(module: str, extra: str) -> Bl1Error:
    name = module.partition(".")[0]
    return Bl1Error(f"this needs {name}: pip install 'bl1[{extra}]'")
