"""What stands between stimulus and readout: cells, and two controls that keep everyone honest.

A bank or a culture responds to a bump of current with spikes. `Identity` has no neurons at all:
whatever an agent reaches on it, the neurons are not to be praised for. `Shuffled` permutes the
bands of a response anew at each step: whatever an agent reaches on it, it has not by information.
"""

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bl1.errors import Bl1Error
from bl1.loop import draws
from bl1.loop.decoding import BandDecoder
from bl1.loop.encoding import N_BANDS

if TYPE_CHECKING:
    from bl1.network.culture import Culture

SubstrateKind: TypeAlias = Literal["bank", "culture", "identity", "shuffled"]
SUBSTRATE_KINDS: tuple[SubstrateKind, ...] = ("bank", "culture", "identity", "shuffled")

USUAL_N_NEURONS: dict[SubstrateKind, int] = {
    "bank": 512,
    "culture": 400,
    "identity": 0,
    "shuffled": 512,
}
GAME_STEP_MS = 20.0
BANK_AMPLITUDE = 12.0
CULTURE_AMPLITUDE = 10.0
BANK_NOISE_STD = 3.0


class Substrate(Protocol):
    """Turns what the game shows into features that an agent reads."""

    @property
    def n_neurons(self) -> int:
        """How many cells it has."""

    @property
    def rate_hz(self) -> float | None:
        """Mean firing rate of a cell in the last game step; None where there are no cells."""

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The share of each band in the response to a bump, (16,) → (16,)."""

    def fresh(self) -> "Substrate":
        """The same substrate, at rest, as it was when it was first built."""


class Identity:
    """No neurons at all: the bump itself, scaled to a sum of 1."""

    n_neurons = 0
    rate_hz: float | None = None

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The bump, scaled to a sum of 1."""
        features: NDArray[np.float64] = stimulus.astype(np.float64)
        features /= features.sum()
        return features

    def fresh(self) -> "Identity":
        """An Identity has no state."""
        return Identity()


class Shuffled:
    """Another substrate's response with its bands permuted anew at each step."""

    def __init__(self, substrate: Substrate, seed: int) -> None:
        self._substrate = substrate
        self._seed = seed
        self._permutations = draws.permutations(seed, "shuffled substrate", N_BANDS)
        self._step = 0

    @property
    def n_neurons(self) -> int:
        """The cells of the substrate within."""
        return self._substrate.n_neurons

    @property
    def rate_hz(self) -> float | None:
        """The firing rate of the substrate within."""
        return self._substrate.rate_hz

    def respond(self, stimulus: NDArray[np.float32]) -> NDArray[np.float64]:
        """The response of the substrate within, in a random order."""
        permutation = self._permutations[self._step]
        self._step += 1
        return self._substrate.respond(stimulus)[permutation]

    def fresh(self) -> "Shuffled":
        """The same permutations from the first one on, around a fresh substrate."""
        return Shuffled(self._substrate.fresh(), self._seed)


class CultureSubstrate:
    """Spiking cells in 16 bands, each driven by the bump's value at its band.

    Between two game steps the cells go on from the state in which they are.

    Args:
        culture: the cells, coupled or not.
        band_of_cell: the band of each, ints in 0..15, shape (n_neurons,).
        amplitude: current at the peak of the bump (in the units of the Izhikevich equation).
    """

    def __init__(
        self, culture: "Culture", band_of_cell: NDArray[np.int64], amplitude: float
    ) -> None:
        self.culture = culture
        self._band_of_cell = band_of_cell
        self._amplitude = np.float32(amplitude)
        self._current = np.zeros(culture.n_neurons, dtype=np.float32)
        self._decode = BandDecoder(band_of_cell)
        self._engine = culture.engine()
        self._n_steps = round(GAME_STEP_MS / self._engine.dt_ms)
        self._n_spikes = 0

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
        (stimulus * self._amplitude).take(self._band_of_cell, out=self._current, mode="clip")
        ids = self._engine.run(self._n_steps, self._current).ids
        self._n_spikes = len(ids)
        return self._decode(ids)

    def fresh(self) -> "CultureSubstrate":
        """The same cells and wiring, at rest."""
        return CultureSubstrate(self.culture, self._band_of_cell, float(self._amplitude))


def bank(seed: int, n_neurons: int) -> CultureSubstrate:
    """A feed-forward bank: as many regular spiking cells in each band, no synapse between them.

    A background current of their own keeps the cells of a band from being clones.
    """
    from bl1.config import BackgroundConfig
    from bl1.network.culture import Culture

    noise = BackgroundConfig(mean=0.0, std=BANK_NOISE_STD)
    culture = Culture.uncoupled(n_neurons, cell_type="RS", background=noise, seed=seed)
    return CultureSubstrate(culture, np.arange(n_neurons) // (n_neurons // N_BANDS), BANK_AMPLITUDE)


def recurrent_culture(seed: int, n_neurons: int) -> CultureSubstrate:
    """The culture of `configs/pong_culture.yaml`; its bands are horizontal stripes of the dish."""
    from bl1.network.culture import Culture

    culture = Culture.from_config("pong_culture", seed=seed, n_neurons=n_neurons)
    stripes = (culture.positions_um[:, 1] / culture.side_um * N_BANDS).astype(np.int64)
    return CultureSubstrate(culture, np.minimum(stripes, N_BANDS - 1), CULTURE_AMPLITUDE)


def wrong_size(kind: SubstrateKind, n_neurons: int) -> str | None:
    """What number of neurons was expected, where this one does not fit the substrate."""
    match kind:
        case "identity" if n_neurons != 0:
            return "0, since the identity substrate has no neurons"
        case "culture" if n_neurons < N_BANDS:
            return f"at least {N_BANDS}, since a culture is read in {N_BANDS} stripes"
        case "bank" | "shuffled" if n_neurons < N_BANDS or n_neurons % N_BANDS:
            return f"a multiple of {N_BANDS}, since all bands of a bank have as many cells"
    return None


def make_substrate(kind: SubstrateKind, seed: int, n_neurons: int | None = None) -> Substrate:
    """Build a substrate, of its usual number of neurons where none is given.

    A `shuffled` one is a shuffled bank.
    """
    if kind not in SUBSTRATE_KINDS:
        raise Bl1Error(f"substrate is {kind!r}, expected one of {', '.join(SUBSTRATE_KINDS)}")
    if n_neurons is None:
        n_neurons = USUAL_N_NEURONS[kind]
    elif expected := wrong_size(kind, n_neurons):
        raise Bl1Error(f"n_neurons is {n_neurons}, expected {expected}")
    match kind:
        case "identity":
            return Identity()
        case "culture":
            return recurrent_culture(seed, n_neurons)
        case "bank":
            return bank(seed, n_neurons)
        case "shuffled":
            return Shuffled(bank(seed, n_neurons), seed)
