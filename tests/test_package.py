"""The package as a whole: what importing it costs, what it exports, what `make` says."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import bl1

ROOT = Path(__file__).parents[1]
HEAVY = ("numba", "scipy", "numpy", "textual", "gymnasium", "h5py", "ruamel")


def loaded_by(code: str) -> set[str]:
    """The heavy packages that are loaded after `code` ran in a fresh interpreter."""
    names = (
        f"import sys; {code}; print(*(n for n in {HEAVY!r} if n in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", names]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())


def test_importing_bl1_loads_nothing_heavy() -> None:
    assert loaded_by("import bl1") == set()


def test_help_loads_nothing_heavy_and_is_quick(bl1_command) -> None:
    assert (
        loaded_by("from bl1.cli.main import app; app(['--help'], standalone_mode=False)") == set()
    )
    times_s = []
    for _ in range(3):
        start = time.perf_counter()
        assert bl1_command("--help").returncode == 0
        times_s.append(time.perf_counter() - start)
    assert min(times_s) < 0.5


def test_public_names_load_when_used() -> None:
    from bl1.config import Experiment

    assert bl1.Experiment is Experiment
    assert set(bl1.__all__) <= set(dir(bl1))
    for name in bl1.__all__:
        assert getattr(bl1, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Cultures'"):
        _ = bl1.Cultures


def test_version_is_one(bl1_command) -> None:
    assert bl1_command("--version").stdout.strip() == bl1.__version__
    assert f"version: {bl1.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_make_alone_lists_every_command() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("install", "play", "test", "test-slow", "lint", "bench", "clean"):
        assert f"make {target} " in listed


def test_an_unknown_command_or_option_is_one_sentence(bl1_command) -> None:
    for arguments in (("simm",), ("sim",), ("sim", "default", "--neuron", "3"), ("--nonsense",)):
        result = bl1_command(*arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert len(result.stderr.splitlines()) == 1
