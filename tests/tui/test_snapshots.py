"""What each screen looks like, kept as pictures; renew them with `pytest --snapshot-update`."""

from collections.abc import Callable

import pytest

from bl1.tui.app import Cockpit
from bl1.tui.snapshot import Snapshot
from bl1.tui.themes import LIGHT

from .conftest import StillWorker

SIZES = [(80, 24), (120, 36)]
Compare = Callable[..., bool]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("key", "title"),
    [("1", "dashboard"), ("2", "simulate"), ("3", "train"), ("4", "science"), ("5", "results")],
)
def test_tab(
    snap_compare: Compare, moment: Snapshot, key: str, title: str, size: tuple[int, int]
) -> None:
    assert snap_compare(Cockpit(StillWorker(moment)), press=[key], terminal_size=size)


def test_train_at_its_richest_and_in_light(snap_compare: Compare, moment: Snapshot) -> None:
    cockpit = Cockpit(StillWorker(moment))
    assert snap_compare(cockpit, press=["t"], terminal_size=(200, 50))
    assert cockpit.theme == LIGHT.name


def test_train_before_there_is_a_culture(snap_compare: Compare) -> None:
    assert snap_compare(Cockpit(StillWorker(None)), terminal_size=(80, 24))


def test_help(snap_compare: Compare, moment: Snapshot) -> None:
    cockpit = Cockpit(StillWorker(moment))
    assert snap_compare(cockpit, press=["question_mark"], terminal_size=(80, 24))
