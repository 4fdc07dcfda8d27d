"""Recording a culture through an array, into memory or, as it runs, into a file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bl1 import __version__
from bl1.config import MeaConfig
from bl1.errors import Bl1Error
from bl1.mea.floor import joined
from bl1.mea.rig import LFP_MS, Heard, Rig
from bl1.network.culture import Culture
from bl1.recording.recording import Recording, Stimuli, Traces
from bl1.recording.store import Store

STRETCH_S = 0.5  # between two writes: what a kill can lose


def record(
    culture: Culture,
    seconds: float,
    mea: MeaConfig | None = None,
    traces: bool = False,
    threads: int = 1,
) -> Recording:
    """Run a fresh culture for some seconds and return what its electrodes heard.

    Args:
        culture: what lies on the array.
        seconds: of its time.
        mea: the array; None for that of the experiment file.
        traces: keep voltages, and seek the spikes in them; 2.9 MB a second for a CL1.
        threads: of the engine.

    Raises:
        Bl1Error: no electrode hears any cell, or a number is out of range.
    """
    rig = Rig(culture, mea, traces=traces, threads=threads)
    return recording_of(list(_stretches(rig, seconds)), rig, seconds)


def recording_of(heard: Sequence[Heard], rig: Rig, seconds: float) -> Recording:
    """What a rig heard since it was made, stretch by stretch, in a run that was to last so long."""
    events = joined([part.events for part in heard])
    frames = [part.frames for part in heard if part.frames is not None]
    stimuli = [_stimuli(part, rig) for part in heard]
    return Recording(
        steps=events.samples,
        ids=events.ids,
        dt_ms=1000.0 / rig.layout.sampling_hz,
        n_steps=rig.sample_count,
        n_units=len(rig.layout),
        metadata=metadata_of(rig, seconds),
        layout=rig.layout,
        amplitudes_uv=events.amplitudes_uv,
        stimuli=Stimuli(*(np.concatenate(column) for column in zip(*stimuli, strict=True))),
        traces=Traces(np.concatenate(frames), rig.layout.uv_per_bit) if frames else None,
    )


def record_to(
    path: str | Path,
    rig: Rig,
    seconds: float,
    progress: Callable[[float], None] = lambda seconds: None,
    stop: Callable[[], bool] = lambda: False,
) -> float:
    """Run a rig for some seconds and write what it hears to a native store, as it goes.

    Args:
        path: of the store, ``.h5``.
        rig: a culture on its array.
        seconds: of its time.
        progress: called with the seconds recorded so far.
        stop: asked twice a second of recording; True ends it, and keeps what there is.

    A recording that `stop` ended says that it broke off, and after which of how many seconds.

    Returns:
        The seconds that were recorded.
    """
    stopped = False

    def asked() -> bool:
        nonlocal stopped
        stopped = stopped or stop()
        return stopped

    uv_per_bit = rig.layout.uv_per_bit if rig.makes_traces else None
    metadata = metadata_of(rig, seconds)
    with Store.create(
        path, rig.layout, amplitudes=True, uv_per_bit=uv_per_bit, metadata=metadata
    ) as store:
        for part in _stretches(rig, seconds, asked):
            if part.frames is not None:
                store.append_traces(part.frames)
            store.append_stimuli(_stimuli(part, rig))
            store.append(
                part.events.samples, part.events.ids, part.n_samples, part.events.amplitudes_uv
            )
            progress(part.n_samples / rig.layout.sampling_hz)
        store.close(complete=not stopped)
    return rig.sample_count / rig.layout.sampling_hz


def _stretches(
    rig: Rig, seconds: float, stop: Callable[[], bool] = lambda: False
) -> Iterator[Heard]:
    """What a rig hears in so many seconds, a stretch at a time."""
    if not 0 < seconds < float("inf"):
        raise Bl1Error(f"seconds is {seconds}, expected a number > 0")
    dt_ms = rig.engine.dt_ms
    part = max(1, round(LFP_MS / dt_ms))  # traces come in parts of so many steps
    n_steps = max(1, round(1000.0 * seconds / dt_ms / part)) * part
    stretch = max(1, round(1000.0 * STRETCH_S / dt_ms / part)) * part
    for first in range(0, n_steps, stretch):
        if stop():
            break
        yield rig.advance(min(stretch, n_steps - first))
    yield rig.finish()


def _stimuli(part: Heard, rig: Rig) -> Stimuli:
    per_step = rig.layout.sampling_hz * rig.engine.dt_ms / 1000.0
    steps = [int(np.ceil(step * per_step)) for step, _, _ in part.pulses]
    return Stimuli(
        np.array(steps, np.int64),
        np.array([place for _, place, _ in part.pulses], np.int32),
        np.array([amplitude for *_, amplitude in part.pulses], np.float32),
    )


def metadata_of(rig: Rig, seconds: float | None) -> dict[str, Any]:
    """What a recording tells of how it was made; ``seconds`` is None if no end was set."""
    culture = rig.culture
    return {
        "seed": culture.seed,
        "config": culture.config.model_dump(mode="json"),
        "version": __version__,
        "div": culture.div,
        "seconds": seconds,
        "mea": rig.mea.model_dump(mode="json"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
