"""Watch: a culture that is simulated, live on a page, as fast as browsers say.

A simulation runs many times faster than real time, too fast to be looked at. One that is watched
therefore keeps to a pace, real time at first: after each stretch it waits until the culture would
have lived it. What it does, spike by spike, does not depend on the pace.
"""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bl1.core.engine import Engine
from bl1.core.spikes import Spikes
from bl1.extras import needed
from bl1.mea.rig import Heard, Rig
from bl1.monitor.address import Address
from bl1.monitor.pace import Pace
from bl1.monitor.screen import SHOWN_EVERY_S, Panel, Screen, Subject
from bl1.monitor.sites import Sites, electrodes_of, parts_of, squares_of
from bl1.monitor.waiting import Waiting
from bl1.network.culture import Culture

JPEG_QUALITY = 90  # of 100
NOBODY = math.nan  # answers a bench


class Scene(NamedTuple):
    """A moment of a game.

    Attributes:
        rgb: its picture, uint8 (height, width, 3).
        decoder: as an event "decoder" tells it (`bl1.monitor.game`).
    """

    rgb: NDArray[np.uint8]
    decoder: dict[str, Any]


class Watch:
    """Shows one culture after the other, each from the moment at which it is named.

    Args:
        address: where the page is served.
        tell: what is said of it to who started the run.
        stopped: whether the run is to end; it is then held up no longer.
    """

    def __init__(
        self,
        address: Address,
        tell: Callable[[str], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._address, self._tell, self._stopped = address, tell, stopped
        self._pace = Pace()
        self._encode = needed("simplejpeg", "monitor").encode_jpeg
        self._screen: Screen | None = None
        self._watched: Engine | Rig | None = None
        self._scene: Callable[[], Scene] | None = None
        self._lived_s = self._shown_s = 0.0  # of the culture's time
        self._looked_at_s = 0.0  # on the wall's clock
        self._has_ended = False
        self._spikes, self._events = Waiting(np.int32), Waiting(np.uint16)
        self._pulses = Waiting(np.uint16)
        self._currents_ua: list[float] = []

    @property
    def pid(self) -> int | None:
        """Of the process that serves the page; None before there is something to see."""
        return self._screen.page.pid if self._screen else None

    def clock_s(self) -> float:
        """The wall's clock, which stands still while the run is held up; speeds are told by it."""
        return time.monotonic() - self._pace.held_up_s

    def cells(
        self,
        title: str,
        engine: Engine,
        culture: Culture | None = None,
        scene: Callable[[], Scene] | None = None,
    ) -> None:
        """Watch a culture that no electrode hears, and the game that it plays.

        Args:
            title: of the culture.
            engine: runs it.
            culture: where its cells lie; None if they lie nowhere.
            scene: of the game, now.
        """
        if self._has_ended:
            return
        dt_s = engine.dt_ms / 1000
        sites = squares_of(culture) if culture else parts_of(engine.n_neurons)
        self._turn_to(title, sites, engine, scene)

        def fired(spikes: Spikes, n_steps: int) -> None:
            first = engine.step_count - n_steps
            self._spikes.add(self._lived_s + (spikes.steps - first) * dt_s, spikes.ids)
            self._live(n_steps * dt_s)

        engine.listener = fired

    def rig(
        self,
        title: str,
        rig: Rig,
        groups: dict[str, list[int]],
        scene: Callable[[], Scene] | None = None,
    ) -> None:
        """Watch a culture on an array, and the game that it plays.

        Args:
            title: of the culture.
            rig: the culture on its array.
            groups: numbers of electrodes whose rates are shown together, by name.
            scene: of the game, now.
        """
        if self._has_ended:
            return
        dt_s, hz = rig.engine.dt_ms / 1000, rig.layout.sampling_hz
        self._turn_to(title, electrodes_of(rig.layout, groups), rig, scene)

        def heard(part: Heard) -> None:
            self._spikes.add(part.spikes.steps * dt_s, part.spikes.ids)
            self._events.add(part.events.samples / hz, part.events.ids)
            steps, places, currents_ua = (
                zip(*part.pulses, strict=True) if part.pulses else ((),) * 3
            )
            self._pulses.add(np.array(steps) * dt_s, np.array(places, np.uint16))
            self._currents_ua += currents_ua
            self._live(rig.engine.step_count * dt_s - self._lived_s)

        rig.listener = heard

    def look_away(self) -> None:
        """Show the end of the culture that is watched; what it does from now on is not seen."""
        if self._watched is not None and self._screen is not None:
            self._show(self._screen, self._lived_s)
            self._watched.listener = None
            self._watched = self._scene = None

    def close(self) -> None:
        """End the page; what it shows stays in browsers."""
        self.look_away()
        if self._screen is None:
            self._address.listener.close()
            return
        self._screen.tell("ended", True)
        self._screen.page.close()

    def _turn_to(
        self, title: str, sites: Sites, watched: Engine | Rig, scene: Callable[[], Scene] | None
    ) -> None:
        engine = watched.engine if isinstance(watched, Rig) else watched
        panels: tuple[Panel, ...] = ("game", "decoder") if scene else ()
        subject = Subject(title, engine.n_neurons, engine.n_exc, sites, panels, is_paced=True)
        if self._screen is None:
            self._screen = Screen(subject, self._address)
            url = self._screen.page.url
            self._tell(f"watch it at {url}, in real time or at the pace that is set there")
        else:
            self.look_away()
            self._screen.turn_to(subject)
        self._screen.tell("pace", self._pace.factor)
        self._watched, self._scene = watched, scene
        self._lived_s = self._shown_s = engine.step_count * engine.dt_ms / 1000
        self._pace.begin(self._lived_s)

    def _live(self, lasted_s: float) -> None:
        """A stretch was simulated: show it as its time passes, then let it go on."""
        self._lived_s += lasted_s
        self._pace.lived(lasted_s)
        while True:
            clock_s = self._pace.clock_s(self._lived_s)
            self._look(min(clock_s, self._lived_s))
            if clock_s >= self._lived_s or self._watched is None or self._stopped():
                break
            left_s = (self._lived_s - clock_s) / (self._pace.factor or 1.0)
            time.sleep(min(left_s, SHOWN_EVERY_S))
        self._pace.leave()

    def _look(self, until_s: float) -> None:
        """Show what there is, and hear what browsers ask for, as often as can be seen."""
        now_s = time.monotonic()
        screen = self._screen
        if screen is None or now_s - self._looked_at_s < SHOWN_EVERY_S:
            return
        self._looked_at_s = now_s
        self._show(screen, until_s)
        for wish in screen.page.receive():
            if refusal := self._pace.asked(wish):
                screen.tell("refusal", refusal)
            else:
                screen.tell("pace", self._pace.factor)
        if screen.page.is_gone and not self._has_ended:
            self._has_ended = True
            self._tell("the monitor has ended unexpectedly; the run goes on, at full speed")
            self.look_away()

    def _show(self, screen: Screen, until_s: float) -> None:
        """Show what was not shown yet, up to a moment."""
        if until_s <= self._shown_s:
            return
        spikes, events = self._spikes.until(until_s), self._events.until(until_s)
        pulses = self._pulses.until(until_s)
        n = len(pulses[0])
        currents_ua, self._currents_ua = self._currents_ua[:n], self._currents_ua[n:]
        span_s, self._shown_s = (self._shown_s, until_s), until_s
        if self._has_ended:
            return
        screen.show(
            span_s,
            self._pace.could_be,
            NOBODY,
            *spikes,
            events=events,
            pulses=pulses,
            currents_ua=np.array(currents_ua, np.float32),
        )
        if self._scene is not None:
            rgb, decoder = self._scene()
            screen.show_game(self._encode(np.ascontiguousarray(rgb), quality=JPEG_QUALITY))
            screen.tell("decoder", decoder)
