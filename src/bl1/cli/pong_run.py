"""How `bl1 pong` runs its sessions: in pieces, telling how they do, and on disk as they go."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import bl1
from bl1.cli import console
from bl1.cli.watching import running_clock, show_session

if TYPE_CHECKING:
    from rich.progress import Progress

    from bl1.loop.session import Session
    from bl1.loop.trial import ControlResult, TrialResult
    from bl1.monitor.watch import Watch

CSV_COLUMNS = ("version", "seed", "ball", "step", "hit", "rally")
CHUNK_STEPS = 200  # between two looks at the progress bar, the CSV and Ctrl-C: 20 to 500 ms


class BallCsv:
    """A CSV file that grows with the run: each ball is on disk some milliseconds later.

    Where it cannot be written on, that is said, and the run goes on without it.
    """

    def __init__(self, path: Path) -> None:
        self.n_rows = 0
        self.failed = False
        self._path = path
        self._file = path.open("w", encoding="utf-8", newline="")
        self._write(",".join(CSV_COLUMNS) + "\n")

    def __enter__(self) -> "BallCsv":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it tries again to write what could not be written
            self._file.close()

    def append(self, session: "Session", first: int) -> None:
        """Write the balls of a session from this one on, in one piece."""
        log, rallies = session.log, session.log.rallies
        rows = [
            f"{bl1.__version__},{session.seed},{session.first_ball + ball},{log.steps[ball]},"
            f"{int(log.hits[ball])},{rallies[ball]}\n"
            for ball in range(first, log.n_balls)
        ]
        self._write("".join(rows))
        self.n_rows += len(rows)

    def _write(self, text: str) -> None:
        if self.failed:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self.failed = True
            after = f"after {self.n_rows:,} balls: {error.strerror}"
            console.error(f"cannot write on in --csv {self._path} {after}; the run goes on")


class PongRun:
    """Runs sessions in chunks, between which it tells how they do and looks for Ctrl-C."""

    def __init__(
        self,
        steps: int,
        seeds: int,
        interrupt: console.Interrupt,
        bar: "Progress",
        log: BallCsv | None,
        session: "Session",
        watch: "Watch | None",
    ) -> None:
        from bl1.loop.controls import controls_of
        from bl1.loop.trial import control_steps, evaluation_balls

        self.steps = steps
        self.control_steps = control_steps(session, steps)
        self.evaluation_balls = evaluation_balls(session)
        self._interrupt = interrupt
        self._bar = bar
        self._log = log
        self._watch = watch
        self._clock_s = running_clock(watch)
        total = seeds * (steps + len(controls_of(session)) * self.control_steps)
        self._task = bar.add_task("starting", total=total, status="")

    def train(self, session: "Session") -> "TrialResult":
        """Run a session to its end, or until Ctrl-C."""
        from bl1.loop.trial import trial_result

        if self._watch:
            from bl1.monitor.scenes import pong_scene

            show_session(self._watch, "Pong", session, pong_scene(session))
        run_s = self._advance(session, self.steps, f"seed {session.seed}", self._log)
        if self._watch:
            self._watch.look_away()
        return trial_result(session, run_s, self._stopped)

    def controls(self, session: "Session") -> "dict[str, ControlResult]":
        """Run the controls of a session; those that Ctrl-C left no time for are missing."""
        from bl1.loop.controls import control, controls_of
        from bl1.loop.trial import control_result

        results: dict[str, ControlResult] = {}
        for name in controls_of(session):
            other = control(session, name)
            self._advance(other, self.control_steps, f"seed {session.seed}, {name}")
            result = control_result(other, self._stopped)
            if self._interrupt:
                break
            results[name] = result
        return results

    def _stopped(self) -> bool:
        return bool(self._interrupt)

    def _advance(
        self, session: "Session", n_steps: int, title: str, log: BallCsv | None = None
    ) -> float:
        """Returns the seconds that the session itself took."""
        run_s = 0.0
        while session.step_count < n_steps and not self._interrupt:
            most = 1 if self._watch else CHUNK_STEPS
            chunk, n_balls = min(most, n_steps - session.step_count), session.log.n_balls
            start_s = self._clock_s()
            session.run(chunk)
            run_s += self._clock_s() - start_s
            if log:
                log.append(session, n_balls)
            recent = session.recent_hit_rate
            status = "" if recent is None else f"{recent:4.0%} of the last 100"
            self._bar.update(self._task, advance=chunk, description=title, status=status)
        return run_s
