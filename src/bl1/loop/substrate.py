"""What stands between stimulus and readout: cells, and two controls that keep everyone honest.

A bank or a culture responds to a bump of current with spikes; where a game shows several values,
each has a bump and 16 bands of its own. `Identity` has no neurons at all:
whatever an agent reaches on it, the neurons are not to be praised for. `Shuffled` permutes the
bands of a response anew at each step: whatever an agent reaches on it, it has not by information.
"""

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.loop import draws
from bl1.loop.decoding import BandDecoder
from bl1.loop.encoding import N_BANDS

if TYPE_CHECKING:
    from bl1.core.engine import Engine
    from bl1.network.culture import Culture

SubstrateKind: TypeAlias = Literal["bank", "culture", "bursting", "memory", "identity", "shuffled"]
SUBSTRATE_KINDS: tuple[SubstrateKind, ...] = get_args(SubstrateKind)

USUAL_N_NEURONS: dict[SubstrateKind, int] = {
    "bank": 512,
    "culture": 400,
    "bursting": 1000,
    "memory": 1000,
    "identity": 0,
    "shuffled": 512,
}
GAME_STEP_MS = 20.0
BANK_AMPLITUDE = 12.0
BANK_NOISE_STD = 3.0
#: The experiment file of a culture, and the current at the peak of the bump.
CULTURES: dict[SubstrateKind, tuple[str, float]] = {
    "culture": ("pong_culture", 10.0),
    "bursting": ("wagenaar_calibrated", 10.0),  # its network bursts as living ones do
    "memory": ("memory_culture", 24.7),  # its activity outlasts what it was shown
}
USUAL_WINDOW_STEPS: dict[SubstrateKind, int] = {"memory": 12}  # few cells remember; others: 1


class Substrate(Protocol):
    """Turns what the game shows into features that an agent reads."""

    @property
    def n_neurons(self) -> int:
        """How many cells it has."""

    @property
    def rate_hz(self) -> float | None:
        """Mean firing rate of a cell in the last game step; None where there are no cells."""

    @property
    def engine(self) -> "Engine | None":
        """What runs its cells; None where there are none."""

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The share of each band in the response to a bump, (16,) → (16,).

        With k sensed values it is k bumps, one after the other, and the shares for each.
        """

    def fresh(self) -> "Substrate":
        """The same substrate, at rest, as it was when it was first built."""

    def rest(self, game_step: int) -> None:
        """Put it to rest before this game step; what is random goes on from there.

        So what follows is a function of the game step, whatever came before.
        """


class Identity:
    """No neurons at all: the bump itself, scaled to a sum of 1."""

    n_neurons = 0
    rate_hz: float | None = None
    engine: "Engine | None" = None

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The bump, scaled to a sum of 1."""
        features: NDArray[np.float64] = stimulus.astype(np.float64)
        for of_value in features.reshape(-1, N_BANDS):
            of_value /= of_value.sum() or 1.0
        return features

    def fresh(self) -> "Identity":
        """An Identity has no state."""
        return Identity()

    def rest(self, game_step: int) -> None:
        """An Identity has no state."""


