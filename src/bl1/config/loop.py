"""The electrodes under the dish, the game in the loop, and what counts as a burst."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from bl1.config.fields import Electrode, Positive, Section
from bl1.yamlfile import expected


class MeaConfig(Section):
    """The electrodes under the dish, and what they hear (:mod:`bl1.mea`)."""

    layout: Literal["cl1", "maxone"] = Field("cl1", description="the array")
    channels: int = Field(64, ge=1, le=1_000_000, description="electrodes of it that are used")
    detection_radius_um: Positive = Field(100.0, description="how far spikes are heard (µm)")
    spike_uv: Positive = Field(
        42.0, description="height of a spike beside its cell, median over the cells (µV)"
    )
    spike_spread: float = Field(
        0.5, ge=0, le=3, description="standard deviation of its logarithm over the cells"
    )
    halving_um: Positive = Field(30.0, description="distance over which it halves (µm)")
    noise_uv: Positive = Field(5.0, description="noise of an electrode, RMS (µV)")
    threshold_sd: Positive = Field(5.0, description="a spike is what exceeds so many noise RMS")
    false_positive_hz: float = Field(
        0.12, ge=0, le=1000, description="crossings by noise alone, each electrode (Hz)"
    )
    dead_time_ms: Positive = Field(
        2.0, description="crossings of an electrode within this are one (ms)"
    )
    activation_radius_um: Positive = Field(75.0, description="how far pulses reach (µm)")


class FeedbackConfig(Section):
    """What a culture is told by pulses after a hit and after a miss.

    A hit is answered the same way each time: pulses on all sensory electrodes together. A miss is
    answered by pulses at random times, each on a sensory electrode drawn at random, and then rest.
    """

    predictable_mv: Positive = Field(75.0, description="pulse amplitude after a hit (mV)")
    predictable_hz: Positive = Field(100.0, description="pulse rate after a hit (Hz)")
    predictable_ms: Positive = Field(100.0, description="how long it lasts (ms)")
    unpredictable_mv: Positive = Field(150.0, description="pulse amplitude after a miss (mV)")
    unpredictable_hz: Positive = Field(5.0, description="mean pulse rate after a miss (Hz)")
    unpredictable_s: Positive = Field(4.0, description="how long it lasts (s)")
    rest_s: float = Field(4.0, ge=0, le=1e6, description="rest after that (s)")


class StimulationConfig(Section):
    """Pulses by which the loop speaks to the culture."""

    amplitude_mv: Positive = Field(
        150.0, description="amplitude of the pulses that show the ball (mV)"
    )
    pulse_width_us: Positive = Field(200.0, description="pulse width (µs)")
    min_hz: Positive = Field(4.0, description="lowest pulse rate, ball farthest off (Hz)")
    max_hz: Positive = Field(40.0, description="highest pulse rate, ball at the paddle (Hz)")
    feedback: FeedbackConfig = FeedbackConfig()

    @field_validator("max_hz")
    @classmethod
    def _range_is_ordered(cls, max_hz: float, info: ValidationInfo) -> float:
        if max_hz < info.data.get("min_hz", 0.0):
            raise expected(f"at least min_hz ({info.data['min_hz']:g})", value=max_hz)
        return max_hz


Condition = Literal["closed_loop", "silent", "open_loop", "rest"]


class ClosedLoopConfig(Section):
    """The game that the culture plays through its electrodes (doi:10.1016/j.neuron.2022.09.001)."""

    game_step_ms: Positive = Field(20.0, description="time between two steps of the game (ms)")
    decode_window_ms: Positive = Field(100.0, description="spikes counted per decision (ms)")
    sensory_channels: tuple[Electrode, ...] = Field(
        tuple(range(8, 16)), min_length=1, description="electrodes that show the ball"
    )
    motor_up: tuple[Electrode, ...] = Field(
        (24, 25, 26, 27), min_length=1, description="electrodes that move the paddle up"
    )
    motor_down: tuple[Electrode, ...] = Field(
        (28, 29, 30, 31), min_length=1, description="electrodes that move the paddle down"
    )
    motor_regions: int = Field(
        1, ge=1, description="regions of equal size into which each of the two is divided, in order"
    )
    baseline_tau_s: Positive = Field(
        30.0, description="time of play over which a region's running rate is averaged (s)"
    )
    ball_speed: float = Field(
        0.03, gt=0, le=0.5, description="of the ball, in widths of the field a game step"
    )
    conditions: tuple[Condition, ...] = Field(
        ("closed_loop", "open_loop", "silent"), min_length=1, description="conditions compared"
    )


class BurstsConfig(Section):
    """What counts as a burst of the whole network."""

    threshold_sd: Positive = Field(1.5, description="threshold above the mean rate (SD)")
    min_duration_ms: Positive = Field(50.0, description="shortest burst (ms)")
