"""A trained brain: a small YAML file that anyone can read.

It holds what was learned and the recipe (kinds, sizes, seed) from which the cells are rebuilt; the
momentary state of the cells, which forgets itself in a second, is not in it. Two sessions that
go on from one file are equal to the bit.
"""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

import bl1
from bl1 import yamlfile
from bl1.config import MOST_NEURONS
from bl1.config.fields import Section
from bl1.errors import Bl1Error
from bl1.games import pong
from bl1.games.pong import Paddle, Serve
from bl1.loop.agents import Readout
from bl1.loop.encoding import N_BANDS
from bl1.loop.options import SessionOptions
from bl1.loop.substrate import SubstrateKind, wrong_size

MOST_STEPS = 2**53  # of training; every number up to it is exact in any reader
Model = TypeVar("Model", bound=BaseModel)
Count = Annotated[int, Field(ge=0, le=MOST_STEPS)]
Weight = Annotated[float, Field(ge=-1e6, le=1e6)]
Reward = Annotated[float, Field(ge=-1, le=1)]
Rate = Annotated[float, Field(ge=0, le=1)]


class GameRecipe(Section):
    """The game in which it was trained."""

    name: Literal["pong"] = "pong"
    paddle: Paddle
    serve: Serve
    curtain: bool = False
    reward: pong.Reward = "distance"


class SubstrateRecipe(Section):
    """The cells that it reads; 0 neurons for the identity."""

    kind: SubstrateKind
    n_neurons: int = Field(ge=0, le=MOST_NEURONS)
    n_bands: Literal[16] = 16

    @field_validator("n_neurons")
    @classmethod
    def _size_fits_the_kind(cls, n_neurons: int, info: ValidationInfo) -> int:
        if wanted := "kind" in info.data and wrong_size(info.data["kind"], n_neurons):
            raise yamlfile.expected(wanted)
        return n_neurons


class ReadoutSection(Section):
    """What it learned: see `bl1.loop.agents.pursuit`."""

    weights: tuple[Weight, ...] = Field(min_length=N_BANDS, max_length=N_BANDS)
    baseline: tuple[Reward | None, ...] = Field(min_length=N_BANDS, max_length=N_BANDS)
    steps: Count


class TrainingRun(Section):
    """One stretch of training, from building or loading to saving."""

    steps: Count
    balls: Count
    hits: Count
    best_rally: Count
    hit_rate_by_tenth: tuple[Rate | None, ...] = Field(min_length=10, max_length=10)


class Brain(Section):
    """A trained brain, as its file tells it."""

    format_version: Literal[1] = 1
    bl1_version: str = bl1.__version__
    agent: Literal["pursuit"] = "pursuit"
    seed: int = Field(ge=0, lt=2**32)
    game: GameRecipe
    substrate: SubstrateRecipe
    readout: ReadoutSection
    training: tuple[TrainingRun, ...]
    complete: Literal[True] = True  # the file's last line, so that a truncated file is no brain

    @property
    def options(self) -> SessionOptions:
        """From which its session is rebuilt."""
        return SessionOptions(
            agent=self.agent,
            substrate=self.substrate.kind,
            paddle=self.game.paddle,
            serve=self.game.serve,
            curtain=self.game.curtain,
            reward=self.game.reward,
            n_neurons=self.substrate.n_neurons,
            seed=self.seed,
        )

    @property
    def learned(self) -> Readout:
        """What its agent goes on with."""
        return Readout(self.readout.weights, self.readout.baseline, self.readout.steps)


class _AnyVersion(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    format_version: Literal[1]


def save_brain(brain: BaseModel, path: str | Path) -> None:
    """Write a brain at one stroke: the file is either the old one or the whole new one."""
    yamlfile.write(Path(path), brain)


def load_brain(path: str | Path) -> Brain:
    """Read a brain of Pong.

    Raises:
        Bl1Error: one sentence that names the file, the field and what was expected.
    """
    return read_brain(path, Brain)


def read_brain(path: str | Path, model: type[Model]) -> Model:
    """Read a brain of the kind that a model describes; errors as of `load_brain`."""
    path = Path(path)
    try:
        yamlfile.read(path, _AnyVersion)
        return yamlfile.read(path, model)
    except Bl1Error as error:
        raise Bl1Error(str(error).splitlines()[0]) from None
