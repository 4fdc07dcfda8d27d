"""How the cockpit does while it trains: frames, delays, drawing, and what the view costs.

It is run in a terminal of its own (a pty of 120 × 36 cells that is read as fast as it is written)
and trains a culture of 400 on Pong at 1,000 and at 10,000 game steps a frame:

    frames/s     screen updates, as the terminal gets them
    delay        from a key (Space) to the word that it changes on the screen, median and worst
    drawing      CPU time of all threads that compute nothing, by wall time
    steps/s      game steps with the view open, and by `Session.run` without any; the two take
                 turns, as a machine's own pace changes within a minute, and each stands still
                 while the other is measured

python benchmarks/cockpit.py [seconds]
"""

import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from dataclasses import dataclass
from fcntl import ioctl
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bl1.loop.session import Session

SIZE = (36, 120)  # lines, columns
N_DELAYS = 30
N_TURNS = 4
SAMPLE_S = 0.25
PATIENCE_S = 10.0
BEGIN_UPDATE = b"\x1b[?2026h"
ASKS_FOR_UPDATES, CAN_DO = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
FASTER = {1_000: (10, 30, 100, 300, 1_000), 10_000: (3_000, 10_000)}  # by presses of +
TARGETS = "targets: 25 frames/s, 100 ms, 25 %, 70 %"


