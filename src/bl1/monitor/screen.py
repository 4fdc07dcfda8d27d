"""Screen: the page of a culture: first what there is to see, then its life."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bl1.monitor.address import Address
from bl1.monitor.process import PageProcess
from bl1.monitor.sites import Sites
from bl1.monitor.stretch import N_BANDS, PICTURE_KIND, Marks, Stretch

MOST_ROWS = 1000  # cells that the raster shows
PART_S = 0.05  # of what is shown at once: of its bands no finer time is told
MOST_PARTS = 16
SHOWN_EVERY_S = 1 / 30  # at most so often, since each time another process wakes beside the culture

Panel = Literal["game", "decoder", "map"]


@dataclass(frozen=True)
class Subject:
    """What there is to see.

    Attributes:
        title: of the culture.
        n_neurons, n_exc: cells, and how many of them (the first) are excitatory.
        sites: of the map.
        panels: beside the neural ones, that are there from the start; others come with what they
            show.
        most_current_ua: of a pulse that browsers may give; None where they may give none.
        is_paced: whether browsers say how fast it lives.
    """

    title: str
    n_neurons: int
    n_exc: int
    sites: Sites
    panels: tuple[Panel, ...] = ()
    most_current_ua: float | None = None
    is_paced: bool = False


class Screen:
    """What browsers see of a culture; its page has a process of its own.

    Args:
        subject: what there is to see at first.
        address: where it is served.

    Attributes:
        page: the page's process.
    """

    def __init__(self, subject: Subject, address: Address) -> None:
        self.page = PageProcess(self._learned(subject), address)

    def turn_to(self, subject: Subject) -> None:
        """Show another culture from now on."""
        self.tell("hello", self._learned(subject), is_needed=True)

    def tell(self, kind: str, data: Any, *, is_needed: bool = False) -> None:
        """Tell browsers something besides the culture's life."""
        self.page.send(json.dumps({"kind": kind, "data": data}).encode(), is_needed=is_needed)

    def show_game(self, jpeg: bytes) -> None:
        """Show a picture of the game."""
        self.page.send(PICTURE_KIND + jpeg)

    def show(
        self,
        span_s: tuple[float, float],
        realtime_factor: float,
        latency_s: float,
        times_s: NDArray[np.float64],
        cells: NDArray[np.int32],
        events: Marks,
        pulses: Marks,
        currents_ua: NDArray[np.float32],
    ) -> None:
        """Show a stretch of its life.

        Args:
            span_s: when it begins and ends, in the culture's time.
            realtime_factor: by which the culture could be faster than the wall.
            latency_s: of the last answer to a bench; NaN if there was none.
            times_s, cells: of all spikes.
            events: threshold crossings of the sites, where they are electrodes.
            pulses, currents_ua: that were given.
        """
        first_s, last_s = span_s
        n_parts = min(max(round((last_s - first_s) / PART_S), 1), MOST_PARTS)
        edges_s = np.linspace(first_s, last_s, n_parts + 1)

        def parts(times_s: NDArray[np.floating], *own: NDArray[Any]) -> list[list[NDArray[Any]]]:
            places = np.searchsorted(times_s, edges_s[1:-1])
            return [np.split(column, places) for column in (times_s, *own)]

        spikes, crossed = parts(times_s, cells), parts(*events)
        given = parts(*pulses, currents_ua)
        for k, (begin_s, end_s) in enumerate(pairwise(edges_s.tolist())):
            fired = spikes[1][k]
            rows = self._row_of[fired]
            shown = rows >= 0
            counts = np.bincount(self._band_of[fired], minlength=N_BANDS)
            stretch = Stretch(
                first_s=begin_s,
                last_s=end_s,
                realtime_factor=realtime_factor,
                latency_s=latency_s,
                spikes=(spikes[0][k][shown], rows[shown].astype(np.uint16)),
                events=(crossed[0][k], crossed[1][k]),
                pulses=(given[0][k], given[1][k]),
                currents_ua=given[2][k],
                bands=np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16),
                n_all=len(fired),
            )
            self.page.send(stretch.packed())

    def _learned(self, subject: Subject) -> dict[str, Any]:
        """What the page is told; from now on its cells are those that are shown."""
        n = subject.n_neurons
        cells = np.linspace(0, n - 1, min(n, MOST_ROWS)).astype(np.int64)
        self._row_of = np.full(n, -1, np.int32)
        self._row_of[cells] = np.arange(len(cells))
        self._band_of = np.arange(n) * N_BANDS // n
        return {
            "title": subject.title,
            "n_neurons": n,
            "cells": cells.tolist(),
            "n_exc_rows": int(np.searchsorted(cells, subject.n_exc)),
            "n_bands": N_BANDS,
            "sites": subject.sites.told(cells),
            "panels": list(subject.panels),
            "most_current_ua": subject.most_current_ua,
            "is_paced": subject.is_paced,
        }
