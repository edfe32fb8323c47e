"""The output folder: written whole or not at all, and never over files that are already there."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import OutputNotWritable

# Every file that a run may leave; the pictures of further pages are figure-2.png, overlay-2.png and so on.
RUN_FILES = (
    "curves.csv",
    "censor_marks.csv",
    "risk_table.csv",
    "ipd.csv",
    "ensemble.csv",
    "report.json",
    "report.html",
    "overlay.png",
    "figure.png",
    "digitization.json",
)
# What file systems take (Linux, macOS; Windows counts letters, never more than these bytes).
LONGEST_NAME_BYTES = 255
# Files are put together in a hidden folder of this beginning, on the same disk, before they are moved into place.
STAGE_PREFIX = ".km2ipd-stage-"


def require_free_output(folder: Path, names: Iterable[str], *, force: bool = False) -> None:
    """Raise OutputNotWritable, before any work is done, when the results could not be put there.

    An empty or missing folder is fine; a folder that holds one of the named files needs force.
    """
    if any(len(os.fsencode(part)) > LONGEST_NAME_BYTES for part in folder.parts):
        raise OutputNotWritable(f"{folder.name[:40]}...: a name too long for a folder")
    place = folder
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputNotWritable(f"{place}: a file stands where the output folder should be")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputNotWritable(f"{place}: no permission to write there")
    taken = [name for name in names if os.path.lexists(folder / name)]
    if taken and not force:
        raise OutputNotWritable(
            f"{folder}: {taken[0]} is already there",
            "Give another folder with --out, or --force to replace it.",
        )
    for name in taken:
        if (folder / name).is_dir():
            raise OutputNotWritable(f"{folder / name}: a folder stands where a file should be")


def clear_results(folder: Path) -> None:
    """Remove what an earlier run of ours left in a folder, and the folder if that was all; nothing else."""
    clear_stages(folder)
    for name in (*RUN_FILES, "reported.toml"):
        (folder / name).unlink(missing_ok=True)
    for pattern in ("figure-*.png", "overlay-*.png"):
        for path in folder.glob(pattern):
            path.unlink()
    with contextlib.suppress(OSError):  # not there, or not empty: other people's files stay
        folder.rmdir()


def clear_stages(folder: Path) -> None:
    """Remove the folders that runs killed while writing left inside this one."""
    for stage in folder.glob(f"{STAGE_PREFIX}*"):
        if stage.is_dir() and not stage.is_symlink():
            shutil.rmtree(stage, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write all files into the folder: aside first, then moved into place."""
    require_free_output(folder, files, force=force)
    try:
        _write_and_move(folder, files, force)
    except OSError as reason:
        raise OutputNotWritable(f"{folder}: {reason.strerror or reason}") from None


def _write_and_move(folder: Path, files: Mapping[str, bytes], force: bool) -> None:
    """A new folder appears by one rename; an existing one gets its files one rename each."""
    existing = folder.is_dir()
    home = folder if existing else folder.parent
    missing = [place for place in (home, *home.parents) if not place.exists()]
    home.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=home))
    try:
        for name, content in files.items():
            (stage / name).write_bytes(content)
        if not existing:
            stage.chmod(0o777 & ~_umask())
            existing = not _renamed(stage, folder, force)
        for name in files if existing else ():
            os.replace(stage / name, folder / name)
    except OSError:
        shutil.rmtree(stage, ignore_errors=True)
        for place in missing:  # innermost first; what was made for nothing goes again
            with contextlib.suppress(OSError):
                place.rmdir()
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _renamed(stage: Path, folder: Path, force: bool) -> bool:
    """Whether the stage became the folder; with force False where another process has made that meanwhile."""
    try:
        stage.rename(folder)
    except OSError:
        if force and folder.is_dir():
            return False
        raise
    return True


def _umask() -> int:
    """The process's file mode mask; mkdtemp ignores it, a folder for others must not."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
