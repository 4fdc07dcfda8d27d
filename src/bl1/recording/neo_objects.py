"""Spikes as objects of neo (Garcia et al. 2014, doi:10.3389/fninf.2014.00010), and back.

That is what elephant and many other packages of analysis take: one ``SpikeTrain`` a unit, its times
in seconds from 0 to the end of the recording.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.extras import needed
from bl1.recording.facts import Facts
from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

if TYPE_CHECKING:
    import neo

FOREIGN_RATE_HZ = 1e6  # where trains tell no sampling rate


def to_neo(spikes: SpikeTrain) -> "neo.Block":
    """A block of one segment with a train for each unit, in order.

    Of a recording each train is annotated with its ``electrode`` (the hardware's number), spikes
    have ``amplitude_uv``, stimuli are an event, and traces an ``AnalogSignal`` (µV), which takes
    4 bytes a sample of memory.

    Raises:
        Bl1Error: neo is missing.
    """
    neo, pq = needed("neo", "ephys"), needed("quantities", "ephys")
    segment = neo.Segment(name="recording", bl1=Facts.of(spikes).json_text())
    rate = pq.Quantity(1000.0 / spikes.dt_ms, "Hz")
    by_unit = np.argsort(spikes.ids, kind="stable")
    ends = np.cumsum(np.bincount(spikes.ids, minlength=spikes.n_units))
    recording = spikes if isinstance(spikes, Recording) else None
    for unit, places in enumerate(np.split(by_unit, ends[:-1]) if spikes.n_units else []):
        notes: dict[str, Any] = {"unit": unit}
        if recording is not None:
            notes["electrode"] = int(recording.layout.electrodes[unit])
            if recording.amplitudes_uv is not None:
                notes["array_annotations"] = {"amplitude_uv": recording.amplitudes_uv[places]}
        if spikes.n_exc is not None:
            notes["cell_type"] = "excitatory" if unit < spikes.n_exc else "inhibitory"
        train = neo.SpikeTrain(
            pq.Quantity(spikes.times_s[places], "s"),
            t_stop=pq.Quantity(spikes.duration_s, "s"),
            sampling_rate=rate,
            **notes,
        )
        segment.spiketrains.append(train)
    if recording is not None:
        _add_stimuli(segment, recording)
        if recording.traces is not None:
            volts = recording.traces.uv(0, recording.n_steps)
            notes = {"uv_per_bit": recording.traces.uv_per_bit}
            signal = neo.AnalogSignal(volts, units="uV", sampling_rate=rate, name="traces", **notes)
            segment.analogsignals.append(signal)
    block = neo.Block(name="bl1")
    block.segments.append(segment)
    return block


def from_neo(segment: "neo.Segment") -> SpikeTrain:
    """The spikes of a segment: what :func:`to_neo` was given, or a train of its units.

    Of a segment from elsewhere a step is a sample of its trains, or else 1 µs, and step 0 is their
    earliest ``t_start``.

    Raises:
        Bl1Error: it has no trains, or they are sampled at different rates.
    """
    trains = segment.spiketrains
    if not len(trains):
        raise Bl1Error(f"segment {segment.name!r} of neo has no spike trains")
    facts = _facts(segment)
    start_s = min(float(train.t_start.rescale("s")) for train in trains)
    stop_s = max(float(train.t_stop.rescale("s")) for train in trains)
    dt_ms = facts.dt_ms if facts else 1000.0 / _rate_hz(trains)
    times_s = np.concatenate([train.rescale("s").magnitude for train in trains]) - start_s
    ids = np.repeat(np.arange(len(trains), dtype=np.int32), [len(train) for train in trains])
    steps = np.round(times_s / (dt_ms / 1000.0)).astype(np.int64)
    order = np.lexsort((ids, steps))
    if facts is None:
        n_steps = max(round((stop_s - start_s) * 1000.0 / dt_ms), int(steps.max(initial=-1)) + 1)
        return SpikeTrain(steps[order], ids[order], dt_ms, n_steps, len(trains))
    amplitudes_uv = None
    if all("amplitude_uv" in train.array_annotations for train in trains):
        heights = [np.asarray(train.array_annotations["amplitude_uv"]) for train in trains]
        amplitudes_uv = np.concatenate(heights)[order].astype(np.float32)
    return facts.spikes(
        steps[order], ids[order], amplitudes_uv, _stimuli(segment, dt_ms), _traces(segment)
    )


def _add_stimuli(segment: "neo.Segment", recording: Recording) -> None:
    steps, ids, amplitudes_ua = recording.stimuli
    if len(steps):
        event = needed("neo", "ephys").Event(
            times=steps * (recording.dt_ms / 1000.0),
            units="s",
            labels=np.full(len(steps), "stimulus"),
            name="stimuli",
            array_annotations={"unit": ids, "amplitude_ua": amplitudes_ua},
        )
        segment.events.append(event)


def _facts(segment: "neo.Segment") -> Facts | None:
    if "bl1" not in segment.annotations:
        return None
    return Facts.model_validate_json(segment.annotations["bl1"])


def _rate_hz(trains: Any) -> float:
    rates = {
        FOREIGN_RATE_HZ if train.sampling_rate is None else float(train.sampling_rate.rescale("Hz"))
        for train in trains
    }
    if len(rates) > 1:
        listed = ", ".join(f"{rate:g}" for rate in sorted(rates))
        raise Bl1Error(f"trains of neo are sampled at {listed} Hz, expected one rate")
    return rates.pop()


def _stimuli(segment: "neo.Segment", dt_ms: float) -> Stimuli:
    for event in segment.events:
        if event.name == "stimuli":
            given = event.array_annotations
            times_s = event.rescale("s").magnitude
            return Stimuli(
                np.round(times_s / (dt_ms / 1000.0)).astype(np.int64),
                np.asarray(given["unit"], np.int32),
                np.asarray(given["amplitude_ua"], np.float32),
            )
    return NO_STIMULI


def _traces(segment: "neo.Segment") -> Traces | None:
    for signal in segment.analogsignals:
        if signal.name == "traces":
            uv_per_bit = float(signal.annotations["uv_per_bit"])
            bits = np.round(signal.rescale("uV").magnitude / uv_per_bit)
            return Traces(bits.astype(np.int16), uv_per_bit)
    return None
