"""The native store: streamed, whole after a kill as far as it goes, never half over a good one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording.recordings import N_STEPS, assert_same_recording, assert_same_train

import bl1
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import cl1, mea60
from bl1.recording import Recording, Stimuli, load, save
from bl1.recording.store import Store

DATA = Path(__file__).parent / "data"


def stream(store: Store, recording: Recording, stretch: int) -> None:
    """Write a recording in stretches of so many steps."""
    for first in range(0, recording.n_steps, stretch):
        last = min(first + stretch, recording.n_steps)
        spikes = slice(*np.searchsorted(recording.steps, (first, last)))
        given = slice(*np.searchsorted(recording.stimuli.steps, (first, last)))
        if recording.traces is not None:
            store.append_traces(recording.traces.samples[first:last])
        store.append_stimuli(Stimuli(*(column[given] for column in recording.stimuli)))
        heights = recording.amplitudes_uv
        store.append(
            recording.steps[spikes],
            recording.ids[spikes],
            last,
            None if heights is None else heights[spikes],
        )


def begun(path: Path, recording: Recording) -> Store:
    return Store.create(
        path,
        recording.layout,
        amplitudes=recording.amplitudes_uv is not None,
        uv_per_bit=recording.traces.uv_per_bit if recording.traces else None,
        metadata=recording.metadata,
    )


@pytest.mark.parametrize("stretch", [1000, 3333, N_STEPS])
def test_what_is_streamed_is_what_is_read(
    recording: Recording, tmp_path: Path, stretch: int
) -> None:
    with begun(tmp_path / "run.h5", recording) as store:
        stream(store, recording, stretch)
    assert_same_recording(load(tmp_path / "run.h5"), recording)


def test_a_finished_recording_is_kept_whole_and_small(recording: Recording, tmp_path: Path) -> None:
    bare = replace(
        recording, amplitudes_uv=None, traces=None, layout=replace(mea60(), sampling_hz=20e3)
    )
    for name, wanted in (("all", recording), ("bare", bare)):
        wanted.save(tmp_path / f"{name}.h5")
        found = load(tmp_path / f"{name}.h5")
        assert isinstance(found, Recording)
        assert (found.amplitudes_uv is None) == (wanted.amplitudes_uv is None)
        if name == "all":
            assert_same_recording(found, wanted)
        assert_same_train(found, wanted)
    rng = np.random.default_rng(0)
    steps = np.sort(rng.integers(0, 10**7, 100_000))
    many = SpikeTrain(steps, rng.integers(0, 60, 100_000).astype(np.int32), 0.04, 10**7, 60)
    many.save(tmp_path / "many.h5")
    assert (tmp_path / "many.h5").stat().st_size < 5 * 100_000


def test_cells_are_kept(cells: SpikeTrain, tmp_path: Path) -> None:
    cells.save(tmp_path / "cells.h5")
    assert_same_train(bl1.load(tmp_path / "cells.h5"), cells)
    with Store.create(tmp_path / "run.h5", None, n_units=3, dt_ms=0.5, n_exc=2) as store:
        store.append([], [], 100)
    found = bl1.load(tmp_path / "run.h5")
    assert (found.n_steps, found.n_units, found.n_exc, len(found)) == (100, 3, 2, 0)


def test_traces_are_read_as_they_are_sliced(recording: Recording, tmp_path: Path) -> None:
    recording.save(tmp_path / "run.h5")
    found = load(tmp_path / "run.h5")
    assert isinstance(found, Recording) and found.traces and recording.traces
    assert isinstance(found.traces.samples, h5py.Dataset)
    np.testing.assert_array_equal(found.traces.uv(100, 200), recording.traces.uv(100, 200))


WRITER = """
import sys
import numpy as np
from bl1.mea.layout import cl1
from bl1.recording import Stimuli
from bl1.recording.store import Store

