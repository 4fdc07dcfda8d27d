"""A living culture under its array, as the Dashboard drives it: run, stimulate, look.

No thread and no screen: `bl1.tui.dish_worker` runs a dish beside the screen.
"""

import numpy as np
from numpy.typing import NDArray

from bl1.core.spikes import Spikes, SpikeTrain
from bl1.mea.floor import Events, joined
from bl1.mea.layout import cl1_sites_um
from bl1.mea.rig import Heard, Rig
from bl1.mea.stimulation import Train, biphasic
from bl1.network.culture import Culture
from bl1.tui.dish_snapshot import DishSnapshot, Plating, Wave

EXPERIMENT = "wagenaar_calibrated"
N_CELLS = 1200  # the dish is a little wider than the array
PULSE = biphasic(-2.0, 200.0)  # µA and µs
WAVE_MS = 150.0  # in which a pulse's wave crosses the dish
KEPT_S = 60.0
SITE_RATE_S = 5.0
SITES_FADE = 3.0  # how much slower than a cell a site fades: it is heard less often


class LivingDish:
    """A culture that bursts, over the electrodes of a CL1.

    Args:
        seed: of the dish, of its background and of the electrodes' noise.
    """

    def __init__(self, seed: int) -> None:
        culture = Culture.from_config(EXPERIMENT, seed=seed, n_neurons=N_CELLS)
        self._rig = rig = Rig(culture)
        self._plating = _plating(rig)
        self._cells = np.zeros(culture.n_neurons, np.float32)
        self._sites = np.zeros(len(self._plating.sites), np.float32)
        self._spikes = Spikes(np.empty(0, np.int64), np.empty(0, np.int32))
        self._events = joined([])
        self._pulse: tuple[int, int] | None = None  # site and step of the last one
        self._recruited = np.zeros(culture.n_neurons, np.bool_)

    @property
    def dt_ms(self) -> float:
        """A step of the culture."""
        return self._rig.engine.dt_ms

    @property
    def seed(self) -> int:
        """Of the dish."""
        return self._plating.seed

    @property
    def wave_runs(self) -> bool:
        """Whether the last pulse is so recent that its wave may still spread."""
        return self._pulse is not None and self._age_ms(self._pulse[1]) < WAVE_MS

    def advance(self, n_steps: int, fade_ms: float) -> None:
        """Let the culture live; what is lit fades with a time constant of its time."""
        heard = self._rig.advance(n_steps)
        faded = np.float32(np.exp(-n_steps * self.dt_ms / fade_ms))
        self._cells = self._cells * faded
        self._cells[heard.spikes.ids] = 1.0
        self._sites = self._sites * faded ** np.float32(1 / SITES_FADE)
        self._sites[self._rig.layout.electrodes[heard.events.ids]] = 1.0
        self._keep(heard)
        if self.wave_runs:
            self._recruited[heard.spikes.ids] = True

    def stimulate(self, site: int) -> None:
        """Give a pulse at a site of the array.

        Raises:
            Bl1Error: the site cannot be used, or its last pulse is too recent.
        """
        self._rig.stimulate(Train((site,), PULSE))
        self._pulse = (site, self._rig.engine.step_count)
        self._recruited[:] = False

    def snapshot(self) -> DishSnapshot:
        """The culture as it is."""
        n_steps, n_cells = self._rig.engine.step_count, len(self._cells)
        now_s = n_steps * self.dt_ms / 1000
        counts = np.bincount(
            self._rig.layout.electrodes[self._events.ids], minlength=len(self._sites)
        )
        wave = None
        if self._pulse:
            site, step = self._pulse
            n_recruited = int(np.count_nonzero(self._recruited))
            wave = Wave(site, self._age_ms(step), self.wave_runs, n_recruited)
        return DishSnapshot(
            plating=self._plating,
            cells=self._cells,
            sites=self._sites,
            site_rates_hz=counts / max(min(now_s, SITE_RATE_S), 1e-9),
            spikes=SpikeTrain(*self._spikes, self.dt_ms, n_steps, n_cells, self._plating.n_exc),
            wave=wave,
        )

    def _keep(self, heard: Heard) -> None:
        """Add what was heard to what is kept, and forget the oldest; arrays are never changed."""
        first = self._rig.engine.step_count - round(1000 * KEPT_S / self.dt_ms)
        kept = slice(np.searchsorted(self._spikes.steps, first), None)
        self._spikes = Spikes(
            np.concatenate((self._spikes.steps[kept], heard.spikes.steps)),
            np.concatenate((self._spikes.ids[kept], heard.spikes.ids)),
        )
        since = heard.n_samples - round(SITE_RATE_S * self._rig.layout.sampling_hz)
        self._events = joined([_from(self._events, since), heard.events])

    def _age_ms(self, step: int) -> float:
        return (self._rig.engine.step_count - step) * self.dt_ms


def _plating(rig: Rig) -> Plating:
    culture, layout = rig.culture, rig.layout
    sites_um = cl1_sites_um()
    sites_um += layout.places_um[0] - sites_um[layout.electrodes[0]]  # as the array lies here
    n_heard: NDArray[np.int64] = np.zeros(len(sites_um), np.int64)
    n_heard[layout.electrodes] = rig.coupling.heard_by()
    return Plating(
        seed=culture.seed,
        n_exc=culture.n_exc,
        side_mm=culture.side_um / 1000,
        places=culture.positions_um.astype(np.float64) / culture.side_um,
        sites=sites_um / culture.side_um,
        unread=dict.fromkeys(layout.ground, "ground")
        | dict.fromkeys(layout.reference, "reference"),
        n_heard=n_heard,
    )


def _from(events: Events, sample: int) -> Events:
    return events.taken(slice(np.searchsorted(events.samples, sample), None))
