"""The experiment file: what is on the dish, what drives it, and what is measured.

An `Experiment` is read from YAML by `load_experiment` and written by `save_experiment`. Keys carry
their units; each field's description says what it is. Values are checked strictly and all at once,
and the sentence of an error names the file, the line and what was expected.
"""

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bl1 import yamlfile
from bl1.errors import Bl1Error
from bl1.yamlfile import expected

EXCITATORY_TYPES = ("RS", "IB", "CH")
INHIBITORY_TYPES = ("FS", "LTS")

MOST_NEURONS = 10_000_000
LONGEST_S = 1e7
MOST_DELAY_STEPS = 2**16 - 1
AXON_REACH_LAMBDAS = 16  # longer paths are not wired: see bl1.network.connectivity

# No value that a file may hold overflows what is computed from it.
Fraction = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1e6)]
Conductance = Annotated[float, Field(ge=0, le=1000)]
Velocity = Annotated[float, Field(ge=0.01, le=1000)]
TimeConstant = Annotated[float, Field(ge=0.01, le=1e6)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
Electrode = Annotated[int, Field(ge=0, lt=1_000_000)]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=True
    )


class CultureConfig(_Section):
    """Cells on a square dish and the wiring between them.

    A path of length d between two cells is wired with probability p_max·exp(-d/lambda_um). Beside
    the straight path there are those that turn back at the walls, like light from a mirror, so that
    a pair may be wired more than once, with different delays. Density, not the size of the dish, is
    what is given: the dish grows with the number of neurons, so that degree, rates and bursts do
    not depend on it.
    """

    n_neurons: int = Field(ge=1, le=MOST_NEURONS, description="number of neurons")
    density_per_mm2: float = Field(ge=1e-3, le=1e7, description="neurons per mm² of the dish")
    ei_ratio: Fraction = Field(0.8, description="fraction of excitatory neurons")
    cell_types: dict[str, Share] = Field(
        {"RS": 0.64, "IB": 0.08, "CH": 0.08, "FS": 0.16, "LTS": 0.04},
        description="shares of the cell types; RS, IB, CH are scaled to ei_ratio, FS, LTS to the "
        "rest (Izhikevich 2003, doi:10.1109/TNN.2003.820440)",
    )
    lambda_um: float = Field(200.0, ge=1, le=5000, description="length constant of the wiring (µm)")
    p_max: Fraction = Field(0.21, description="connection probability of a path of length 0")
    g_exc: Conductance = Field(
        0.05,
        description="mean weight of excitatory synapses (peak conductance, in units of the "
        "membrane equation of Izhikevich)",
    )
    g_inh: Conductance = Field(0.20, description="mean weight of inhibitory synapses (same units)")
    weight_jitter: Fraction = Field(0.1, description="half-width of the uniform spread of weights")
    conduction_velocity_m_per_s: tuple[Velocity, Velocity] = Field(
        (0.3, 0.5), description="slowest and fastest axon (m/s), uniform between"
    )
    synaptic_delay_ms: float = Field(
        1.0, ge=0, le=1000, description="delay of the synapse itself (ms)"
    )
    refractory_ms: float = Field(1.0, ge=0, le=1000, description="absolute refractory time (ms)")

    @field_validator("cell_types")
    @classmethod
    def _cell_types_are_known_and_consistent(
        cls, shares: dict[str, float], info: ValidationInfo
    ) -> dict[str, float]:
        known = (*EXCITATORY_TYPES, *INHIBITORY_TYPES)
        for name in shares:
            if name not in known:
                raise expected(f"a known cell type: {', '.join(known)}", key=name)
        ei_ratio = info.data.get("ei_ratio", 0.8)
        for types, wanted in ((EXCITATORY_TYPES, ei_ratio), (INHIBITORY_TYPES, 1 - ei_ratio)):
            if wanted > 0 and not sum(shares.get(name, 0.0) for name in types) > 0:
                raise expected(
                    f"a share above 0 for one of {', '.join(types)}, since ei_ratio is {ei_ratio:g}"
                )
        return shares

    @field_validator("conduction_velocity_m_per_s")
    @classmethod
    def _velocities_are_ordered(cls, velocities: tuple[float, float]) -> tuple[float, float]:
        if velocities[0] > velocities[1]:
            raise expected("the slowest axon first")
        return velocities

    @property
    def side_um(self) -> float:
        """Side of the square dish (µm): √(n_neurons / density_per_mm2)."""
        return 1000.0 * math.sqrt(self.n_neurons / self.density_per_mm2)


