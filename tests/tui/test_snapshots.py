"""What each screen looks like, kept as pictures; renew them with `pytest --snapshot-update`."""

from collections.abc import Callable

import pytest

from bl1.tui.snapshot import Snapshot
from bl1.tui.themes import LIGHT

from .conftest import StillCockpit, StillWorker, backstage_of

SIZES = [(80, 24), (120, 36)]
Compare = Callable[..., bool]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_train(snap_compare: Compare, moment: Snapshot, size: tuple[int, int]) -> None:
    cockpit = StillCockpit(backstage_of(StillWorker(moment)))
    assert snap_compare(cockpit, terminal_size=size)


def test_train_at_its_richest_and_in_light(snap_compare: Compare, moment: Snapshot) -> None:
    cockpit = StillCockpit(backstage_of(StillWorker(moment)))
    assert snap_compare(cockpit, press=["t"], terminal_size=(200, 50))
    assert cockpit.theme == LIGHT.name


def test_train_before_there_is_a_culture(snap_compare: Compare) -> None:
    assert snap_compare(StillCockpit(backstage_of(StillWorker(None))), terminal_size=(80, 24))


def test_help(snap_compare: Compare, moment: Snapshot) -> None:
    cockpit = StillCockpit(backstage_of(StillWorker(moment)))
    assert snap_compare(cockpit, press=["question_mark"], terminal_size=(80, 24))
