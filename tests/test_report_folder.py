"""The output folder: whole or not at all, and nobody else's files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from km2ipd.errors import OutputNotWritable
from km2ipd.report.folder import require_free_output, write_files

FILES = {"a.csv": b"1\n", "b.json": b"{}\n"}


def test_a_new_folder_with_missing_parents(tmp_path: Path) -> None:
    write_files(tmp_path / "deep" / "er", FILES)
    assert {p.name: p.read_bytes() for p in (tmp_path / "deep" / "er").iterdir()} == FILES
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["er"]


def test_an_existing_empty_folder(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == FILES


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write_files(tmp_path, FILES)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_existing_results_are_replaced_only_with_force(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("mine")
    with pytest.raises(OutputNotWritable, match="already there"):
        write_files(tmp_path, FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["b.json"] and (tmp_path / "b.json").read_text() == "mine"
    write_files(tmp_path, FILES, force=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == FILES


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputNotWritable, match="a file stands where"):
        write_files(tmp_path / "out", FILES, force=True)


def test_a_folder_where_a_file_should_be_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OutputNotWritable, match="a folder stands where"):
        write_files(tmp_path, FILES, force=True)


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.csv").symlink_to(outside)
    write_files(out, FILES, force=True)
    assert outside.read_text() == "mine" and (out / "a.csv").read_bytes() == b"1\n"


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def full_disk(self: Path, content: bytes) -> int:
        written.append(self.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return os.write(os.open(self, os.O_CREAT | os.O_WRONLY), content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    for out in (tmp_path / "new", tmp_path):
        written.clear()
        with pytest.raises(OutputNotWritable, match="No space left"):
            write_files(out, FILES)
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_appears_meanwhile_is_filled_with_force_only(tmp_path: Path, monkeypatch) -> None:
    """Another process at the same figure: its files are ours to replace with force, and stay without."""
    out, rename = tmp_path / "out", Path.rename

    def overtaken(stage: Path, target: Path) -> Path:
        out.mkdir(exist_ok=True)
        (out / "a.csv").write_text("theirs")
        return rename(stage, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    with pytest.raises(OutputNotWritable):
        write_files(out, {"a.csv": b"mine"})
    assert (out / "a.csv").read_text() == "theirs"
    shutil.rmtree(out)
    write_files(out, {"a.csv": b"mine"}, force=True)
    assert (out / "a.csv").read_text() == "mine" and [p.name for p in tmp_path.iterdir()] == ["out"]


def test_folders_made_for_nothing_go_again(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputNotWritable, match="No space left"):
        write_files(tmp_path / "a" / "b" / "c", {"x.csv": b"x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 300, "\u6570" * 100])
def test_a_name_too_long_for_a_folder_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputNotWritable, match="name too long"):
        require_free_output(tmp_path / "a" / name, ["x.csv"])


def test_a_link_that_leads_nowhere_is_no_output_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "absent")
    with pytest.raises(OutputNotWritable, match="stands where the output folder"):
        require_free_output(tmp_path / "out", ["x.csv"])
