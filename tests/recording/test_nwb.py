"""NWB files: kept to the bit, without complaint of the inspector, and open to other readers."""

import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pynwb
import pytest
from nwbinspector import Importance, inspect_nwbfile
from recording.recordings import assert_same_recording, assert_same_train, recorded
from spikeinterface.extractors.nwbextractors import NwbRecordingExtractor, NwbSortingExtractor

import bl1
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import mea60
from bl1.recording import NO_STIMULI, Recording, load, lost, save


@pytest.fixture(scope="module")
def path(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nwb") / "run.nwb"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(recording, path)
    return path


def test_a_recording_survives(recording: Recording, path: Path) -> None:
    assert_same_recording(load(path), recording)
    assert lost(recording, path) == []


def test_one_without_places_amplitudes_stimuli_and_traces_survives(tmp_path: Path) -> None:
    bare = replace(
        recorded(mea60(), traces=False), amplitudes_uv=None, stimuli=NO_STIMULI, metadata={}
    )
    save(bare, tmp_path / "run.nwb")
    found = load(tmp_path / "run.nwb")
    assert isinstance(found, Recording)
    assert found.amplitudes_uv is None and found.traces is None and not len(found.stimuli.steps)
    assert found.layout.positions_um is None
    assert_same_train(found, bare)


def test_cells_survive(cells: SpikeTrain, tmp_path: Path) -> None:
    cells.save(tmp_path / "cells.nwb")
    assert_same_train(bl1.load(tmp_path / "cells.nwb"), cells)
    with pynwb.NWBHDF5IO(str(tmp_path / "cells.nwb"), "r") as io:
        units = io.read().units
        assert list(units["cell_type"][:]) == ["excitatory"] * 40 + ["inhibitory"] * 10
        assert "electrodes" not in units.colnames
    silent = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, 10, 3)
    silent.save(tmp_path / "silent.nwb")
    assert_same_train(bl1.load(tmp_path / "silent.nwb"), silent)


def test_the_inspector_finds_nothing_wrong(path: Path, cells: SpikeTrain, tmp_path: Path) -> None:
    cells.save(tmp_path / "cells.nwb")
    for file in (path, tmp_path / "cells.nwb"):
        found = [
            (message.importance.name, message.check_function_name, message.message)
            for message in inspect_nwbfile(nwbfile_path=str(file))
            if message.importance.value > Importance.BEST_PRACTICE_SUGGESTION.value
        ]
        assert found == []


def test_pynwb_finds_what_it_looks_for(recording: Recording, path: Path) -> None:
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        unit = file.units[7]
        times_s = unit["spike_times"].iloc[0]
        np.testing.assert_array_equal(times_s, recording.times_s[recording.ids == 7])
        electrodes = file.units["electrodes"][7]
        assert electrodes["number"].tolist() == [recording.layout.electrodes[7]]
        assert (electrodes["rel_x"].item(), electrodes["rel_y"].item()) == tuple(
            recording.layout.places_um[7]
        )
        assert [device.name for device in file.devices.values()] == ["cl1"]
        pulses_s = file.intervals["stimuli"]["start_time"][:]
        np.testing.assert_allclose(pulses_s, recording.stimuli.steps / 25_000)
        assert '"seed": 0' in file.notes


def test_spikeinterface_reads_spikes_and_traces(recording: Recording, path: Path) -> None:
    sorting = NwbSortingExtractor(path, sampling_frequency=25_000.0, t_start=0.0)
    assert sorting.get_num_units() == recording.n_units
    for unit in (0, 7, 58):
        train = sorting.get_unit_spike_train(sorting.unit_ids[unit])
        np.testing.assert_array_equal(train, recording.steps[recording.ids == unit])
    traces = NwbRecordingExtractor(path)
    assert traces.get_sampling_frequency() == 25_000
    assert traces.get_channel_gains() == pytest.approx(np.full(59, 0.195))
    np.testing.assert_array_equal(traces.get_channel_locations(), recording.layout.places_um)
    assert recording.traces is not None
    np.testing.assert_array_equal(traces.get_traces(), recording.traces.samples)


def test_the_session_starts_and_the_subject_is_as_the_metadata_say(
    cells: SpikeTrain, tmp_path: Path
) -> None:
    metadata = {
        "created": "2006-01-31T12:00:00+00:00",
        "subject": {"species": "Rattus norvegicus", "age": "P31D"},
    }
    replace(cells, metadata=metadata).save(tmp_path / "cells.nwb")
    with pynwb.NWBHDF5IO(str(tmp_path / "cells.nwb"), "r") as io:
        file = io.read()
        assert file.session_start_time == datetime(2006, 1, 31, 12, tzinfo=UTC)
        assert (file.subject.species, file.subject.age) == ("Rattus norvegicus", "P31D")
    for wrong in (
        {"created": "2006-01-31T12:00:00"},
        {"created": 5},
        {"subject": "a rat"},
        {"subject": {"fur": "white"}},
    ):
        with pytest.raises(Bl1Error, match=f"metadata say '{next(iter(wrong))}: "):
            replace(cells, metadata=wrong).save(tmp_path / "wrong.nwb")
    assert not (tmp_path / "wrong.nwb").exists()


def theirs(path: Path, resolution_s: float | None, units: bool = True) -> None:
    file = pynwb.NWBFile("theirs", "theirs", datetime(2020, 1, 1, tzinfo=UTC))
    if units:
        file.units = pynwb.misc.Units(name="units", description="sorted", resolution=resolution_s)
        for times_s in ([0.1, 0.5], [], [0.1]):
            file.add_unit(spike_times=times_s)
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(file)


def test_units_of_another_maker_are_read_as_cells(tmp_path: Path) -> None:
    for resolution_s, steps in ((0.001, [100, 100, 500]), (None, [100_000, 100_000, 500_000])):
        theirs(tmp_path / "theirs.nwb", resolution_s)
        found = load(tmp_path / "theirs.nwb")
        assert not isinstance(found, Recording) and found.n_units == 3
        assert found.steps.tolist() == steps and found.ids.tolist() == [0, 2, 0]
        assert found.n_steps == steps[-1] + 1
    theirs(tmp_path / "none.nwb", None, units=False)
    with pytest.raises(Bl1Error, match=r"none\.nwb: holds no units, so no spikes"):
        load(tmp_path / "none.nwb")


def test_a_file_that_is_cut_off_is_refused(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        (tmp_path / "cut.nwb").write_bytes(content[: int(share * len(content))])
        with pytest.raises(Bl1Error, match=r"cut\.nwb: the HDF5 file is cut off or damaged"):
            load(tmp_path / "cut.nwb")
