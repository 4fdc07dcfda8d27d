"""Probe: a bench that stimulates at random, and finds out what the device is worth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bl1.cl1.bench import Asks
from bl1.cl1.channels import ENCODING, GROUPS
from bl1.cl1.device import Timing
from bl1.cl1.signal import held_out_r2, shuffled_r2
from bl1.errors import Bl1Error

RATES_HZ, CURRENTS_UA = (4.0, 40.0), (1.0, 2.5)  # of a bench
LAGS = (0, 1, 2, 5)
LISTEN_SHARE, PULSE_SHARE = 1 / 6, 1 / 6  # of the time, before and after random stimulation
ANSWERS_A_PULSE = 5
PULSE_UA = 2.0
MOST_LOST = 3  # in a row, after which there is no device


@dataclass(frozen=True)
class Probed:
    """What a probe found.

    Attributes:
        latency_s: (answers,) from a stimulation to its answer.
        beyond_s: (answers,) of that, what the device's ticks do not ask for: the next stimulation
            is sent at an answer, which comes at a tick, so it is read at the next one.
        n_asked, n_lost, n_unsolicited: stimulations, those without an answer, and datagrams that
            came without having been asked for.
        spontaneous_hz: (groups,) spikes a second of a group, when nothing is given.
        evoked_hz: (groups,) the same under random stimulation.
        after_pulse_hz: (answers a pulse, groups) the same in the answers from a pulse on.
        r2: by lag, (groups,) see :func:`bl1.cl1.signal.held_out_r2`.
        r2_shuffled: (groups,) what chance gives.
    """

    latency_s: NDArray[np.float64]
    beyond_s: NDArray[np.float64]
    n_asked: int
    n_lost: int
    n_unsolicited: int
    spontaneous_hz: NDArray[np.float64]
    evoked_hz: NDArray[np.float64]
    after_pulse_hz: NDArray[np.float64]
    r2: dict[int, NDArray[np.float64]]
    r2_shuffled: NDArray[np.float64]


def probe(
    bench: Asks,
    timing: Timing,
    seconds: float,
    seed: int = 0,
    progress: Callable[[int], None] = lambda n_asked: None,
    stop: Callable[[], bool] = lambda: False,
) -> Probed:
    """Listen, stimulate at random for some seconds, then give single pulses.

    Args:
        bench: towards the device.
        timing: of the device, which a bench must know.
        seconds: of random stimulation; listening and single pulses take a third of it more.
        seed: of the stimulation.
        progress: called with the number of stimulations so far.
        stop: asked after each; True ends it with what there is.

    Raises:
        Bl1Error: nothing answers.
    """
    period_s = timing.answer_s + timing.tick_s
    window_s = timing.collect_ticks * timing.tick_s
    n_random = max(2, round(seconds / period_s))
    n_listen = max(2, round(seconds * LISTEN_SHARE / period_s))
    n_pulse = max(1, round(seconds * PULSE_SHARE / period_s / ANSWERS_A_PULSE)) * ANSWERS_A_PULSE
    rng = np.random.default_rng(seed)
    asked = np.zeros((n_listen + n_random + n_pulse, 2 * len(ENCODING)))
    randomly = slice(n_listen, n_listen + n_random)
    asked[randomly, : len(ENCODING)] = rng.uniform(*RATES_HZ, (n_random, len(ENCODING)))
    asked[randomly, len(ENCODING) :] = rng.uniform(*CURRENTS_UA, (n_random, len(ENCODING)))
    asked[n_listen + n_random :: ANSWERS_A_PULSE, len(ENCODING) :] = PULSE_UA
    answered = np.full((len(asked), len(GROUPS)), np.nan)
    latency_s = np.full(len(asked), np.nan)
    lost_in_a_row = n_asked = 0
    for row, numbers in enumerate(asked.tolist()):
        if stop():
            break
        counts, took_s = bench.ask(numbers[: len(ENCODING)], numbers[len(ENCODING) :])
        n_asked += 1
        lost_in_a_row = 0 if counts else lost_in_a_row + 1
        if lost_in_a_row == MOST_LOST:
            raise Bl1Error(
                f"{MOST_LOST} stimulations in a row had no answer within 5 s, expected a device: "
                f"bl1 cl1 serve"
            )
        if counts:
            answered[row], latency_s[row] = counts.counts, took_s
        progress(n_asked)
    heard = ~np.isnan(latency_s)
    # Before the first answer, when a tick is due is not known; nor after one that was lost.
    after_answer = heard & np.r_[False, heard[:-1]]
    known = heard[randomly]
    x, y = asked[randomly][known], answered[randomly][known]
    pulses = answered[n_listen + n_random :].reshape(-1, ANSWERS_A_PULSE, len(GROUPS))
    return Probed(
        latency_s[heard],
        latency_s[after_answer] - period_s,
        n_asked,
        bench.n_lost,
        bench.n_unsolicited,
        _mean(answered[:n_listen]) / window_s,
        _mean(y) / window_s,
        _mean(pulses) / window_s,
        {lag: held_out_r2(x, y, lag) for lag in LAGS},
        shuffled_r2(x, y, seed),
    )


def _mean(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the first axis, NaN left out; NaN where there is nothing else."""
    known = ~np.isnan(counts)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, counts, 0.0).sum(axis=0) / known.sum(axis=0))
