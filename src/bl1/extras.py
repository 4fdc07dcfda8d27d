"""Libraries that come with an extra of bl1, and the sentence for where they are missing."""

from importlib import import_module
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
        name = module.partition(".")[0]
        raise Bl1Error(f"this needs {name}: pip install 'bl1[{extra}]'") from error
