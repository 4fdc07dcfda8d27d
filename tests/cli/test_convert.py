"""`bl1 convert` and `bl1 info`: through every format, and one sentence for bad files."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from living import needs_living, path_of
from recording.recordings import assert_same_recording, recorded

import bl1
from bl1.mea.layout import cl1
from bl1.recording import Recording


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded(cl1())


def test_a_recording_goes_through_every_format(
    bl1_command: Callable, recording: Recording, tmp_path: Path
) -> None:
    recording.save(tmp_path / "0.h5")
    names = ["0.h5", "1.nwb", "2.h5", "3.cl.h5", "4.txt.gz", "5.csv"]
    said = {}
    for source, target in pairwise(names):
        done = bl1_command("convert", tmp_path / source, tmp_path / target)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{tmp_path / target}: 400 spikes of 59 units in 0.5 s\n"
        said[target] = done.stderr.strip().removeprefix(f"{tmp_path / target} ")
        assert bl1.load(tmp_path / target).hash() == recording.hash()
    assert_same_recording(bl1.load(tmp_path / "2.h5"), recording)
    assert said == {
        "1.nwb": "",
        "2.h5": "",
        "3.cl.h5": "does not hold: amplitudes, stimulus currents",
        "4.txt.gz": "does not hold: amplitudes, stimuli, traces",
        "5.csv": "",
    }


@needs_living
def test_a_living_culture_in_nwb(bl1_command: Callable, tmp_path: Path) -> None:
    done = bl1_command("convert", path_of("6-2-17"), tmp_path / "living.nwb")
    assert done.returncode == 0, done.stderr
    report = json.loads(bl1_command("info", tmp_path / "living.nwb", "--json").stdout)
    assert report["n_spikes"] == 30_318 and report["layout"] == "mea60"


def test_info_tells_all_that_is_known(
    bl1_command: Callable, recording: Recording, tmp_path: Path
) -> None:
    recording.save(tmp_path / "run.h5")
    done = bl1_command("info", tmp_path / "run.h5", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["spike_hash"] == recording.hash()
    wanted = {
        "file": str(tmp_path / "run.h5"),
        "format": "store",
        "kind": "electrodes",
        "layout": "cl1",
        "seconds": 0.5,
        "n_units": 59,
        "n_spikes": 400,
        "n_stimuli": 7,
        "seed": 0,
        "config": "dish",
        "version": "0.1.0",
        "complete": True,
    }
    assert wanted.items() <= report.items()
    assert report["rate_hz"] == pytest.approx(400 / 59 / 0.5)
    assert report["traces"] == {"n_frames": 12_500, "uv_per_bit": 0.195, "bytes": 2 * 12_500 * 59}
    table = bl1_command("info", tmp_path / "run.h5").stdout
    rows = dict(line.split(maxsplit=1) for line in table.splitlines())
    assert rows["units"] == "59 electrodes of cl1"
    assert rows["traces"] == "25000 Hz, 1.5 MB, 0.195 µV a bit"
    assert (rows["seed"], rows["config"], rows["complete"]) == ("0", "dish", "yes")


def test_info_of_cells_and_of_what_broke_off(bl1_command: Callable, tmp_path: Path) -> None:
    from bl1.recording.store import Store

    store = Store.create(tmp_path / "cells.h5", None, dt_ms=0.5, n_units=3, n_exc=2)
    store.append([1, 2], [0, 2], 1000)
    store.close(complete=False)
    table = bl1_command("info", tmp_path / "cells.h5").stdout
    rows = dict(line.split(maxsplit=1) for line in table.splitlines())
    assert rows["units"] == "3 cells, 2 of them excitatory"
    assert rows["complete"] == "no: it broke off at 0.5 s" and rows["seed"] == "not told"
    done = bl1_command("convert", tmp_path / "cells.h5", tmp_path / "cells.npz")
    assert "the recording broke off after 0.5 s" in done.stderr
    assert json.loads(bl1_command("info", tmp_path / "cells.npz", "--json").stdout)["n_exc"] == 2


def test_bad_files_are_one_sentence(
    bl1_command: Callable, recording: Recording, tmp_path: Path
) -> None:
    recording.save(tmp_path / "run.h5")
    content = (tmp_path / "run.h5").read_bytes()
    bad = {f"{share}.h5": content[: len(content) * share // 100] for share in (10, 50, 90)}
    bad |= {
        "order.txt": b"0.2 1\n0.1 1\n",
        "negative.txt": b"-0.2 1\n",
        "empty.txt": b"",
        "empty.h5": b"",
        "rubbish.nwb": b"rubbish",
        "rubbish.npz": b"PK rubbish",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    for name in [*bad, "none.h5"]:
        done = bl1_command("info", tmp_path / name)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.startswith(f"error: {tmp_path / name}")
        assert len(done.stderr.splitlines()) == 1
    done = bl1_command("convert", tmp_path / "order.txt", tmp_path / "out.h5")
    assert done.returncode == 2 and "line 2: found '0.1 1'" in done.stderr
    assert not (tmp_path / "out.h5").exists()


def test_what_cannot_be_converted_is_one_sentence(
    bl1_command: Callable, recording: Recording, tmp_path: Path
) -> None:
    run = tmp_path / "run.txt"
    run.write_text("0.1 1\n")
    (tmp_path / "link.txt").symlink_to(run)
    for options, complaint in (
        ((run, run), "IN and OUT are the same file"),
        ((run, tmp_path / "link.txt"), "IN and OUT are the same file"),
        ((run, tmp_path / "run.mat"), "spikes are saved as .npz, .h5, "),
        ((run, tmp_path / "no" / "run.h5"), "cannot write OUT"),
        ((run, tmp_path), "is a folder, expected a file"),
        ((run, tmp_path / "run.h5", "--layout", "mea"), "--layout is mea, expected one of cl1"),
        ((run, tmp_path / "run.cl.h5"), "a CL1 file is of layout cl1, and these spikes are of tex"),
    ):
        done = bl1_command("convert", *options)
        assert done.returncode == 2 and complaint in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert run.read_text() == "0.1 1\n"
    assert bl1_command("convert", run, tmp_path / "r.cl.h5", "--layout", "cl1").returncode == 0
