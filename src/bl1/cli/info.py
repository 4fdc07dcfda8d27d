"""`bl1 info`: say what a recording holds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bl1.core.spikes import SpikeTrain

FORMATS = {
    "cl": "CL1 (HDF5)",
    "maxwell": "MaxLab Live (HDF5)",
    "npz": "NumPy arrays of bl1",
    "nwb": "NWB",
    "store": "store of bl1 (HDF5)",
    "text": "spike text",
}


def info(
    file: Annotated[Path, typer.Argument(help="Recording of any format.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of a table.")
    ] = False,
) -> None:
    """Say what a recording holds, and of what run it is."""
    from bl1.recording import format_of, load

    spikes = load(file)
    report = {"file": str(file), "format": format_of(file), **_report(spikes)}
    print(json.dumps(report) if as_json else _table(report))


def _report(spikes: "SpikeTrain") -> dict[str, Any]:
    from bl1.recording import Recording

    metadata = spikes.metadata
    config = metadata.get("config")
    report: dict[str, Any] = {
        "kind": "cells",
        "seconds": spikes.duration_s,
        "dt_ms": spikes.dt_ms,
        "n_units": spikes.n_units,
        "n_exc": spikes.n_exc,
        "n_spikes": len(spikes),
        "rate_hz": spikes.rate_hz(),
        "spike_hash": spikes.hash(),
        "seed": metadata.get("seed"),
        "config": config.get("name") if isinstance(config, dict) else config,
        "version": metadata.get("version"),
        "complete": "incomplete" not in metadata,
    }
    if isinstance(spikes, Recording):
        traces = spikes.traces
        report |= {
            "kind": "electrodes",
            "layout": spikes.layout.name,
            "positions": spikes.layout.positions_um is not None,
            "sampling_hz": spikes.sampling_hz,
            "amplitudes": spikes.amplitudes_uv is not None,
            "n_stimuli": len(spikes.stimuli.steps),
            "traces": None
            if traces is None
            else {
                "n_frames": traces.samples.shape[0],
                "uv_per_bit": traces.uv_per_bit,
                "bytes": 2 * traces.samples.shape[0] * traces.samples.shape[1],
            },
        }
    return report


def _table(report: dict[str, Any]) -> str:
    units = f"{report['n_units']:,} {report['kind']}"
    rows = {"format": FORMATS[report["format"]], "units": units}
    if report["kind"] == "electrodes":
        places = "" if report["positions"] else ", places unknown"
        rows["units"] = f"{units} of {report['layout']}{places}"
    elif report["n_exc"] is not None:
        rows["units"] = f"{units}, {report['n_exc']:,} of them excitatory"
    rows["duration"] = f"{report['seconds']:g} s in steps of {report['dt_ms']:g} ms"
    amplitudes = ", with amplitudes" if report.get("amplitudes") else ""
    rows["spikes"] = f"{report['n_spikes']:,}{amplitudes}, SHA-256 {report['spike_hash'][:16]}"
    rows["rate"] = f"{report['rate_hz']:.2f} Hz"
    if report["kind"] == "electrodes":
        rows["stimuli"] = f"{report['n_stimuli']:,}"
        traces = report["traces"]
        rows["traces"] = "none"
        if traces:
            rows["traces"] = (
                f"{report['sampling_hz']:g} Hz, {traces['bytes'] / 1e6:.1f} MB, "
                f"{traces['uv_per_bit']:g} µV a bit"
            )
    for name in ("seed", "config", "version"):
        rows[name] = "not told" if report[name] is None else str(report[name])
    rows["complete"] = (
        "yes" if report["complete"] else f"no: it broke off at {report['seconds']:g} s"
    )
    return "\n".join(f"{name:<10} {value}" for name, value in rows.items())
