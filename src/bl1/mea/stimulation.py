"""Stimulation in the hardware's terms: pulses, trains of them, and limits that keep cells alive.

A pulse has one to three phases, each with an amplitude and a width: a current (µA) or, on arrays
that are driven by voltage, a voltage (mV). What a pulse does to cells is in
:mod:`bl1.mea.activation`.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from bl1.errors import Bl1Error

Kind = Literal["current", "voltage"]
UNITS: dict[Kind, str] = {"current": "µA", "voltage": "mV"}


@dataclass(frozen=True)
class Limits:
    """What an array may do to a culture.

    Attributes:
        name: of the array.
        kind: whether it drives a current or a voltage.
        max_amplitude: of a phase (µA or mV).
        max_charge_nc: of a phase (nC); None where a voltage is set and the charge follows.
        width_step_us: widths are multiples of this (µs).
        max_train_hz: most pulses a second on one electrode (Hz).
        max_electrodes: that can be stimulated together; None for all.
    """

    name: str
    kind: Kind
    max_amplitude: float
    max_charge_nc: float | None
    width_step_us: float
    max_train_hz: float
    max_electrodes: int | None = None


# The maker's documentation of the CL1.
CL1_LIMITS = Limits("cl1", "current", 3.0, 3.0, 20.0, 200.0)
# Voltages that Wagenaar, Pine & Potter 2004 (doi:10.1016/j.jneumeth.2004.04.005) found effective
# and safe on TiN electrodes.
VOLTAGE_LIMITS = Limits("voltage-driven array", "voltage", 900.0, None, 1.0, 200.0)
# A MaxOne has 32 units for stimulation. What each may do depends on how they are set, so the limits
# above are kept there too.
MAXONE_UNITS = 32
MOST_PULSES = 1_000_000  # of a train


def limits_of(array: str, kind: Kind) -> Limits:
    """What may be done to a culture through an array, by current or by voltage."""
    limits = CL1_LIMITS if kind == "current" else VOLTAGE_LIMITS
    if array == "maxone":
        return replace(limits, name=array, max_electrodes=MAXONE_UNITS)
    return limits if array == "cl1" else replace(limits, name=array)


@dataclass(frozen=True)
class Phase:
    """A stretch of constant current or voltage."""

    amplitude: float
    width_us: float


@dataclass(frozen=True)
class Pulse:
    """One to three phases, one after the other; see :func:`monophasic`, :func:`biphasic`."""

    phases: tuple[Phase, ...]
    kind: Kind = "current"

    @property
    def amplitude(self) -> float:
        """Largest amplitude of a phase, without its sign (µA or mV)."""
        return max(abs(phase.amplitude) for phase in self.phases)

    @property
    def duration_us(self) -> float:
        """From the beginning of the first phase to the end of the last (µs)."""
        return sum(phase.width_us for phase in self.phases)

    @property
    def net_charge_nc(self) -> float:
        """What a current pulse leaves behind (nC); 0 for one that is balanced."""
        return sum(phase.amplitude * phase.width_us for phase in self.phases) / 1000.0

    def check(self, limits: Limits) -> None:
        """Refuse what the array must not give.

        Raises:
            Bl1Error: names the phase, the limit and the array.
        """
        if self.kind != limits.kind:
            raise Bl1Error(
                f"a {self.kind} pulse was asked of {limits.name}, expected {limits.kind}"
            )
        if not 1 <= len(self.phases) <= 3:
            raise Bl1Error(f"a pulse of {len(self.phases)} phases, expected 1 to 3")
        for number, phase in enumerate(self.phases, start=1):
            self._check_phase(number, phase, limits)
        signs = [phase.amplitude > 0 for phase in self.phases]
        if any(a == b for a, b in pairwise(signs)):
            raise Bl1Error(
                "two phases of a pulse have the same polarity, expected alternating ones"
            )

    def _check_phase(self, number: int, phase: Phase, limits: Limits) -> None:
        unit = UNITS[self.kind]
        which = f"phase {number} of the pulse"
        if not (math.isfinite(phase.amplitude) and phase.amplitude != 0):
            raise Bl1Error(f"{which} has {phase.amplitude} {unit}, expected a number other than 0")
        if abs(phase.amplitude) > limits.max_amplitude:
            raise Bl1Error(
                f"{which} has {phase.amplitude:g} {unit}, but {limits.name} is safe only up to "
                f"±{limits.max_amplitude:g} {unit}"
            )
        steps = phase.width_us / limits.width_step_us
        if not (0 < steps < math.inf and abs(steps - round(steps)) < 1e-6):
            raise Bl1Error(
                f"{which} lasts {phase.width_us:g} µs, expected a multiple of "
                f"{limits.width_step_us:g} µs"
            )
        charge_nc = abs(phase.amplitude) * phase.width_us / 1000.0
        if limits.max_charge_nc is not None and charge_nc > limits.max_charge_nc * (1 + 1e-9):
            raise Bl1Error(
                f"{which} delivers {charge_nc:g} nC, but {limits.name} is safe only up to "
                f"{limits.max_charge_nc:g} nC"
            )


def monophasic(amplitude: float, width_us: float, kind: Kind = "current") -> Pulse:
    """One phase; leaves a charge behind."""
    return Pulse((Phase(amplitude, width_us),), kind)


def biphasic(amplitude: float, width_us: float, kind: Kind = "current") -> Pulse:
    """A phase and its reverse: balanced. A negative amplitude is cathodic first."""
    return Pulse((Phase(amplitude, width_us), Phase(-amplitude, width_us)), kind)


def triphasic(amplitude: float, width_us: float, kind: Kind = "current") -> Pulse:
    """Half the amplitude before and after the reverse phase: balanced, with less artefact."""
    half = Phase(amplitude / 2, width_us)
    return Pulse((half, Phase(-amplitude, width_us), half), kind)


@dataclass(frozen=True)
class Train:
    """Pulses on some electrodes together, at a steady rate.

    Attributes:
        electrodes: the hardware's numbers.
        pulse: what each gives.
        n_pulses: how many times.
        rate_hz: pulses a second; without meaning for a single one.
        delay_s: from now to the first.
    """

    electrodes: tuple[int, ...]
    pulse: Pulse
    n_pulses: int = 1
    rate_hz: float = 1.0
    delay_s: float = 0.0

    def check(self, limits: Limits) -> None:
        """Refuse what the array must not give; see :meth:`Pulse.check`."""
        self.pulse.check(limits)
        if not self.electrodes:
            raise Bl1Error("a train names no electrode, expected at least one")
        if len(set(self.electrodes)) < len(self.electrodes):
            raise Bl1Error("a train names an electrode twice, expected each once")
        if limits.max_electrodes is not None and len(self.electrodes) > limits.max_electrodes:
            raise Bl1Error(
                f"a train on {len(self.electrodes)} electrodes, but {limits.name} stimulates at "
                f"most {limits.max_electrodes} together"
            )
        if not 1 <= self.n_pulses <= MOST_PULSES:
            raise Bl1Error(f"a train of {self.n_pulses} pulses, expected 1 to {MOST_PULSES}")
        if self.n_pulses > 1 and not 0 < self.rate_hz <= limits.max_train_hz:
            raise Bl1Error(
                f"a train at {self.rate_hz:g} Hz, but {limits.name} gives pulses at more than 0 "
                f"and at most {limits.max_train_hz:g} Hz"
            )
        if self.n_pulses > 1 and self.pulse.duration_us > 1e6 / self.rate_hz:
            raise Bl1Error(
                f"pulses of {self.pulse.duration_us:g} µs at {self.rate_hz:g} Hz would overlap, "
                f"expected a period of at least a pulse"
            )
        if not 0 <= self.delay_s < math.inf:
            raise Bl1Error(f"a train begins in {self.delay_s} s, expected a number >= 0")

    @property
    def times_s(self) -> list[float]:
        """When each pulse begins, from now (s)."""
        return [self.delay_s + k / self.rate_hz for k in range(self.n_pulses)]


def bursts(train: Train, n_bursts: int, every_s: float) -> list[Train]:
    """The train ``n_bursts`` times, each beginning ``every_s`` after the one before."""
    if n_bursts < 1 or not every_s > 0:
        raise Bl1Error(f"{n_bursts} bursts every {every_s} s, expected at least 1 and a time > 0")
    return [
        Train(
            train.electrodes, train.pulse, train.n_pulses, train.rate_hz,
            train.delay_s + k * every_s,
        )
        for k in range(n_bursts)
    ]  # fmt: skip
