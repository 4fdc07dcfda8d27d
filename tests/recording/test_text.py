"""Spike text: read as MEABench writes it, and refused with its line where it is no recording."""

import gzip
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import needs_living, path_of
from recording.recordings import assert_same_recording, assert_same_train

import bl1
from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error
from bl1.mea.layout import cl1, maxone, spread_out
from bl1.recording import NO_STIMULI, Recording, load, save


def read(tmp_path: Path, content: str, name: str = "spikes.txt", **options: object) -> Recording:
    path = tmp_path / name
    path.write_text(content)
    found = load(path, **options)
    assert isinstance(found, Recording)
    return found


def test_lines_by_space_or_by_comma(tmp_path: Path) -> None:
    for content in (
        "0.001 3\n0.002 0\n",
        "# said by nobody\n0.001,3\n\n0.002,0",
        "1e-3\t3\n2e-3 0\n",
    ):
        found = read(tmp_path, content)
        assert found.steps.tolist() == [25, 50] and found.ids.tolist() == [3, 0]
        assert found.dt_ms == 0.04 and found.n_steps == 51
        assert found.layout.electrodes.tolist() == [0, 1, 2, 3]
        assert found.layout.positions_um is None


def test_spikes_of_one_sample_are_ordered_by_electrode(tmp_path: Path) -> None:
    found = read(tmp_path, "0.001 3\n0.001 1\n0.00101 2\n")
    assert found.ids.tolist() == [1, 2, 3]


def test_a_layout_numbers_the_electrodes(tmp_path: Path) -> None:
    found = read(tmp_path, "0.1 5\n", layout=cl1())
    assert found.layout.electrodes[found.ids[0]] == 5
    with pytest.raises(Bl1Error, match=r"line 2: found '0.2 7', expected .* among those of cl1"):
        read(tmp_path, "0.1 5\n0.2 7\n", layout=cl1())


def test_meabench_channels_from_60_on_are_stimulation_marks(tmp_path: Path) -> None:
    found = read(tmp_path, "0.001 59\n0.002 60\n0.003 0\n", "a.spk.txt")
    assert found.layout.name == "mea60"
    assert found.layout.electrodes[found.ids].tolist() == [59, 0]
    assert found.metadata == {"stimulus_steps": [50]}
    with pytest.raises(Bl1Error, match=r"line 1: found '0.1 14', expected .* of mea60"):
        read(tmp_path, "0.1 14\n", "b.spk.txt")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", r"spikes\.txt: holds no spikes"),
        ("# nothing\n", r"holds no spikes"),
        ("0.2 1\n\n0.1 1\n", r"line 3: found '0.1 1', expected a time no earlier than"),
        ("-0.1 1\n", r"line 1: found '-0.1 1', expected a time from 0"),
        ("0.1 1\nnan 1\n", r"line 2: found 'nan 1', expected a time from 0"),
        ("inf 1\n", r"expected a time from 0"),
        ("0.1 1.5\n", r"line 1: found '0.1 1.5', expected a channel that is a whole number"),
        ("0.1 -1\n", r"expected a channel that is a whole number"),
        ("0.1 nan\n", r"expected a channel that is a whole number"),
        ("0.1 1e9\n", r"expected a channel that is a whole number"),
        ("0.1 1\n0.2\n", r"line 2: found '0.2', expected a time \(s\) and a channel"),
        ("0.1 1 2\n", r"line 1: found '0.1 1 2', expected a time \(s\) and a channel"),
        ("0.1\n0.2\n", r"line 1: found '0.1', expected a time"),
        ("time channel\n0.1 1\n", r"line 1: found 'time channel', expected a time"),
        ("# bl1 {}\n0.1 1\n", r"line 1: no comment of bl1, or a damaged one"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_line(
    tmp_path: Path, content: str, complaint: str
) -> None:
    with pytest.raises(Bl1Error, match=complaint):
        read(tmp_path, content)


def test_damaged_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "spikes.txt.gz"
    content = gzip.compress(b"".join(b"%.5f 1\n" % (k / 1000) for k in range(5000)))
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(Bl1Error, match="the gzip file is cut off or damaged"):
        load(path)
    path.write_bytes(b"\x00\xff\xfe rubbish")
    with pytest.raises(Bl1Error, match="not text"):
        load(path)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.txt.gz", "a.spk.txt.gz"])
def test_a_recording_survives_without_its_amplitudes_stimuli_and_traces(
    recording: Recording, tmp_path: Path, name: str
) -> None:
    save(recording, tmp_path / name)
    kept = replace(recording, amplitudes_uv=None, stimuli=NO_STIMULI, traces=None)
    found = load(tmp_path / name)
    assert isinstance(found, Recording) and found.amplitudes_uv is None
    assert_same_recording(
        replace(found, amplitudes_uv=np.zeros(len(found), np.float32)),
        replace(kept, amplitudes_uv=np.zeros(len(kept), np.float32)),
    )


def test_cells_survive(cells: SpikeTrain, tmp_path: Path) -> None:
    cells.save(tmp_path / "cells.txt")
    found = bl1.load(tmp_path / "cells.txt")
    assert_same_train(found, cells)
    assert not isinstance(found, Recording)
    with pytest.raises(Bl1Error, match="expected no layout beside it"):
        load(tmp_path / "cells.txt", cl1())


@given(
    steps=st.lists(st.integers(0, 10**10), min_size=1, max_size=20),
    sampling_hz=st.floats(200.0, 1e6),
)
def test_every_step_is_told_from_the_next(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], sampling_hz: float
) -> None:
    ordered = np.sort(np.array(steps, np.int64))
    layout = replace(spread_out(maxone(), 30), sampling_hz=sampling_hz)
    ids = np.zeros(len(steps), np.int32)
    dt_ms = 1000.0 / sampling_hz
    wanted = Recording(ordered, ids, dt_ms, 10**10 + 1, len(layout), layout=layout)
    path = tmp_path_factory.getbasetemp() / "steps.txt"
    save(wanted, path)
    assert_same_train(load(path), wanted)


def test_two_hundred_thousand_lines_take_less_than_a_second(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    times_s = np.sort(rng.uniform(0, 1800, 200_000))
    path = tmp_path / "many.spk.txt"
    channels = rng.integers(0, 14, 200_000)
    np.savetxt(path, np.stack((times_s, channels), axis=1), fmt=("%.5f", "%d"))
    start = time.process_time()
    assert len(load(path)) == 200_000
    assert time.process_time() - start < 1.0


@needs_living
def test_a_living_culture_is_read() -> None:
    found = load(path_of("6-2-28"))
    assert isinstance(found, Recording) and len(found) == 145_054
    assert found.layout.name == "mea60" and found.layout.electrodes[found.ids[:2]].tolist() == [
        24,
        4,
    ]
    assert found.times_s[[0, -1]] == pytest.approx([12.97428, 1808.31108], abs=1e-9)


def test_samples_instead_of_seconds_and_the_mark_of_windows_editors(tmp_path: Path) -> None:
    path = tmp_path / "samples.txt"
    path.write_text("100 1\n45000000 2\n")
    with pytest.raises(Bl1Error, match="at 45,000,000 s, 521 days; times are expected in seconds"):
        bl1.load(path)
    path.write_bytes(b"\xef\xbb\xbf0.5 1\r\n0.75 0\r\n")
    assert bl1.load(path).times_s == pytest.approx([0.5, 0.75])
