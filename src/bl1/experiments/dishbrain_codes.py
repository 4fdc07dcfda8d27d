"""The language between a DishBrain culture and its game: pulses that show the ball, regions that
move the paddle, pulses that answer a hit or a miss.

Which of the n sensory electrodes is pulsed says where the ball is relative to the paddle, in n
bands from a field below to a field above. How often,

    f = f_min + (f_max − f_min) x

says how far it has come, x from 0 (served) to 1 (at the paddle). Each motor region r counts the
events on its electrodes over the decode window, n_r, and holds them against its own running mean
n̄_r. The paddle moves up a step where

    d = Σ_up n_r/n̄_r − Σ_down n_r/n̄_r

is above 0, down where it is below, and stays where it is 0.
"""

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bl1.config import ClosedLoopConfig, FeedbackConfig, StimulationConfig
from bl1.errors import Bl1Error
from bl1.mea.floor import Events
from bl1.mea.stimulation import VOLTAGE_LIMITS, Train, biphasic

FEEDBACK_DRAWS = 0xFEED


class SensoryCode:
    """Pulses that show the ball: place and rate."""

    def __init__(self, stimulation: StimulationConfig, loop: ClosedLoopConfig) -> None:
        self._stimulation, self._electrodes = stimulation, loop.sensory_channels
        self._pulse = biphasic(stimulation.amplitude_mv, stimulation.pulse_width_us, kind="voltage")
        self._phase = 0.0  # in pulses, since the last one

    def reset(self) -> None:
        """Begin anew: the next pulse comes a whole period later."""
        self._phase = 0.0

    def electrode(self, above: float) -> int:
        """The electrode for a ball so far above the paddle, from −1 to 1 (heights of the field)."""
        n = len(self._electrodes)
        return self._electrodes[min(int((above + 1) / 2 * n), n - 1)]

    def rate_hz(self, x: float) -> float:
        """Pulses a second for a ball that has come so far, from 0 to 1."""
        return self._stimulation.min_hz + x * (self._stimulation.max_hz - self._stimulation.min_hz)

    def pulses(self, above: float, x: float, step_s: float) -> Train | None:
        """The pulses of the next game step, if any."""
        rate_hz = self.rate_hz(x)
        first, self._phase = 1.0 - self._phase, self._phase + rate_hz * step_s
        n_pulses, self._phase = int(self._phase), self._phase % 1.0
        if not n_pulses:
            return None
        return Train((self.electrode(above),), self._pulse, n_pulses, rate_hz, first / rate_hz)


class MotorCode:
    """Which way the motor regions move the paddle.

    Args:
        loop: the electrodes, the window, the time of the running mean.
        places: the place of each electrode of the array by its number.

    Attributes:
        signs: of each region: 1 for up, −1 for down.
        region_of: (electrodes of the array,) the region of each; −1 for none.
        scaled: events of each region in the window, by their running mean.
    """

    def __init__(self, loop: ClosedLoopConfig, places: Mapping[int, int]) -> None:
        self.signs: list[int] = []
        self.region_of = np.full(len(places), -1)
        for sign, electrodes in ((1, loop.motor_up), (-1, loop.motor_down)):
            if len(electrodes) % loop.motor_regions:
                raise Bl1Error(
                    f"{len(electrodes)} motor electrodes cannot be divided into "
                    f"{loop.motor_regions} equal regions (closed_loop.motor_regions)"
                )
            for part in np.split(np.array(electrodes), loop.motor_regions):
                self.region_of[[places[e] for e in part.tolist()]] = len(self.signs)
                self.signs.append(sign)
        n_steps = max(1, round(loop.decode_window_ms / loop.game_step_ms))
        self._window: deque[NDArray[np.int64]] = deque(maxlen=n_steps)
        self._share = min(1.0, loop.game_step_ms / 1000 / loop.baseline_tau_s)
        self._mean = np.zeros(len(self.signs))
        self.scaled = np.zeros(len(self.signs))
        self._n_read = 0

    def reset(self) -> None:
        """Forget the window, not the running means."""
        self._window.clear()

    def direction(self, events: Events) -> int:
        """1 for up, −1 for down, 0 for neither, after the events of another game step."""
        regions = self.region_of[events.ids]
        self._window.append(np.bincount(regions[regions >= 0], minlength=len(self.signs)))
        counts = np.sum(self._window, axis=0)
        self._n_read += 1
        # At first the mean is that of all that was read.
        self._mean += max(self._share, 1 / self._n_read) * (counts - self._mean)
        self.scaled = np.divide(counts, self._mean, out=np.zeros(len(counts)), where=self._mean > 0)
        return int(np.sign(np.round(self.scaled @ self.signs, 9)))


class Feedback:
    """What arrivals are answered with, as trains of pulses and a time that passes.

    Args:
        stimulation: the pulses.
        electrodes: the sensory ones.
        seed: of times and places of the unpredictable pulses.
    """

    def __init__(
        self, stimulation: StimulationConfig, electrodes: tuple[int, ...], seed: int
    ) -> None:
        self.config: FeedbackConfig = stimulation.feedback
        self._width_us = stimulation.pulse_width_us
        self._electrodes = electrodes
        self._rng = np.random.default_rng([seed, FEEDBACK_DRAWS])

    def duration_s(self, predictable: bool) -> float:
        """How long play stands still (s)."""
        if predictable:
            return self.config.predictable_ms / 1000 + 1 / self.config.predictable_hz
        return self.config.unpredictable_s + self.config.rest_s

    def trains(self, predictable: bool) -> list[Train]:
        """The pulses, from now on."""
        return [self._predictable()] if predictable else self._unpredictable()

    def _predictable(self) -> Train:
        how = self.config
        pulse = biphasic(how.predictable_mv, self._width_us, kind="voltage")
        n_pulses = max(1, round(how.predictable_ms / 1000 * how.predictable_hz))
        period_s = 1 / how.predictable_hz
        return Train(self._electrodes, pulse, n_pulses, how.predictable_hz, delay_s=period_s)

    def _unpredictable(self) -> list[Train]:
        """Uniform in time, but never two pulses sooner than an electrode may have them."""
        how = self.config
        pulse = biphasic(how.unpredictable_mv, self._width_us, kind="voltage")
        n_pulses = max(1, round(how.unpredictable_s * how.unpredictable_hz))
        pause_s = 1 / VOLTAGE_LIMITS.max_train_hz
        free_s = how.unpredictable_s - n_pulses * pause_s
        if free_s < 0:
            raise Bl1Error(
                f"unpredictable_hz is {how.unpredictable_hz:g}, expected at most {1 / pause_s:g}"
            )
        times_s = np.sort(self._rng.uniform(0, free_s, n_pulses)) + pause_s * np.arange(
            1, n_pulses + 1
        )
        electrodes = self._rng.choice(self._electrodes, n_pulses)
        return [
            Train((electrode,), pulse, delay_s=time_s)
            for electrode, time_s in zip(electrodes.tolist(), times_s.tolist(), strict=True)
        ]
