"""The brains that one may go on with: yours, those that were kept unasked, and the shipped one."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bl1.config import shipped
from bl1.tui.choice import WORDS

OWN_FOLDER = Path("brains")  # in the working directory
SHIPPED_BRAIN = "trained_culture.yaml"


@dataclass(frozen=True)
class KeptBrain:
    """A brain in a file, in words.

    when: it was written, by the clock on the wall; "shipped" of the one that bl1 brings along.
    name: the game and the cells. trained: for how long, and what it came to in the end.
    """

    path: Path
    when: str
    name: str
    trained: str


def kept_brains(autosaves: Path | None) -> list[KeptBrain]:
    """All of them, the newest first and the shipped one last."""
    brought = shipped("brains") / SHIPPED_BRAIN
    found = newest_first(OWN_FOLDER, *([autosaves] if autosaves else []))
    yours = [(path, at) for path, at in found if path.resolve() != brought.resolve()]
    told = [_told(path, f"{datetime.fromtimestamp(at):%m-%d %H:%M}") for path, at in yours]
    return [*told, _told(brought, "shipped")]


def newest_first(*folders: Path) -> list[tuple[Path, float]]:
    """The brains in folders, and when they were written, as time stamps."""
    found = []
    for path in (path for folder in folders for path in folder.glob("*.yaml")):
        with suppress(OSError):  # another cockpit has just let it go
            found.append((path.stat().st_mtime, path))
    return [(path, at) for at, path in sorted(found, reverse=True)]


def _told(path: Path, when: str) -> KeptBrain:
    """What a file's lines say, most of which are weights: to check them all would take seconds."""
    try:
        head, _, training = path.read_text(encoding="utf-8").partition("\ntraining:")
    except (OSError, UnicodeDecodeError):
        head = training = ""  # the error is told when it is chosen
    game = _first(r"^game: (\w+)$", head) or _first(r"^  name: (\w+)$", head)
    if game not in WORDS:
        return KeptBrain(path, when, path.name, "not a brain that can be read")
    if _first(r"^  curtain: (true)$", head):
        game = "curtain"
    unit = "balls" if "balls: " in training else "episodes"
    n = sum(int(found) for found in re.findall(rf"^[ -] {unit}: (\d+)$", training, re.M))
    reached = ""
    if tenths := re.findall(r"^  - ([-.\de]+)$", training, re.M):
        last = float(tenths[-1])
        mean = f"{last:.0%} hit" if unit == "balls" else f"return {last:,.1f}"
        reached = f", {mean} at the end"
    name = f"{WORDS[game].title}, {_first(r'^  kind: (.+)$', head)}"
    return KeptBrain(path, when, name, f"{n:,} {unit}{reached}")


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.M)
    return found[1] if found else ""
