"""Places made to hurt: what stands where a file or folder is due. Each is made in a folder, and gives what is run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Less than a run writes, so that the disk is full in the middle of it.
FULL_AFTER_BYTES = 30_000
LONG_NAME = "n" * 251  # with .png the longest that file systems take


@dataclass(frozen=True, slots=True)
class Scene:
    """The words of a command; most_bytes: the size at which writing a file fails, 0 for none."""

    words: tuple[str, ...]
    most_bytes: int = 0


def _run(figure: str | Path, out: str | Path = "out", *more: str) -> Scene:
    return Scene(("run", str(figure), "--out", str(out), *more))


def _batch(source: str | Path, out: str | Path = "out", *more: str) -> Scene:
    return Scene(("batch", str(source), "--out", str(out), "--jobs", "1", *more))


def _folder_as_figure(home: Path, given: Path) -> Scene:
    (home / "x.png").mkdir()
    return _run("x.png")


def _pipe_as_figure(home: Path, given: Path) -> Scene:
    os.mkfifo(home / "x.png")
    return _run("x.png")


def _device_as_figure(home: Path, given: Path) -> Scene:
    return _run("/dev/zero")


def _nothing_as_figure(home: Path, given: Path) -> Scene:
    return _run("/dev/null")


def _device_as_table(home: Path, given: Path) -> Scene:
    return Scene(("reconstruct", "/dev/zero", "--risk-table", "/dev/zero", "--out", "out"))


def _device_as_reported(home: Path, given: Path) -> Scene:
    return Scene(("check", str(given / "ipd.csv"), "--reported", "/dev/zero"))


def _device_as_manifest(home: Path, given: Path) -> Scene:
    return _batch("/dev/zero")


def _endless_file_as_figure(home: Path, given: Path) -> Scene:
    """Five gigabytes of nothing, that take no place on the disk."""
    return _run(_sparse(home / "x.png"))


def _endless_file_as_table(home: Path, given: Path) -> Scene:
    return Scene(("reconstruct", str(_sparse(home / "x.csv")), "--out", "out"))


def _endless_file_as_study(home: Path, given: Path) -> Scene:
    return _run(_sparse(home / "x.toml"))


def _endless_file_as_pivot(home: Path, given: Path) -> Scene:
    return _run(_sparse(home / "x.json"))


def _endless_line_in_a_table(home: Path, given: Path) -> Scene:
    return Scene(("reconstruct", str(_sparse(home / "x.csv", b"panel,arm,time,survival\n")), "--out", "out"))


def _endless_file_as_reported(home: Path, given: Path) -> Scene:
    return Scene(("check", str(given / "ipd.csv"), "--reported", str(_sparse(home / "x.toml"))))


def _sparse(path: Path, beginning: bytes = b"") -> Path:
    with path.open("wb") as handle:
        handle.write(beginning)
        handle.truncate(5 * 2**30)
    return path


def _figure_named_as_an_option(home: Path, given: Path) -> Scene:
    shutil.copy(given / "figure.png", home / "-o")
    return Scene(("run", "--out", "out", "--", "-o"))


def _link_in_circles(home: Path, given: Path) -> Scene:
    (home / "x.png").symlink_to("x.png")
    return _run("x.png")


def _odd_things_in_a_batch(home: Path, given: Path) -> Scene:
    """Folders, pipes, links in circles and into nothing, an empty file, a link to a figure outside: one is a figure."""
    source = home / "in"
    (source / "folder.png").mkdir(parents=True)
    os.mkfifo(source / "pipe.png")
    (source / "circle").symlink_to(source)
    (source / "self.png").symlink_to("self.png")
    (source / "nowhere.png").symlink_to("absent.png")
    (source / "outside.png").symlink_to(given / "figure.png")
    (source / "empty.png").write_bytes(b"")
    shutil.copy(given / "figure.png", source / "figure.png")
    return _batch(source)


def _names_in_a_batch(home: Path, given: Path) -> Scene:
    """Names that are no text, too long to be extended, options, of the tables of the batch, with line breaks."""
    source = home / "in"
    source.mkdir()
    odd = (b"\xff\xfe.png", LONG_NAME.encode() + b".png", b"-o.png", b"--force.png", b"summary.csv.png", b"a\nb.png")
    for name in odd:
        with open(os.path.join(os.fsencode(source), name), "wb") as handle:
            handle.write(b"no picture")
    return _batch(source)


def _names_in_a_manifest(home: Path, given: Path) -> Scene:
    """Folders of results that would lie elsewhere, or be no folder."""
    names = ("../x", "/tmp/x", "..", ".", "-o", "a/b", "con", "x" * 300, "\x00", "summary.csv")
    (given / "names.csv").write_text("name,figure\n" + "".join(f'"{name}",totals.csv\n' for name in names))
    return _batch(given / "names.csv")


def _long_name(home: Path, given: Path) -> Scene:
    shutil.copy(given / "figure.png", home / f"{LONG_NAME}.png")
    return _run(f"{LONG_NAME}.png")


def _no_out_and_a_long_name(home: Path, given: Path) -> Scene:
    """The folder's own name is made of the figure's, and is too long."""
    shutil.copy(given / "figure.png", home / f"{LONG_NAME}.png")
    return Scene(("run", f"{LONG_NAME}.png"))


def _name_that_is_no_text(home: Path, given: Path) -> Scene:
    name = os.fsdecode(b"caf\xe9 \xff.png")
    shutil.copy(given / "figure.png", home / name)
    return _run(name)


def _out_is_a_file(home: Path, given: Path) -> Scene:
    (home / "taken").write_text("mine")
    return _run(given / "figure.png", "taken")


def _out_below_a_file(home: Path, given: Path) -> Scene:
    (home / "taken").write_text("mine")
    return _run(given / "figure.png", "taken/deep/out")


def _batch_out_is_a_file(home: Path, given: Path) -> Scene:
    (home / "taken").write_text("mine")
    return _batch(given / "manifest.csv", "taken")


def _out_is_the_input(home: Path, given: Path) -> Scene:
    shutil.copytree(given, home / "in")
    return _batch("in", "in")


def _out_inside_the_input(home: Path, given: Path) -> Scene:
    """The output is no figure of the next run of the same command."""
    (home / "out" / "in").mkdir(parents=True)
    (home / "out" / "in" / "empty.png").write_bytes(b"")
    return _batch("out/in", "out/in/out")


def _out_of_no_disk(home: Path, given: Path) -> Scene:
    return _run(given / "figure.png", "/proc/km2ipd/out")


def _batch_out_of_no_disk(home: Path, given: Path) -> Scene:
    return _batch(given / "manifest.csv", "/proc/km2ipd/out")


def _out_leads_nowhere(home: Path, given: Path) -> Scene:
    (home / "out").symlink_to(home / "absent" / "deep")
    return _run(given / "figure.png")


def _out_in_circles(home: Path, given: Path) -> Scene:
    (home / "circle").symlink_to("circle")
    return _run(given / "figure.png", "circle")


def _out_with_a_long_name(home: Path, given: Path) -> Scene:
    return _run(given / "figure.png", "out/" + "x" * 300)


def _full_disk(home: Path, given: Path) -> Scene:
    return Scene(_run(given / "figure.png").words, FULL_AFTER_BYTES)


def _full_disk_of_a_batch(home: Path, given: Path) -> Scene:
    (home / "in").mkdir()
    shutil.copy(given / "figure.png", home / "in")
    return Scene(_batch("in").words, FULL_AFTER_BYTES)


def _full_disk_of_a_journal(home: Path, given: Path) -> Scene:
    return Scene(_batch(given / "manifest.csv").words, 200)


def _full_disk_far_below(home: Path, given: Path) -> Scene:
    """Folders made for an output that cannot be written are no output."""
    words = ("reconstruct", str(given / "curves.csv"), "--risk-table", str(given / "risk.csv"), "--out", "out/a/b")
    return Scene(words, 100)


def _full_disk_of_tables(home: Path, given: Path) -> Scene:
    words = ("reconstruct", str(given / "curves.csv"), "--risk-table", str(given / "risk.csv"), "--out", "out")
    return Scene(words, 100)


def _study_of_itself(home: Path, given: Path) -> Scene:
    (home / "study.toml").write_text('figure = "study.toml"\n')
    return _run("study.toml")


def _study_of_a_pipe(home: Path, given: Path) -> Scene:
    os.mkfifo(home / "pipe.csv")
    (home / "study.toml").write_text('figure = "given/figure.png"\nrisk_table = "pipe.csv"\n')
    return _run("study.toml")


def _study_that_is_broken_in_a_batch(home: Path, given: Path) -> Scene:
    sound = 'figure = "../../given/figure.png"'
    for name, text in (("a", "figure = ["), ("b", 'figure = "x"'), ("c", "\x00"), ("d", sound)):
        (home / "in" / name).mkdir(parents=True)
        (home / "in" / name / "study.toml").write_text(text)
    return _batch("in")


def _init_over_a_folder(home: Path, given: Path) -> Scene:
    (home / "study.toml").mkdir()
    return Scene(("init", str(given / "figure.png"), "--out", "study.toml", "--force"))


PLACES: dict[str, Callable[[Path, Path], Scene]] = {
    make.__name__.strip("_"): make
    for make in (
        _folder_as_figure,
        _pipe_as_figure,
        _device_as_figure,
        _nothing_as_figure,
        _device_as_table,
        _device_as_reported,
        _device_as_manifest,
        _endless_file_as_figure,
        _endless_file_as_table,
        _endless_file_as_study,
        _endless_file_as_pivot,
        _endless_line_in_a_table,
        _endless_file_as_reported,
        _figure_named_as_an_option,
        _link_in_circles,
        _odd_things_in_a_batch,
        _names_in_a_batch,
        _names_in_a_manifest,
        _long_name,
        _no_out_and_a_long_name,
        _name_that_is_no_text,
        _out_is_a_file,
        _out_below_a_file,
        _batch_out_is_a_file,
        _out_is_the_input,
        _out_inside_the_input,
        _out_of_no_disk,
        _batch_out_of_no_disk,
        _out_leads_nowhere,
        _out_in_circles,
        _out_with_a_long_name,
        _full_disk,
        _full_disk_of_a_batch,
        _full_disk_of_a_journal,
        _full_disk_far_below,
        _full_disk_of_tables,
        _study_of_itself,
        _study_of_a_pipe,
        _study_that_is_broken_in_a_batch,
        _init_over_a_folder,
    )
}
