"""What the tests share."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

# The same examples each time, and no judgement on the time that they take on a busy machine.
settings.register_profile(
    "bl1", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bl1")

Bl1 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bl1_command() -> Bl1:
    """Run `bl1 ARGS...` in a process of its own, as a person does; returns what it printed."""

    def run(*args: object, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bl1", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)

    return run
