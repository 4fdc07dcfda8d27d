"""The experiment file: what is on the dish, what drives it, and what is measured.

An `Experiment` is read from YAML by `load_experiment` and written by `save_experiment`. Keys carry
their units; each field's description says what it is. Values are checked strictly and all at once,
and the sentence of an error names the file, the line and what was expected.
"""

from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from bl1 import yamlfile
from bl1.config.culture import BackgroundConfig, CultureConfig, SynapsesConfig
from bl1.config.fields import Section
from bl1.config.growth import GrowthConfig
from bl1.config.loop import BurstsConfig, ClosedLoopConfig, MeaConfig, StimulationConfig
from bl1.config.plasticity import (
    HomeostaticConfig,
    RewardConfig,
    StdpConfig,
    StpConfig,
    StructuralConfig,
)
from bl1.errors import Bl1Error
from bl1.yamlfile import expected

ShippedFolder: TypeAlias = Literal["configs", "brains", "sweeps"]
LONGEST_S = 1e7
MOST_DELAY_STEPS = 2**16 - 1
MOST_CHANNELS = {"cl1": 64, "maxone": 1024}  # read at once
NOISE_UV = {"cl1": 5.0, "maxone": 2.4}  # RMS of an electrode
AXON_REACH_LAMBDAS = 16  # longer paths are not wired: see bl1.network.connectivity


