"""Writing at one stroke: the old file or the whole new one, and nothing beside it."""

from pathlib import Path

import pytest

from bl1.atomicfile import replacing


def test_a_file_is_replaced_when_its_writing_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError, OSError])
def test_what_is_cut_short_leaves_the_old_file_and_no_part(
    tmp_path: Path, end: type[BaseException]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(end), replacing(path) as file:
        file.write(b"half of the n")
        raise end
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "file", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    for path in (tmp_path, tmp_path / "none" / "file", tmp_path / "file" / "file"):
        with pytest.raises(OSError), replacing(path):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
