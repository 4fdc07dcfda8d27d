"""Engine: a running culture on the CPU."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.config import BackgroundConfig, StpConfig, SynapsesConfig
from bl1.core import kernels, layout
from bl1.core.constants import constants_of
from bl1.core.crew import Crew
from bl1.core.izhikevich import CELL_TYPES
from bl1.core.jit import announce_first_compile
from bl1.core.pending import Pending, put_pending, take_pending
from bl1.core.spikes import Spikes
from bl1.core.threads import RETIRED, STRIDE, help_run, lead_run
from bl1.errors import Bl1Error

# Cell updates between two returns to Python (tenths of a second): Ctrl-C and progress wait no
# longer than this.
UPDATES_PER_CALL = 16_000_000
BLOCKS_PER_THREAD = 8  # fewer than 512 cells do not pay for the meeting of threads
PADDING_DRIVE = -100.0  # cells that fill up the last block (kernels.fire mutes them) seldom cross
LONG_AGO = np.uint32(1 << 31)


@dataclass(frozen=True)
class Cells:
    """Izhikevich parameters of n cells, the excitatory ones first."""

    a: NDArray[np.float32]
    b: NDArray[np.float32]
    c: NDArray[np.float32]
    d: NDArray[np.float32]
    n_exc: int

    @classmethod
    def of_types(cls, types: list[str]) -> "Cells":
        """Cells by the names of their types, in this order."""
        kinds = [CELL_TYPES[name] for name in types]
        a, b, c, d = np.array([(kind.a, kind.b, kind.c, kind.d) for kind in kinds], np.float32).T
        return cls(a, b, c, d, n_exc=sum(kind.excitatory for kind in kinds))


@dataclass(frozen=True)
class Synapses:
    """Synapses grouped by presynaptic cell, then delay, then target.

    Row ``i · n_delays + j`` holds the synapses of cell i with delay ``min_delay + j`` steps.
    """

    starts: NDArray[np.uint32]  # (n · n_delays + 1)
    targets: NDArray[np.uint32]
    weights: NDArray[np.float32]  # peak conductance, 1/ms
    min_delay: int
    n_delays: int


class Engine:
    """A running culture: step it, drive it, read its spikes, checkpoint it.

    Args:
        cells: parameters of the cells.
        synapses: who reaches whom; None for cells without synapses.
        kinetics, stp, background: as in the experiment file; ``stp=None`` switches it off.
        refractory_ms: absolute refractory period.
        dt_ms: step.
        seed: of the background noise.
        threads: 1 to 64, of which small cultures use fewer; the spikes do not depend on it.
    """

    def __init__(
        self,
        cells: Cells,
        synapses: Synapses | None,
        *,
        kinetics: SynapsesConfig,
        stp: StpConfig | None,
        background: BackgroundConfig,
        refractory_ms: float = 1.0,
        dt_ms: float = 0.5,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        if not 1 <= threads <= 64:
            raise Bl1Error(f"threads is {threads}, expected 1 to 64")
        self.n_neurons = len(cells.a)
        self.dt_ms = dt_ms
        self.seed = seed
        blocks = layout.blocks_for(self.n_neurons)
        padded = blocks * layout.LANES
        min_delay = synapses.min_delay if synapses else 1
        n_delays = synapses.n_delays if synapses else 1
        slots = min_delay + n_delays - 1 + layout.LOOKAHEAD
        self._memory = layout.Memory(
            cells=np.zeros(blocks * layout.BLOCK, np.float32),
            last_spike=np.full(padded, LONG_AGO, np.uint32),
            resources=np.ones(padded, np.float32),
            utilisation=np.zeros(padded, np.float32),
            segments=synapses.starts if synapses else np.zeros(1, np.uint32),
            targets=synapses.targets if synapses else np.empty(0, np.uint32),
            weights=synapses.weights if synapses else np.empty(0, np.float32),
            queue_ids=np.empty((slots, padded), np.int32),
            queue_efficacy=np.empty((slots, padded), np.float32),
            queue_counts=np.zeros((slots, 1), np.int32),
            ranges=np.array([0, padded], np.int32),
            scratch=np.zeros((1, layout.N_SCRATCH_ROWS * layout.LANES), np.float32),
            clock=np.zeros(1, np.int64),
        )
        self._rows = layout.rows(self._memory.cells)
        self._drive = np.full(padded, PADDING_DRIVE, np.float32)
        self._drive[: self.n_neurons] = 0.0
        self._constants = constants_of(
            kinetics,
            stp,
            background,
            refractory_ms=refractory_ms,
            dt_ms=dt_ms,
            seed=seed,
            n_neurons=self.n_neurons,
            n_exc=cells.n_exc,
            coupled=synapses is not None,
            min_delay=min_delay,
            n_delays=n_delays,
        )
        self._epoch = int(self._constants["epoch"][0])
        self._start(cells)
        self._out_steps, self._out_ids = self._event_buffers(0)
        self._threads = max(1, min(threads, blocks // BLOCKS_PER_THREAD))
        self._divided = {1: self._memory}  # by the number of ranges; they share all state
        self._crew = Crew(self._threads - 1, max(UPDATES_PER_CALL // padded, self._epoch))
        self._load_code()

    def _start(self, cells: Cells) -> None:
        """Set parameters and the resting state: v = −65 mV, u = b v, no conductance."""
        padding = len(self._drive) - self.n_neurons
        for row, values in zip(
            (layout.PARAM_A, layout.PARAM_B, layout.PARAM_C, layout.PARAM_D),
            (cells.a, cells.b, cells.c, cells.d),
            strict=True,
        ):
            self._set_row(row, np.concatenate([values, np.zeros(padding, np.float32)]))
        self._rows[:, layout.V] = -65.0
        self._rows[:, layout.U] = -65.0 * self._rows[:, layout.PARAM_B]
        self._rows[:, layout.AMPA : layout.NEXT_INH + 1] = kernels.AT_REST

    def _load_code(self) -> None:
        """Load (or compile) what runs, so that no call is timed with it."""
        announce_first_compile()
        self._lead(0, together=False)
        if self._threads > 1:
            over = np.ones(STRIDE * 4, np.int64)
            help_run(self._memory, self._constants, over, 0)

    def _set_row(self, row: int, padded: NDArray[np.float32]) -> None:
        self._rows[:, row] = padded.reshape(-1, layout.LANES)

    def _row(self, row: int) -> NDArray[np.float32]:
        return self._rows[:, row].reshape(-1)[: self.n_neurons].copy()

    def _event_buffers(self, expected: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        room = len(self._drive) * self._epoch + max(expected, 1 << 14)
        return np.empty(room, np.int64), np.empty(room, np.int32)

    # -- what a running culture can be asked

    @property
    def step_count(self) -> int:
        """Steps taken since the start."""
        return int(self._memory.clock[0])

    @property
    def v_mv(self) -> NDArray[np.float32]:
        """Membrane potential of each cell (mV), a copy."""
        return self._row(layout.V)

    def conductances(self) -> dict[str, NDArray[np.float32]]:
        """Conductance of each receptor and cell (1/ms) now; NMDA without its block."""
        return {
            "ampa": self._row(layout.AMPA),
            "nmda": self._row(layout.NMDA_DECAY) - self._row(layout.NMDA_RISE),
            "gaba_a": self._row(layout.GABA_A),
            "gaba_b": self._row(layout.GABA_B_DECAY) - self._row(layout.GABA_B_RISE),
        }

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
        if n_steps < 0:
            raise Bl1Error(f"n_steps is {n_steps}, expected a whole number >= 0")
        self._set_drive(current)
        parts = []
        while n_steps > 0:
            taken, spikes = self._call(n_steps)
            n_steps -= taken
            parts.append(spikes)
            if progress is not None:
                progress(taken)
        if len(parts) == 1:
            return parts[0]
        steps, ids = zip(*parts, strict=True) if parts else ((), ())
        return Spikes(
            np.concatenate((np.empty(0, np.int64), *steps)),
            np.concatenate((np.empty(0, np.int32), *ids)),
        )

    def _set_drive(self, current: ArrayLike | None) -> None:
        if current is None:
            self._drive[: self.n_neurons] = 0.0
        else:
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
            self._drive[: self.n_neurons] = given
        self._set_row(layout.DRIVE, self._drive)

    def _call(self, n_steps: int) -> tuple[int, Spikes]:
        """One stay in compiled code, of ``n_steps`` steps or fewer."""
        together, most = self._crew.plan()
        self._divide(self._threads if together else 1)
        n_steps = min(n_steps, most)
        start = perf_counter()
        taken, written, retired = self._lead(n_steps, together)
        self._crew.learn(together, retired, (perf_counter() - start) / max(taken, 1))
        spikes = Spikes(self._out_steps[:written].copy(), self._out_ids[:written].copy())
        if taken < n_steps:
            self._out_steps, self._out_ids = self._event_buffers(2 * len(self._out_ids))
        return taken, spikes

    def _lead(self, n_steps: int, together: bool) -> tuple[int, int, bool]:
        """Steps taken, spikes written, and whether helpers were retired."""
        m, k = self._memory, self._constants
        meeting = np.zeros(STRIDE * (len(m.ranges) + 3), np.int64)
        helpers = self._crew.start(partial(help_run, m, k, meeting)) if together else []
        try:
            taken, written = lead_run(m, k, meeting, n_steps, self._out_steps, self._out_ids)
            retired = bool(meeting[RETIRED])
        finally:
            meeting[RETIRED] = 1  # whatever happened, no helper stays behind
        for helper in helpers:
            helper.result()
        return taken, written, retired

    def _divide(self, n_ranges: int) -> None:
        """Divide the cells among threads: undivided is faster for one thread alone."""
        whole = self._divided[1]
        if n_ranges not in self._divided:
            blocks = len(self._drive) // layout.LANES
            bounds = np.array([blocks * r // n_ranges for r in range(n_ranges + 1)], np.int32)
            bounds *= layout.LANES
            self._divided[n_ranges] = whole._replace(
                segments=kernels.split_rows(whole.segments, whole.targets, bounds),
                queue_counts=np.zeros((len(whole.queue_counts), n_ranges), np.int32),
                ranges=bounds,
                scratch=np.zeros((n_ranges, whole.scratch.shape[1]), np.float32),
            )
        if self._memory is not self._divided[n_ranges]:
            put_pending(self._divided[n_ranges], take_pending(self._memory))
            self._memory = self._divided[n_ranges]

    # -- checkpoints

    def checkpoint(self) -> dict[str, NDArray[Any]]:
        """Everything that the future of this run depends on, as arrays that can be stored.

        An engine of the same culture (cells, synapses, receptors, plasticity, background, step and
        seed: the fingerprint) that restores it goes on to the same bits, at any number of threads.
        """
        m, n = self._memory, self.n_neurons
        pending = take_pending(m)
        return {
            "fingerprint": np.array(self.fingerprint),
            "step_count": np.array(self.step_count),
            "state": np.stack([self._row(row) for row in range(layout.N_STATE_ROWS)]),
            "last_spike": m.last_spike[:n].copy(),
            "resources": m.resources[:n].copy(),
            "utilisation": m.utilisation[:n].copy(),
            "pending_steps": pending.steps,
            "pending_ids": pending.ids,
            "pending_efficacy": pending.efficacy,
        }

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that does not change while the culture runs."""
        digest = hashlib.sha256(self._constants.tobytes())
        whole = self._divided[1]
        for fixed in (
            self._rows[:, layout.PARAM_A :],
            whole.segments,
            whole.targets,
            whole.weights,
        ):
            digest.update(np.ascontiguousarray(fixed).data)
        return digest.hexdigest()

    def restore(self, checkpoint: Mapping[str, NDArray[Any]]) -> None:
        """Go back (or forward) to a :meth:`checkpoint`.

        Raises:
            Bl1Error: it belongs to another culture, or is damaged; nothing was changed.
        """
        mine = self.checkpoint()
        for name, value in mine.items():
            if name not in checkpoint:
                raise Bl1Error(f"the checkpoint is damaged: {name} is missing")
            found = checkpoint[name]
            if name == "fingerprint" and found != value:
                raise Bl1Error(
                    "the checkpoint is of another culture: its cells, synapses, receptors, "
                    f"plasticity, background, step or seed differ (fingerprint {str(found)[:12]}, "
                    f"expected {self.fingerprint[:12]})"
                )
            if found.dtype.kind != value.dtype.kind or (
                found.shape != value.shape and not name.startswith("pending")
            ):
                raise Bl1Error(
                    f"the checkpoint is damaged: {name} is {found.dtype} of shape {found.shape}, "
                    f"expected {value.dtype} of shape {value.shape}"
                )
        m, n = self._memory, self.n_neurons
        for row, values in enumerate(checkpoint["state"]):
            self._set_row(row, np.concatenate([values, self._rows[:, row].reshape(-1)[n:]]))
        m.last_spike[:n] = checkpoint["last_spike"]
        m.resources[:n] = checkpoint["resources"]
        m.utilisation[:n] = checkpoint["utilisation"]
        m.clock[0] = int(checkpoint["step_count"])
        put_pending(
            m,
            Pending(
                checkpoint["pending_steps"],
                checkpoint["pending_ids"],
                checkpoint["pending_efficacy"],
            ),
        )
