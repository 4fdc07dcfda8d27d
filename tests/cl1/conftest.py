"""A small culture under the middle of a CL1, and free ports."""

import os
import socket

import pytest

from bl1.cl1.ports import PortNumbers
from bl1.cl1.tissue import Tissue
from bl1.network.culture import Culture


@pytest.fixture(scope="session")
def culture() -> Culture:
    """1,000 cells on half a millimetre, which channels 27, 28, 35 and 36 hear best."""
    return Culture.from_config("cl1_culture", seed=1, n_neurons=1000)


@pytest.fixture
def tissue(culture: Culture) -> Tissue:
    return Tissue(culture)


@pytest.fixture
def numbers() -> PortNumbers:
    """Four ports in a row that nothing uses, and no other process of these tests will."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for first in range(20_000 + 2_000 * worker, 22_000 + 2_000 * worker, 4):
        numbers = PortNumbers.starting_at(first)
        if all(map(_is_free, numbers)):
            return numbers
    raise AssertionError("no free ports")


def _is_free(number: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as each:
        try:
            each.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
