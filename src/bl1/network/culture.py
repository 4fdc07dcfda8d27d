"""Culture: cells on a dish, wired to each other, ready to run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from bl1 import __version__
from bl1.config import (
    MOST_NEURONS,
    BackgroundConfig,
    CultureConfig,
    Experiment,
    load_experiment,
)
from bl1.core.cells import Cells, is_excitatory, model_of
from bl1.core.engine import Engine
from bl1.core.slow import Dish
from bl1.core.spikes import SpikeTrain
from bl1.core.wiring import Synapses
from bl1.errors import Bl1Error
from bl1.network.connectivity import connect, grid_for
from bl1.network.growth import envelope, grown
from bl1.network.placement import place_cells
from bl1.yamlfile import checked

if TYPE_CHECKING:
    from jax import Array

    from bl1.core.traced.cells import Group
    from bl1.core.traced.inputs import Inputs, NetworkParams, WeightsKind
    from bl1.core.traced.state import NeuronState
    from bl1.core.traced.stdp import Rewards


@dataclass(frozen=True)
class Culture:
    """A culture: what was plated (cells, positions) and what grew (synapses).

    It is a value: :meth:`engine` starts a running copy, any number of times. ``div`` is its age
    in days in vitro, None for the mature culture that the experiment file describes; ``config`` is
    that file at any age, ``present`` has what changes with age as it is now.
    """

    config: Experiment
    seed: int
    cell_types: list[str]
    cells: Cells
    positions_um: NDArray[np.float32]
    velocity_m_per_s: NDArray[np.float32]
    synapses: Synapses | None
    div: float | None = None

    @classmethod
    def from_config(
        cls, config: Experiment | str | Path, seed: int = 0, n_neurons: int | None = None
    ) -> "Culture":
        """The mature culture of an experiment file.

        Args:
            config: an experiment, or the name or path of its file.
            seed: of placement, wiring, cell types and background noise.
            n_neurons: plate this many instead, at the same density: the dish changes its size.
        """
        return cls._plated(config, seed, n_neurons, None)

    @classmethod
    def grow(
        cls,
        config: Experiment | str | Path,
        div: float | None,
        seed: int = 0,
        n_neurons: int | None = None,
    ) -> "Culture":
        """The culture of an experiment file at an age, as :mod:`bl1.network.growth` has it.

        One seed is one dish: its cells lie at the same places at every age, and a synapse that
        two ages have is the same one, with the same delay and the same draw of its weight.

        Args:
            config, seed, n_neurons: as in :meth:`from_config`.
            div: age in days in vitro; None for the mature culture of :meth:`from_config`.

        Raises:
            Bl1Error: the age is negative or not finite.
        """
        return cls._plated(config, seed, n_neurons, div)

    @classmethod
    def _plated(
        cls,
        config: Experiment | str | Path,
        seed: int,
        n_neurons: int | None,
        div: float | None,
    ) -> "Culture":
        config = checked(config) if isinstance(config, Experiment) else load_experiment(config)
        if n_neurons is not None:
            config = config.plated(whole("n_neurons", n_neurons, 1, MOST_NEURONS))
        seed = whole("seed", seed, 0)
        plating = config.culture
        wiring = plating if div is None else grown(config, div).culture
        rng = np.random.default_rng(seed)
        types = draw_cell_types(plating, rng)
        cells = Cells.of_types(types)
        grid = grid_for(plating.side_um, plating.lambda_um, plating.n_neurons)
        alike = groupby(types, lambda name: (is_excitatory(name), model_of(name)))
        positions = place_cells([len(list(group)) for _, group in alike], grid, rng)
        slowest, fastest = plating.conduction_velocity_m_per_s
        velocity = rng.uniform(slowest, fastest, len(types)).astype(np.float32)
        synapses = connect(
            positions,
            cells.n_exc,
            grid,
            lambda_um=wiring.lambda_um,
            p_max=wiring.p_max,
            g_exc=wiring.g_exc,
            g_inh=wiring.g_inh,
            weight_jitter=plating.weight_jitter,
            velocity_m_per_s=velocity,
            synaptic_delay_ms=plating.synaptic_delay_ms,
            dt_ms=config.dt_ms,
            rng=rng,
            envelope=None if div is None else envelope(config),
        )
        return cls(config, seed, types, cells, positions, velocity, synapses, div)

    @classmethod
    def uncoupled(
        cls,
        n_neurons: int,
        cell_type: str = "RS",
        background: BackgroundConfig | None = None,
        seed: int = 0,
        dt_ms: float = 0.5,
    ) -> "Culture":
        """Cells of one type without any synapse, each under its own background noise."""
        config = Experiment(
            name="uncoupled",
            dt_ms=dt_ms,
            culture=CultureConfig(
                n_neurons=whole("n_neurons", n_neurons, 1, MOST_NEURONS),
                density_per_mm2=100.0,
                ei_ratio=float(is_excitatory(cell_type)),
                cell_types={cell_type: 1.0},
                p_max=0.0,
            ),
            background=background or BackgroundConfig(),
        )
        types = [cell_type] * n_neurons
        grid = grid_for(config.culture.side_um, config.culture.lambda_um, n_neurons)
        positions = place_cells([n_neurons], grid, np.random.default_rng(seed))
        no_axons = np.ones(n_neurons, np.float32)
        return cls(config, seed, types, Cells.of_types(types), positions, no_axons, None)

    @classmethod
    def create(
        cls,
        key: "Array",
        n_neurons: int = 200,
        ei_ratio: float = 0.8,
        g_exc: float = 0.05,
        g_inh: float = 0.20,
        lambda_um: float = 200.0,
        p_max: float = 0.21,
        density_per_mm2: float = 555.6,
    ) -> "tuple[NetworkParams, NeuronState, Group]":
        """A culture of Izhikevich cells as JAX arrays, for :func:`bl1.core.simulate`.

        Args:
            key: of ``jax.random``; the seed of cell types, placement and wiring comes from it.
            n_neurons, ei_ratio, g_exc, g_inh, lambda_um, p_max, density_per_mm2: as in the
                experiment file.

        Returns:
            The wiring (``W_exc`` and ``W_inh``, presynaptic cells in rows), the cells at rest, and
            their parameters.

        Raises:
            Bl1Error: a value that the experiment file would not take.
        """
        from bl1.core.traced.cells import groups_of
        from bl1.core.traced.inputs import at_rest, network_of, seed_of

        try:
            plating = CultureConfig(
                n_neurons=whole("n_neurons", n_neurons, 1, MOST_NEURONS),
                density_per_mm2=density_per_mm2,
                ei_ratio=ei_ratio,
                g_exc=g_exc,
                g_inh=g_inh,
                lambda_um=lambda_um,
                p_max=p_max,
            )
        except ValidationError as error:
            found = error.errors()[0]
            raise Bl1Error(f"{found['loc'][0]} is {found['input']}: {found['msg']}") from error
        config = Experiment(name="created", culture=plating)
        culture = cls.from_config(config, seed=seed_of(key))
        assert culture.synapses is not None
        (izhikevich,) = groups_of(culture.cells)
        return network_of(culture.cells, culture.synapses), at_rest(culture.cells), izhikevich

    def to_jax(
        self, weights: "WeightsKind" = "events", rewards: "Rewards | None" = None
    ) -> "Inputs":
        """This culture as the arguments of :func:`bl1.core.simulate`: delays, receptors,
        plasticity, background noise, cells of any model.

        Args:
            weights: "events" (rows of cells that fire), "dense" (a matrix) or "bcoo".
            rewards: the reward at the end of each step, where the experiment file has ``reward``.
        """
        from bl1.core.traced.inputs import inputs_of

        return inputs_of(
            self.cells,
            self.synapses,
            self.present,
            self.dish,
            weights=weights,
            rewards=rewards,
            seed=self.seed,
        )

    @property
    def present(self) -> Experiment:
        """The experiment as it is at this age; for the mature culture, its file."""
        return self.config if self.div is None else grown(self.config, self.div)

    @property
    def n_neurons(self) -> int:
        return len(self.cell_types)

    @property
    def n_exc(self) -> int:
        """Excitatory cells; they come first."""
        return self.cells.n_exc

    @property
    def n_synapses(self) -> int:
        return len(self.synapses.targets) if self.synapses else 0

    @property
    def side_um(self) -> float:
        """Side of the square dish."""
        return self.config.culture.side_um

    @property
    def dish(self) -> Dish:
        """Where the cells lie and how their axons run."""
        plating = self.present.culture
        return Dish(
            self.positions_um,
            plating.side_um,
            plating.lambda_um,
            self.velocity_m_per_s,
            plating.synaptic_delay_ms,
            plating.g_exc,
        )

    def engine(self, threads: int = 1) -> Engine:
        """A fresh running culture, at rest."""
        present = self.present
        plating = present.culture
        return Engine(
            self.cells,
            self.synapses,
            kinetics=present.synapses,
            stp=self.config.stp,
            stdp=self.config.stdp,
            reward=self.config.reward,
            homeostatic=self.config.homeostatic,
            structural=self.config.structural,
            dish=self.dish,
            background=self.config.background,
            refractory_ms=plating.refractory_ms,
            dt_ms=self.config.dt_ms,
            seed=self.seed,
            threads=threads,
        )

    def run(self, seconds: float, threads: int = 1) -> SpikeTrain:
        """Run a fresh culture for some seconds of its time and return its spikes.

        On a terminal a progress bar shows (and is gone when the run is done).
        """
        if not 0 <= seconds < float("inf"):
            raise Bl1Error(f"seconds is {seconds}, expected a number >= 0")
        n_steps = round(1000.0 * seconds / self.config.dt_ms)
        with _progress_bar(n_steps) as advance:
            spikes = self.engine(threads).run(n_steps, progress=advance)
        return self.spike_train(spikes.steps, spikes.ids, n_steps)

    def spike_train(
        self, steps: NDArray[np.int64], ids: NDArray[np.int32], n_steps: int
    ) -> SpikeTrain:
        """Spikes of this culture, with the seed, config, version and age that made them."""
        return SpikeTrain(
            steps,
            ids,
            self.config.dt_ms,
            n_steps,
            self.n_neurons,
            self.n_exc,
            {
                "seed": self.seed,
                "config": self.config.model_dump(mode="json"),
                "version": __version__,
                "div": self.div,
            },
        )


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number of Python or NumPy, within its limits."""
    limits = f">= {least}" if most is None else f"from {least} to {most}"
    if not isinstance(value, int | np.integer) or value < least or (most and value > most):
        raise Bl1Error(f"{name} is {value!r}, expected a whole number {limits}")
    return int(value)


@contextmanager
def _progress_bar(n_steps: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    terminal = Console(stderr=True)
    with Progress(console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("simulating", total=n_steps)
        yield lambda steps: bar.advance(task, steps)


def draw_cell_types(plating: CultureConfig, rng: np.random.Generator) -> list[str]:
    """Types of the cells, in exact shares: excitatory first, within a kind one model after the
    other, within a model in random order."""
    n_exc = round(plating.ei_ratio * plating.n_neurons)
    types: list[str] = []
    for excitatory, count in ((True, n_exc), (False, plating.n_neurons - n_exc)):
        shares = {
            name: share
            for name, share in plating.cell_types.items()
            if is_excitatory(name) == excitatory
        }
        cumulative = np.cumsum(list(shares.values()))
        bounds = np.round(cumulative / cumulative[-1] * count).astype(int) if count else []
        names = np.repeat(list(shares), np.diff(bounds, prepend=0)) if count else np.array([])
        types.extend(sorted(rng.permutation(names).tolist(), key=model_of, reverse=True))
    return types
