"""Engine: a running culture on the CPU."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property, partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from bl1.config import (
    BackgroundConfig,
    BlockedConfig,
    HomeostaticConfig,
    RewardConfig,
    StdpConfig,
    StpConfig,
    StructuralConfig,
    SynapsesConfig,
)
from bl1.core import checkpoint, interrupts, layout
from bl1.core.cells import Cells
from bl1.core.constants import channels_of, constants_of
from bl1.core.crew import Crew
from bl1.core.jit import announce_first_compile
from bl1.core.learning import apply_reward
from bl1.core.memory import DividedMemory, lay_out, slots_for
from bl1.core.pending import Pending, check_pending, put_pending, take_pending
from bl1.core.slow import Dish, SlowRule, slow_rules
from bl1.core.spikes import Spikes
from bl1.core.threads import RETIRED, STRIDE, help_run, lead_run
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.plasticity.stdp import check_within_bounds, learners_of

# Cell updates between two returns to Python (tenths of a second): Ctrl-C and progress wait no
# longer than this.
UPDATES_PER_CALL = 16_000_000
LARGEST_GAIN = 1e30  # of a reward: what it multiplies stays within float32
BLOCKS_PER_THREAD = 8  # fewer than 512 cells do not pay for the meeting of threads


class Engine:
    """A running culture: step it, drive it, reward it, read its spikes, checkpoint it.

    Args:
        cells: parameters of the cells, the excitatory ones first.
        synapses: who reaches whom; None for cells without synapses.
        kinetics, stp, stdp, reward, homeostatic, structural, background: as in the experiment
            file; None switches a rule off.
        learners: (n,) the cells whose excitatory inputs stdp changes; None for all.
        dish: where the cells lie; needed by structural plasticity only.
        refractory_ms: absolute refractory period.
        dt_ms: step.
        seed: of the background noise, and of the synapses that come and go.
        threads: 1 to 64, of which small cultures use fewer; the spikes do not depend on it.

    Attributes:
        n_exc: how many of the cells (the first) are excitatory.
        listener: told of the spikes of each run, and of its number of steps.

    Raises:
        Bl1Error: synapses that cannot be (a NaN weight, a target that is no cell), a rule that
            misses what it acts upon, threads out of range.
    """

    def __init__(
        self,
        cells: Cells,
        synapses: Synapses | None,
        *,
        kinetics: SynapsesConfig,
        stp: StpConfig | None,
        background: BackgroundConfig,
        stdp: StdpConfig | None = None,
        reward: RewardConfig | None = None,
        homeostatic: HomeostaticConfig | None = None,
        structural: StructuralConfig | None = None,
        learners: NDArray[np.bool_] | None = None,
        dish: Dish | None = None,
        refractory_ms: float = 1.0,
        dt_ms: float = 0.5,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        if not 1 <= threads <= 64:
            raise Bl1Error(f"threads is {threads}, expected 1 to 64")
        if not dt_ms > 0:
            raise Bl1Error(f"dt_ms is {dt_ms}, expected a number > 0")
        if synapses is not None:
            synapses.check(len(cells))
        elif stdp or homeostatic or structural:
            raise Bl1Error("cells without synapses cannot have plasticity, expected synapses")
        if reward and not stdp:
            raise Bl1Error("reward acts on what spike timing marked, expected stdp beside it")
        if stdp and synapses is not None:
            exc = slice(synapses.n_of_first(cells.n_exc))
            check_within_bounds(synapses.weights[exc], stdp.w_min, stdp.w_max)
        if stdp:
            learners = learners_of(len(cells), learners)
        elif learners is not None:
            raise Bl1Error(
                "learners are cells whose inputs stdp changes, expected stdp beside them"
            )
        self.n_neurons = len(cells)
        self.dt_ms = dt_ms
        self.seed = seed
        self.n_exc = cells.n_exc
        self.listener: Callable[[Spikes, int], None] | None = None
        self._reward = reward
        self._baseline = np.zeros(1)  # mean of the rewards so far
        min_delay = synapses.min_delay if synapses else 1
        n_delays = synapses.n_delays if synapses else 1
        self._izhikevich_only = all(part.model == "izhikevich" for part in cells.populations)
        self._slot_of, n_slots = slots_for(cells)
        self._constants = constants_of(
            kinetics,
            stp,
            stdp,
            reward,
            background,
            refractory_ms=refractory_ms,
            dt_ms=dt_ms,
            seed=seed,
            n_exc=int(self._slot_of[cells.n_exc]) if cells.n_exc < len(cells) else n_slots,
            coupled=synapses is not None,
            min_delay=min_delay,
            n_delays=n_delays,
        )
        self._divided = DividedMemory(
            lay_out(cells, self._slot_of, n_slots, min_delay, n_delays, learners=learners)
        )
        self._plastic = bool(stdp or homeostatic or structural)
        self._rewired = structural is not None
        self._wiring = plated = synapses
        if synapses is not None:
            if self._plastic:
                synapses = replace(synapses, weights=synapses.weights.copy())
            self.rewire(synapses, np.zeros_like(synapses.weights) if reward else None)
        self._rules: list[SlowRule] = []
        if plated is not None:
            self._rules = slow_rules(
                plated, cells, stdp, reward, homeostatic, structural, dish, dt_ms, seed
            )
        sections = (stdp, reward, homeostatic, structural, kinetics, stp, background)
        self._kinetics, self._blocked = kinetics, np.array(list(dict(kinetics.blocked).values()))
        self._identity = (
            self._constants.copy(),
            *(population.parameters for population in cells.populations),
            *((plated.starts, plated.targets, plated.weights) if plated else ()),
            *(section.model_dump_json() if section else "" for section in sections),
            *([] if learners is None or learners.all() else [learners]),
        )
        self._epoch = int(self._constants["epoch"][0])
        self._out_steps, self._out_ids = self._event_buffers(0)
        self._threads = max(1, min(threads, n_slots // layout.LANES // BLOCKS_PER_THREAD))
        self._crew = Crew(self._threads - 1, max(UPDATES_PER_CALL // max(n_slots, 1), self._epoch))
        self._load_code()

    def _load_code(self) -> None:
        """Load (or compile) what runs, so that no call is timed with it."""
        announce_first_compile()
        self._lead(0, together=False)
        if self._reward:
            apply_reward(self.memory, self._constants, 0, np.float32(0.0))
        if self._threads > 1:
            over = np.ones(STRIDE * 4, np.int64)
            help_run(*self._compiled_for(), over, 0)

    def _event_buffers(self, expected: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        room = len(self.memory.ids) * self._epoch + max(expected, 1 << 14)
        return np.empty(room, np.int64), np.empty(room, np.int32)

    # -- what a running culture can be asked

    @property
    def memory(self) -> layout.Memory:
        """The arrays that the compiled step works on."""
        return self._divided.now

    @cached_property
    def fingerprint(self) -> str:
        """What tells this culture, as it was plated, from others."""
        return checkpoint.fingerprint_of(*self._identity)

    @property
    def step_count(self) -> int:
        """Steps taken since the start."""
        return int(self.memory.clock[0])

    @property
    def v_mv(self) -> NDArray[np.float32]:
        """Membrane potential of each cell (mV), a copy."""
        return self._divided.row(layout.V, self._slot_of)

    @property
    def synapses(self) -> Synapses:
        """The synapses as they are now; their arrays are those that the engine works on."""
        if self._wiring is None:
            raise Bl1Error("these cells have no synapses")
        return self._wiring

    @property
    def n_exc_synapses(self) -> int:
        """Synapses that excitatory cells make; they come first."""
        return self.synapses.n_of_first(self.n_exc)

    def conductances(self) -> dict[str, NDArray[np.float32]]:
        """Conductance of each receptor and cell (1/ms) now; NMDA without its block."""
        ampa, nmda_rise, nmda_decay, gaba_a, gaba_b_rise, gaba_b_decay = (
            self._divided.row(row, self._slot_of)
            for row in range(layout.AMPA, layout.GABA_B_DECAY + 1)
        )
        return {
            "ampa": ampa,
            "nmda": nmda_decay - nmda_rise,
            "gaba_a": gaba_a,
            "gaba_b": gaba_b_decay - gaba_b_rise,
        }

    def eligibility(self) -> NDArray[np.float32]:
        """Eligibility of each excitatory synapse now, a copy; empty without reward."""
        m = self.memory
        faded = np.exp((m.eligible_since[0] - m.clock[0]) * self._constants["eligibility"][0])
        exc = slice(self.n_exc_synapses)
        now: NDArray[np.float32] = m.eligibility[exc] * np.float32(faded)
        return now

    # -- running

    def run(
        self,
        n_steps: int,
        current: ArrayLike | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Spikes:
        """Advance ``n_steps`` steps and return the spikes.

        Args:
            n_steps: steps of ``dt_ms``.
            current: (n,) current into each cell (mV/ms), constant over these steps; None for 0.
            progress: called with the steps taken since its last call, several times a second.

        Raises:
            Bl1Error: the current has another shape, or is not finite.
            KeyboardInterrupt: on Ctrl-C; the engine stands at ``step_count`` and can go on.
        """
        if not isinstance(n_steps, int | np.integer) or n_steps < 0:
            raise Bl1Error(f"n_steps is {n_steps!r}, expected a whole number >= 0")
        self._set_drive(current)
        parts, left = [], n_steps
        while left > 0:
            taken, spikes = self._call(left)
            left -= taken
            parts.append(spikes)
            if progress is not None:
                progress(taken)
        if len(parts) != 1:
            steps, ids = zip(*parts, strict=True) if parts else ((), ())
            spikes = Spikes(
                np.concatenate((np.empty(0, np.int64), *steps)),
                np.concatenate((np.empty(0, np.int32), *ids)),
            )
        if self.listener is not None:
            self.listener(spikes, n_steps)
        return spikes

    def _set_drive(self, current: ArrayLike | None) -> None:
        given = np.zeros(self.n_neurons, np.float32)
        if current is not None:
            given = np.asarray(current, dtype=np.float32)
            if given.shape != (self.n_neurons,):
                raise Bl1Error(
                    f"current has shape {given.shape}, expected one value for each of the "
                    f"{self.n_neurons} neurons: ({self.n_neurons},)"
                )
            if not np.isfinite(given.dot(given)):
                cell = int(np.argmin(np.isfinite(given) & (np.abs(given) < 1e15)))
                raise Bl1Error(
                    f"current of neuron {cell} is {given[cell]}, expected a finite number (mV/ms)"
                )
        self._divided.set_row(layout.DRIVE, self._slot_of, given)

    def _call(self, n_steps: int) -> tuple[int, Spikes]:
        """One stay in compiled code, of ``n_steps`` steps or fewer."""
        with interrupts.held() if self._rules else nullcontext():
            return self._stay(n_steps)

    def _stay(self, n_steps: int) -> tuple[int, Spikes]:
        together, most = self._crew.plan()
        self._divided.divide(self._threads if together else 1)
        until_rules = (
            rule.every_steps - self.step_count % rule.every_steps for rule in self._rules
        )
        n_steps = min(n_steps, most, *until_rules)
        start = perf_counter()
        taken, written, retired = self._lead(n_steps, together)
        self._crew.learn(together, retired, (perf_counter() - start) / max(taken, 1))
        spikes = Spikes(self._out_steps[:written].copy(), self._out_ids[:written].copy())
        for rule in self._rules:
            rule.see(spikes.ids)
            if self.step_count % rule.every_steps == 0:
                rule.act(self)
        if taken < n_steps:
            self._out_steps, self._out_ids = self._event_buffers(2 * len(self._out_ids))
        return taken, spikes

    def _compiled_for(self) -> tuple[Any, ...]:
        """What compiled code is given first; see :func:`bl1.core.kernels.advance_range`."""
        m = self.memory
        models = None if self._izhikevich_only else m.models
        return m, self._constants, models, m.trace_post if len(m.trace_post) else None

    def _lead(self, n_steps: int, together: bool) -> tuple[int, int, bool]:
        """Steps taken, spikes written, and whether helpers were retired."""
        given = self._compiled_for()
        meeting = np.zeros(STRIDE * (len(self.memory.ranges) + 3), np.int64)
        helpers = self._crew.start(partial(help_run, *given, meeting)) if together else []
        try:
            taken, written = lead_run(*given, meeting, n_steps, self._out_steps, self._out_ids)
            retired = bool(meeting[RETIRED])
        finally:
            meeting[RETIRED] = 1  # whatever happened, no helper stays behind
        for helper in helpers:
            helper.result()
        return taken, written, retired

    # -- drugs

    def block(self, blocked: BlockedConfig) -> None:
        """Block these shares of the channels from now on, in place of those blocked before.

        Conductances that are open fade with their time constants; what arrives opens less. To wash
        a drug out, block what the experiment file does (nothing, as a rule).
        """
        self._blocked[:] = list(dict(blocked).values())
        for name, value in channels_of(self._kinetics, blocked).items():
            self._constants[name] = value

    # -- plasticity

    def reward(self, value: float) -> None:
        """Reward the culture now: what spike timing marked lately changes by it.

        Raises:
            Bl1Error: the culture was made without reward, or the value is not finite.
        """
        if self._reward is None:
            raise Bl1Error("this culture takes no reward, expected a section reward in its config")
        surprise = value - self._baseline[0]
        gain = self._reward.learning_rate * surprise
        if not abs(gain) < LARGEST_GAIN:  # nor is a nan
            raise Bl1Error(
                f"the reward is {value}, expected a finite number; it would change weights by "
                f"{gain:g} times their eligibility"
            )
        self._baseline += self._reward.baseline_rate * surprise
        apply_reward(self.memory, self._constants, self.n_exc_synapses, np.float32(gain))

    def rewire(self, synapses: Synapses, eligibility: NDArray[np.float32] | None) -> None:
        """Put other synapses between the cells.

        Raises:
            Bl1Error: their range of delays is another, for which there is no room.
        """
        self.synapses.check_delays(synapses)
        self._wiring = synapses
        self._divided.rewire(synapses, self._slot_of, self.n_exc, eligibility)

    # -- checkpoints

    def checkpoint(self) -> dict[str, NDArray[Any]]:
        """Everything that the future of this run depends on, as arrays that can be stored.

        An engine of the same culture (cells, synapses, receptors, plasticity, background, step and
        seed: the fingerprint) that restores it goes on to the same bits, at any number of threads.
        """
        pending = take_pending(self.memory)
        saved: dict[str, NDArray[Any]] = {
            "fingerprint": np.array(self.fingerprint),
            "pending_steps": pending.steps,
            "pending_slots": pending.slots,
            "pending_efficacy": pending.efficacy,
        }
        if self._rewired:
            saved |= {
                "synapse_starts": self.synapses.starts,
                "synapse_targets": self.synapses.targets,
            }
        return saved | {name: value.copy() for name, value in self._state().items()}

    def _state(self) -> dict[str, NDArray[Any]]:
        """The arrays of the state, for a checkpoint to copy and a restore to write to."""
        m = self.memory
        blocks = layout.rows(m.cells)
        state: dict[str, NDArray[Any]] = {
            "clock": m.clock,
            "state": blocks[:, : layout.N_STATE_ROWS],
            "last_spike": m.last_spike,
            "blocked": self._blocked,
            "resources": m.resources,
            "utilisation": m.utilisation,
        }
        if self._plastic:
            state |= {
                "synapse_weights": m.weights,
                "synapse_eligibility": m.eligibility,
                "eligible_since": m.eligible_since,
                "trace_pre": m.trace_pre,
                "trace_post": m.trace_post,
                "reward_baseline": self._baseline,
            }
        for rule in self._rules:
            state |= rule.state()
        return state

    def restore(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Go back (or forward) to a :meth:`checkpoint`.

        Raises:
            Bl1Error: it belongs to another culture, or is damaged; nothing was changed.
        """
        checkpoint.check(saved, self.checkpoint(), rewired=self._rewired)
        try:
            shares = zip(BlockedConfig.model_fields, saved["blocked"].tolist(), strict=True)
            blocked = BlockedConfig(**dict(shares))
        except ValidationError:
            raise Bl1Error(
                "the checkpoint is damaged: blocked holds a share that cannot be"
            ) from None
        pending = Pending(*(saved[f"pending_{name}"] for name in Pending._fields))
        check_pending(self.memory, pending, int(saved["clock"][0]))
        if self._plastic:
            synapses = replace(self.synapses, weights=saved["synapse_weights"])
            if self._rewired:
                starts, targets = saved["synapse_starts"], saved["synapse_targets"]
                synapses = replace(synapses, starts=starts, targets=targets)
            synapses.check(self.n_neurons)
            eligibility = saved["synapse_eligibility"]
            if len(eligibility) != (len(synapses.weights) if self._reward else 0):
                raise Bl1Error(
                    "the checkpoint is damaged: synapse_eligibility is of other synapses"
                )
            if self._rewired:
                synapses = replace(synapses, weights=synapses.weights.copy())
                self.rewire(synapses, eligibility.copy() if self._reward else None)
        for name, value in self._state().items():
            value[...] = saved[name]
        self.block(blocked)
        put_pending(self.memory, pending)