def main() -> None:
    """Measure and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    head = (
        "steps a frame", "frames/s", "delay ms, median", "worst", "drawing %", "steps/s",
        "without a view", "%",
    )  # fmt: skip
    data = TemporaryDirectory()  # instead of a person's own
    terminal = Terminal(data.name)
    terminal.wait_for("a frame", 120.0)
    terminal.read_for(10.0)  # other views' cultures are built meanwhile
    session = headless_session()
    print("  ".join(head))
    for speed, way in FASTER.items():
        for faster in way:
            terminal.type(b"+", until=f"{faster:,} steps a frame")
        terminal.read_for(2.0)
        viewed, alone = Spent(), Spent()
        for _ in range(N_TURNS):
            terminal.type(b" ", until="paused")
            alone += run_for(session, seconds / N_TURNS)
            terminal.type(b" ", until="a frame")
            terminal.read_for(0.5)
            viewed += terminal.watch_for(seconds / N_TURNS)
        delays_ms = sorted(1000 * terminal.delay_s() for _ in range(N_DELAYS))
        row = (
            f"{speed:,}", f"{viewed.n_updates / seconds:.1f}", f"{median(delays_ms):.0f}",
            f"{delays_ms[-1]:.0f}", f"{100 * viewed.drawing_s / viewed.wall_s:.1f}",
            f"{viewed.steps_per_s:,.0f}", f"{alone.steps_per_s:,.0f}",
            f"{100 * viewed.steps_per_s / alone.steps_per_s:.0f}",
        )  # fmt: skip
        print("  ".join(f"{cell:>{len(name)}}" for cell, name in zip(row, head, strict=True)))
    terminal.close()
    print(TARGETS)


@dataclass
class Spent:
    """What was done in so much time."""

    wall_s: float = 0.0
    steps: float = 0.0
    drawing_s: float = 0.0
    n_updates: int = 0

    def __add__(self, more: "Spent") -> "Spent":
        """Both together."""
        return Spent(*(getattr(self, name) + value for name, value in vars(more).items()))

    @property
    def steps_per_s(self) -> float:
        """Game steps by wall time."""
        return self.steps / self.wall_s


def headless_session() -> "Session":
    """What the cockpit trains, past its first steps."""
    from bl1.loop.session import make_session
    from bl1.tui.choice import Choice

    session = make_session(Choice().options(0))
    session.run(2000)
    return session


def run_for(session: "Session", seconds: float) -> Spent:
    """Train it without a view."""
    start_s, first = time.perf_counter(), session.step_count
    while time.perf_counter() - start_s < seconds:
        session.run(100)
    return Spent(time.perf_counter() - start_s, session.step_count - first)


class Terminal:
    """The cockpit in a terminal of its own.

    Args:
        data: the folder where it keeps what should outlive it.
    """

    def __init__(self, data: str) -> None:
        samples, samples_in = os.pipe()
        os.set_inheritable(samples_in, True)
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", XDG_DATA_HOME=data)
            os.execv(sys.executable, [sys.executable, __file__, "--cockpit", str(samples_in)])
        os.close(samples_in)
        ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self._samples = samples
        self._tail = b""
        self.n_updates = 0

    def type(self, key: bytes, until: str) -> float:
        """Press a key; returns how long it takes until a word is drawn."""
        os.write(self._screen, key)
        return self.wait_for(until, PATIENCE_S)

    def read_for(self, seconds: float) -> None:
        """Read what is drawn for so long."""
        until_s = time.perf_counter() + seconds
        while (left_s := until_s - time.perf_counter()) > 0:
            self._read(left_s)

    def watch_for(self, seconds: float) -> Spent:
        """Read what is drawn for so long, and count."""
        self.n_updates, first = 0, self.sample()
        self.read_for(seconds)
        last = self.sample()
        spent = {name: last[name] - first[name] for name in ("wall_s", "steps", "drawing_s")}
        return Spent(**spent, n_updates=self.n_updates)

    def wait_for(self, word: str, patience_s: float) -> float:
        """Read until a word is drawn; returns how long that took."""
        start_s, seen, sought = time.perf_counter(), b"", word.encode()
        while sought not in seen:
            passed_s = time.perf_counter() - start_s
            if passed_s > patience_s:
                raise SystemExit(f"{word} was not drawn within {patience_s:.0f} s")
            seen = seen[-len(sought) :] + self._read(patience_s - passed_s)
        return time.perf_counter() - start_s

    def delay_s(self) -> float:
        """From Space, pressed in the midst of training, to the word that it changes."""
        delay_s = self.type(b" ", until="paused")
        self.type(b" ", until="a frame")
        self.read_for(0.3 + 0.1 * os.urandom(1)[0] / 255)  # so that keys come at any time
        return delay_s

    def close(self) -> None:
        """End it as a window that is closed does."""
        os.kill(self._pid, signal.SIGHUP)
        while self._read(1.0):
            pass
        os.waitpid(self._pid, 0)

    def sample(self) -> dict[str, float]:
        """The newest sample of the process."""
        told = b""
        while not told.endswith(b"\n") or select.select([self._samples], [], [], 0)[0]:
            told += os.read(self._samples, 1 << 16)
        return json.loads(told.splitlines()[-1])

    def _read(self, patience_s: float) -> bytes:
        if not select.select([self._screen], [], [], patience_s)[0]:
            return b""
        try:
            drawn = os.read(self._screen, 1 << 16)
        except OSError:  # it has ended
            return b""
        text = self._tail + drawn
        self.n_updates += text.count(BEGIN_UPDATE)
        if ASKS_FOR_UPDATES in text:
            os.write(self._screen, CAN_DO)
        marks = (BEGIN_UPDATE, ASKS_FOR_UPDATES)
        self._tail = text[-max(map(len, marks)) + 1 :]
        if any(mark in self._tail for mark in marks):
            self._tail = b""
        return drawn


def cockpit(samples: int) -> None:
    """The cockpit, with a thread beside it that tells what its threads have used."""
    from bl1.cli.tui import SWITCH_S
    from bl1.tui.app import Cockpit
    from bl1.tui.backstage import opened

    def tell() -> None:
        with os.fdopen(samples, "w") as out:
            while True:
                time.sleep(SAMPLE_S)
                drawing_s = sum(
                    time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
                    for thread in threading.enumerate()
                    if thread.ident and not thread.name.startswith("bl1 ")
                )
                moment = backstage.training.snapshot
                steps = moment.step_count if moment else 0
                sample = {"wall_s": time.perf_counter(), "steps": steps, "drawing_s": drawing_s}
                print(json.dumps(sample), file=out, flush=True)

    sys.setswitchinterval(SWITCH_S)
    backstage, _ = opened(seed=0)
    threading.Thread(target=tell, daemon=True).start()
    Cockpit(backstage).run()
    backstage.close(timeout_s=2.0)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cockpit"]:
        cockpit(int(sys.argv[2]))
    else:
        main()