class Experiment(Section):
    """One experiment, as its file tells it."""

    name: str = Field(min_length=1, description="short name")
    description: str = Field("", description="what it is for, in a sentence")
    dt_ms: float = Field(0.5, ge=0.01, le=1, description="time step (ms)")
    duration_s: float = Field(60.0, gt=0, le=LONGEST_S, description="simulated time (s)")
    culture: CultureConfig
    synapses: SynapsesConfig = SynapsesConfig()
    stp: StpConfig | None = None
    background: BackgroundConfig = BackgroundConfig()
    growth: GrowthConfig = GrowthConfig()
    mea: MeaConfig | None = None
    stimulation: StimulationConfig | None = None
    stdp: StdpConfig | None = None
    reward: RewardConfig | None = None
    homeostatic: HomeostaticConfig | None = None
    structural: StructuralConfig | None = None
    bursts: BurstsConfig | None = None
    closed_loop: ClosedLoopConfig | None = None

    def array(self, layout: str | None = None) -> MeaConfig:
        """The electrodes under the dish: those of the section ``mea``, or of another array.

        Args:
            layout: "cl1" or "maxone", with as many electrodes as it reads at once and its noise.

        Raises:
            Bl1Error: there is no such array.
        """
        own = self.mea or MeaConfig()
        if layout is None or layout == own.layout:
            return own
        return own.changed(
            layout=layout,
            channels=MOST_CHANNELS.get(layout, own.channels),
            noise_uv=NOISE_UV.get(layout, own.noise_uv),
        )

    def plated(self, n_neurons: int) -> "Experiment":
        """The same experiment with another number of neurons at the same density."""
        culture = self.culture.model_copy(update={"n_neurons": n_neurons})
        return self.model_copy(update={"culture": culture})

    def lasting(self, seconds: float) -> "Experiment":
        """The same experiment over another time: a whole number of steps, at least one."""
        n_steps = max(1, round(1000 * seconds / self.dt_ms))
        return self.model_copy(update={"duration_s": n_steps * self.dt_ms / 1000})

    @property
    def n_steps(self) -> int:
        """Steps in its simulated time."""
        return round(1000 * self.duration_s / self.dt_ms)

    @field_validator("culture")
    @classmethod
    def _spikes_arrive_after_they_leave_and_in_time(
        cls, culture: CultureConfig, info: ValidationInfo
    ) -> CultureConfig:
        dt_ms = info.data.get("dt_ms", 0.5)
        delay_ms = culture.synaptic_delay_ms
        if delay_ms < dt_ms:
            raise expected(f"at least one step of dt_ms ({dt_ms:g})", "synaptic_delay_ms", delay_ms)
        slowest = culture.conduction_velocity_m_per_s[0]
        axon_ms = AXON_REACH_LAMBDAS * culture.lambda_um / (1000 * slowest)
        if delay_ms + axon_ms > MOST_DELAY_STEPS * dt_ms:
            what = (
                f"no delay above {MOST_DELAY_STEPS:,} steps of dt_ms ({dt_ms:g}), and over "
                f"{AXON_REACH_LAMBDAS} lambda_um the slowest axon takes {axon_ms:g} ms"
            )
            raise expected(what, "synaptic_delay_ms", delay_ms)
        return culture

    @field_validator("stdp")
    @classmethod
    def _initial_weights_lie_between_the_bounds(
        cls, stdp: StdpConfig | None, info: ValidationInfo
    ) -> StdpConfig | None:
        culture: CultureConfig | None = info.data.get("culture")
        if stdp and culture:
            largest = culture.g_exc * (1 + culture.weight_jitter)
            if stdp.w_max < largest:
                what = f"at least {largest:g}, the largest initial weight g_exc·(1 + weight_jitter)"
                raise expected(what, "w_max", stdp.w_max)
            smallest = culture.g_exc * (1 - culture.weight_jitter)
            if stdp.w_min > smallest:
                what = f"at most {smallest:g}, the smallest weight g_exc·(1 - weight_jitter)"
                raise expected(what, "w_min", stdp.w_min)
        return stdp

    @field_validator("reward")
    @classmethod
    def _reward_acts_on_what_timing_marked(
        cls, reward: RewardConfig | None, info: ValidationInfo
    ) -> RewardConfig | None:
        if reward and info.data.get("stdp") is None:
            raise expected("a section stdp beside it: reward acts on what spike timing marked")
        return reward

    @field_validator("structural")
    @classmethod
    def _new_synapses_are_not_weak(
        cls, structural: StructuralConfig | None, info: ValidationInfo
    ) -> StructuralConfig | None:
        culture: CultureConfig | None = info.data.get("culture")
        if structural and culture and structural.prune_below > culture.g_exc:
            what = f"at most g_exc ({culture.g_exc:g}), at which new synapses start"
            raise expected(what, "prune_below", structural.prune_below)
        return structural

    @field_validator("closed_loop")
    @classmethod
    def _electrodes_exist(
        cls, loop: ClosedLoopConfig | None, info: ValidationInfo
    ) -> ClosedLoopConfig | None:
        mea: MeaConfig | None = info.data.get("mea")
        if loop and mea:
            for key in ("sensory_channels", "motor_up", "motor_down"):
                electrodes = getattr(loop, key)
                if max(electrodes) >= mea.channels:
                    what = f"electrodes below mea.channels ({mea.channels})"
                    raise expected(what, key, electrodes)
        return loop


def shipped(folder: ShippedFolder) -> Path:
    """The folder of files that bl1 brings along: in the package, or at the repository's root."""
    package = Path(__file__).parents[1]
    installed = package / folder
    return installed if installed.is_dir() else package.parents[1] / folder


def named(source: str | Path, folder: ShippedFolder, what: str) -> Path:
    """The file of a path or, where there is none, of the name of a shipped one.

    Raises:
        Bl1Error: there is neither; ``what`` it should be is in the sentence.
    """
    path = Path(source)
    names = {file.stem: file for file in shipped(folder).glob("*.yaml")}
    if str(source) in names and not path.is_file():
        return names[str(source)]
    if not path.exists():
        hint = yamlfile.nearest(str(source), names)
        raise Bl1Error(f"there is no {what} file or shipped {what} '{source}'; {hint}")
    return path


def load_experiment(source: str | Path) -> Experiment:
    """Read an experiment file, given as a path or as the name of a shipped one ("default").

    Raises:
        Bl1Error: there is no such file, or it is not right; a sentence for each thing found.
    """
    return yamlfile.read(named(source, "configs", "experiment"), Experiment)


def save_experiment(config: Experiment, path: str | Path) -> None:
    """Write an experiment file that `load_experiment` reads back equal."""
    yamlfile.write(Path(path), config)
