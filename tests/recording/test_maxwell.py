"""MaxLab Live files of both generations, made here as the maker documents them.

What neo reads of them is an oracle for the traces. No file of the maker's own was at hand.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from neo.rawio import MaxwellRawIO

from bl1.errors import Bl1Error
from bl1.recording import Recording, load, maxwell

LSB = 6.294e-6  # volts
FIRST_FRAME = 70_123
N_FRAMES = 3000
CHANNELS = [3, 800, 17, 0]
MAPPING = np.array(
    [
        (3, 220, 0.0, 17.5),
        (800, 5, 87.5, 0.0),
        (-1, 9, 157.5, 0.0),
        (17, 40, 700.0, 0.0),
        (0, 26_399, 3832.5, 2082.5),
    ],
    [("channel", "<i4"), ("electrode", "<i4"), ("x", "<f8"), ("y", "<f8")],
)
SPIKES = np.array(
    [(10, 800, -9.0), (10, 3, -4.0), (500, 0, -12.5), (700, 512, -7.0), (2999, 17, -5.0)],
    [("frameno", "<i8"), ("channel", "<i4"), ("amplitude", "<f4")],
)
SPIKES["frameno"] += FIRST_FRAME


def raw(n_rows: int) -> np.ndarray:
    return np.random.default_rng(0).integers(400, 620, (n_rows, N_FRAMES)).astype(np.uint16)


def new(path: Path, wells: tuple[str, ...] = ("well000",), **packed: Any) -> None:
    with h5py.File(path, "w") as file:
        file["version"] = np.array([b"20190530"])
        for well in wells:
            group = file.create_group(f"wells/{well}/rec0000")
            group["settings/mapping"] = MAPPING
            group["settings/lsb"] = np.array([LSB])
            group["settings/sampling"] = np.array([20_000.0])
            group["spikes"] = SPIKES
            group["groups/routed/channels"] = np.array(CHANNELS)
            group["groups/routed/frame_nos"] = FIRST_FRAME + np.arange(N_FRAMES)
            group.create_dataset("groups/routed/raw", data=raw(4), chunks=(4, 500), **packed)


def old(path: Path) -> None:
    signal = raw(1028)
    signal[1026], signal[1027] = FIRST_FRAME & 0xFFFF, FIRST_FRAME >> 16
    with h5py.File(path, "w") as file:
        file["version"] = np.array([b"20160704"])
        file["mapping"] = MAPPING
        file["settings/lsb"] = np.array([LSB])
        file["proc0/spikeTimes"] = SPIKES
        file["sig"] = signal


@pytest.mark.parametrize(("make", "rows"), [(new, range(4)), (old, CHANNELS)])
def test_both_generations_are_read(tmp_path: Path, make: Any, rows: Any) -> None:
    make(tmp_path / "data.raw.h5")
    found = load(tmp_path / "data.raw.h5")
    assert isinstance(found, Recording) and found.traces is not None
    assert found.sampling_hz == 20_000 and found.n_steps == N_FRAMES
    assert found.layout.electrodes.tolist() == [220, 5, 40, 26_399]
    assert found.layout.places_um[3].tolist() == [3832.5, 2082.5]
    assert found.steps.tolist() == [10, 10, 500, 2999]
    assert found.layout.electrodes[found.ids].tolist() == [220, 5, 26_399, 40]
    assert found.amplitudes_uv == pytest.approx(np.array([4.0, 9.0, 12.5, 5.0]) * 6.294)
    assert found.metadata == {"spikes_on_unrouted_channels": 1}
    wanted = raw(1028 if make is old else 4)[list(rows)].T
    assert found.traces.samples.shape == (N_FRAMES, 4)
    np.testing.assert_array_equal(found.traces.samples[100:200], wanted[100:200])
    np.testing.assert_array_equal(found.traces.samples[2990:, 2], wanted[2990:, 2])
    np.testing.assert_allclose(found.traces.uv(0, 50), wanted[:50] * 6.294, rtol=1e-6)


def test_neo_reads_the_same_traces(tmp_path: Path) -> None:
    path = tmp_path / "data.raw.h5"
    new(path)
    found = load(path)
    assert isinstance(found, Recording) and found.traces is not None
    reader = MaxwellRawIO(str(path))
    reader.parse_header()
    chunk = reader.get_analogsignal_chunk(0, 0, 0, N_FRAMES, 0)
    uv = reader.rescale_signal_raw_to_float(chunk, dtype="float64", stream_index=0)
    np.testing.assert_allclose(found.traces.uv(0, N_FRAMES), uv, rtol=1e-6)
    assert reader.get_signal_sampling_rate(0) == found.sampling_hz
    names = [str(name) for name in reader.header["signal_channels"]["name"]]
    assert names == [
        f"ch{channel} elec{electrode}"
        for channel, electrode in zip(CHANNELS, found.layout.electrodes, strict=True)
    ]


def test_of_many_wells_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.raw.h5"
    new(path, ("well000", "well003"))
    with pytest.raises(Bl1Error, match="holds well000/rec0000, well003/rec0000; expected the name"):
        load(path)
    assert len(maxwell.read(path, "well003/rec0000")) == 4


def test_traces_of_a_filter_that_is_not_there_are_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "data.raw.h5"
    new(path, compression="gzip")
    content = path.read_bytes()
    with h5py.File(path) as file:
        plist = file["wells/well000/rec0000/groups/routed/raw"].id.get_create_plist()
        assert plist.get_filter(0)[0] == 1
    # In the dataset's header: filter 1 (deflate), as two bytes and its name.
    place = content.index(b"deflate\0") - 8
    assert content[place : place + 2] == b"\x01\0"
    path.write_bytes(content[:place] + (32_020).to_bytes(2, "little") + content[place + 2 :])
    found = load(path)
    assert isinstance(found, Recording) and found.traces is None
    assert "packed by HDF5 filter 32020" in found.metadata["traces"]
    assert found.steps.tolist() == [10, 10, 500, 2999]


def test_spikes_alone_begin_at_the_first(tmp_path: Path) -> None:
    path = tmp_path / "spikes.raw.h5"
    new(path)
    with h5py.File(path, "r+") as file:
        del file["wells/well000/rec0000/groups"]
    found = load(path)
    assert found.steps.tolist() == [0, 0, 490, 2989] and found.n_steps == 2990
    assert found.metadata["start"] == "unknown: taken as that of the first spike"


def test_damage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.raw.h5"
    for name in ("settings/lsb", "settings/mapping", "spikes"):
        new(path)
        with h5py.File(path, "r+") as file:
            del file["wells/well000/rec0000"][name]
        with pytest.raises(Bl1Error, match="the recording of MaxLab Live is cut off or damaged"):
            load(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(Bl1Error, match="cut off or damaged"):
        load(path)
