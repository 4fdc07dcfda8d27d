"""Every script in examples/ runs headless and leaves a picture."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

SLOW = ("atari_pong", "cartpole", "development", "fit_rate")
SCRIPTS = [
    pytest.param(script, id=script.stem, marks=[pytest.mark.slow] if script.stem in SLOW else [])
    for script in sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_example_draws_its_picture(script: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-W", "error", script, tmp_path],
        capture_output=True, text=True, timeout=300, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [f"{script.stem}.png"]
    pixels = imread(tmp_path / f"{script.stem}.png")[..., :3]
    assert min(pixels.shape[:2]) >= 400
    inked = np.any(pixels < 0.9, axis=-1)
    assert 0.01 < inked.mean() < 0.9
    assert inked[:, : inked.shape[1] // 2].any() and inked[:, inked.shape[1] // 2 :].any()
