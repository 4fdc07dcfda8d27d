"""The package as a whole: what importing it costs, what it exports, what `make` says."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import bl1

ROOT = Path(__file__).parents[1]
HEAVY = ("numba", "scipy", "numpy", "textual", "gymnasium", "ruamel")


def loaded_by(code: str) -> set[str]:
    """The heavy packages that are loaded after `code` ran in a fresh interpreter."""
    names = (
        f"import sys; {code}; print(*(n for n in {HEAVY!r} if n in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", names]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())


def processor_s_of_children() -> float:
    """Processor time of all processes that ended; unlike wall time no other work adds to it."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_importing_bl1_loads_nothing_heavy() -> None:
    assert loaded_by("import bl1") == set()


def test_help_loads_nothing_heavy_and_is_quick(bl1_process) -> None:
    assert (
        loaded_by("from bl1.cli.main import app; app(['--help'], standalone_mode=False)") == set()
    )
    times_s = []
    for _ in range(3):
        before_s = processor_s_of_children()
        assert bl1_process("--help").returncode == 0
        times_s.append(processor_s_of_children() - before_s)
    assert min(times_s) < 0.5


def test_public_names_load_when_used() -> None:
    from bl1.config import Experiment

    assert bl1.Experiment is Experiment
    assert set(bl1.__all__) <= set(dir(bl1))
    for name in bl1.__all__:
        assert getattr(bl1, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Cultures'"):
        _ = bl1.Cultures


def test_version_is_one(bl1_process) -> None:
    assert bl1_process("--version").stdout.strip() == bl1.__version__
    assert f"version: {bl1.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_make_alone_lists_every_command() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("install", "play", "test", "test-slow", "lint", "bench", "clean"):
        assert f"make {target} " in listed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk")
@pytest.mark.parametrize("arguments", [("--version",), ("pong", "--help")])
def test_output_that_cannot_be_written_is_one_sentence(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "bl1", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: cannot go on: No space left on device\n"


def test_an_unknown_command_or_option_is_one_sentence(bl1_command) -> None:
    for arguments in (("simm",), ("sim",), ("sim", "default", "--neuron", "3"), ("--nonsense",)):
        result = bl1_command(*arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert len(result.stderr.splitlines()) == 1


def test_the_first_lines_that_anyone_writes_run(tmp_path: Path) -> None:
    """A culture is made, run, measured and saved, with nothing imported but bl1."""
    dish = bl1.Culture.from_config("wagenaar_calibrated", seed=1, n_neurons=1000)
    run = dish.run(seconds=5)
    assert bl1.analysis.bursts(run).per_minute >= 0
    run.save(tmp_path / "dish.nwb")
    assert bl1.load(tmp_path / "dish.nwb").hash() == run.hash()
