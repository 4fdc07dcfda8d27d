"""Running in chunks: all steps once, and each chunk about as long as it should be."""

import time
from itertools import pairwise

from bl1.experiments.chunks import MOST_GROWTH, in_chunks


def test_all_steps_are_run_and_chunks_take_as_long_as_they_should() -> None:
    chunks: list[int] = []

    def run(n_steps: int) -> int:
        chunks.append(n_steps)
        time.sleep(n_steps * 1e-4)
        return n_steps

    assert sum(in_chunks(run, 2000, chunk_s=0.01)) == sum(chunks) == 2000
    assert chunks[0] == 1
    assert all(b <= MOST_GROWTH * a for a, b in pairwise(chunks))
    assert 10 < max(chunks) <= 100


def test_who_takes_no_more_chunks_has_no_more_run() -> None:
    ran: list[int] = []
    chunks = in_chunks(ran.append, 10**9, chunk_s=1.0)
    next(chunks)
    next(chunks)
    assert ran == [1, MOST_GROWTH]
    assert list(in_chunks(ran.append, 0, chunk_s=1.0)) == []