class SynapsesConfig(_Section):
    """Receptor kinetics. Dual exponentials are scaled to a peak of 1.

    An excitatory weight is shared by AMPA (1 - nmda_ratio) and NMDA (nmda_ratio), an inhibitory one
    by GABA_A (1 - gaba_b_ratio) and GABA_B (gaba_b_ratio).
    """

    nmda_ratio: Fraction = Field(0.0, description="NMDA's share of an excitatory weight")
    gaba_b_ratio: Fraction = Field(0.0, description="GABA_B's share of an inhibitory weight")
    tau_ampa_ms: TimeConstant = Field(2.0, description="AMPA decay (ms)")
    tau_nmda_rise_ms: TimeConstant = Field(2.0, description="NMDA rise (ms)")
    tau_nmda_decay_ms: TimeConstant = Field(100.0, description="NMDA decay (ms)")
    tau_gaba_a_ms: TimeConstant = Field(6.0, description="GABA_A decay (ms)")
    tau_gaba_b_rise_ms: TimeConstant = Field(45.0, description="GABA_B rise (ms)")
    tau_gaba_b_decay_ms: TimeConstant = Field(170.0, description="GABA_B decay (ms)")
    mg_mm: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="Mg²⁺ (mM) that blocks NMDA (doi:10.1523/JNEUROSCI.10-09-03178.1990)",
    )

    @field_validator("tau_nmda_decay_ms", "tau_gaba_b_decay_ms")
    @classmethod
    def _decay_is_slower_than_rise(cls, decay_ms: float, info: ValidationInfo) -> float:
        rise = str(info.field_name).replace("decay", "rise")
        if decay_ms <= info.data.get(rise, 0.0):
            raise expected(f"more than {rise} ({info.data[rise]:g})", value=decay_ms)
        return decay_ms


class StpParameters(_Section):
    """Short-term plasticity of one kind of synapse (Tsodyks & Markram)."""

    U: float = Field(ge=1e-3, le=1, description="release probability of the first spike")
    tau_rec_ms: TimeConstant = Field(description="recovery from depression (ms)")
    tau_fac_ms: float = Field(
        ge=0, le=1e6, description="decay of facilitation (ms); 0: no facilitation"
    )

    @field_validator("tau_fac_ms")
    @classmethod
    def _none_or_a_time_constant(cls, tau_ms: float) -> float:
        if 0 < tau_ms < 0.01:
            raise expected("0, or a number >= 0.01")
        return tau_ms


class StpConfig(_Section):
    """Short-term plasticity by the kind of the presynaptic cell."""

    excitatory: StpParameters
    inhibitory: StpParameters


class BackgroundConfig(_Section):
    """Current that stands for all that is not on the dish: a mean and white noise.

    `std` is that of the current averaged over 1 ms, so that a step of dt draws
    std·√(1 ms/dt) and results do not depend on dt. Units: the current I of Izhikevich.
    """

    mean: float = Field(0.0, ge=-1000, le=1000, description="mean current")
    std: float = Field(
        0.0, ge=0, le=1000, description="standard deviation of the current's 1 ms averages"
    )


class MeaConfig(_Section):
    """The electrodes under the dish."""

    channels: int = Field(64, ge=1, le=1_000_000, description="number of electrodes")
    detection_radius_um: Positive = Field(100.0, description="how far spikes are heard (µm)")
    activation_radius_um: Positive = Field(75.0, description="how far pulses reach (µm)")


class StimulationConfig(_Section):
    """Pulses by which the loop speaks to the culture."""

    amplitude_mv: Positive = Field(150.0, description="pulse amplitude (mV)")
    pulse_width_us: Positive = Field(200.0, description="pulse width (µs)")
    min_hz: Positive = Field(4.0, description="lowest pulse rate (Hz)")
    max_hz: Positive = Field(40.0, description="highest pulse rate (Hz)")

    @field_validator("max_hz")
    @classmethod
    def _range_is_ordered(cls, max_hz: float, info: ValidationInfo) -> float:
        if max_hz < info.data.get("min_hz", 0.0):
            raise expected(f"at least min_hz ({info.data['min_hz']:g})", value=max_hz)
        return max_hz


