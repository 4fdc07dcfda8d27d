"""Structural plasticity of a running culture: synapses are lost, and others form.

The rule is in :mod:`bl1.plasticity.structural`. A new synapse of a cell comes from the excitatory
cell nearest to a point that is drawn around it with the density of the wiring, exp(−d/λ), folded
back into the dish where it lies beyond a wall. Its delay follows from the distance, within the
range of delays that the culture had from the start.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bl1.config import StructuralConfig
from bl1.core.layout import Float, Int
from bl1.core.slow import Activity, Dish, PlasticCulture, interval_of
from bl1.core.wiring import Synapses
from bl1.plasticity import structural

Ints = NDArray[np.int64]


class Turnover:
    """Creation and pruning of excitatory synapses."""

    def __init__(
        self, config: StructuralConfig, dish: Dish, synapses: Synapses, n_exc: int, dt_ms: float,
        seed: int,
    ) -> None:  # fmt: skip
        n = len(dish.positions_um)
        self._config, self._dish, self._dt_ms, self._seed = config, dish, dt_ms, seed
        self.every_steps, interval_s = interval_of(config, dt_ms)
        self._share = interval_s / config.tau_s
        self._activity = Activity(n, config.target_rate_hz, config.tau_rate_s, interval_s)
        self._mean_degree = synapses.n_of_first(n_exc) / n
        self._most = structural.most_synapses(config.max_synapses, len(synapses.targets))
        self._exc_tree = cKDTree(dish.positions_um[:n_exc])
        self._n_exc = n_exc

    def see(self, ids: Int) -> None:
        self._activity.see(ids)

    def act(self, culture: PlasticCulture) -> None:
        self._activity.end_interval()
        rng = np.random.default_rng([self._seed, culture.step_count])
        old, m = culture.synapses, culture.memory
        kept = np.ones(len(old.targets), np.bool_)
        kept[: culture.n_exc_synapses] = ~self._lost(old, culture.n_exc_synapses, rng)
        rows, targets = self._formed(old, self._most - int(kept.sum()), rng)
        if kept.all() and not len(rows):
            return
        keys = np.concatenate(
            [old.rows()[kept] << 32 | old.targets[kept].astype(np.int64), rows << 32 | targets]
        )
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        n_new, g_exc = len(rows), np.float32(self._dish.g_exc)

        def merged(values: Float, new: np.float32) -> Float:
            return np.concatenate([values[kept], np.full(n_new, new, np.float32)])[order]

        culture.rewire(
            Synapses(
                starts=np.searchsorted(keys >> 32, np.arange(len(old.starts))).astype(np.uint32),
                targets=(keys & 0xFFFFFFFF).astype(np.uint32),
                weights=merged(old.weights, g_exc),
                min_delay=old.min_delay,
                n_delays=old.n_delays,
            ),
            merged(m.eligibility, np.float32(0.0)) if len(m.eligibility) else None,
        )

    def _lost(self, synapses: Synapses, n_exc_synapses: int, rng: np.random.Generator) -> Ints:
        """Which excitatory synapses are pruned."""
        weak = synapses.weights[:n_exc_synapses] < np.float32(self._config.prune_below)
        excess = structural.excess(self._activity.rate_hz, self._config.target_rate_hz)
        rate = weak + excess[synapses.targets[:n_exc_synapses]]
        lost: Ints = rng.random(n_exc_synapses) < structural.loss_probability(self._share * rate)
        return lost

    def _formed(self, synapses: Synapses, room: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Rows and targets of new synapses, ordered by both; no more than there is room for."""
        dish = self._dish
        need = structural.need(self._activity.rate_hz, self._config.target_rate_hz)
        counts = rng.poisson(self._mean_degree * self._share * need)
        targets = np.repeat(np.arange(len(counts)), counts)
        if len(targets) > room:
            targets = rng.permutation(targets)[: max(room, 0)]
        if not len(targets) or self._n_exc < 2:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        # Density exp(−d/λ) on a plane: the distance is gamma distributed, of shape 2.
        distance = rng.gamma(2.0, dish.lambda_um, len(targets))
        angle = rng.uniform(0.0, 2.0 * np.pi, len(targets))
        point = np.stack([np.cos(angle), np.sin(angle)], axis=1) * distance[:, None]
        point = np.mod(point + dish.positions_um[targets], 2.0 * dish.side_um)
        point = np.minimum(point, 2.0 * dish.side_um - point)
        nearest = np.asarray(self._exc_tree.query(point, k=2)[1])
        sources = np.where(nearest[:, 0] == targets, nearest[:, 1], nearest[:, 0])
        delay_ms = dish.synaptic_delay_ms + distance / (1000.0 * dish.velocity_m_per_s[sources])
        longest = synapses.n_delays - 1
        delay = np.clip(np.rint(delay_ms / self._dt_ms) - synapses.min_delay, 0, longest)
        rows = sources * synapses.n_delays + delay.astype(np.int64)
        order = np.lexsort((targets, rows))
        return rows[order], targets[order]

    def state(self) -> dict[str, NDArray[np.generic]]:
        return {
            "turnover_rate_hz": self._activity.rate_hz,
            "turnover_counts": self._activity.counts,
        }
