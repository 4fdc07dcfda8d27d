"""Watch: a culture that is simulated, live on a page, as fast as browsers say.

A simulation runs many times faster than real time, too fast to be looked at. One that is watched
therefore keeps to a pace, real time at first: after each stretch it waits until the culture would
have lived it. What it does, spike by spike, does not depend on the pace.
"""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from bl1.core.engine import Engine
from bl1.core.spikes import Spikes
from bl1.extras import needed
from bl1.mea.rig import Heard, Rig
from bl1.monitor.address import Address
from bl1.monitor.pace import Pace
from bl1.monitor.screen import SHOWN_EVERY_S, Panel, Screen, Subject
from bl1.monitor.sites import electrodes_of, squares_of

JPEG_QUALITY = 90  # of 100
NOBODY = math.nan  # answers a bench

Ids = TypeVar("Ids", np.int32, np.uint16)
Part: TypeAlias = tuple[NDArray[np.floating], NDArray[np.int32]]  # times (s), and of which


class Scene(NamedTuple):
    """A moment of a game.

    Attributes:
        rgb: its picture, uint8 (height, width, 3).
        decoder: as an event "decoder" tells it (`bl1.monitor.game`).
    """

    rgb: NDArray[np.uint8]
    decoder: dict[str, Any]


class Watch:
    """Shows one culture after the other, from the moment at which each is named.

    Args:
        address: where the page is served.
        tell: what is said of it to who started the run.
        stopped: whether the run is to end; it then waits no longer.
    """

    def __init__(
        self,
        address: Address,
        tell: Callable[[str], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._address, self._tell = address, tell
        self._pace = Pace(stopped)
        self._encode = needed("simplejpeg", "monitor").encode_jpeg
        self._screen: Screen | None = None
        self._scene: Callable[[], Scene] | None = None
        self._lived_s = self._shown_s = 0.0  # of all cultures that were watched
        self._shown_at_s = 0.0  # on the wall's clock
        self._forget()

    @property
    def pid(self) -> int | None:
        """Of the process that serves the page; None before there is something to see."""
        return self._screen.page.pid if self._screen else None

    def cells(
        self,
        title: str,
        engine: Engine,
        positions_um: NDArray[np.floating] | None = None,
        scene: Callable[[], Scene] | None = None,
    ) -> None:
        """Watch a culture that no electrode hears, and the game that it plays."""
        sites = squares_of(engine.n_neurons, positions_um)
        n, n_exc = engine.n_neurons, engine.n_exc
        self._turn_to(Subject(title, n, n_exc, sites, _panels(scene), is_paced=True), scene)
        dt_s = engine.dt_ms / 1000

        def fired(spikes: Spikes, n_steps: int) -> None:
            first = engine.step_count - n_steps
            self._spikes.append((self._lived_s + (spikes.steps - first) * dt_s, spikes.ids))
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
        culture, hz = rig.culture, rig.layout.sampling_hz
        sites = electrodes_of(rig.layout, groups)
        n, n_exc = culture.n_neurons, culture.n_exc
        self._turn_to(Subject(title, n, n_exc, sites, _panels(scene), is_paced=True), scene)
        dt_s, before = rig.engine.dt_ms / 1000, rig.engine.step_count
        begun_s = self._lived_s - before * dt_s

        def heard(part: Heard) -> None:
            nonlocal before
            self._spikes.append((begun_s + part.spikes.steps * dt_s, part.spikes.ids))
            self._events.append((begun_s + part.events.samples / hz, part.events.ids))
            self._pulses += [(begun_s + step * dt_s, site, ua) for step, site, ua in part.pulses]
            n_steps, before = rig.engine.step_count - before, rig.engine.step_count
            self._live(n_steps * dt_s)

        rig.listener = heard

    def close(self) -> None:
        """End the page; what it shows stays in browsers."""
        if self._screen is None:
            self._address.listener.close()
        else:
            if not self._screen.page.is_gone:
                self._show(self._screen)
                self._screen.tell("ended", True)
            self._screen.page.close()
            if self._pace.has_waited:
                self._tell("it was held to the pace of its page, and so is any speed that it tells")

    def _turn_to(self, subject: Subject, scene: Callable[[], Scene] | None) -> None:
        if self._screen is None:
            self._screen = Screen(subject, self._address)
            url = self._screen.page.url
            self._tell(f"watch it at {url}, in real time or at the pace that is set there")
        else:
            self._show(self._screen)  # the last of the one before
            self._screen.turn_to(subject)
        self._scene = scene
        self._screen.tell("pace", self._pace.factor)

    def _live(self, lasted_s: float) -> None:
        """A stretch was lived: show it in time, and wait for its time to pass."""
        self._lived_s += lasted_s
        self._pace.lived(lasted_s)
        while True:
            self._look()
            left_s = self._pace.left_s()
            if left_s <= 0.0:
                return
            self._pace.wait(min(left_s, SHOWN_EVERY_S))

    def _look(self) -> None:
        """Show what there is, and hear what browsers ask for, as often as can be seen."""
        now_s = time.monotonic()
        screen = self._screen
        if screen is None or now_s - self._shown_at_s < SHOWN_EVERY_S:
            return
        self._shown_at_s = now_s
        if screen.page.is_gone:
            if self._pace.factor is not None:
                self._pace.set(None)
                self._tell("the monitor has ended unexpectedly; the run goes on, at full speed")
            self._forget()
            return
        self._show(screen)
        for wish in screen.page.receive():
            if refusal := self._pace.asked(wish):
                screen.tell("refusal", refusal)
            else:
                screen.tell("pace", self._pace.factor)

    def _show(self, screen: Screen) -> None:
        """Show what was lived since this was last done."""
        if self._lived_s == self._shown_s:
            return
        times_s, cells = _columns(self._spikes, np.int32)
        crossed_s, sites = _columns(self._events, np.uint16)
        given_s, given, currents_ua = zip(*self._pulses, strict=True) if self._pulses else ((),) * 3
        screen.show(
            (self._shown_s, self._lived_s),
            self._pace.could_be,
            NOBODY,
            times_s,
            cells,
            events=(crossed_s, sites),
            pulses=(np.array(given_s, float), np.array(given, np.uint16)),
            currents_ua=np.array(currents_ua, np.float32),
        )
        self._shown_s = self._lived_s
        self._forget()
        if self._scene is not None:
            rgb, decoder = self._scene()
            screen.show_game(self._encode(np.ascontiguousarray(rgb), quality=JPEG_QUALITY))
            screen.tell("decoder", decoder)

    def _forget(self) -> None:
        self._spikes: list[Part] = []
        self._events: list[Part] = []
        self._pulses: list[tuple[float, int, float]] = []


def _panels(scene: Callable[[], Scene] | None) -> tuple[Panel, ...]:
    return ("game", "decoder") if scene else ()


def _columns(parts: list[Part], kind: type[Ids]) -> tuple[NDArray[np.float64], NDArray[Ids]]:
    """Times and numbers of all parts, one after the other."""
    times_s = np.concatenate([np.empty(0), *(part[0] for part in parts)])
    numbers = np.concatenate([np.empty(0, kind), *(part[1].astype(kind) for part in parts)])
    return times_s, numbers
