"""Cells of several models in one culture: populations, each a contiguous range of one model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.core.adex import ADEX_SETS
from bl1.core.izhikevich import CELL_TYPES
from bl1.errors import Bl1Error


class Model(NamedTuple):
    """What the engine must know of a model: its number, its parameters, and its rest."""

    number: int
    parameters: tuple[str, ...]
    rest: str | float  # resting membrane potential (mV), or the parameter that holds it


#: Parameters are divided by the capacitance (see :mod:`bl1.core.adex`); their order is that of
#: the rows in memory.
MODELS = {
    "izhikevich": Model(0, ("a", "b", "c", "d"), -65.0),
    "adex": Model(1, ("g_l", "e_l", "v_t", "delta_t", "a", "rate_w", "v_r", "b"), "e_l"),
    "lif": Model(2, ("g_l", "e_l", "v_t", "v_r", "refractory_ms"), "e_l"),
}
IZHIKEVICH, ADEX, LIF = (MODELS[name].number for name in ("izhikevich", "adex", "lif"))

#: Parameters that must be above 0 for the model to make sense.
POSITIVE = {"adex": ("g_l", "delta_t", "rate_w"), "lif": ("g_l",)}

#: AdEx sets that stand for interneurons: they do not adapt. The others are excitatory.
INHIBITORY_ADEX = ("tonic",)


@dataclass(frozen=True)
class Population:
    """Cells of one model, ``parameters`` (parameters, cells) in the order of MODELS.

    Raises:
        Bl1Error: the model is unknown, a parameter is missing or not finite.
    """

    model: str
    parameters: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise Bl1Error(f"the model of cells is '{self.model}', expected {', '.join(MODELS)}")
        names = MODELS[self.model].parameters
        object.__setattr__(self, "parameters", np.asarray(self.parameters, np.float32))
        if self.parameters.ndim != 2 or len(self.parameters) != len(names):
            raise Bl1Error(
                f"parameters of {self.model} cells have shape {self.parameters.shape}, expected "
                f"({len(names)}, cells): {', '.join(names)}"
            )
        for name, values in zip(names, self.parameters, strict=True):
            right, expected = np.isfinite(values), "a finite number"
            if name in POSITIVE.get(self.model, ()):
                right, expected = right & (values > 0), "a finite number > 0"
            if not np.all(right):
                cell = int(np.argmin(right))
                raise Bl1Error(
                    f"parameter {name} of {self.model} cell {cell} is {values[cell]}, expected "
                    f"{expected}"
                )

    def __len__(self) -> int:
        return int(self.parameters.shape[1])

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """One parameter of all cells."""
        values: NDArray[np.float32] = self.parameters[MODELS[self.model].parameters.index(name)]
        return values

    @property
    def rest_v_mv(self) -> NDArray[np.float32]:
        """Membrane potential at which a fresh culture starts."""
        rest = MODELS[self.model].rest
        return self[rest] if isinstance(rest, str) else np.full(len(self), rest, np.float32)

    @property
    def rest_u(self) -> NDArray[np.float32]:
        """Recovery, adaptation or refractory time at which a fresh culture starts."""
        if self.model == "izhikevich":
            return self["b"] * self.rest_v_mv
        return np.zeros(len(self), np.float32)


@dataclass(frozen=True)
class Cells:
    """All cells of a culture, population after population, the excitatory cells first."""

    populations: tuple[Population, ...]
    n_exc: int

    def __post_init__(self) -> None:
        if not 0 <= self.n_exc <= len(self):
            raise Bl1Error(f"n_exc is {self.n_exc}, expected 0 to {len(self)}, the number of cells")

    def __len__(self) -> int:
        return sum(len(population) for population in self.populations)

    @classmethod
    def of_types(cls, types: Sequence[str]) -> "Cells":
        """Cells by the names of their types, in this order, the excitatory ones first."""
        excite = [is_excitatory(name) for name in types]
        n_exc = sum(excite)
        if not all(excite[:n_exc]):
            at = excite.index(False)
            raise Bl1Error(
                f"cell {at} is an inhibitory {types[at]} before excitatory cells, expected the "
                "excitatory cells first"
            )
        populations = [
            Population(model, np.array([parameters_of(name) for name in names], np.float32).T)
            for model, names in groupby(types, model_of)
        ]
        return cls(tuple(populations), n_exc)


def model_of(cell_type: str) -> str:
    """The model of a type of cell; Bl1Error where there is no such type."""
    if cell_type in CELL_TYPES:
        return "izhikevich"
    if cell_type.removeprefix("adex_") in ADEX_SETS:
        return "adex"
    known = ", ".join([*CELL_TYPES, *(f"adex_{name}" for name in ADEX_SETS)])
    raise Bl1Error(f"the type of a cell is '{cell_type}', expected one of {known}")


def is_excitatory(cell_type: str) -> bool:
    """Whether cells of a type excite their targets."""
    if model_of(cell_type) == "izhikevich":
        return CELL_TYPES[cell_type].excitatory
    return cell_type.removeprefix("adex_") not in INHIBITORY_ADEX


def parameters_of(cell_type: str) -> tuple[float, ...]:
    """Parameters of a type, in the order of its model in MODELS."""
    if model_of(cell_type) == "izhikevich":
        kind = CELL_TYPES[cell_type]
        return kind.a, kind.b, kind.c, kind.d
    s = ADEX_SETS[cell_type.removeprefix("adex_")]
    c = s.c_pf
    return (
        s.g_l_ns / c, s.e_l_mv, s.v_t_mv, s.delta_t_mv, s.a_ns / c, 1 / s.tau_w_ms, s.v_r_mv,
        s.b_pa / c,
    )  # fmt: skip
