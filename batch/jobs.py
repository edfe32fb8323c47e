"""What a batch has to do: the figures of a folder, study files, or the rows of a manifest, as jobs with names."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import UsageError
from ..study import reported_beside
from .manifest import read_manifest
from .studyfile import STUDY_NAME, read_study

FIGURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".pdf", ".svg", ".svgz"})
# A folder that holds this is the output of a run; its pictures are no figures to be read.
OUTPUT_MARK = "digitization.json"
# What lies beside the folders of the jobs.
TABLE_NAMES = ("summary.csv", "index.html")
# File systems allow 255 bytes for a name; the rest is for the -2, -3 that keep names apart.
MOST_NAME_BYTES = 200
# A batch of more than this is some other file or folder (the largest systematic reviews have a few thousand).
MOST_JOBS = 100_000


@dataclass(frozen=True, slots=True)
class Job:
    """One figure to be run: the name of its folder in the output, and the arguments of `study.run_figure`.

    fault: why it cannot be run at all, "" for a sound job; figure is then what the fault is about.
    """

    name: str
    figure: Path
    options: dict[str, Any]
    fault: str = ""

    def key(self) -> str:
        """Hash of all that the result depends on: the files' contents, the options, this version."""
        digest = hashlib.sha256((__version__ + self.fault).encode("utf-8", "replace"))
        if self.fault:
            return digest.hexdigest()
        for path in (self.figure, *(v for _, v in sorted(self.options.items()) if isinstance(v, Path))):
            digest.update(b"\0file\0" + _digest(path))
        for name, value in sorted(self.options.items()):
            if not isinstance(value, Path):
                digest.update(f"\0{name}\0{value!r}".encode())
        return digest.hexdigest()


def _digest(path: Path) -> bytes:
    """SHA-256 of a file; where it cannot be read the reason, which the run itself will say."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    except OSError as reason:
        return f"unreadable: {reason.errno}".encode()
    return digest.digest()


def find_jobs(source: Path, out: Path) -> tuple[Job, ...]:
    """The jobs of a folder (searched to its depth) or of a CSV manifest, named apart, in order of name.

    out: the batch's own output folder, left out of the search. Raises UsageError when there is nothing to do.
    """
    if not source.is_file() and not os.access(source, os.R_OK | os.X_OK):
        raise UsageError(f"{source}: a folder that cannot be read", "Give a folder that can be read.")
    found = list(_of_manifest(source) if source.is_file() else _of_folder(source, out))
    if not found:
        raise UsageError(f"{source}: no figure in it", "Give a folder with figures, study files or a CSV manifest.")
    if len(found) > MOST_JOBS:
        raise UsageError(f"{source}: more than {MOST_JOBS} figures", "Give a smaller folder.")
    return tuple(_named_apart(found))


def _of_folder(folder: Path, out: Path) -> Iterator[Job]:
    """Every figure, except those that a study file of the same folder is about."""
    for path in _files(folder, out):
        if path.is_dir():
            yield Job(_name(path, folder), path, {}, f"{path}: a folder that cannot be read")
        elif path.name == STUDY_NAME:
            yield _of_study(path, _name(path.parent, folder) or folder.name)
        elif path.suffix.lower() in FIGURE_SUFFIXES and not _has_study(path):
            yield Job(_name(path.with_suffix(""), folder), path, _with_reported(path, {}))


def _of_study(path: Path, name: str) -> Job:
    """The job of a study file; a broken one costs its own figure alone."""
    try:
        figure, options = read_study(path)
    except UsageError as wrong:
        return Job(name, path, {}, str(wrong))
    return Job(name, figure, _with_reported(figure, options))


def _files(folder: Path, out: Path) -> Iterator[Path]:
    """Plain files below a folder, and folders that cannot be read; no links (they may lead anywhere), nothing hidden,
    no earlier output."""
    if folder.resolve() == out.resolve() or (folder / OUTPUT_MARK).exists():
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    for path in entries:
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path, out)
        elif path.is_file():
            yield path


def _has_study(figure: Path) -> bool:
    return (figure.parent / STUDY_NAME).is_file()


def _of_manifest(manifest: Path) -> Iterator[Job]:
    for row in read_manifest(manifest):
        name = _safe(row.name) or _name(row.figure.with_suffix(""), manifest.parent)
        options = row.options if row.fault else _with_reported(row.figure, row.options)
        yield Job(name, row.figure, options, row.fault)


def _with_reported(figure: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The options with the reported.toml beside the figure, where none is named."""
    beside = reported_beside(figure)
    return options if "reported" in options or beside is None else options | {"reported": beside}


def _name(path: Path, folder: Path) -> str:
    """A job's name from its place below the folder: figures/a b.png is figures_a_b."""
    try:
        parts = path.relative_to(folder).parts
    except ValueError:
        parts = (path.name,)
    return _safe("_".join(parts))


def _safe(name: str) -> str:
    """A plain folder name: letters and digits of any script, point, hyphen, underscore; never hidden, never .. ."""
    plain = re.sub(r"[^\w.-]+", "_", name).encode("utf-8", "replace")[:MOST_NAME_BYTES]
    return plain.decode("utf-8", "ignore").strip("._-")


def _named_apart(jobs: list[Job]) -> Iterator[Job]:
    """The same jobs; a name that is taken (in any case of letters) gets -2, -3 and so on."""
    taken = set(TABLE_NAMES)
    for job in jobs:
        name = base = job.name or "figure"
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{base}-{count}"
        taken.add(name.casefold())
        yield replace(job, name=name)
