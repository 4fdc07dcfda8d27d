"""Spike files: whole or not there, and refused in one sentence when anything is wrong."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bl1.core.spikes import SpikeTrain
from bl1.errors import Bl1Error

N_STEPS, N_NEURONS = 2000, 50


@pytest.fixture(scope="module")
def train() -> SpikeTrain:
    rng = np.random.default_rng(0)
    spikes = np.sort(rng.choice(N_STEPS * N_NEURONS, 3000, replace=False))
    steps, ids = np.divmod(spikes, N_NEURONS)
    return SpikeTrain(steps, ids.astype(np.int32), 0.5, N_STEPS, N_NEURONS, 40, {"seed": 0})


@pytest.fixture(scope="module")
def content(train: SpikeTrain, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("spikes") / "spikes.npz"
    train.save(path)
    return path.read_bytes()


@given(data=st.data())
def test_a_damaged_file_is_refused_in_one_sentence(
    content: bytes, train: SpikeTrain, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(damaged)
    try:
        loaded = SpikeTrain.load(path)
    except Bl1Error as error:
        assert str(error) == f"{path}: not a spike file of bl1, or a damaged one"
    else:
        assert loaded.hash() == train.hash()


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": np.arange(5), "ids": np.zeros(4, np.int32)},
        {"steps": np.zeros((2, 2), np.int64), "ids": np.zeros((2, 2), np.int32)},
        {"steps": np.array([3, 2]), "ids": np.zeros(2, np.int32)},
        {"steps": np.array([-1, 2]), "ids": np.zeros(2, np.int32)},
        {"steps": np.array([0, N_STEPS]), "ids": np.zeros(2, np.int32)},
        {"ids": np.full(3000, N_NEURONS, np.int32)},
        {"ids": np.full(3000, -1, np.int32)},
        {"n_exc": N_NEURONS + 1},
        {"n_steps": -1},
        {"dt_ms": 0.0},
        {"dt_ms": "0.5"},
        {"metadata": []},
    ],
)
def test_spikes_that_no_run_can_have_are_refused(
    train: SpikeTrain, tmp_path: Path, wrong: dict[str, object]
) -> None:
    path = tmp_path / "wrong.npz"
    SpikeTrain(**{**vars(train), **wrong}).save(path)
    with pytest.raises(Bl1Error, match=r"wrong\.npz: not a spike file of bl1"):
        SpikeTrain.load(path)


def test_a_silent_run_survives_its_file(tmp_path: Path) -> None:
    nothing = SpikeTrain(np.empty(0, np.int64), np.empty(0, np.int32), 0.5, 0, 3, 2)
    nothing.save(tmp_path / "nothing.npz")
    loaded = SpikeTrain.load(tmp_path / "nothing.npz")
    assert len(loaded) == 0 and loaded.hash() == nothing.hash() and loaded.rate_hz() == 0.0


def test_interrupted_saving_leaves_nothing(
    train: SpikeTrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(file: object, **arrays: object) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train.save(tmp_path / "spikes.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.npz"):
        with pytest.raises(Bl1Error, match=f"{path}: cannot read spikes"):
            SpikeTrain.load(path)