store = Store.create(sys.argv[1], cl1(), amplitudes=True, uv_per_bit=0.2, metadata={"seed": 4})
rng = np.random.default_rng(0)
for first in range(0, 10**9, 500):
    steps = np.arange(first, first + 500, dtype=np.int64)
    store.append_traces(np.repeat(steps[:, None] % 1000, 59, axis=1).astype(np.int16))
    store.append_stimuli(Stimuli(steps[:1], np.zeros(1, np.int32), np.ones(1, np.float32)))
    store.append(steps, steps % 59, first + 500, steps % 100)
    print(first + 500, flush=True)
"""


@pytest.mark.parametrize("n_stretches", [1, 30, 200])
def test_a_killed_writer_leaves_all_but_the_last_second(tmp_path: Path, n_stretches: int) -> None:
    path = tmp_path / "run.h5"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(n_stretches):
        said = writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    said = ([said, *writer.stdout.read().split()])[-1]
    writer.wait()
    with pytest.raises(OSError, match="h5clear"):
        h5py.File(path, "r")

    found = load(path)
    assert isinstance(found, Recording) and found.traces is not None
    assert int(said) - 25_000 <= found.n_steps
    n = found.n_steps
    assert "broke off" in found.metadata["incomplete"] and found.metadata["seed"] == 4
    assert found.amplitudes_uv is not None
    np.testing.assert_array_equal(found.steps, np.arange(n))
    np.testing.assert_array_equal(found.ids, np.arange(n) % 59)
    np.testing.assert_array_equal(found.amplitudes_uv, np.arange(n) % 100)
    np.testing.assert_array_equal(found.stimuli.steps, np.arange(0, n, 500))
    assert found.traces.samples.shape == (n, 59)
    np.testing.assert_array_equal(found.traces.samples[:, 7], np.arange(n) % 1000)
    np.testing.assert_array_equal(found.traces.samples[n // 2 :, 7], np.arange(n // 2, n) % 1000)

    content = path.read_bytes()
    for share in (0.01, 0.1, 0.5, 0.9):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(Bl1Error, match=r"run\.h5: the .* is cut off or damaged"):
            load(path)


def test_a_recording_that_an_error_ends_is_incomplete(recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), begun(tmp_path / "run.h5", recording) as store:
        store.append_traces(recording.traces.samples[:1000])
        store.append([3], [1], 1000, [50.0])
        raise KeyboardInterrupt
    found = load(tmp_path / "run.h5")
    assert found.n_steps == 1000 and found.steps.tolist() == [3]
    assert found.metadata["incomplete"] == "the recording broke off after 0.04 s"


def test_another_reads_while_it_is_written(recording: Recording, tmp_path: Path) -> None:
    bare = replace(recording, traces=None, amplitudes_uv=None)
    with begun(tmp_path / "run.h5", bare) as store:
        for n_steps in (100, 200, 300):
            store.append([n_steps - 1], [0], n_steps)
            assert load(tmp_path / "run.h5").n_steps == n_steps


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(
    recording: Recording, tmp_path: Path, share: float
) -> None:
    recording.save(tmp_path / "run.h5")
    content = (tmp_path / "run.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: int(share * len(content))])
    with pytest.raises(Bl1Error, match=r"cut\.h5: (not an HDF5 file|the .* cut off or damaged)$"):
        load(tmp_path / "cut.h5")


def test_a_foreign_a_newer_and_a_damaged_file_are_refused(
    recording: Recording, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["numbers"] = np.arange(3)
    with pytest.raises(Bl1Error, match="an HDF5 file of no format that bl1 reads"):
        load(tmp_path / "foreign.h5")
    path = tmp_path / "run.h5"
    for change, complaint in (
        ({"format_version": 2}, r"written by a newer bl1 \(format 2\), this one reads up to 1"),
        ({"facts": "{}"}, "cut off or damaged"),
    ):
        recording.save(path)
        with h5py.File(path, "r+") as file:
            file.attrs.update(change)
        with pytest.raises(Bl1Error, match=complaint):
            load(path)
    recording.save(path)
    with h5py.File(path, "r+") as file:
        file["spikes/step"][5] = -1
    with pytest.raises(Bl1Error, match="cut off or damaged"):
        load(path)


def test_a_good_file_is_replaced_by_a_valid_one_or_not_at_all(
    recording: Recording, cells: SpikeTrain, tmp_path: Path
) -> None:
    path = tmp_path / "run.h5"
    cells.save(path)
    with pytest.raises(Bl1Error, match="a store without a layout needs n_units and dt_ms"):
        Store.create(path, None)
    with pytest.raises(Bl1Error, match="cannot be written as JSON"):
        Store.create(path, cl1(), metadata={"seed": {1, 2}})
    assert_same_train(load(path), cells)
    with begun(path, recording):
        assert load(path).n_steps == 0
        assert [entry.name for entry in tmp_path.iterdir()] == ["run.h5"]
        recording_is_short = pytest.raises(Bl1Error, match="the traces have 0 frames, expected 9")
    with recording_is_short, begun(path, recording) as store:
        store.append([], [], 9, [])


def test_it_does_not_begin_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.h5").mkdir()
    for path in (tmp_path / "folder.h5", tmp_path / "no" / "run.h5"):
        with pytest.raises(Bl1Error, match=rf"{path.name}: cannot begin a store"):
            Store.create(path, cl1())
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.h5"]


@pytest.mark.parametrize(
    ("spikes", "complaint"),
    [
        (([5, 4], [0, 0], 10), "ordered by step"),
        (([5, 6], [0, 59], 10), "of units 0 to 58"),
        (([5], [0, 1], 10), "one length"),
        (([10], [0], 10), "spikes of steps 0 to 10 are due"),
        (([5], [0], 10, [1.0]), "of all spikes or of none"),
    ],
)
def test_spikes_that_no_recording_can_have_are_not_written(
    tmp_path: Path, spikes: tuple[Any, ...], complaint: str
) -> None:
    with Store.create(tmp_path / "run.h5", cl1()) as store:
        with pytest.raises(Bl1Error, match=complaint):
            store.append(*spikes)
        with pytest.raises(Bl1Error, match="the store keeps no traces"):
            store.append_traces(np.zeros((3, 59), np.int16))
        with pytest.raises(Bl1Error, match="stimuli are expected at electrodes 0 to 58"):
            store.append_stimuli(Stimuli(*(np.array([value]) for value in (0, 60, 1.0))))
        store.append([3], [0], 10)
        with pytest.raises(Bl1Error, match="spikes of steps 10 to 20 are due"):
            store.append([9], [0], 20)
    assert load(tmp_path / "run.h5").steps.tolist() == [3]


def test_a_file_of_release_0_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.h5"
    shutil.copy(DATA / "store-0.1.h5", path)
    found = load(path)
    said = json.loads((DATA / "store-0.1.json").read_text())
    assert isinstance(found, Recording) and found.amplitudes_uv is not None and found.traces
    assert found.hash() == said["hash"]
    assert found.layout.name == "cl1" and found.metadata == said["metadata"]
    assert (len(found), found.n_steps) == (said["spikes"], said["n_steps"])
    assert found.stimuli.steps.tolist() == said["stimulus_steps"]
    assert float(found.amplitudes_uv.sum()) == pytest.approx(said["sum_of_amplitudes_uv"])
    assert int(np.sum(found.traces.samples[:], dtype=np.int64)) == said["sum_of_samples"]
    save(found, tmp_path / "again.h5")
    assert load(tmp_path / "again.h5").hash() == said["hash"]


@given(data=st.data())
def test_damaged_bytes_are_told_or_leave_a_train_that_can_be(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray((DATA / "store-0.1.h5").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.h5"
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    try:
        found = load(path)
    except Bl1Error as error:
        assert str(error).startswith(f"{path}: ")
    else:
        assert found.is_possible()
