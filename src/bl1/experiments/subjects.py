"""Subjects: what a sweep can run, each a section of the sweep's file.

A new one is a section with these four members, and a key of
:class:`bl1.experiments.spec.SweepSpec`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from bl1.analysis.statistics import nine_statistics
from bl1.config import LONGEST_S, MOST_NEURONS, Experiment, load_experiment
from bl1.config.fields import Section
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.experiments.runs import Run, run_of
from bl1.experiments.sweep import NineStatistics, Values, with_values
from bl1.games.pong import Paddle, Reward, Serve
from bl1.loop.agents import AgentKind, PursuitSettings, RStdpSettings
from bl1.loop.brain import MOST_STEPS
from bl1.loop.feedback import FeedbackMode
from bl1.loop.options import SessionOptions, usual_game
from bl1.loop.session import make_session
from bl1.loop.substrate import SubstrateKind, wrong_size
from bl1.loop.trial import TrialResult, trial_result
from bl1.yamlfile import expected

#: Parts of a trial's result that are no measure: known before, or of the machine's speed.
_NO_MEASURES = ("seed", "hit_rate_by_tenth", "game_steps_per_s")


class Subject(Protocol):
    """What is run at each point, with each seed."""

    @property
    def base(self) -> Section:
        """What the values of a point are put into, by dotted key."""
        ...

    @property
    def common(self) -> dict[str, Any]:
        """What all runs have in common, JSON-able."""
        ...

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of what a run returns."""
        ...

    def run(self, values: Values, seed: int) -> Run:
        """The run of a point with a seed."""
        ...


class Statistics(Section):
    """The nine statistics of a culture, recorded through the array of its experiment file."""

    config: str = Field(description="experiment file, or the name of a shipped one")
    seconds: float = Field(300.0, gt=0, le=LONGEST_S, description="of recording (s)")
    div: float | None = Field(None, ge=0, description="age in days in vitro; none: mature")

    @field_validator("config")
    @classmethod
    def _is_there_and_right(cls, config: str) -> str:
        try:
            load_experiment(config)
        except Bl1Error as error:
            raise expected(f"an experiment file: {error}") from error
        return config

    @cached_property
    def base(self) -> Experiment:
        return load_experiment(self.config)

    @property
    def common(self) -> dict[str, Any]:
        experiment = self.base.model_dump(mode="json", exclude_none=True)
        return {"experiment": experiment, "seconds": self.seconds, "div": self.div}

    @property
    def measures(self) -> tuple[str, ...]:
        none = np.zeros(0, np.int64)
        silence = SpikeTrain(none, none.astype(np.int32), dt_ms=1.0, n_steps=1000, n_units=1)
        return tuple(measure.name for measure in nine_statistics(silence))

    def run(self, values: Values, seed: int) -> Run:
        return run_of(statistics_of, **self.common, values=values, seed=seed)


def statistics_of(
    experiment: Mapping[str, Any], seconds: float, div: float | None, values: Values, seed: int
) -> dict[str, float | None]:
    """The nine statistics of a culture of an experiment with other values."""
    config = with_values(Experiment.model_validate_json(json.dumps(experiment)), values)
    return {measure.name: measure.value for measure in NineStatistics(seconds, div)(config, seed)}


class PongTrial(Section):
    """A session of Pong, and what its agent hits once it is frozen, on serves it never met."""

    agent: AgentKind = "pursuit"
    substrate: SubstrateKind = "bank"
    paddle: Paddle | None = None
    serve: Serve | None = None
    curtain: bool = False
    reward: Reward | None = None
    feedback: FeedbackMode | None = None
    n_neurons: int | None = Field(None, ge=0, le=MOST_NEURONS)
    window_steps: int | None = Field(None, ge=1, le=1000, description="game steps that are read")
    steps: int = Field(8000, ge=1, le=MOST_STEPS, description="game steps of training")
    pursuit: PursuitSettings = PursuitSettings()
    rstdp: RStdpSettings = RStdpSettings()

    @field_validator("n_neurons")
    @classmethod
    def _size_fits_the_substrate(cls, n_neurons: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("substrate")
        if kind and n_neurons is not None and (wanted := wrong_size(kind, n_neurons)):
            raise expected(wanted)
        return n_neurons

    @model_validator(mode="after")
    def _goes_together(self) -> "PongTrial":
        try:
            self.options(seed=0).check()
        except Bl1Error as error:
            raise expected(str(error)) from error
        return self

    def options(self, seed: int) -> SessionOptions:
        """As `bl1 pong` takes them; what is not given is what suits the agent."""
        given = {name: value for name, value in self if name != "steps" and value is not None}
        usual = usual_game(self.agent, curtain=self.curtain)
        return SessionOptions(**(usual | given), seed=seed)

    @property
    def base(self) -> "PongTrial":
        return self

    @property
    def common(self) -> dict[str, Any]:
        return {"pong": self.model_dump(mode="json")}

    @property
    def measures(self) -> tuple[str, ...]:
        names = [field.name for field in fields(TrialResult)]
        return tuple(name for name in names if name not in _NO_MEASURES)

    def run(self, values: Values, seed: int) -> Run:
        return run_of(pong_trial, **self.common, values=values, seed=seed)


def pong_trial(pong: Mapping[str, Any], values: Values, seed: int) -> dict[str, float | None]:
    """What a session of Pong with other values reached."""
    trial = with_values(PongTrial.model_validate_json(json.dumps(pong)), values)
    session = make_session(trial.options(seed))
    session.run(trial.steps)
    result = asdict(trial_result(session, run_s=1.0))
    return {name: value for name, value in result.items() if name not in _NO_MEASURES}
