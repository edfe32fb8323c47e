"""A CSV manifest: one figure a row, with what is given by hand for it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import BadTable, UsageError
from .studyfile import STUDY_NAME, read_study

# A manifest of the most figures that a batch takes stays far below this; a larger file is some other file.
MAX_BYTES = 50_000_000
MOST_ARMS = 20

MANIFEST_COLUMNS = frozenset(
    {
        "name",
        "figure",
        "page",
        "panel",
        "x_min",
        "x_max",
        "y_min",
        "y_max",
        "arms",
        "direction",
        "risk_table",
        "totals",
        "reported",
        "method",
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a manifest; name: "" where none is given; options: of `study.run_figure`.

    fault: why the row cannot be run, "" for a sound one.
    """

    name: str
    figure: Path
    options: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def read_manifest(path: Path) -> Iterator[Row]:
    """Row by row; a row that is wrong comes with its fault, which names its line.

    Paths are relative to the manifest; names of arms are parted by |. Raises BadTable when the file is no manifest.
    """
    text = _text(path)
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    try:
        columns = [c.strip().lower() for c in reader.fieldnames or ()]
        _require_columns(path, columns)
        for row in reader:
            cells = {c: (v or "").strip() for c, v in zip(columns, row.values(), strict=False) if isinstance(v, str)}
            yield _of_row(path, reader.line_num, cells)
    except csv.Error as reason:
        raise BadTable(f"{path.name} after line {reader.line_num}: {reason}") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
    except OSError as reason:
        raise BadTable(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None
    if len(content) > MAX_BYTES:
        raise BadTable(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB", "Give a CSV manifest or a folder.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}: not a text file in UTF-8", "Give a CSV manifest or a folder.") from None


def _require_columns(path: Path, columns: list[str]) -> None:
    unknown = [c for c in columns if c not in MANIFEST_COLUMNS]
    if "figure" not in columns or unknown:
        what = f'unknown column "{unknown[0][:40]}"' if unknown else "no column figure"
        raise BadTable(f"{path.name}: {what} (known: {', '.join(sorted(MANIFEST_COLUMNS))})")


def _of_row(manifest: Path, line: int, cells: dict[str, str]) -> Row:
    """The row in these cells, or what is wrong with it."""
    place, name = f"{manifest.name} line {line}", cells.get("name", "")
    try:
        figure, options = _figure_and_options(place, manifest.parent, cells)
    except UsageError as wrong:
        called = cells.get("figure", "").replace("\0", "")
        return Row(name, manifest.parent / (called or manifest.name), fault=str(wrong))
    return Row(name, figure, options)


def _figure_and_options(place: str, folder: Path, cells: dict[str, str]) -> tuple[Path, dict[str, Any]]:
    figure = _file(place, folder, "figure", cells.get("figure", ""))
    figure, options = read_study(figure) if figure.name == STUDY_NAME else (figure, {})
    options |= {name: cells[name] for name in ("panel", "direction", "method") if cells.get(name)}
    for name in ("risk_table", "totals", "reported"):
        if cells.get(name):
            options[name] = _file(place, folder, name, cells[name])
    if cells.get("page"):
        options["page"] = _count(place, "page", cells["page"])
    for axis in ("x", "y"):
        pair = [cells.get(f"{axis}_{end}", "") for end in ("min", "max")]
        if any(pair):
            options[f"{axis}_range"] = _range(place, axis, pair)
    if cells.get("arms"):
        options["arms"] = _arms(place, cells["arms"])
    return figure, options


def _arms(place: str, text: str) -> int | tuple[str, ...]:
    """Their number, or their names parted by |."""
    if not text.isdecimal():
        return tuple(a.strip() for a in text.split("|"))
    count = _count(place, "arms", text)
    if count > MOST_ARMS:
        raise BadTable(f"{place}: {count} arms; give 1 to {MOST_ARMS}")
    return count


def _file(place: str, folder: Path, column: str, name: str) -> Path:
    path = folder / name
    if not name or not os.path.isfile(path):  # which no length of name and no NUL in it upsets
        raise BadTable(f'{place}: {column} "{name[:200]}" is no file')
    return path


def _range(place: str, axis: str, pair: list[str]) -> tuple[float, float]:
    low, high = (_number(place, f"{axis}_{end}", text) for end, text in zip(("min", "max"), pair, strict=True))
    if low >= high:
        raise BadTable(f"{place}: {axis}_min is not below {axis}_max")
    return low, high


def _count(place: str, column: str, text: str) -> int:
    value = _number(place, column, text)
    if value < 1 or value != int(value):
        raise BadTable(f'{place}: {column} holds "{text}" where 1, 2, 3 ... is due')
    return int(value)


def _number(place: str, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise BadTable(f'{place}: {column} holds "{text[:40]}" where a number is due')
    return value
