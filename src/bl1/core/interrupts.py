"""Ctrl-C at a moment of our choosing, and in the process of our choosing."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Ctrl-C waits until the block is over, so that what belongs together is done together."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if came:
        handler(*came[0])


@contextmanager
def unheard_by_children(*signals: signal.Signals) -> Iterator[None]:
    """Threads and processes that start in the block never hear of these signals.

    In a terminal Ctrl-C reaches all processes; this one is to end the others. What comes meanwhile
    waits until the block is over.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set(signals))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
