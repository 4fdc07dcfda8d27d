"""Neurodata Without Borders (Rübel et al. 2022, doi:10.7554/eLife.78362), by way of pynwb.

A recording becomes a table of units, one for each electrode, that refer to the table of electrodes
(hardware's number, place in ``rel_x`` and ``rel_y``); a spike's amplitude goes with its unit,
stimuli are intervals of one sample, traces an ``ElectricalSeries``. A train of cells becomes units
without electrodes, with ``cell_type``. Seed, config and version are in ``notes``, as JSON, with all
that reading it back needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from bl1.atomicfile import replacing
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.extras import needed
from bl1.recording.facts import Facts, created
from bl1.recording.hdf5 import damage_told, opened
from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

if TYPE_CHECKING:
    from pynwb import NWBFile

KEEPS = frozenset(
    {"electrodes", "metadata", "amplitudes", "stimuli", "stimulus currents", "traces"}
)
WHERE = "in vitro"
TAXON = "http://purl.obolibrary.org/obo/NCBITaxon_"
SYNTHETIC, UNIDENTIFIED = f"{TAXON}32630", f"{TAXON}32644"
FOREIGN_DT_MS = 0.001  # of a file whose units tell no resolution


def write(spikes: SpikeTrain, path: Path) -> None:
    """Write an NWB file; all of it or nothing.

    The session starts at ``metadata["created"]`` (ISO 8601, with its time zone), or else now. The
    subject, which an archive asks for, is what ``metadata["subject"]`` says in the words of NWB
    (``species``, ``age``, ``sex``, ...); what it does not say is written as unknown, with the
    species "synthetic construct" of the NCBI taxonomy where there is a seed, else "unidentified".

    Raises:
        Bl1Error: that is no such date or no such subject, or pynwb is missing.
    """
    pynwb = needed("pynwb", "nwb")
    file = pynwb.NWBFile(
        session_description=_description(spikes),
        identifier=spikes.hash(),
        session_start_time=created(spikes),
        notes=Facts.of(spikes).json_text(),
        keywords=["cell culture", "spikes"],
    )
    file.subject = pynwb.file.Subject(**_subject(spikes))
    if isinstance(spikes, Recording):
        _add_electrodes(file, spikes)
    file.units = _units(spikes, file)
    if isinstance(spikes, Recording):
        _add_stimuli(file, spikes)
        _add_traces(file, spikes)
    with (
        replacing(path) as partial,
        h5py.File(partial.name, "w") as container,
        pynwb.NWBHDF5IO(file=container, mode="w") as io,
    ):
        io.write(file)


def read(path: Path) -> SpikeTrain:
    """Read an NWB file.

    One that bl1 wrote gives what was written. Of any other the units are read, as a train of cells:
    its step is the resolution that the units tell, or else 1 µs, and it ends with the observation
    of its units, or else with the last spike.

    Raises:
        Bl1Error: it holds no units, or is cut off or damaged, or pynwb is missing.
    """
    pynwb = needed("pynwb", "nwb")
    opened(path).close()  # says in a sentence if this is no whole HDF5 file
    with damage_told(path, "NWB file"), pynwb.NWBHDF5IO(str(path), "r", load_namespaces=True) as io:
        file = io.read()
        if file.units is not None:
            ours = '"dt_ms"' in (file.notes or "")
            return _ours(path, file) if ours else _foreign(file.units)
    raise Bl1Error(f"{path}: holds no units, so no spikes")


def _description(spikes: SpikeTrain) -> str:
    if isinstance(spikes, Recording):
        return f"Threshold crossings on {spikes.n_units} electrodes of a {spikes.layout.name}."
    return f"Spikes of {spikes.n_units} cells of a simulated culture."


def _subject(spikes: SpikeTrain) -> dict[str, str]:
    species = SYNTHETIC if "seed" in spikes.metadata else UNIDENTIFIED
    unknown = {"subject_id": "culture", "species": species, "sex": "U", "age": "P0D/"}
    said = spikes.metadata.get("subject", {})
    fields = {*unknown, "description", "genotype", "strain", "weight"}
    if not isinstance(said, dict) or not said.keys() <= fields:
        raise Bl1Error(
            f"metadata say 'subject: {said}', expected some of {', '.join(sorted(fields))}"
        )
    return {**unknown, "description": "Cells in a dish.", **said}


def _add_electrodes(file: "NWBFile", recording: Recording) -> None:
    layout = recording.layout
    device = file.create_device(name=layout.name, description=f"electrode array {layout.name}")
    group = file.create_electrode_group(
        name="array", description="electrodes that are read", location=WHERE, device=device
    )
    file.add_electrode_column(name="number", description="the hardware's number of the electrode")
    for i, number in enumerate(layout.electrodes.tolist()):
        place = {}
        if layout.positions_um is not None:
            x, y = layout.positions_um[i].tolist()
            place = {"rel_x": x, "rel_y": y}
        file.add_electrode(location=WHERE, group=group, number=number, **place)


def _units(spikes: SpikeTrain, file: "NWBFile") -> Any:
    """The table of units, made column by column: row by row takes seconds for a culture."""
    common, misc = needed("hdmf.common", "nwb"), needed("pynwb.misc", "nwb")
    n = spikes.n_units
    by_unit = np.argsort(spikes.ids, kind="stable")
    ends = np.cumsum(np.bincount(spikes.ids, minlength=n))
    columns: list[Any] = []

    def add(name: str, description: str, data: Any, ends: Any = None, **region: Any) -> None:
        kind = common.DynamicTableRegion if region else common.VectorData
        column = kind(name=name, description=description, data=data, **region)
        columns.append(column)
        if ends is not None:
            columns.append(common.VectorIndex(name=f"{name}_index", data=ends, target=column))

    add("spike_times", "time of each spike (s)", spikes.times_s[by_unit], ends)
    observed = np.tile([0.0, spikes.duration_s], (n, 1))
    add("obs_intervals", "the whole recording", observed, np.arange(1, n + 1))
    if isinstance(spikes, Recording):
        places, one_each = np.arange(n), np.arange(1, n + 1)
        add("electrodes", "the electrode", places, one_each, table=file.electrodes)
        if spikes.amplitudes_uv is not None:
            heights = spikes.amplitudes_uv[by_unit]
            add("spike_amplitudes_uv", "height of each spike's peak (µV)", heights, ends)
    if spikes.n_exc is not None:
        kinds = ["excitatory"] * spikes.n_exc + ["inhibitory"] * (n - spikes.n_exc)
        add("cell_type", "what the cell does to others", kinds)
    return misc.Units(
        name="units",
        description=_description(spikes),
        id=common.ElementIdentifiers(name="id", data=np.arange(n)),
        columns=columns,
        resolution=spikes.dt_ms / 1000.0,
    )


def _add_stimuli(file: "NWBFile", recording: Recording) -> None:
    steps, ids, amplitudes_ua = recording.stimuli
    if not len(steps):
        return
    stimuli = needed("pynwb.epoch", "nwb").TimeIntervals(
        name="stimuli",
        description="Pulses that were given; each interval is the sample in which one began.",
    )
    stimuli.add_column(name="electrode", description="row in the table of electrodes")
    stimuli.add_column(name="amplitude_ua", description="current of the first phase (µA)")
    dt_s = recording.dt_ms / 1000.0
    for step, electrode, amplitude_ua in zip(
        steps.tolist(), ids.tolist(), amplitudes_ua.tolist(), strict=True
    ):
        stimuli.add_row(
            start_time=step * dt_s,
            stop_time=(step + 1) * dt_s,
            electrode=electrode,
            amplitude_ua=amplitude_ua,
        )
    file.add_time_intervals(stimuli)


def _add_traces(file: "NWBFile", recording: Recording) -> None:
    traces = recording.traces
    if traces is None:
        return
    iterator = needed("hdmf.data_utils", "nwb").GenericDataChunkIterator
    samples, shape = traces.samples, (recording.n_steps, recording.n_units)

    class Samples(iterator):  # type: ignore[misc, valid-type]
        """The traces, a block at a time."""

        def _get_data(self, selection: tuple[slice, ...]) -> NDArray[np.int16]:
            block: NDArray[np.int16] = samples[selection]
            return block

        def _get_maxshape(self) -> tuple[int, int]:
            return shape

        def _get_dtype(self) -> np.dtype[Any]:
            return np.dtype(np.int16)

    ecephys = needed("pynwb.ecephys", "nwb")
    everything = file.create_electrode_table_region(list(range(shape[1])), "all electrodes")
    series = ecephys.ElectricalSeries(
        name="traces",
        description="Voltage of every electrode.",
        data=needed("pynwb", "nwb").H5DataIO(Samples(), compression="gzip", compression_opts=1),
        electrodes=everything,
        rate=recording.sampling_hz,
        starting_time=0.0,
        conversion=traces.uv_per_bit * 1e-6,
    )
    file.add_acquisition(series)


def _ours(path: Path, file: "NWBFile") -> SpikeTrain:
    facts = Facts.model_validate_json(file.notes)
    units = file.units
    steps, ids, order = _spikes(units, facts.dt_ms)
    amplitudes_uv, stimuli, traces = None, NO_STIMULI, None
    if "spike_amplitudes_uv" in units.colnames:
        heights = np.asarray(units["spike_amplitudes_uv"].target.data[:], np.float32)
        amplitudes_uv = heights[order]
    if "stimuli" in (file.intervals or {}):
        table = file.intervals["stimuli"]
        stimuli = Stimuli(
            np.round(table["start_time"][:] / (facts.dt_ms / 1000.0)).astype(np.int64),
            np.asarray(table["electrode"][:], np.int32),
            np.asarray(table["amplitude_ua"][:], np.float32),
        )
    if "traces" in file.acquisition:
        # In a file of our own opening: pynwb closes its.
        samples = opened(path)["acquisition/traces/data"]
        uv_per_bit = float(f"{file.acquisition['traces'].conversion * 1e6:.12g}")
        traces = Traces(samples, uv_per_bit)
    return facts.spikes(steps, ids, amplitudes_uv, stimuli, traces)


def _foreign(units: Any) -> SpikeTrain:
    dt_ms = FOREIGN_DT_MS if not units.resolution else float(units.resolution) * 1000.0
    steps, ids, _ = _spikes(units, dt_ms)
    n_steps = int(steps[-1]) + 1 if len(steps) else 0
    if "obs_intervals" in units.colnames:
        last_s = np.asarray(units["obs_intervals"].target.data[:]).max(initial=0.0)
        n_steps = max(n_steps, round(last_s * 1000.0 / dt_ms))
    train = SpikeTrain(steps, ids, dt_ms, n_steps, len(units))
    if not train.is_possible():
        raise ValueError("times that no recording can have")
    return train


def _spikes(
    units: Any, dt_ms: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Steps and ids in the order of a train, and the place of each in the table of units."""
    times_s = np.asarray(units["spike_times"].target.data[:], float)
    ends = np.asarray(units["spike_times"].data[:], np.int64)
    ids = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=0))
    steps = np.round(times_s / (dt_ms / 1000.0)).astype(np.int64)
    order = np.lexsort((ids, steps))
    return steps[order], ids[order], order
