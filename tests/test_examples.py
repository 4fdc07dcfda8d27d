"""Every script in examples/ runs headless and leaves a picture; the trainer finds a device."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

EXAMPLES = Path(__file__).parents[1] / "examples"
BL1 = [sys.executable, "-m", "bl1"]
FIRST_PORT = "24680"
SLOW = ("atari_pong", "cartpole", "development", "fit_rate")
SCRIPTS = [
    pytest.param(script, id=script.stem, marks=[pytest.mark.slow] if script.stem in SLOW else [])
    for script in sorted(EXAMPLES.glob("*.py"))
    if script.stem != "udp_trainer"
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


def test_the_trainer_plays_through_a_device_and_ends_it() -> None:
    serve = [*BL1, "cl1", "serve", "--neurons", "500", "--first-port", FIRST_PORT]
    device = subprocess.Popen(
        [*serve, "--tick-hz", "200", "--collect-window-ms", "5", "--ablation", "zero"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert device.stderr and any(line.startswith("serving") for line in device.stderr)
        trained = subprocess.run(
            [sys.executable, "-W", "error", EXAMPLES / "udp_trainer.py", "--first-port", FIRST_PORT,
             "--steps", "300", "--feedback", "--json"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        said, _ = device.communicate(timeout=20)
    finally:
        device.kill()
        device.wait()
    assert trained.returncode == 0, trained.stderr
    episodes = json.loads(trained.stdout)
    assert episodes and 0 < episodes[0]["step"] <= 300
    assert f"episode   {len(episodes)}  reward" in trained.stderr
    assert device.returncode == 0 and "600 of 600 stimulations" in said  # half of them to calibrate


@pytest.mark.slow
def test_a_trainer_without_a_device_says_so() -> None:
    script = EXAMPLES / "udp_trainer.py"
    alone = subprocess.run(
        [sys.executable, script, "--first-port", FIRST_PORT, "--steps", "9"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert alone.returncode == 1
    assert alone.stderr == "3 stimulations in a row had no answer, expected a device\n"
