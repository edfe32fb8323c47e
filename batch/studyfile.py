"""study.toml: one study as a file, read into what `study.run_figure` takes, and its JSON Schema for editors.

Paths in it are relative to its own folder. Its [[outcome]] tables are those of a reported.toml.
"""

from __future__ import annotations

import difflib
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..errors import InvalidRecord, UsageError
from ..records import CellByHand, require
from ..study import STUDY_KEY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STUDY_NAME = "study.toml"
# A study file is a page of text; a megabyte is some other file.
MAX_BYTES = 1_000_000
REMEDY = "Mend the study file; the guide lists its keys."


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """The keys of a study.toml, each as the option of `km2ipd run` of the same name."""

    figure: str
    page: int | None = None
    panel: str | None = None
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    arms: int | tuple[str, ...] | None = None
    direction: Literal["survival", "incidence"] | None = None
    risk_table: str | None = None
    totals: str | None = None
    reported: str | None = None
    method: str | None = None
    citation: str = ""
    population: str = ""
    notes: str = ""
    cell: tuple[CellByHand, ...] = ()
    outcome: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for name in ("x_range", "y_range"):
            pair = getattr(self, name)
            if pair is not None:
                require(
                    all(map(math.isfinite, pair)) and pair[0] < pair[1],
                    f"{name} must be two numbers, MIN below MAX",
                )
        require(not (self.reported and self.outcome), "reported and [[outcome]] cannot both be given")


def read_study(path: Path) -> tuple[Path, dict[str, Any]]:
    """The figure's path, and the keyword arguments of `study.run_figure` that the file gives.

    Raises UsageError naming the key when one is unknown (with the nearest known one) or holds the wrong kind.
    """
    study = parse_study(_text(path), path.name)
    figure = _existing(path, study.figure, "figure")
    given: dict[str, Any] = {
        key: getattr(study, key)
        for key in ("page", "panel", "x_range", "y_range", "arms", "direction", "method")
        if getattr(study, key) is not None
    }
    for key in ("risk_table", "totals", "reported"):
        if getattr(study, key):
            given[key] = _existing(path, getattr(study, key), key)
    if study.outcome:
        given["reported"] = path
    about = {key: getattr(study, key) for key in ("citation", "population", "notes") if getattr(study, key)}
    if study.cell:
        given["cells"] = study.cell
    return figure, given | {"about": about | {STUDY_KEY: path.name}}


def parse_study(text: str, name: str) -> StudyFile:
    """The study in the text of a study.toml; name is what messages call it."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as reason:  # a number of 100,000 digits is a plain ValueError
        raise UsageError(f"{name}: not TOML: {reason}", REMEDY) from None
    _refuse_unknown(content, [f.name for f in fields(StudyFile)], name)
    cells = content.get("cell", [])
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict):
            _refuse_unknown(cell, [f.name for f in fields(CellByHand)], f"{name}: [[cell]]")
    try:
        return msgspec.convert(content, StudyFile)
    except (msgspec.ValidationError, InvalidRecord) as reason:
        what = str(reason).removesuffix(".").replace("$.", "")
        raise UsageError(f"{name}: {what}", REMEDY) from None


def study_schema() -> dict[str, Any]:
    """The JSON Schema of study.toml, for editors that check TOML against one."""
    _, components = msgspec.json.schema_components([StudyFile], ref_template="#/$defs/{name}")
    keys = components["StudyFile"] | {"additionalProperties": False, "title": "km2ipd study file"}
    others = {name: part for name, part in components.items() if name != "StudyFile"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **keys, "$defs": others}


def _refuse_unknown(table: Mapping[str, Any], known: list[str], place: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, cutoff=0.0)[0]
            raise UsageError(f'{place}: unknown key "{key}" (the nearest known one is "{near}")', REMEDY)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
    except OSError as reason:
        raise UsageError(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB", "Give a study file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name}: not a text file in UTF-8", "Save it as UTF-8.") from None


def _existing(study: Path, name: str, key: str) -> Path:
    """The path of a file that the study names."""
    path = study.parent / name
    if not os.path.isfile(path):  # which no length of name and no NUL in it upsets
        raise UsageError(f'{study.name}: {key} "{name[:200]}" is no file in {study.parent}', REMEDY)
    return path
