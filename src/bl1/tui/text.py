"""The Train view as text, for a pipe, a log or a test."""

import numpy as np
from numpy.typing import NDArray

from bl1.tui.snapshot import Snapshot


def as_text(snapshot: Snapshot) -> str:
    """A line for each thing that the Train view shows."""
    x, y = snapshot.trail[-1]
    recent = f"last {snapshot.recent_balls}"
    rows = {
        "substrate": f"{snapshot.substrate}, {snapshot.n_neurons:,} cells",
        "paddle": snapshot.paddle,
        "seed": f"{snapshot.seed}",
        "game step": f"{snapshot.step_count:,}",
        "balls": f"{snapshot.n_balls:,}: {snapshot.n_hits:,} hit, "
        f"{snapshot.n_balls - snapshot.n_hits:,} missed",
        "hit rate": f"{_number(snapshot.hit_rate)} of all, "
        f"{_number(snapshot.recent_hit_rate)} of the {recent}, "
        f"{_number(snapshot.static_hit_rate)} with a static paddle",
        "rally": f"{snapshot.rally:,}, best {snapshot.best_rally:,}",
        "exploration": f"{snapshot.sigma:.4f}",
        "firing rate": f"{_number(snapshot.rate_hz, 1)} Hz",
        "speed": f"{_number(snapshot.steps_per_s, 0)} game steps/s, "
        f"{_number(snapshot.realtime_factor, 1)} × real time",
        "ball": f"x {x:.3f}, y {y:.3f}",
        "paddle y": f"{snapshot.paddle_y:.3f}",
        "sees": _bands(snapshot.stimulus),
        "fires": _bands(snapshot.features),
        "reads": "–" if snapshot.weights is None else _bands(snapshot.weights),
    }
    return "\n".join(f"{name:<12}{text}" for name, text in rows.items())


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _bands(values: NDArray[np.floating]) -> str:
    return " ".join(f"{value:.2f}" for value in values)
