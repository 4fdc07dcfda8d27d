"""Monitor: shows each tick of a device on the page, and hands stimulation from the page back."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bl1.cl1.channels import FEEDBACK, FORBIDDEN, GROUPS
from bl1.cl1.packets import Event, Feedback
from bl1.cl1.service import Tick
from bl1.cl1.tissue import Tissue
from bl1.errors import Bl1Error
from bl1.mea.floor import joined
from bl1.mea.layout import CL1_SITES, cl1_sites_um
from bl1.mea.stimulation import CL1_LIMITS
from bl1.monitor.address import Address
from bl1.monitor.screen import SHOWN_EVERY_S, Screen, Subject
from bl1.monitor.sites import Sites, in_pitches


class Monitor:
    """Watches a service, for browsers.

    Args:
        tissue: what lives in the device.
        address: where it is served.
        allow_stimulation: whether browsers may stimulate it.
        is_bench: whether a game is expected, whose panels are then there from the start.
        tell: what is said when the page's process has ended by itself.
    """

    def __init__(
        self,
        tissue: Tissue,
        address: Address,
        allow_stimulation: bool,
        is_bench: bool,
        tell: Callable[[str], None],
    ) -> None:
        self._tissue, self._tell = tissue, tell
        self._may_stimulate = allow_stimulation
        self._first_sample, self._first_step = tissue.rig.sample_count, tissue.step_count
        self._latency_s = math.nan
        self._has_ended = False
        self._ticks: list[Tick] = []  # that are not shown yet
        culture = tissue.culture
        subject = Subject(
            title=f"{culture.config.name}, {culture.n_neurons:,} neurons",
            n_neurons=culture.n_neurons,
            n_exc=culture.n_exc,
            sites=_channels(),
            panels=("game", "decoder", "map") if is_bench else (),
            most_current_ua=CL1_LIMITS.max_amplitude if allow_stimulation else None,
        )
        self._screen = Screen(subject, address)
        self._page = self._screen.page
        self.url = self._page.url

    @property
    def pid(self) -> int:
        """Of the process that serves the page."""
        return self._page.pid

    def tell(self, tick: Tick) -> None:
        """Show a tick, together with those that are too short to be seen alone."""
        self._ticks.append(tick)
        lasted_s = (tick.heard.last - self._ticks[0].heard.first) / self._tissue.sampling_hz
        if lasted_s >= SHOWN_EVERY_S:
            ticks, self._ticks = self._ticks, []
            if not self._has_ended:
                self._exchange(ticks)

    def _exchange(self, ticks: list[Tick]) -> None:
        """Show ticks, and do what browsers asked for since the last ones."""
        self._show(ticks)
        for packet in (packet for tick in ticks for packet in tick.packets):
            if isinstance(packet, Event):
                kind = packet.kind if packet.kind in ("decoder", "map") else "event"
                self._screen.tell(kind, packet.data if kind == packet.kind else packet.kind[:64])
            elif isinstance(packet, Feedback):
                self._screen.tell("feedback", packet.name or packet.kind.name.lower())
        for wish in self._page.receive():
            if refusal := self._stimulate(wish):
                self._screen.tell("refusal", refusal)
        if self._page.is_gone:
            self._has_ended = True
            self._tell("the monitor has ended unexpectedly; the culture lives on")

    def close(self) -> None:
        """End the page."""
        self._page.close()

    def _stimulate(self, wish: Any) -> str:
        """Give a pulse, or say why not."""
        if not self._may_stimulate:
            return "this culture may not be stimulated from here: start it with --allow-stimulation"
        try:
            channel, current_ua = wish["stimulate"]
        except (TypeError, KeyError, ValueError):
            return "that is no stimulation"
        if type(channel) is not int or not 0 <= channel < 64 or channel in FORBIDDEN:
            return f"channel {channel} cannot be stimulated"
        most_ua = CL1_LIMITS.max_amplitude
        if type(current_ua) not in (int, float) or not 0 < current_ua <= most_ua:
            return f"{current_ua} µA, expected more than 0 and at most {most_ua:g}"
        try:
            self._tissue.stimulate((channel,), current_ua)
        except Bl1Error as error:
            return str(error)
        return ""

    def _show(self, ticks: list[Tick]) -> None:
        heard, hz = [tick.heard for tick in ticks], self._tissue.sampling_hz
        answered_s = [tick.latency_s for tick in ticks if tick.latency_s is not None]
        self._latency_s = answered_s[-1] if answered_s else self._latency_s
        steps = np.concatenate([each.spikes.steps for each in heard]) - self._first_step
        events = joined([each.events for each in heard])
        pulses = [pulse for each in heard for pulse in each.pulses]
        samples, channels, currents_ua = zip(*pulses, strict=True) if pulses else ((), (), ())

        def at_s(samples: Any) -> Any:
            return (samples - self._first_sample) / hz

        self._screen.show(
            (at_s(heard[0].first), at_s(heard[-1].last)),
            ticks[-1].realtime_factor,
            self._latency_s,
            steps * (self._tissue.dt_ms / 1000.0),
            np.concatenate([each.spikes.ids for each in heard]),
            events=(at_s(events.samples), events.ids.astype(np.uint16)),
            pulses=(at_s(np.array(samples, float)), np.array(channels, np.uint16)),
            currents_ua=np.array(currents_ua, np.float32),
        )


def _channels() -> Sites:
    """All of a CL1, by the hardware's numbers."""
    return Sites(
        title="Electrodes",
        places=in_pitches(cl1_sites_um()),
        numbers=list(range(CL1_SITES)),
        names=[f"electrode {channel}" for channel in range(CL1_SITES)],
        silent=tuple(sorted(FORBIDDEN)),
        groups={name: list(channels) for name, channels in GROUPS.items()},
        others={name: list(channels) for name, channels in FEEDBACK.items()},
    )
