"""When to run with helper threads: as long as they make the run faster, and no longer.

Helpers pay where each thread has a core to itself. Where other programs want the cores, a thread
that waits for one that was put aside loses more than the help is worth. So helpers are tried in
short calls, which grow while they win; when they lose, the run goes on alone for a number of calls
that doubles each time. What runs where never shows in the result.
"""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

PROBE_SHARE = 8  # a first, cautious call with helpers is this much shorter than a full one
MOST_CALLS_ALONE = 64


class Crew:
    """The helper threads of an engine, and the judgement whether to use them.

    Args:
        n_helpers: threads beside the one that leads; may be 0.
        full_steps: steps of a full call into compiled code.
    """

    def __init__(self, n_helpers: int, full_steps: int) -> None:
        self._n_helpers = n_helpers
        self._full_steps = full_steps
        self._trial_steps = max(full_steps // PROBE_SHARE, 1)
        self._steps_together = self._trial_steps
        self._pool = ThreadPoolExecutor(n_helpers) if n_helpers else None
        self._pace_alone_s = math.inf  # seconds a step; not yet known
        self._calls_alone = 0
        self._next_calls_alone = 1

    def plan(self) -> tuple[bool, int]:
        """Whether the next call has helpers, and how many steps it may take at most."""
        if self._pool is None:
            return False, self._full_steps
        if self._pace_alone_s == math.inf:
            return False, self._trial_steps
        if self._calls_alone > 0:
            return False, self._full_steps
        return True, self._steps_together

    def start(self, help_with: Callable[[int], None]) -> "list[Future[None]]":
        """Set the helpers to work on ranges 1, 2, ...; only where :meth:`plan` said so."""
        assert self._pool is not None
        return [self._pool.submit(help_with, r) for r in range(1, self._n_helpers + 1)]

    def learn(self, together: bool, retired: bool, pace_s: float) -> None:
        """Take in how a call went: ``pace_s`` seconds a step, helpers ``retired`` or not."""
        if not together:
            self._pace_alone_s = pace_s
            self._calls_alone = max(self._calls_alone - 1, 0)
        elif retired or pace_s > self._pace_alone_s:
            self._steps_together = self._trial_steps
            self._calls_alone = self._next_calls_alone
            self._next_calls_alone = min(2 * self._next_calls_alone, MOST_CALLS_ALONE)
        else:
            self._steps_together = min(2 * self._steps_together, self._full_steps)
            self._next_calls_alone = 1
