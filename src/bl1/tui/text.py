"""The Train view of Pong as text, for a pipe, a log or a test."""

import numpy as np
from numpy.typing import NDArray

from bl1.tui.snapshot import PongScene, Snapshot


def as_text(snapshot: Snapshot) -> str:
    """A line for each thing that the Train view shows."""
    mine, scene, signal = snapshot.mine, snapshot.mine.scene, snapshot.signal
    assert isinstance(scene, PongScene)
    x, y = scene.trail[-1]
    n_hits = mine.n_hits
    rows = {
        "substrate": f"{snapshot.choice.substrate}, {snapshot.n_neurons:,} cells",
        "paddle": snapshot.choice.paddle,
        "seed": f"{snapshot.seed}",
        "game step": f"{snapshot.step_count:,}",
        "balls": f"{mine.n:,}: {n_hits:,} hit, {mine.n - n_hits:,} missed",
        "hit rate": f"{_number(mine.overall)} of all, "
        f"{_number(mine.recent)} of the last {snapshot.n_recent}, "
        f"{_number(snapshot.static_hit_rate)} with a static paddle",
        "rally": f"{mine.counts['rally']:,}, best {mine.counts['best rally']:,}",
        "exploration": _number(signal.sigma, 4),
        "firing rate": f"{_number(signal.rate_hz, 1)} Hz",
        "speed": f"{_number(snapshot.steps_per_s, 0)} game steps/s, "
        f"{_number(snapshot.realtime_factor, 1)} × real time",
        "ball": f"x {x:.3f}, y {y:.3f}",
        "paddle y": f"{scene.paddle_y:.3f}",
        "sees": _bands(signal.stimulus),
        "fires": _bands(signal.response),
        "reads": "–" if signal.weights is None else _bands(signal.weights),
    }
    return "\n".join(f"{name:<12}{text}" for name, text in rows.items())


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _bands(values: NDArray[np.floating]) -> str:
    return " ".join(f"{value:.2f}" for value in values.ravel())
