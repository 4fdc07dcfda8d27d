"""What the tests share."""

import io
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import HealthCheck, settings
from platformdirs import user_cache_path

from bl1.cli.main import main

# The same examples each time, and no judgement on the time that they take on a busy machine.
settings.register_profile(
    "bl1", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bl1")

# What JAX compiles, most of the time of the tests in JAX, is kept beside the engine's kernels.
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR", str(user_cache_path("bl1", appauthor=False) / "jax")
)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")

Bl1 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bl1_process() -> Bl1:
    """Run `bl1 ARGS...` in a process of its own, as a person does; returns what it printed."""

    def run(*args: object, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bl1", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)

    return run


@pytest.fixture
def bl1_command(monkeypatch: pytest.MonkeyPatch) -> Bl1:
    """The same in this process, which has loaded already what a process loads in seconds."""

    def run(*args: object, timeout_s: float = 300) -> "subprocess.CompletedProcess[str]":
        def give_up(*_: object) -> None:
            pytest.fail(f"bl1 {args} still runs after {timeout_s:g} s")

        monkeypatch.setattr(sys, "argv", ["bl1", *map(str, args)])
        out, err = io.StringIO(), io.StringIO()
        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
        try:
            with warnings.catch_warnings(), redirect_stdout(out), redirect_stderr(err):
                _warn_on_stderr()
                with pytest.raises(SystemExit) as ended:
                    main()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        status = ended.value.code or 0
        return subprocess.CompletedProcess(sys.argv, int(status), out.getvalue(), err.getvalue())

    return run


def _warn_on_stderr() -> None:
    """Show the warnings that a process of its own shows, where it shows them; pytest keeps them."""

    def show(message, category, filename, lineno, file=None, line=None) -> None:
        print(warnings.formatwarning(message, category, filename, lineno, line), file=sys.stderr)

    warnings.showwarning = show
    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
