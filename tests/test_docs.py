"""What the README and the pages of docs/ show runs, and what they name exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bl1.cli.main import COMMANDS
from bl1.config import load_experiment
from bl1.experiments.spec import load_spec

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, *DOCS]


def blocks(language: str) -> list:
    """Every block of code of a language in docs/, named by its page and its place in it."""
    return [
        pytest.param(code, id=f"{page.stem}-{i}")
        for page in DOCS
        for i, code in enumerate(
            re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
        )
    ]


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_that_is_shown_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs", "exec"), {"__name__": "__main__"})


def test_the_readme_prints_a_rate_and_saves_spikes(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert re.match(r"\d+\.\d\d Hz, \d+ spikes, \d+ synapses", done.stdout)
    assert (tmp_path / "spikes.npz").exists()


@pytest.mark.parametrize("code", blocks("yaml"))
def test_the_file_that_is_shown_is_an_experiment_or_a_sweep(code, tmp_path):
    path = tmp_path / "shown.yaml"
    path.write_text(code)
    read = load_spec if "\nseeds:" in code else load_experiment
    assert read(path).name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_it_links_and_script_it_names_exists(page):
    text = page.read_text()
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link
    for script in re.findall(r"python ((?:examples|benchmarks)/\w+\.py)", text):
        assert (ROOT / script).exists(), script


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_make_target_and_command_it_names_exists(page):
    makefile, text = (ROOT / "Makefile").read_text(), page.read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in re.findall(r"`bl1 ([a-z][a-z0-9-]*)", text):
        assert command in COMMANDS, command