class Shuffled:
    """Another substrate's response with its bands permuted anew at each step."""

    def __init__(self, substrate: Substrate, seed: int, n_values: int = 1) -> None:
        self._substrate = substrate
        self._seed = seed
        self._n_values = n_values
        n_bands = n_values * N_BANDS
        self._permutations = draws.permutations(seed, "shuffled substrate", n_bands)
        self._step = 0

    @property
    def n_neurons(self) -> int:
        """The cells of the substrate within."""
        return self._substrate.n_neurons

    @property
    def rate_hz(self) -> float | None:
        """The firing rate of the substrate within."""
        return self._substrate.rate_hz

    @property
    def engine(self) -> "Engine | None":
        """What runs the cells of the substrate within."""
        return self._substrate.engine

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The response of the substrate within, in a random order."""
        permutation = self._permutations[self._step]
        self._step += 1
        return self._substrate.respond(stimulus)[permutation]

    def fresh(self) -> "Shuffled":
        """The same permutations from the first one on, around a fresh substrate."""
        return Shuffled(self._substrate.fresh(), self._seed, self._n_values)

    def rest(self, game_step: int) -> None:
        """The substrate within rests; the permutations go on from this game step."""
        self._substrate.rest(game_step)
        self._step = game_step


class CultureSubstrate:
    """Spiking cells in 16 bands, each driven by the bump's value at its band.

    Between two game steps the cells go on from the state in which they are.

    Args:
        culture: the cells, coupled or not.
        band_of_cell: the band of each, ints from 0, shape (n_neurons,).
        amplitude: current at the peak of the bump (in the units of the Izhikevich equation).
        n_values: how many values are sensed, each with 16 bands of its own.
        window_steps: of how many game steps, to this one, the spikes are read.
    """

    def __init__(
        self,
        culture: "Culture",
        band_of_cell: NDArray[np.int64],
        amplitude: float,
        n_values: int = 1,
        window_steps: int = 1,
    ) -> None:
        self.culture = culture
        self.band_of_cell = band_of_cell
        self._amplitude = np.float32(amplitude)
        self._current = np.zeros(culture.n_neurons, dtype=np.float32)
        self._n_values = n_values
        self._decode = BandDecoder(band_of_cell, n_values)
        self.engine: Engine = culture.engine()
        self._n_steps = round(GAME_STEP_MS / self.engine.dt_ms)
        self._n_spikes = 0
        self._window: deque[NDArray[np.int32]] = deque(maxlen=window_steps)

    @property
    def n_neurons(self) -> int:
        """How many cells the culture has."""
        return self.culture.n_neurons

    @property
    def rate_hz(self) -> float:
        """Mean firing rate of a cell in the last game step."""
        return self._n_spikes / (self.culture.n_neurons * GAME_STEP_MS / 1000.0)

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """Drive the cells for a game step and read the share of each band in their spikes."""
        (stimulus * self._amplitude).take(self.band_of_cell, out=self._current, mode="clip")
        ids = self.engine.run(self._n_steps, self._current).ids
        self._n_spikes = len(ids)
        if self._window.maxlen == 1:
            return self._decode(ids)
        self._window.append(ids)
        return self._decode(np.concatenate(self._window))

    def fresh(self) -> "CultureSubstrate":
        """The same cells and wiring, at rest."""
        return CultureSubstrate(
            self.culture,
            self.band_of_cell,
            float(self._amplitude),
            self._n_values,
            self._window.maxlen or 1,
        )

    def rest(self, game_step: int) -> None:
        """The cells are as they were plated; the background noise goes on from this game step."""
        self._window.clear()
        clock = np.array([game_step * self._n_steps])
        self.engine.restore(self._as_plated | {"clock": clock})

    @cached_property
    def _as_plated(self) -> dict[str, NDArray[Any]]:
        return self.culture.engine().checkpoint()


def bank(seed: int, n_neurons: int, n_values: int = 1, window_steps: int = 1) -> CultureSubstrate:
    """A feed-forward bank: as many regular spiking cells in each band, no synapse between them.

    A background current of their own keeps the cells of a band from being clones.
    """
    from bl1.config import BackgroundConfig
    from bl1.network.culture import Culture

    noise = BackgroundConfig(mean=0.0, std=BANK_NOISE_STD)
    culture = Culture.uncoupled(n_neurons, cell_type="RS", background=noise, seed=seed)
    bands = np.arange(n_neurons) // (n_neurons // (n_values * N_BANDS))
    return CultureSubstrate(culture, bands, BANK_AMPLITUDE, n_values, window_steps)


def striped_culture(
    kind: SubstrateKind, seed: int, n_neurons: int, n_values: int = 1, window_steps: int = 1
) -> CultureSubstrate:
    """A culture whose bands are horizontal stripes of the dish.

    Several values have a column of the dish each, divided in 16 stripes.
    """
    from bl1.network.culture import Culture

    config, amplitude = CULTURES[kind]
    culture = Culture.from_config(config, seed=seed, n_neurons=n_neurons)
    stripes = (culture.positions_um[:, 1] / culture.side_um * N_BANDS).astype(np.int64)
    columns = (culture.positions_um[:, 0] / culture.side_um * n_values).astype(np.int64)
    bands = np.minimum(columns, n_values - 1) * N_BANDS + np.minimum(stripes, N_BANDS - 1)
    return CultureSubstrate(culture, bands, amplitude, n_values, window_steps)


def wrong_size(kind: SubstrateKind, n_neurons: int, n_values: int = 1) -> str | None:
    """What number of neurons was expected, where this one does not fit the substrate."""
    n_bands = n_values * N_BANDS
    match kind:
        case "identity" if n_neurons != 0:
            return "0, since the identity substrate has no neurons"
        case "culture" | "bursting" | "memory" if n_neurons < n_bands:
            return f"at least {n_bands}, since a culture is read in {n_bands} stripes"
        case "bank" | "shuffled" if n_neurons < n_bands or n_neurons % n_bands:
            return f"a multiple of {n_bands}, since all bands of a bank have as many cells"
    return None


def make_substrate(
    kind: SubstrateKind,
    seed: int,
    n_neurons: int | None = None,
    n_values: int = 1,
    window_steps: int | None = None,
) -> Substrate:
    """Build a substrate for so many sensed values, of its usual number of neurons for each.

    A `shuffled` one is a shuffled bank. Spikes are read of the last ``window_steps`` game steps;
    None for the usual number. The identity has no spikes, and is read as it is.
    """
    if kind not in SUBSTRATE_KINDS:
        raise Bl1Error(f"substrate is {kind!r}, expected one of {', '.join(SUBSTRATE_KINDS)}")
    if n_neurons is None:
        n_neurons = n_values * USUAL_N_NEURONS[kind]
    elif expected := wrong_size(kind, n_neurons, n_values):
        raise Bl1Error(f"n_neurons is {n_neurons}, expected {expected}")
    window = window_steps or USUAL_WINDOW_STEPS.get(kind, 1)
    match kind:
        case "identity":
            return Identity()
        case "bank":
            return bank(seed, n_neurons, n_values, window)
        case "shuffled":
            return Shuffled(bank(seed, n_neurons, n_values, window), seed, n_values)
    return striped_culture(kind, seed, n_neurons, n_values, window)
