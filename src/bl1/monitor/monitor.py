"""Monitor: shows each tick of a device on the page, and hands stimulation from the page back."""

import json
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
from bl1.mea.stimulation import CL1_LIMITS
from bl1.monitor.address import Address
from bl1.monitor.process import PageProcess
from bl1.monitor.stretch import N_BANDS, Stretch

MOST_ROWS = 1000  # cells that the raster shows
SHOWN_EVERY_S = 1 / 30  # at most so often, since each time another process wakes beside the culture


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
        n, n_exc = tissue.culture.n_neurons, tissue.culture.cells.n_exc
        cells = np.linspace(0, n - 1, min(n, MOST_ROWS)).astype(np.int64)
        self._row_of = np.full(n, -1, np.int32)
        self._row_of[cells] = np.arange(len(cells))
        self._band_of = np.arange(n) * N_BANDS // n
        self._latency_s = math.nan
        self._has_ended = False
        self._ticks: list[Tick] = []  # that are not shown yet
        hello = {
            "title": f"{tissue.culture.config.name}, {n:,} neurons",
            "n_neurons": n,
            "cells": cells.tolist(),
            "n_exc_rows": int(np.searchsorted(cells, n_exc)),
            "n_bands": N_BANDS,
            "groups": {name: list(channels) for name, channels in GROUPS.items()},
            "feedback": {name: list(channels) for name, channels in FEEDBACK.items()},
            "forbidden": sorted(FORBIDDEN),
            "allow_stimulation": allow_stimulation,
            "most_current_ua": CL1_LIMITS.max_amplitude,
            "is_bench": is_bench,
        }
        self._page = PageProcess(hello, address)
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
        answered_s = [tick.latency_s for tick in ticks if tick.latency_s is not None]
        self._latency_s = answered_s[-1] if answered_s else self._latency_s
        self._page.send(self._stretch(ticks).packed())
        for packet in (packet for tick in ticks for packet in tick.packets):
            if isinstance(packet, Event):
                kind = packet.kind if packet.kind in ("decoder", "map") else "event"
                self._show(kind, packet.data if kind == packet.kind else packet.kind[:64])
            elif isinstance(packet, Feedback):
                self._show("feedback", packet.name or packet.kind.name.lower())
        for wish in self._page.receive():
            if refusal := self._stimulate(wish):
                self._show("refusal", refusal)
        if self._page.is_gone:
            self._has_ended = True
            self._tell("the monitor has ended unexpectedly; the culture lives on")

    def close(self) -> None:
        """End the page."""
        self._page.close()

    def _show(self, kind: str, data: Any) -> None:
        self._page.send(json.dumps({"kind": kind, "data": data}).encode())

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

    def _stretch(self, ticks: list[Tick]) -> Stretch:
        heard, hz, first = (
            [tick.heard for tick in ticks],
            self._tissue.sampling_hz,
            self._first_sample,
        )
        cells = np.concatenate([each.spikes.ids for each in heard])
        steps = np.concatenate([each.spikes.steps for each in heard]) - self._first_step
        rows = self._row_of[cells]
        shown = rows >= 0
        events = joined([each.events for each in heard])
        pulses = [pulse for each in heard for pulse in each.pulses]
        samples, channels, currents_ua = zip(*pulses, strict=True) if pulses else ((), (), ())
        return Stretch(
            first_s=(heard[0].first - first) / hz,
            last_s=(heard[-1].last - first) / hz,
            realtime_factor=ticks[-1].realtime_factor,
            latency_s=self._latency_s,
            spikes=(steps[shown] * (self._tissue.dt_ms / 1000.0), rows[shown].astype(np.uint16)),
            events=((events.samples - first) / hz, events.ids.astype(np.uint16)),
            pulses=((np.array(samples, float) - first) / hz, np.array(channels, np.uint16)),
            currents_ua=np.array(currents_ua, np.float32),
            bands=np.bincount(self._band_of[cells], minlength=N_BANDS).astype(np.uint16),
            n_all=len(cells),
        )
