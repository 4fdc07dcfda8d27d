"""Brain files: small, readable, exact, and refused in one sentence when anything is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bl1.config import shipped
from bl1.errors import Bl1Error
from bl1.loop.brain import ReadoutSection, load_brain, save_brain
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session, resume_session


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A brain's file, trained for a moment."""
    path = tmp_path_factory.mktemp("brain") / "brain.yaml"
    session = make_session(SessionOptions(substrate="identity", seed=7))
    session.run(800)
    save_brain(session.brain(), path)
    return path.read_text()


def test_a_brain_comes_back_to_the_bit(tmp_path: Path) -> None:
    session = make_session(SessionOptions(substrate="bank", paddle="inertial", seed=4_000_000_000))
    session.run(300)
    brain, path = session.brain(), tmp_path / "brain.yaml"
    save_brain(brain, path)
    assert load_brain(path) == brain
    assert load_brain(path).options == SessionOptions(
        substrate="bank", paddle="inertial", n_neurons=512, seed=4_000_000_000
    )
    assert path.stat().st_size < 4000
    assert [file.name for file in tmp_path.iterdir()] == ["brain.yaml"]


@given(
    weights=st.lists(st.floats(-1e6, 1e6), min_size=16, max_size=16),
    baseline=st.lists(st.none() | st.floats(-1, 1), min_size=16, max_size=16),
    steps=st.integers(0, 2**53),
)
def test_any_readout_comes_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory,
    weights: list[float],
    baseline: list[float | None],
    steps: int,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    readout = ReadoutSection(weights=tuple(weights), baseline=tuple(baseline), steps=steps)
    brain = make_session(SessionOptions(substrate="identity")).brain()
    save_brain(brain.model_copy(update={"readout": readout}), path)
    assert repr(load_brain(path).readout) == repr(readout)  # tells -0.0 from 0.0


def test_a_band_that_was_never_seen_has_no_baseline(tmp_path: Path) -> None:
    session = make_session(SessionOptions(substrate="identity"))
    session.run(5)
    path = tmp_path / "brain.yaml"
    save_brain(session.brain(), path)
    assert None in load_brain(path).readout.baseline
    assert set(load_brain(path).training[0].hit_rate_by_tenth) == {None}


def test_a_truncated_brain_is_refused_wherever_it_was_cut(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.yaml"
    complete = text.rstrip()
    for length in [*range(0, len(complete), 13), len(complete) - 1, len(complete) - 4]:
        path.write_text(complete[:length])
        with pytest.raises(Bl1Error) as error:
            load_brain(path)
        assert str(error.value).startswith(("cannot read", str(path)))
        assert len(str(error.value).splitlines()) == 1
    path.write_text(complete)
    load_brain(path)


def damaged(text: str, *keys: str | int, value: object) -> object:
    tree = YAML(typ="safe").load(text)
    inner = tree
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return tree


@pytest.mark.parametrize(
    ("keys", "value", "sentence"),
    [
        (("format_version",), 2, "format_version is 2, expected 1"),
        (("readout", "weights"), [0.0] * 15, r"readout.weights is .*, expected a list of 16"),
        (
            ("readout", "weights", 3),
            float("nan"),
            r"readout.weights\[3\] is NaN, expected a number",
        ),
        (("readout", "weights", 0), float("inf"), r"readout.weights\[0\] is Infinity, expected"),
        (("readout", "baseline"), [0.0] * 17, r"readout.baseline is .*, expected a list of 16"),
        (("readout", "steps"), -1, "readout.steps is -1, expected a whole number >= 0"),
        (("readout", "steps"), 2**53 + 1, "expected a whole number >= 0 and <= 9007199254740992"),
        (("training", 0, "balls"), 10**30, r"balls is 1000.*, expected a whole number >= 0 and <="),
        (
            ("readout", "weights", 0),
            1e300,
            r"weights\[0\] is 1e\+300, expected a number >= -1000000",
        ),
        (
            ("readout", "baseline", 0),
            1.5,
            r"baseline\[0\] is 1.5, expected a number >= -1 and <= 1",
        ),
        (("substrate", "n_neurons"), 10**9, "expected a whole number >= 0 and <= 10000000"),
        (("seed",), 2**32, "seed is 4294967296, expected a whole number >= 0 and < 4294967296"),
        (("readout", "weights", 0), "x", r"readout.weights\[0\] is the text 'x', expected a num"),
        (("substrate", "kind"), "liver", "substrate.kind is the text 'liver', expected one of"),
        (("substrate", "n_bands"), 8, "substrate.n_bands is 8, expected 16"),
        (("substrate", "n_neurons"), 7, "substrate.n_neurons is 7, expected 0, since the identity"),
        (("agent",), "reflex", "agent is the text 'reflex', expected \"pursuit\""),
        (("soul",), 1, "has no key 'soul'"),
        (("training", 0, "hits"), -3, r"training\[0\].hits is -3, expected a whole number >= 0"),
    ],
)
def test_a_wrong_field_is_named(text: str, tmp_path: Path, keys, value, sentence) -> None:
    path = tmp_path / "wrong.yaml"
    with path.open("w") as file:
        YAML().dump(damaged(text, *keys, value=value), file)
    with pytest.raises(Bl1Error, match=sentence) as error:
        load_brain(path)
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"{[}", b"\xff\xfe\x00brain", b"- 1\n- 2\n", b"42\n"])
def test_what_is_no_brain_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk.yaml"
    path.write_bytes(content)
    with pytest.raises(Bl1Error) as error:
        load_brain(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_an_unreadable_or_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(Bl1Error, match=f"cannot read {path}"):
            load_brain(path)


def test_saving_where_one_cannot_leaves_nothing(text: str, tmp_path: Path) -> None:
    session = make_session(SessionOptions(substrate="identity"))
    with pytest.raises(Bl1Error, match="cannot write"):
        save_brain(session.brain(), tmp_path / "no" / "brain.yaml")
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_brain_plays_well() -> None:
    brain = load_brain(shipped("brains") / "trained_culture.yaml")
    assert brain.substrate.kind == "culture"
    assert resume_session(brain).evaluate_greedy(200) > 0.95
