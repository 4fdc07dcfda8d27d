"""Running in chunks, so that a progress bar, a screen or Ctrl-C does not wait for the end."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TypeVar

Part = TypeVar("Part")
MOST_GROWTH = 4  # of a chunk by the one before


def in_chunks(run: Callable[[int], Part], n_steps: int, chunk_s: float) -> Iterator[Part]:
    """Run so many steps, the first alone and then some at a time.

    Args:
        run: takes a number of steps, runs them and returns what they gave.
        n_steps: in all.
        chunk_s: wall time that a chunk should take (s).

    Yields:
        What each chunk gave, as soon as it was run.
    """
    chunk = 1
    while n_steps > 0:
        chunk = min(chunk, n_steps)
        start_s = perf_counter()
        part = run(chunk)
        chunk_took_s = max(perf_counter() - start_s, 1e-9)
        n_steps -= chunk
        chunk = max(1, min(MOST_GROWTH * chunk, int(chunk * chunk_s / chunk_took_s)))
        yield part
