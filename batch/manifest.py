"""A CSV manifest: one figure a row, with what is given by hand for it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadTable
from .studyfile import STUDY_NAME, read_study

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
Row = tuple[str, Path, dict[str, Any]]


def read_manifest(path: Path) -> Iterator[Row]:
    """Name ("" where none is given), figure and options of `study.run_figure`, row by row.

    Paths are relative to the manifest; names of arms are parted by |. Raises BadTable with the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}: not a text file in UTF-8", "Give a CSV manifest or a folder.") from None
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    columns = [c.strip().lower() for c in reader.fieldnames or ()]
    unknown = [c for c in columns if c not in MANIFEST_COLUMNS]
    if "figure" not in columns or unknown:
        what = f'unknown column "{unknown[0]}"' if unknown else "no column figure"
        raise BadTable(f"{path.name}: {what} (known: {', '.join(sorted(MANIFEST_COLUMNS))})")
    for row in reader:
        cells = {c: (v or "").strip() for c, v in zip(columns, row.values(), strict=False) if isinstance(v, str)}
        yield _of_row(path, reader.line_num, cells)


def _of_row(manifest: Path, line: int, cells: dict[str, str]) -> Row:
    place = f"{manifest.name} line {line}"
    figure = _file(place, manifest.parent, "figure", cells.get("figure", ""))
    figure, options = read_study(figure) if figure.name == STUDY_NAME else (figure, {})
    options |= {name: cells[name] for name in ("panel", "direction", "method") if cells.get(name)}
    for name in ("risk_table", "totals", "reported"):
        if cells.get(name):
            options[name] = _file(place, manifest.parent, name, cells[name])
    if cells.get("page"):
        options["page"] = int(_number(place, "page", cells["page"]))
    for axis in ("x", "y"):
        pair = [cells.get(f"{axis}_{end}", "") for end in ("min", "max")]
        if any(pair):
            options[f"{axis}_range"] = _range(place, axis, pair)
    if cells.get("arms"):
        arms = cells["arms"]
        options["arms"] = int(arms) if arms.isdecimal() else tuple(a.strip() for a in arms.split("|"))
    return cells.get("name", ""), figure, options


def _file(place: str, folder: Path, column: str, name: str) -> Path:
    path = folder / name
    if not name or "\0" in name or not path.is_file():
        raise BadTable(f'{place}: {column} "{name}" is no file')
    return path


def _range(place: str, axis: str, pair: list[str]) -> tuple[float, float]:
    low, high = (_number(place, f"{axis}_{end}", text) for end, text in zip(("min", "max"), pair, strict=True))
    if low >= high:
        raise BadTable(f"{place}: {axis}_min is not below {axis}_max")
    return low, high


def _number(place: str, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise BadTable(f'{place}: {column} holds "{text}" where a number is due')
    return value