class StdpConfig(_Section):
    """Spike-timing dependent plasticity of excitatory synapses."""

    a_plus: Fraction = Field(0.005, description="growth per pair, pre before post")
    a_minus: Fraction = Field(0.00525, description="decline per pair, post before pre")
    tau_plus_ms: TimeConstant = Field(20.0, description="window of growth (ms)")
    tau_minus_ms: TimeConstant = Field(50.0, description="window of decline (ms)")
    w_max: Positive = Field(0.1, description="largest weight; not below the initial weights")


class BurstsConfig(_Section):
    """What counts as a burst of the whole network."""

    threshold_sd: Positive = Field(1.5, description="threshold above the mean rate (SD)")
    min_duration_ms: Positive = Field(50.0, description="shortest burst (ms)")


class ClosedLoopConfig(_Section):
    """The game that the culture plays through its electrodes (doi:10.1016/j.neuron.2022.09.001)."""

    game_step_ms: Positive = Field(20.0, description="time between two steps of the game (ms)")
    decode_window_ms: Positive = Field(100.0, description="spikes counted per decision (ms)")
    sensory_channels: tuple[Electrode, ...] = Field(
        tuple(range(8)), min_length=1, description="electrodes that show the ball"
    )
    motor_up: tuple[Electrode, ...] = Field(
        (24, 25, 26, 27), min_length=1, description="electrodes that move the paddle up"
    )
    motor_down: tuple[Electrode, ...] = Field(
        (28, 29, 30, 31), min_length=1, description="electrodes that move the paddle down"
    )
    feedback: Literal["fep", "open_loop", "silent"] = Field(
        "fep", description="what follows a hit or a miss"
    )
    conditions: tuple[Literal["closed_loop", "open_loop", "silent"], ...] = Field(
        ("closed_loop", "open_loop", "silent"), min_length=1, description="conditions compared"
    )


class Experiment(_Section):
    """One experiment, as its file tells it."""

    name: str = Field(min_length=1, description="short name")
    description: str = Field("", description="what it is for, in a sentence")
    dt_ms: float = Field(0.5, ge=0.01, le=1, description="time step (ms)")
    duration_s: float = Field(60.0, gt=0, le=LONGEST_S, description="simulated time (s)")
    culture: CultureConfig
    synapses: SynapsesConfig = SynapsesConfig()
    stp: StpConfig | None = None
    background: BackgroundConfig = BackgroundConfig()
    mea: MeaConfig | None = None
    stimulation: StimulationConfig | None = None
    stdp: StdpConfig | None = None
    bursts: BurstsConfig | None = None
    closed_loop: ClosedLoopConfig | None = None

    def plated(self, n_neurons: int) -> "Experiment":
        """The same experiment with another number of neurons at the same density."""
        culture = self.culture.model_copy(update={"n_neurons": n_neurons})
        return self.model_copy(update={"culture": culture})

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
    def _initial_weights_lie_below_w_max(
        cls, stdp: StdpConfig | None, info: ValidationInfo
    ) -> StdpConfig | None:
        culture: CultureConfig | None = info.data.get("culture")
        if stdp and culture:
            largest = culture.g_exc * (1 + culture.weight_jitter)
            if stdp.w_max < largest:
                what = f"at least {largest:g}, the largest initial weight g_exc·(1 + weight_jitter)"
                raise expected(what, "w_max", stdp.w_max)
        return stdp

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


def shipped(folder: Literal["configs", "brains"]) -> Path:
    """The folder of files that bl1 brings along: in the package, or at the repository's root."""
    package = Path(__file__).parent
    installed = package / folder
    return installed if installed.is_dir() else package.parents[1] / folder


def load_experiment(source: str | Path) -> Experiment:
    """Read an experiment file, given as a path or as the name of a shipped one ("default").

    Raises:
        Bl1Error: there is no such file, or it is not right; a sentence for each thing found.
    """
    path = Path(source)
    names = {file.stem: file for file in shipped("configs").glob("*.yaml")}
    if str(source) in names and not path.is_file():
        path = names[str(source)]
    elif not path.exists():
        hint = yamlfile.nearest(str(source), names)
        raise Bl1Error(f"there is no experiment file or shipped experiment '{source}'; {hint}")
    return yamlfile.read(path, Experiment)


def save_experiment(config: Experiment, path: str | Path) -> None:
    """Write an experiment file that `load_experiment` reads back equal."""
    yamlfile.write(Path(path), config)
